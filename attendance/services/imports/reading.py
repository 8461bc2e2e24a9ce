"""Reading the files of an import: what is in them, and what it seems to mean (I2, I3)."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from attendance.services.imports.receiving import forget, keep_file, open_kept
from attendance.services.imports.steps import own_import, take_step
from attendance.services.imports.tables import ReadSheet, open_sheets
from training.core.imports.registry import kinds
from training.core.refusals import database_refusals
from training.core.tables.grid import Book, column_name
from training.core.tables.reading import read_book
from training.models import Import, ImportFile
from training.policies.imports.guessing import Guess, guess_tables
from training.policies.imports.questions import Option, Question, QuestionKind, key_of
from training.policies.imports.vocabulary import vocabulary_of
from training.services.job_kinds import Tell, untold

State = Import.State


@database_refusals()
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
        _read_file(file)
        tell(number + 1, 2 * len(files))
    take_step(one, State.ASKING, now=now, outline=_outline_of(one, tell=tell))
    return one


def read_as_said(one: Import, said: Mapping[str, Any]) -> None:
    """Read text files again whose letters are meant in another way than they were read.

    Args:
        said: answers by the keys of questions.

    Raises:
        as `read_import`.
    """
    is_other = False
    for file in one.files.filter(is_table=True):
        wanted = said.get(encoding_key(file.number))
        if isinstance(wanted, str):
            with Book.read_from(open_kept(file.book_key)) as book:
                is_taken = book.encoding == wanted
                can_be = any(each.encoding == wanted for each in book.encoding_alternatives)
            if can_be and not is_taken:
                _read_file(file, encoding=wanted)
                is_other = True
    if is_other:
        one.outline = _outline_of(one)
        Import.objects.filter(pk=one.pk).update(outline=one.outline)


def encoding_key(file: int) -> str:
    """Return the key of the question how the letters of a file are written."""
    return key_of("encoding", file)


def encodings_asked(one: Import, sheets: Sequence[ReadSheet]) -> Iterator[Question]:
    """Yield a question for each text file whose bytes give other letters by another encoding with equal right (I3)."""
    taken = {sheet.file for sheet in sheets if str(sheet.index) in one.layout}
    books = {sheet.file: sheet.book for sheet in sheets if sheet.file in taken}
    names = dict(one.files.values_list("number", "name"))
    for number, book in books.items():
        if not book.encoding_alternatives:
            continue
        cells = [each for other in book.encoding_alternatives for each in other.cells]
        ours = ", ".join(dict.fromkeys(text for _cell, text, _other in cells))
        theirs = {
            other.encoding: ", ".join(dict.fromkeys(text for _cell, _ours, text in other.cells))
            for other in book.encoding_alternatives
        }
        yield Question(
            key=encoding_key(number),
            kind=QuestionKind.ENCODING,
            value=book.encoding,
            text=_("The letters of “%(file)s” can be read in several ways. Which of them is right?")
            % {"file": names[number]},
            options=[Option(book.encoding, ours), *(Option(name, texts) for name, texts in theirs.items())],
            proposal=book.encoding,
            cells=list(dict.fromkeys(cell for cell, _ours, _text in cells)),
            count=len({cell for cell, _ours, _text in cells}),
        )


def _read_file(file: ImportFile, *, encoding: str = "") -> None:
    """Read a file in the limited process, and keep what was read of it."""
    old = file.book_key
    with (
        open_kept(file.key) as kept,
        read_book(kept, name=file.name, encoding=encoding) as book,
        tempfile.TemporaryFile() as copy,
    ):
        book.write_to(copy)
        file.book_key = keep_file(copy, ending=".book")
        file.save(update_fields=["book_key"])
    if old:
        forget(old)


def _outline_of(one: Import, *, tell: Tell = untold) -> dict[str, Any]:
    with open_sheets(one) as sheets:
        outline = []
        for number, sheet in enumerate(sheets):
            outline.append(_outline(sheet))
            tell(len(sheets) + number + 1, 2 * len(sheets))
    return {"sheets": outline}


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
