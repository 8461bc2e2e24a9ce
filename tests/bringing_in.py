"""Bringing rows in as the engine of imports does: check, lock, check again, write (I5, I6)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from learners.models import Area, Role
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow, DraftRow, RowOutcome
from training.core.sameness import same_text
from training.core.transactions import acting
from training.models import Company, Course, Trainer, Venue
from training.services.imports.contract import Answer, ImportTerms, KindService

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def rows_of(*rows: Mapping[str, Any]) -> list[DraftRow]:
    """Return rows as they come from one sheet below its head; what is None or empty is not there."""
    return [
        DraftRow(
            sheet=0,
            number=number,
            cells={name: index for index, name in enumerate(values)},
            values={name: value for name, value in values.items() if value not in (None, "", [])},
        )
        for number, values in enumerate(rows, start=2)
    ]


def library() -> dict[Thing, dict[str, Answer]]:
    """Return what every text means that is exactly the name or code of something that is there."""
    courses = {code: key for key, code in Course.objects.values_list("pk", "code")}
    trainers = {str(each): each.pk for each in Trainer.objects.all()}
    names: dict[Thing, dict[str, int]] = {
        Thing.COMPANY: dict(Company.objects.values_list("name", "pk")),
        Thing.ROLE: {**dict(Role.objects.values_list("title", "pk")), **dict(Role.objects.values_list("code", "pk"))},
        Thing.AREA: dict(Area.objects.values_list("name", "pk")),
        Thing.COURSE: courses,
        Thing.TRAINER: trainers,
        Thing.VENUE: dict(Venue.objects.values_list("name", "pk")),
    }
    return {thing: {same_text(name): key for name, key in each.items()} for thing, each in names.items()}


def terms_of(
    by: User,
    *,
    now: datetime = NOW,
    things: Mapping[Thing, Mapping[str, Answer]] | None = None,
    people: Mapping[tuple[int, int], int | None] | None = None,
    **choices: Any,
) -> ImportTerms:
    """Return the terms of an import: the library's own names, and what was answered beside them."""
    meant = library()
    for thing, answers in (things or {}).items():
        meant.setdefault(thing, {}).update({same_text(text): answer for text, answer in answers.items()})
    return ImportTerms(by=by, now=now, things=meant, people=people or {}, choices=choices)


def check(
    service: KindService, rows: Sequence[DraftRow], terms: ImportTerms, *, part: int | None = None
) -> list[CheckedRow]:
    """Return what would become of the rows, read in parts of this many."""
    checker = service.checker(terms)
    size = part or len(rows) or 1
    checked = [row for start in range(0, len(rows), size) for row in checker.check(rows[start : start + size])]
    for place, problems in checker.finish().items():
        checked[place].outcome = RowOutcome.REFUSED
        checked[place].problems.extend(problems)
    return checked


def bring_in(service: KindService, rows: Sequence[DraftRow], terms: ImportTerms) -> list[CheckedRow]:
    """Check rows, lock what they name, check them again, and write those that can be written."""
    with acting(terms.by):
        workers = {row.worker for row in written(check(service, rows, terms)) if row.worker is not None}
        service.lock(sorted(workers), terms)
        checked = check(service, rows, terms)
        service.write(written(checked), terms, tell=lambda done: None)
    return checked


def written(rows: Iterable[CheckedRow]) -> list[CheckedRow]:
    return [row for row in rows if row.outcome in (RowOutcome.NEW, RowOutcome.CHANGED)]


def outcomes(rows: Iterable[CheckedRow]) -> list[str]:
    return [row.outcome.value for row in rows]


def sentences(rows: Iterable[CheckedRow]) -> list[list[str]]:
    """Return what is said of each row, each with its column."""
    return [[f"{each.column}: {each.sentence}" for each in row.problems] for row in rows]
