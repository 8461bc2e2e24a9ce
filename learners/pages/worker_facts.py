"""What the profile says of a worker below the verdict: since when, until when, for whom, and how to reach them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import capfirst

from learners.models import Learner
from learners.policies.worker_fields import WORKER_FIELDS, ProfilePlace
from training.core.words import day


@dataclass(frozen=True)
class Fact:
    """One line of the facts.

    Attributes:
        link: an address that the value is, such as `tel:+966 5 ...`; empty where it is none.
        worker: whom the value names; None where it names nobody.
    """

    label: str
    value: str
    link: str = ""
    worker: Learner | None = None


def worker_facts(learner: Learner, *, shows_contact: bool) -> list[Fact]:
    """Return what is known about a worker and is not in the heading, in one query; what is empty is left out.

    Other numbers are told whole to those who keep workers, to others masked (L4).

    Args:
        learner: with its supervisor fetched.
        shows_contact: whether phone, e-mail and whole numbers are told: to those who keep workers.
    """
    wanted = {ProfilePlace.FACTS, ProfilePlace.CONTACT} if shows_contact else {ProfilePlace.FACTS}
    facts = []
    for field in WORKER_FIELDS:
        value: Any = getattr(learner, field.name) if field.shown in wanted else None
        if value:
            facts.append(
                Fact(
                    label=str(field.label or capfirst(str(Learner._meta.get_field(field.name).verbose_name))),  # type: ignore[union-attr]  # plain fields have one
                    value=day(value) if isinstance(value, date) else str(value),
                    link=f"{field.scheme}:{value}" if field.scheme else "",
                    worker=value if isinstance(value, Learner) else None,
                )
            )
    for number in learner.numbers.all():
        facts.append(Fact(label=number.kind, value=number.value if shows_contact else number.masked))
    return facts
