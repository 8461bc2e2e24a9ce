"""Bringing rows in as the engine of imports does: check, lock, check again, write; and back (I5, I6, I8)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from attendance.services.imports.rows import write_origins
from attendance.services.imports.undoing import preview_undo, undo_import
from learners.models import Area, Role
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow, DraftRow, RowOutcome
from training.core.sameness import same_text
from training.core.transactions import acting
from training.models import Company, Course, Import, Trainer, Venue
from training.services.imports.contract import Answer, ImportTerms, KindService, UndoneRow, service_of

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


def brought(kind: str, *rows: Mapping[str, Any], by: User, title: str = "crew.xlsx", **terms: Any) -> Import:
    """Bring rows in as the engine does once they are read, and return the import that is done."""
    now = terms.get("now", NOW)
    checked = bring_in(service_of(kind), rows_of(*rows), terms_of(by, **terms))
    assert set(outcomes(checked)) <= {"new", "changed", "same"}, [row.problems for row in checked]
    one = Import.objects.create(
        kind=kind, title=title, state=Import.State.DONE, started_by=by, started_at=now, changed_at=now, done_by=by,
        done_at=now,
    )  # fmt: skip
    write_origins(one.pk, service_of(kind).table, written(checked))
    return one


def undo_as_shown(one: Import, *, by: User, now: datetime) -> Sequence[UndoneRow]:
    """Look at what undoing an import would do, and do that."""
    preview = preview_undo(import_id=one.pk, by=by, now=now)
    return undo_import(import_id=one.pk, reason="Wrong file", fingerprint=preview.fingerprint, by=by, now=now)
