"""Reads text files with separators: CSV as programs of all countries write it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from training.core.csv_files import as_written
from training.core.tables.encodings import Encoding, encoding_of
from training.core.tables.grid import GridRow, OtherEncoding, cell_name
from training.core.tables.unfit import LONGEST_CELL, MOST_COLUMNS, Tally, UnfitTableError, UnfitTableReason

SEPARATORS = "\t;|,"  # the first of equals is taken; a comma stands in numbers and names too
SAMPLE_LETTERS = 256 * 1024
SAMPLE_RECORDS = 500
SAID = re.compile(r'"?sep=([^\r\n"])"?\s*', re.IGNORECASE)
END_OF_FILE = "\x1a"  # of old programs
MOST_EXAMPLES = 5


def read(file: BinaryIO, tally: Tally, *, encoding: str = "") -> None:
    """Read a text file as one sheet, and finish the book. Rows count as a spreadsheet does that opens the file.

    Args:
        encoding: the one that a person has chosen; counts where it fits as well as the likeliest.
    """
    csv.field_size_limit(LONGEST_CELL)
    found = encoding_of(file).chosen(encoding)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=found.name, errors="strict", newline="")
    try:
        _read(text, found, tally)
    finally:
        text.detach()  # the file belongs to the caller


def _read(text: io.TextIOWrapper, encoding: Encoding, tally: Tally) -> None:
    first, said = _said_separator(text)
    separator = said or _separator(first + text.read(SAMPLE_LETTERS))
    text.seek(0)
    if said:
        text.readline()
    others = [_Other(name, encoding.name) for name in encoding.others]
    for number, record in _records(text, separator):
        if "\0" in "".join(record):
            raise UnfitTableError(UnfitTableReason.NO_TEXT)
        if len(record) > MOST_COLUMNS and any(record[MOST_COLUMNS:]):
            raise UnfitTableError(UnfitTableReason.COLUMNS, most=MOST_COLUMNS)
        while record and not record[-1]:
            record.pop()
        for other in others:
            other.compare(number, record)
        tally.add(GridRow(number, tuple(as_written(each) or None for each in record)))
    tally.book.end_sheet("")
    tally.book.finish(
        "csv",
        encoding=encoding.name,
        separator=separator,
        encoding_alternatives=[OtherEncoding(each.name, tuple(each.cells)) for each in others if each.cells],
    )


@dataclass
class _Other:
    """Another encoding, and the first cells that would be different by it."""

    name: str
    taken: str
    cells: list[tuple[str, str, str]] = field(default_factory=list)

    def compare(self, number: int, record: list[str]) -> None:
        if len(self.cells) == MOST_EXAMPLES:
            return
        for column, text in enumerate(record):
            if not text.isascii():
                other = text.encode(self.taken).decode(self.name, "replace")
                if other != text and all(text != known for _, known, _ in self.cells):
                    self.cells.append((cell_name(column, number), text, other))
                    if len(self.cells) == MOST_EXAMPLES:
                        return


def _said_separator(text: io.TextIOWrapper) -> tuple[str, str]:
    """Return the first line, and the separator that it says in a way that spreadsheets understand and do not show."""
    first = text.readline(SAMPLE_LETTERS)
    match = SAID.fullmatch(first)
    return first, match[1] if match else ""


def _separator(sample: str) -> str:
    """Return the separator by which most records have the same number of cells; a comma, if there is none."""
    best, best_score = ",", 0
    for each in SEPARATORS:
        counts: Counter[int] = Counter()
        try:
            records = csv.reader(io.StringIO(sample, newline=""), delimiter=each)
            counts.update(len(record) for record in islice(records, SAMPLE_RECORDS))
        except csv.Error:
            pass  # a quotation mark that is never closed, or another separator: what came before it counts
        score = max((count for cells, count in counts.items() if cells > 1), default=0)
        if score > best_score:
            best, best_score = each, score
    return best


def _records(text: io.TextIOWrapper, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records with their numbers; a record with line breaks in quotation marks is one."""
    lines: list[str] = []  # of the record that is being read

    def seen() -> Iterator[str]:
        for line in text:
            lines.append(line)
            yield line

    number = 0
    try:
        for number, record in enumerate(csv.reader(seen(), delimiter=separator), start=1):
            is_open = len(lines) > 1 and "".join(lines).count('"') % 2
            lines.clear()
            if is_open:  # can only be the last one
                raise UnfitTableError(UnfitTableReason.UNCLOSED, row=number)
            if record == [END_OF_FILE]:
                continue
            yield number, record
    except csv.Error as error:
        is_open = len(lines) > 1
        raise UnfitTableError(
            UnfitTableReason.UNCLOSED if is_open else UnfitTableReason.LONG_CELL, row=number + 1, cell=""
        ) from error
