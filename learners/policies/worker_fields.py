"""What is known about a worker, said once: form, Admin, API and profile show these fields and no others.

A new field is a line here, the field of `Learner` with its migration, and its type in `LearnerFacts`; a test compares
the three.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from training.core.api.objects import Day


class Card(StrEnum):
    """The cards of the form."""

    PERSON = "person"
    WORK = "work"


class ProfilePlace(StrEnum):
    """Where the profile shows a field."""

    HEADING = "heading"  # in the heading, or in the verdict
    FACTS = "facts"
    CONTACT = "contact"  # among the facts, for those who keep workers


@dataclass(frozen=True, kw_only=True)
class WorkerField:
    """A field of `Learner` that people or programs read.

    Attributes:
        name: of the field.
        shown: where the profile shows it.
        card: the card of the form in which it is typed; None where a page of its own asks for it.
        is_alone: it has a row of the form for itself.
        label: the words before it; by default the name that the model gives to it.
        help_text: what the form says below it.
        missing: what the form says where it is left empty; without such words it may be.
        api: what the API tells of it: each name with its type, and where that is read off the worker.
        scheme: of the link that its value is, such as "tel".
    """

    name: str
    shown: ProfilePlace
    card: Card | None = None
    is_alone: bool = False
    label: str | Promise = ""
    help_text: str | Promise = ""
    missing: str | Promise = ""
    api: Mapping[str, tuple[Any, str]]
    scheme: str = ""


WORKER_FIELDS = (
    WorkerField(
        name="badge_id",
        shown=ProfilePlace.HEADING,
        card=Card.PERSON,
        is_alone=True,
        missing=_("Enter the badge."),
        api={"badge_id": (str, "badge_id")},
    ),
    WorkerField(
        name="first_name",
        shown=ProfilePlace.HEADING,
        card=Card.PERSON,
        api={"first_name": (str, "first_name")},
    ),
    WorkerField(name="last_name", shown=ProfilePlace.HEADING, card=Card.PERSON, api={"last_name": (str, "last_name")}),
    WorkerField(name="phone", shown=ProfilePlace.CONTACT, card=Card.PERSON, api={}, scheme="tel"),
    WorkerField(name="email", shown=ProfilePlace.CONTACT, card=Card.PERSON, api={}, scheme="mailto"),
    WorkerField(name="status", shown=ProfilePlace.HEADING, api={"status": (str, "status")}),
    WorkerField(name="status_reason", shown=ProfilePlace.HEADING, api={}),
    WorkerField(
        name="company",
        shown=ProfilePlace.HEADING,
        card=Card.WORK,
        missing=_("Choose the employer."),
        api={"company_id": (int, "company_id"), "company_name": (str, "company.name")},
    ),
    WorkerField(
        name="supervisor",
        shown=ProfilePlace.FACTS,
        card=Card.WORK,
        help_text=_("The badge of another worker."),
        api={"supervisor_id": (int | None, "supervisor_id")},
    ),
    WorkerField(
        name="role",
        shown=ProfilePlace.HEADING,
        card=Card.WORK,
        missing=_("Choose the role."),
        api={"role_id": (int, "role_id"), "role_title": (str, "role.title")},
    ),
    WorkerField(name="role_assigned_at", shown=ProfilePlace.FACTS, card=Card.WORK, label=_("Role counts from"), api={}),
    WorkerField(
        name="start_date",
        shown=ProfilePlace.FACTS,
        card=Card.WORK,
        missing=_("Enter the first day on the site."),
        api={"start_date": (Day, "start_date")},
    ),
    WorkerField(
        name="end_date",
        shown=ProfilePlace.FACTS,
        card=Card.WORK,
        help_text=_("The last day. From the day after it the worker is not active."),
        api={"end_date": (Day | None, "end_date")},
    ),
)


def fields_in(card: Card) -> Iterator[tuple[WorkerField, ...]]:
    """Yield the rows of a card of the form: two fields each, or one that stands alone."""
    row: tuple[WorkerField, ...] = ()
    for field in WORKER_FIELDS:
        if field.card is card:
            row = (*row, field)
            if field.is_alone or len(row) == 2:
                yield row
                row = ()
    if row:
        yield row
