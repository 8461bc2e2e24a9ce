"""The sections of the library for its index and the tabs of its pages. Two apps have pages there, this is the upper."""

from typing import NamedTuple

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()

# In reading order: URL name, word, icon, and what it is for.
SECTIONS: tuple[tuple[str, Promise, str, Promise], ...] = (
    ("training:courses", _("Courses"), "book-open", _("What is taught: versions, validity, rules, prerequisites.")),
    ("training:trainers", _("Trainers"), "graduation-cap", _("Who teaches, and what they are qualified for.")),
    ("training:venues", _("Venues"), "map-pin", _("Rooms and yards, and how many people they hold.")),
    ("training:companies", _("Companies"), "building-2", _("Employers, clients of classes, external providers.")),
    ("learners:roles", _("Roles"), "hard-hat", _("What a worker is, and what the role requires.")),
    ("learners:areas", _("Areas"), "layout-grid", _("Where people work, and what the place requires.")),
    ("learners:methods", _("Assessment methods"), "list-checks", _("How a practical sign-off is assessed.")),
)


class Section(NamedTuple):
    """One kind of thing in the library; `name` is the last part of its URL name."""

    name: str
    word: str
    icon: str
    purpose: str
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def library_sections(context: Context) -> list[Section]:
    """Return the sections of the library; the one that holds this page is current."""
    path = context["request"].path
    return [
        Section(name.split(":")[1], str(word), icon, str(purpose), url := reverse(name), path.startswith(url))
        for name, word, icon, purpose in SECTIONS
    ]
