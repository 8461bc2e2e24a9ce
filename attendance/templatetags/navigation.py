"""The top bar: the parts of the site that this person may open, and how much waits in them.

It names pages of every app, so it belongs to the highest one.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from learners.selectors.learners import sign_offs_owed
from training.core.permissions import Permission, reach

register = template.Library()

# In reading order: URL name, word, and what it takes to see it.
NAVIGATION = (
    ("attendance:today", _("Today"), Permission.READ_SESSION),
    ("attendance:sessions", _("Sessions"), Permission.READ_SESSION),
    ("attendance:workers", _("Workers"), Permission.READ_SITE),
    ("attendance:matrix", _("Matrix"), Permission.READ_SITE),
    ("attendance:classes", _("Classes"), Permission.READ_CLASS),
    ("attendance:verify", _("Verify"), Permission.READ_SITE),
    ("training:library", _("Library"), Permission.READ_SITE),
)
# The number beside an entry: what waits there. It is counted only where the entry is drawn.
NUMBERS: Mapping[str, Callable[[], int]] = {"attendance:verify": sign_offs_owed}


class NavigationEntry(NamedTuple):
    """One entry of the top bar; `name` is the last part of its URL name."""

    name: str
    word: str
    url: str
    is_current: bool
    number: int | None


@register.simple_tag(takes_context=True)
def navigation(context: Context, without_numbers: bool = False) -> list[NavigationEntry]:
    """Return the entries of the top bar that this person may open; the one whose section holds this page is current.

    Args:
        without_numbers: leave out the numbers beside entries, and with them their queries, as in Django Admin.
    """
    request = context["request"]
    return [
        NavigationEntry(
            name=name.split(":")[-1],
            word=str(word),
            url=(url := reverse(name)),
            is_current=request.path == url if url == "/" else request.path.startswith(url),
            number=NUMBERS[name]() if name in NUMBERS and not without_numbers else None,
        )
        for name, word, permission in NAVIGATION
        if reach(request.user, permission)
    ]
