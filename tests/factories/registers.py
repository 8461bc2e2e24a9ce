"""Rows of old registers as an import reads them, for tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from learners.services.imports.records import Records
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow, DraftRow, RowOutcome
from training.core.sameness import same_text
from training.models import Company, Course
from training.services.imports.contract import Answer, ImportTerms

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORKBOOK = "cd" * 32
COLUMNS = (
    "badge_id",
    "first_name",
    "last_name",
    "company",
    "course",
    "completed_on",
    "expires_on",
    "provider",
    "result",
)
SHEETS = {
    0: {
        "file": "matrix.xlsx",
        "sha256": WORKBOOK,
        "name": "Matrix",
        "headings": {number: name.upper() for number, name in enumerate(COLUMNS)},
    }
}


def draft(number: int = 2, **values: Any) -> DraftRow:
    """Return a row as it was read: of the first sheet, each value in the column of its name."""
    columns = [*COLUMNS, *(name for name in values if name not in COLUMNS)]
    return DraftRow(sheet=0, number=number, cells={name: columns.index(name) for name in values}, values=values)


def terms(
    by: User,
    *,
    people: Mapping[tuple[int, int], int | None] | None = None,
    things: Mapping[Thing, Mapping[str, Answer]] | None = None,
    now: datetime = NOW,
    import_number: int | None = None,
    **choices: Any,
) -> ImportTerms:
    """Return the terms of an import that knows every course and company of the site by code and name."""
    courses: dict[str, Answer] = {same_text(code): pk for pk, code in Course.objects.values_list("pk", "code")}
    companies: dict[str, Answer] = {same_text(name): pk for pk, name in Company.objects.values_list("pk", "name")}
    known: dict[Thing, dict[str, Answer]] = {Thing.COURSE: courses, Thing.COMPANY: companies}
    for thing, answers in (things or {}).items():
        known[thing] |= answers
    chosen = {"register": "Matrix of the site", "counts": True, "counts_until": date(2027, 3, 1), "sheets": SHEETS}
    chosen |= {"import": import_number} | choices
    return ImportTerms(by=by, now=now, things=known, people=people or {}, choices=chosen)


def bring_in(rows: Sequence[DraftRow], on: ImportTerms) -> list[CheckedRow]:
    """Check rows and write those that are new, as an import does; return all of them."""
    service = Records()
    with transaction.atomic():
        checker = service.checker(on)
        checked = list(checker.check(rows))
        for place, problems in checker.finish().items():
            checked[place].problems += problems
            checked[place].outcome = RowOutcome.REFUSED
        new = [each for each in checked if each.outcome is RowOutcome.NEW]
        service.lock([each.worker for each in new if each.worker is not None], on)
        service.write(new, on, tell=lambda done: None)
    return checked
