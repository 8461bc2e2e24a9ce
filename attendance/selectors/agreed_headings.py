"""What was agreed on before for tables with the same headings, in whatever order they stand now (I3)."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from training.core.sameness import same_text
from training.models import Import, ImportHeadings
from training.policies.imports.questions import QuestionKind, key_of

REMEMBERED = frozenset(
    {
        QuestionKind.MEANING,
        QuestionKind.DAY_ORDER,
        QuestionKind.CENTURY,
        QuestionKind.MONTH,
        QuestionKind.NAME_ORDER,
        QuestionKind.UNIT,
        QuestionKind.DAY_LENGTH,
        QuestionKind.MARK,
        QuestionKind.FILL,
        QuestionKind.STRUCK,
        QuestionKind.HIDDEN,
        QuestionKind.ENCODING,
    }
)
"""Answers about how columns are read. Those about what stands in one file are asked about in each."""

Sheet = Mapping[str, Any]  # of the outline of an import


@dataclass(frozen=True)
class Agreed:
    """What was agreed on for a sheet with these headings.

    Attributes:
        layout: as an import has it, by the columns of the sheet as it is now.
        answers: by key of the question, in this import.
        is_of_sender: whether it was agreed on for a file of the same sender.
    """

    kind: str
    layout: dict[str, Any]
    answers: dict[str, Any]
    by: User
    at: datetime
    is_of_sender: bool


def headings_of(sheet: Sheet) -> dict[int, str]:
    """Return by index of each column what stands for its heading; the second of two alike is another one."""
    seen: Counter[str] = Counter()
    found: dict[int, str] = {}
    for column in sheet["columns"]:
        text = json.dumps([same_text(column["above"]), same_text(column["heading"])])
        seen[text] += 1
        found[column["index"]] = json.dumps([text, seen[text]])
    return found


def digest_of(sheet: Sheet) -> str:
    """Return what stands for the headings of a sheet in any order; nothing where it has none."""
    if not any(same_text(column["heading"]) for column in sheet["columns"]):
        return ""
    return hashlib.sha256(json.dumps(sorted(headings_of(sheet).values())).encode()).hexdigest()


def agreed_before(one: Import, kind: str) -> dict[int, Agreed]:
    """Return by index of the sheet what was agreed on for its headings, of the same sender before that of others."""
    sheets = {each["index"]: digest_of(each) for each in one.outline.get("sheets", [])}
    rows = _rows(one, sheets.values()).filter(kind=kind)
    by_digest: dict[str, ImportHeadings] = {}
    for row in sorted(rows, key=lambda each: (each.sender != one.sender, -each.agreed_at.timestamp())):
        by_digest.setdefault(row.headings, row)
    found = {}
    for sheet in one.outline.get("sheets", []):
        known = by_digest.get(sheets[sheet["index"]])
        if known is not None:
            found[sheet["index"]] = _here(known, sheet, one)
    return found


def kind_agreed_before(one: Import) -> str:
    """Return for which kind tables with these headings were taken the last time; nothing where they were not."""
    digests = [digest_of(each) for each in one.outline.get("sheets", [])]
    rows = sorted(_rows(one, digests), key=lambda each: (each.sender == one.sender, each.agreed_at))
    return rows[-1].kind if rows else ""


def answers_agreed_before(one: Import) -> dict[str, Any]:
    """Return how the columns of an import are read, as was said for the last file of the same sender."""
    found: dict[str, Any] = {}
    for index, agreed in agreed_before(one, one.kind).items():
        if agreed.is_of_sender and str(index) in one.layout:
            found |= agreed.answers
    return found


def layout_to_remember(layout: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    """Return a layout with headings in place of the indexes of columns, and the headings as people read them.

    What one value says for a whole sheet, such as the employer in its name, is of that sheet and of no other.
    """
    names = headings_of(sheet)
    columns = {names[int(index)]: list(use) for index, use in layout["columns"].items() if int(index) in names}
    headings = [each["heading"] for each in sheet["columns"] if each["heading"]]
    lasting = {name: part for name, part in layout.items() if name != "constants"}
    return {**lasting, "columns": columns, "headings": headings}


def answers_to_remember(one: Import, said: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    """Return what was said about how a sheet is read, by keys that name its columns by their headings."""
    names = headings_of(sheet)
    kinds = {each["key"]: each["kind"] for each in one.questions.get("columns", [])}
    found = {}
    for key, value in said.items():
        if kinds.get(key) not in REMEMBERED:
            continue
        first, _slash, rest = key.partition("/")
        if not first.isdecimal():
            found[json.dumps(["", "", key])] = value
        elif int(first) == sheet["index"]:
            column, _slash, subject = rest.partition("/")
            if not column.isdecimal():
                found[json.dumps(["sheet", "", rest])] = value
            elif int(column) in names:
                found[json.dumps(["sheet", names[int(column)], subject])] = value
    return found


def _here(row: ImportHeadings, sheet: Sheet, one: Import) -> Agreed:
    places = {name: index for index, name in headings_of(sheet).items()}
    columns = {str(places[name]): use for name, use in row.layout["columns"].items() if name in places}
    answers = {}
    for key, value in row.answers.items():
        of_sheet, name, subject = json.loads(key)
        if not of_sheet:
            answers[subject] = value
        elif not name:
            answers[key_of(sheet["index"], subject)] = value
        elif name in places:
            answers[key_of(sheet["index"], places[name], subject)] = value
    layout = {name: part for name, part in row.layout.items() if name != "headings"}
    taken = {name for name, _head in columns.values()}
    guessed = sheet["guesses"].get(row.kind, {}).get("constants", {})
    constants = {name: text for name, text in guessed.items() if name not in taken}
    layout |= {"columns": columns, "constants": constants}
    return Agreed(row.kind, layout, answers, row.agreed_by, row.agreed_at, row.sender == one.sender)


def _rows(one: Import, digests: Iterable[str]) -> QuerySet[ImportHeadings]:
    return ImportHeadings.objects.filter(headings__in=set(filter(None, digests))).select_related("agreed_by")
