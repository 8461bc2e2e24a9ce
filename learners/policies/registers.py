"""Rows of old registers, without a clock or a database (I7): which day they mean, and what is kept of them as proof."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from learners.policies.records import add_months, expiry_date
from training.core.imports.rows import DraftRow
from training.core.refusals import Invalid
from training.core.tables.grid import cell_name
from training.core.words import day
from training.selectors.courses import InForce

ACCEPTED_MONTHS = 12  # how long records without a certificate count, if nobody says otherwise
EXTRACT_PREFIX = "extract/"  # evidence keys that begin so name an extract in the database, no file in the store

_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class UntilMissed(Invalid):
    """The last day of an acceptance lies before the day on which it is decided (400)."""


@dataclass(frozen=True, kw_only=True)
class RegisterTerms:
    """What was chosen for a register as a whole.

    Attributes:
        register: its name, by which it is found when it comes again.
        import_number: key of the import that brings it; None where none does.
        provider: key of the company that gave the training, for rows that name none.
        counts, counts_until, reason: whether records without a certificate count, through which day (None: for good),
            and why.
        sheets: by index, where the rows of a sheet come from.
    """

    register: str
    import_number: int | None
    provider: int | None
    counts: bool
    counts_until: date | None
    reason: str
    sheets: Mapping[int, "SheetSource"]


@dataclass(frozen=True)
class SheetSource:
    """A sheet of a workbook: name and SHA-256 of the file, its own name, and its headings by index of the column."""

    file: str
    sha256: str
    name: str
    headings: Mapping[int, str]


def register_terms(choices: Mapping[str, Any], *, today: date) -> RegisterTerms:
    """Return what the choices of an import say about a register.

    Args:
        choices: `register`, `import`, `provider`, `counts`, `counts_until` (a day, or as text; None: for good; left
            out: a year from now), `reason`, and `sheets`: by index `file`, `sha256`, `name`, `headings`.
        today: the site's date.

    Raises:
        UntilMissed: the last day is over.
    """
    sheets = {int(index): _sheet(facts) for index, facts in choices.get("sheets", {}).items()}
    counts = bool(choices.get("counts"))
    until = choices.get("counts_until", add_months(today, ACCEPTED_MONTHS)) if counts else None
    until = date.fromisoformat(until) if isinstance(until, str) else until
    check_until(until, today=today)
    return RegisterTerms(
        register=choices.get("register") or next((sheet.file for sheet in sheets.values()), "") or _("Old register"),
        import_number=choices.get("import"),
        provider=choices.get("provider"),
        counts=counts,
        counts_until=until,
        reason=str(choices.get("reason") or "").strip() or _("Decided when the register was brought in."),
        sheets=sheets,
    )


def check_until(until: date | None, *, today: date) -> None:
    """I7: an acceptance lasts at least through the day on which it is given.

    Raises:
        UntilMissed: it would be over already.
    """
    if until is not None and until < today:
        message = _("That day is over. Choose today or a later day, or say that these records do not count.")
        raise UntilMissed.of_fields({"counts_until": [message]})


def _sheet(facts: Mapping[str, Any]) -> SheetSource:
    headings = {int(index): str(text) for index, text in facts.get("headings", {}).items()}
    return SheetSource(str(facts["file"]), str(facts["sha256"]), str(facts["name"]), headings)


# Which version and which days


class Dated(NamedTuple):
    """The days of a record, and the version that was taught then; None is version 0."""

    version: InForce | None
    completion: date
    expiry: date | None
    is_calculated: bool


def in_force(versions: Sequence[InForce], on: date) -> InForce | None:
    """Return the version that was taught on a day; None before the first one, which is version 0."""
    begun = [each for each in versions if each.since <= on]
    return max(begun, key=lambda each: each.since) if begun else None


def dated(
    versions: Sequence[InForce], completion: date | None, expiry: date | None, *, is_permanent: bool, passed: bool
) -> Dated | None:
    """Return the days that a row of a register means; None if no day of completion can be known.

    With only an expiry the completion is that day minus the validity of the version that was taught then. Version 0 has
    the validity of version 1.

    Args:
        versions: of the course, the first one first.
        is_permanent: the register says that it does not expire.
    """
    if completion is not None:
        version = in_force(versions, completion)
        if expiry is None and passed and not is_permanent:
            expiry = expiry_date(completion, validity_months=(version or versions[0]).version.validity_months)
        return Dated(version, completion, expiry, False)
    if expiry is None:
        return None
    for each in sorted(versions, key=lambda one: one.since, reverse=True):
        if each.version.validity_months:
            begun = add_months(expiry, -each.version.validity_months)
            if in_force(versions, begun) is each:
                return Dated(each, begun, expiry, True)
    months = versions[0].version.validity_months
    begun = add_months(expiry, -months)
    return Dated(None, begun, expiry, True) if months and in_force(versions, begun) is None else None


# What is kept as proof


def extract_content(draft: DraftRow, source: SheetSource) -> str:
    """Return what is kept of a row: always the same bytes for the same row, and JSON that people can read (I7)."""
    cells = [
        {
            "cell": cell_name(index, draft.number),
            "heading": source.headings.get(index, ""),
            "as": column,
            "value": _plain(draft.values[column]),
        }
        for column, index in sorted(draft.cells.items(), key=lambda each: (each[1], each[0]))
        if column in draft.values
    ]
    told = {"file": source.file, "sha256": source.sha256, "sheet": source.name, "row": draft.number, "cells": cells}
    return _AS_JSON.encode(told)


def extract_hash(content: str) -> str:
    """Return the SHA-256 of an extract, which its record has as its evidence hash."""
    return hashlib.sha256(content.encode()).hexdigest()


class ExtractCell(NamedTuple):
    """A cell of an extract, as it is shown."""

    cell: str
    heading: str
    value: str


@dataclass(frozen=True)
class Extract:
    """An extract, as it is shown."""

    file: str
    sha256: str
    sheet: str
    row: int
    cells: Sequence[ExtractCell]


def extract_shown(content: str) -> Extract:
    """Return what `extract_content` has kept."""
    told = json.loads(content)
    cells = [ExtractCell(each["cell"], each["heading"], _shown(each["value"])) for each in told.get("cells", ())]
    return Extract(told.get("file", ""), told.get("sha256", ""), told.get("sheet", ""), told.get("row", 0), cells)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | str) or value is None else str(value)


def _shown(value: Any) -> str:
    try:
        return day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return "–" if value is None else str(value)
