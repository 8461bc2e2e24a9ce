"""What is known about a worker, said once: form, Admin, API and profile show these fields and no others.

A new field is a line here, the field of `Learner` with its migration, and its type in `LearnerFacts`; a test compares
the three.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from learners.models import Learner
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
        row: of the card; fields of one row stand side by side.
        label: the words before it; by default the name that the model gives to it.
        help_text: what the form says below it.
        missing: what the form says where it is left empty; without such words it may be.
        api: what the API tells of it: each name with its type, and where that is read off the worker.
        scheme: of the link that its value is, such as "tel".
    """

    name: str
    shown: ProfilePlace
    card: Card | None = None
    row: int = 0
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
        row=1,
        missing=_("Enter the badge."),
        api={"badge_id": (str, "badge_id")},
    ),
    WorkerField(
        name="first_name",
        shown=ProfilePlace.HEADING,
        card=Card.PERSON,
        row=2,
        api={"first_name": (str, "first_name")},
    ),
    WorkerField(
        name="last_name", shown=ProfilePlace.HEADING, card=Card.PERSON, row=2, api={"last_name": (str, "last_name")}
    ),
    WorkerField(
        name="other_name",
        shown=ProfilePlace.FACTS,
        card=Card.PERSON,
        row=3,
        help_text=_("As the passport writes it, for example in Arabic or Cyrillic letters. It is searched too."),
        api={"other_name": (str, "other_name")},
    ),
    WorkerField(name="phone", shown=ProfilePlace.CONTACT, card=Card.PERSON, row=4, api={}, scheme="tel"),
    WorkerField(name="email", shown=ProfilePlace.CONTACT, card=Card.PERSON, row=4, api={}, scheme="mailto"),
    WorkerField(name="status", shown=ProfilePlace.HEADING, api={"status": (str, "status")}),
    WorkerField(name="status_reason", shown=ProfilePlace.HEADING, api={}),
    WorkerField(
        name="company",
        shown=ProfilePlace.HEADING,
        card=Card.WORK,
        row=1,
        missing=_("Choose the employer."),
        api={"company_id": (int, "company_id"), "company_name": (str, "company.name")},
    ),
    WorkerField(
        name="role",
        shown=ProfilePlace.HEADING,
        card=Card.WORK,
        row=2,
        missing=_("Choose the role."),
        api={"role_id": (int, "role_id"), "role_title": (str, "role.title")},
    ),
    WorkerField(
        name="role_assigned_at", shown=ProfilePlace.FACTS, card=Card.WORK, row=2, label=_("Role counts from"), api={}
    ),
    WorkerField(
        name="supervisor",
        shown=ProfilePlace.FACTS,
        card=Card.WORK,
        row=1,
        help_text=_("The badge of another worker."),
        api={"supervisor_id": (int | None, "supervisor_id")},
    ),
    WorkerField(
        name="start_date",
        shown=ProfilePlace.FACTS,
        card=Card.WORK,
        row=3,
        missing=_("Enter the first day on the site."),
        api={"start_date": (Day, "start_date")},
    ),
    WorkerField(
        name="end_date",
        shown=ProfilePlace.FACTS,
        card=Card.WORK,
        row=3,
        help_text=_("The last day. From the day after it the worker is not active."),
        api={"end_date": (Day | None, "end_date")},
    ),
)


def fields_in(card: Card) -> list[list[WorkerField]]:
    """Return the rows of a card of the form, from top to bottom."""
    rows: dict[int, list[WorkerField]] = {}
    for field in WORKER_FIELDS:
        if field.card is card:
            rows.setdefault(field.row, []).append(field)
    return [rows[number] for number in sorted(rows)]


def attribute_of(field: WorkerField) -> str:
    """Return the name of a declared field among `LearnerFacts`: a row that it names goes by its key."""
    return str(getattr(Learner._meta.get_field(field.name), "attname", field.name))
