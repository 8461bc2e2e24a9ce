"""Reading the rows of an import as they were agreed on, and finding out what is still to be asked (I4)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from attendance.policies.import_twins import twins
from attendance.selectors.agreed_headings import answers_agreed_before
from attendance.selectors.named import CAN_BE_NEW, Names, can_be_asked
from attendance.services.imports.choices import choices_as_json, lacking, not_asked_of_sheets
from attendance.services.imports.reading import encodings_asked, read_as_said
from attendance.services.imports.rows import forget_rows, stage
from attendance.services.imports.steps import answers_of, kind_of_import, own_import, take_step
from attendance.services.imports.tables import ReadSheet, open_sheets, sheet_names
from learners.selectors.area_names import INSIDE
from training.core.audit_context import as_person
from training.core.imports.declaration import ImportKind, Reads, Thing
from training.core.imports.rows import DraftRow
from training.core.long_jobs import take_time
from training.core.sameness import same_text
from training.core.tables.grid import cell_name
from training.models import Import, ImportRow
from training.policies.imports.asking import told_by_cells
from training.policies.imports.plan import ReadingPlan
from training.policies.imports.questions import Question
from training.policies.imports.tables import ColumnUse, TableLayout, TableUse
from training.services.imports.contract import LEAVE_OUT
from training.services.job_kinds import Tell, untold

CELLS_NAMED = 5

State = Import.State


@dataclass
class _Text:
    """A text that names something: how it is written first, how often, and in which of the first cells."""

    written: str
    count: int = 0
    cells: list[str] = field(default_factory=list)


def stage_import(*, import_id: int, by: User, now: datetime, tell: Tell = untold) -> bool:
    """Read the rows of the agreed tables, and keep them with the questions that they raise.

    Returns:
        whether nothing is to be asked any more, so that the rows can be checked.

    Raises:
        NotPermitted, NotFound: as `own_import`.
        WrongState: the import has gone on meanwhile.
        WaitingStoreUnavailable: what was read from the files cannot be opened now.
    """
    one = own_import(import_id=import_id, by=by)
    take_step(one, State.CHECKING, now=now, failure="")
    kind = kind_of_import(one)
    before = answers_agreed_before(one)
    unasked = not_asked_of_sheets(one)
    said = {**(before if one.is_unattended else {}), **one.answers.get("columns", {}), **unasked}
    read_as_said(one, said)
    with open_sheets(one) as sheets:
        taken = [sheet for sheet in sheets if str(sheet.index) in one.layout and sheet.shape is not None]
        facts = {sheet.index: sheet.facts for sheet in taken}
        tables = [_table(one, sheet, sheet_names(one)) for sheet in taken]
        answers = {**told_by_cells(kind, tables, facts), **said}
        plan = ReadingPlan(kind, tables, answers, today=timezone.localdate(now))
        asked = [*encodings_asked(one, sheets), *(each for each in plan.questions(facts) if each.key not in unasked)]
        total = sum(each.rows for each in facts.values())
        with as_person(by), transaction.atomic(durable=True):
            take_time()
            forget_rows(one.pk)
            texts, count = _keep(one, kind, _rows(one, plan, taken), tell=tell, total=total)
    things, is_open = _things(kind, texts, one)
    questions = {
        "columns": [_as_json(each, before) for each in asked],
        "things": things,
        "people": [],
        "choices": choices_as_json(one),
    }
    is_clear = all(each.key in answers for each in asked) and not is_open and not lacking(one)
    if is_clear:
        Import.objects.filter(pk=one.pk).update(questions=questions, counts={"rows": count})
    else:
        take_step(one, State.ASKING, now=now, questions=questions, counts={"rows": count})
    return is_clear


def _table(one: Import, sheet: ReadSheet, names: Mapping[int, str]) -> TableUse:
    agreed = one.layout[str(sheet.index)]
    assert sheet.shape is not None  # noqa: S101  # sheets without a table are not taken
    there = {heading.index for heading in sheet.shape.headings}
    vague = one.outline["sheets"][sheet.index]["guesses"].get(one.kind, {}).get("vague", [])
    return TableUse(
        sheet=sheet.index,
        name=names[sheet.index],
        shape=sheet.shape,
        layout=TableLayout(agreed["layout"]),
        columns=[
            ColumnUse(int(index), name, head, is_vague=int(index) in vague)
            for index, (name, head) in agreed["columns"].items()
            if int(index) in there
        ],
        constants=agreed.get("constants", {}),
        side_lines=agreed.get("side_lines", ()),
        is_1904=sheet.book.is_1904,
    )


def _rows(one: Import, plan: ReadingPlan, sheets: Sequence[ReadSheet]) -> Iterator[DraftRow]:
    areas = [each.name for each in plan.kind.columns if each.thing is Thing.AREA and each.reads is Reads.THINGS]
    names = Names(Thing.AREA, sender=one.sender) if areas else None
    for sheet in sheets:
        for row in plan.rows(sheet.index, sheet.rows()):
            yield row if names is None else _with_areas_apart(row, areas, names)


def _with_areas_apart(row: DraftRow, columns: Sequence[str], names: Names) -> DraftRow:
    """Tell "Site / Tank farm", an area that lies in another, from two areas with the same sign between them."""
    texts = {column: row.values[column] for column in columns if column in row.values}
    if not any(INSIDE in text for each in texts.values() for text in each):
        return row
    apart = {
        column: [part for text in each for part in ([text] if names.is_known(text) else text.split(INSIDE))]
        for column, each in texts.items()
    }
    return replace(row, values={**row.values, **{name: list(dict.fromkeys(each)) for name, each in apart.items()}})


def _keep(
    one: Import, kind: ImportKind, rows: Iterator[DraftRow], *, tell: Tell, total: int
) -> tuple[Mapping[Thing, Mapping[str, _Text]], int]:
    """Keep rows, and return the texts in them that name things, and how many rows there are."""
    columns = [(each.name, each.thing) for each in kind.columns if each.thing is not None and can_be_asked(each.thing)]
    names = sheet_names(one)
    texts: dict[Thing, dict[str, _Text]] = defaultdict(dict)
    count = 0
    for part in stage(one.pk, rows):
        for row in part:
            for column, thing in columns:
                said = row.values.get(column, ())
                for text in (said,) if isinstance(said, str) else said:
                    found = texts[thing].setdefault(same_text(text), _Text(text))
                    found.count += 1
                    if len(found.cells) < CELLS_NAMED and column in row.cells:
                        found.cells.append(cell_name(row.cells[column], row.number, sheet=names[row.sheet]))
        count += len(part)
        tell(min(count, total), total)
    return texts, count


def _things(
    kind: ImportKind, texts: Mapping[Thing, Mapping[str, _Text]], one: Import
) -> tuple[dict[str, list[dict[str, Any]]], bool]:
    """Return what each text names, or what it may name where that is to be asked, and whether anything is.

    What another row of the file brings in under this name needs no question: the check finds that row.
    """
    labels = {each.thing: str(each.label) for each in kind.columns}
    found: dict[str, list[dict[str, Any]]] = {}
    is_open = False
    for thing, said in texts.items():
        names = Names(thing, sender=one.sender)
        own = _own_names(kind, one) if thing is kind.makes else frozenset()
        meanings = ({**_meaning(each, names), "text": text, "label": labels[thing]} for text, each in said.items())
        found[thing] = [each for each in meanings if each["key"] is not None or each["text"] not in own]
        unknown = {each["text"]: each["written"] for each in found[thing] if each["key"] is None}
        same = twins(unknown) if thing in CAN_BE_NEW else {}
        for each in found[thing]:
            if each["text"] in same:
                each["same_as"] = {"text": same[each["text"]], "written": unknown[same[each["text"]]]}
        meant = answers_of(thing, found[thing], one.answers.get("things", {}).get(thing, {}))
        is_open |= any(
            answer not in names.things if isinstance(answer, int) else answer is None for answer in meant.values()
        )
    return found, is_open


def _own_names(kind: ImportKind, one: Import) -> Collection[str]:
    """Return the names, as they are compared, of what the rows themselves bring in."""
    rows = ImportRow.objects.filter(of=one).values_list(*(f"values__{name}" for name in kind.named_by))
    found = {str(name) for names in rows.iterator() for name in names if name}
    if kind.makes is Thing.AREA:  # other rows can name it with the area around it
        inside = ImportRow.objects.filter(of=one).values_list("values__parent", "values__name")
        found |= {f"{around}{INSIDE}{name}" for around, name in inside.iterator() if around and name}
    return frozenset(map(same_text, found))


def _meaning(text: _Text, names: Names) -> dict[str, Any]:
    key: int | str | None = names.key_of(text.written)  # before what was agreed on: it may have been made since
    if key is None and names.is_left_out(text.written):
        key = LEAVE_OUT
    near = names.near(text.written) if key is None else []
    return {
        "written": text.written,
        "count": text.count,
        "cells": text.cells,
        "key": key,
        "proposals": [{"key": each.key, "label": each.label} for each in near],
    }


def _as_json(question: Question, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a question as the import keeps it; what was said for the last file with these headings is proposed."""
    return {
        "key": question.key,
        "kind": question.kind,
        "text": question.text,
        "options": [{"value": each.value, "label": str(each.label)} for each in question.options],
        "takes": question.takes,
        "proposal": before.get(question.key, question.proposal),
        "is_agreed": question.key in before,
        "cells": list(question.cells),
        "count": question.count,
    }
