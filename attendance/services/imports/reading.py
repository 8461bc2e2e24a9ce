"""Reading the files of an import: what is in them, and what it seems to mean (I2, I3)."""

import tempfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from attendance.services.imports.receiving import keep_file, open_kept
from attendance.services.imports.steps import own_import, take_step
from attendance.services.imports.tables import ReadSheet, open_sheets
from training.core.imports.registry import kinds
from training.core.tables.grid import column_name
from training.core.tables.reading import read_book
from training.models import Import
from training.policies.imports.guessing import Guess, guess_tables
from training.policies.imports.vocabulary import vocabulary_of
from training.services.job_kinds import Tell, untold

State = Import.State


def read_import(*, import_id: int, by: User, now: datetime, tell: Tell = untold) -> Import:
    """Read the files of an import in the limited process, and guess what their sheets and columns are.

    Raises:
        NotPermitted, NotFound: as `own_import`.
        UnreadableTable: one of them is no table, or larger than the limits.
        ReaderUnavailable, WaitingStoreUnavailable: the site cannot read them at the moment.
    """
    one = own_import(import_id=import_id, by=by)
    files = list(one.files.filter(is_table=True))
    for number, file in enumerate(files):
        with open_kept(file.key) as kept, read_book(kept, name=file.name) as book, tempfile.TemporaryFile() as copy:
            book.write_to(copy)
            file.book_key = keep_file(copy, ending=".book")
            file.save(update_fields=["book_key"])
        tell(number + 1, 2 * len(files))
    with open_sheets(one) as sheets:
        outline = []
        for number, sheet in enumerate(sheets):
            outline.append(_outline(sheet))
            tell(len(sheets) + number + 1, 2 * len(sheets))
    take_step(one, State.ASKING, now=now, outline={"sheets": outline})
    return one


def _outline(sheet: ReadSheet) -> dict[str, Any]:
    """Return what the page shows of a sheet, and what is guessed of it for each kind."""
    told: dict[str, Any] = {
        "index": sheet.index,
        "file": sheet.file,
        "place": sheet.place,
        "name": sheet.outline.name,
        "is_hidden": sheet.outline.is_hidden,
        "data_rows": 0,
        "heading_rows": [],
        "columns": [],
        "left_out": [],
        "guesses": {},
    }
    if sheet.shape is None:
        return told
    facts, shape = sheet.facts, sheet.shape
    told |= {
        "data_rows": facts.rows,
        "heading_rows": shape.heading_rows,
        "columns": [
            {
                "index": heading.index,
                "name": column_name(heading.index),
                "heading": heading.text,
                "above": heading.above,
                "samples": facts.columns[heading.index].samples,
                "filled": facts.columns[heading.index].filled,
            }
            for heading in shape.headings
        ],
        "left_out": [{"row": row, "why": why} for row, why in facts.left_out],
        "guesses": _best_of_each_kind(guess_tables(shape, facts, vocabulary_of(kinds()))),
    }
    return told


def _best_of_each_kind(guesses: Sequence[Guess]) -> dict[str, Any]:
    best: dict[str, Any] = {}
    for guess in guesses:  # the likeliest first
        best.setdefault(guess.kind, _as_json(guess))
    return best


def _as_json(guess: Guess) -> dict[str, Any]:
    return {
        "layout": guess.layout,
        "columns": {str(use.index): [use.column, use.head] for use in guess.uses if use.column},
        "vague": [use.index for use in guess.uses if use.is_vague],
        "constants": dict(guess.constants),
        "side_lines": guess.side_lines,
        "missing": guess.missing,
        "confidence": guess.confidence,
        "score": guess.score,
    }
