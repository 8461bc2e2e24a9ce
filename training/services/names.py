"""The names of companies, venues and trainers are compared before they are written, however they are spelled (L4)."""

from typing import Any

from training.core.sameness import near_name, near_text, same_text
from training.models import Company, Trainer, Venue
from training.policies.names import check_is_new, check_is_seen, check_likeness
from training.selectors.sameness import near_things, things_named


def check_name(row: Company | Venue, *, confirmed: str | None) -> None:
    """Check the new name of a company or venue. One that is only spelled otherwise than before is not compared.

    Args:
        confirmed: the word of the question that the person confirmed; None where nobody can be asked.

    Raises:
        NameUnseen, NameTaken: 400.
        ConfirmationNeeded: there is one of nearly this name, or it has letters that only look Latin (409).
    """
    check_is_seen(row.name, field="name")
    if row.pk is not None and same_text(row.name) == row.name_key:
        return
    others: Any = type(row).objects.exclude(pk=row.pk)
    same = things_named(others, [row.name]).get(same_text(row.name), [])
    check_is_new(str(same[0]) if same else "", field="name")
    near = near_things(others, [row.name]).get(near_text(row.name), [])
    check_likeness(row.name, near=[str(each) for each in near], confirmed=confirmed)


def check_trainer_name(row: Trainer, *, confirmed: str | None) -> None:
    """Check the new name of a trainer, who may be called as another one is.

    Args:
        confirmed: as for `check_name`.

    Raises:
        NameUnseen: a name has nothing that can be seen (400).
        ConfirmationNeeded: there is a trainer of this name, or it has letters that only look Latin (409).
    """
    for field in ("first_name", "last_name"):
        check_is_seen(getattr(row, field), field=field)
    key = near_name(str(row))
    if row.pk is not None and key == row.name_key:
        return
    same = things_named(Trainer.objects.exclude(pk=row.pk), [str(row)]).get(key, [])
    check_likeness(str(row), near=[_told(each) for each in same], confirmed=confirmed)


def _told(trainer: Trainer) -> str:
    return f"{trainer} ({trainer.company or trainer.get_kind_display()})"
