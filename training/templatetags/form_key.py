"""`{% csrf_token %}`, which brings the key of the form along, so that no form can be without one (ADR 39).

Loaded for every template (`OPTIONS["builtins"]` in the settings), Django Admin's too.
"""

import secrets

from django import template
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

FIELD = "form_key"


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Draw the hidden fields of a form that changes something: Django's token, and a key made for this rendering.

    The key makes a repeat the same answer. Browsers that put back what stood in fields must not put back an old key.
    """
    return format_html(
        '{}<input type="hidden" name="{}" value="{}" autocomplete="off">',
        CsrfTokenNode().render(context),
        FIELD,
        secrets.token_urlsafe(16),
    )
