"""The plain form of a table that was read: values by row and column, and how the spreadsheet shows them (I2).

Nothing here knows what a column means. A `Book` is a file of JSON lines, one for each row that holds anything, so that
a million cells need no memory; it can wait in a store for days and is opened again as it was.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from shutil import copyfileobj
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self

Value = str | int | float | Decimal | bool | date | datetime | time | None

HEAD = b'{"table":1}\n'  # the number is the version of the form; another one is not read
TAIL_BYTES = 17  # where the outline begins: sixteen figures and a line break
BLOCK_BYTES = 1024**2
MOST_MERGED = 5_000  # merged ranges that are kept for each sheet
LETTERS = 26
PLAIN_NAME = re.compile(r"[^\W\d]\w*")
LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*|[Cc]\d*|[Rr]\d*[Cc]\d*")


class OtherForm(Exception):  # noqa: N818  # like the refusals: it says what is, and the file is read again
    """A file is no book, is not whole, or was written in the form of another version."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row that holds anything.

    A whole number is an int, also where the file says `10012.0` or `1.2E+05`; any other number is a float. A text
    that looks like a number stays a text. A day is a date, with a time of day a datetime. What no calendar has is the
    text that Excel shows: `00.01.1900` for a day of serial 0, `29.02.1900` for serial 60. Days before 1900 are
    the texts that their spreadsheets hold. A duration is a text, `40:30:00`. Dates and times know no time zone.

    Attributes:
        number: as the spreadsheet shows it, from 1.
        cells: from column A on; empty ones at the end are left out, and an empty text is None.
        is_hidden: the spreadsheet does not show this row, by hand or by a filter.
        fills: by column (A = 0), the colour `RRGGBB` of a solid fill that is not white, up to the last value.
        struck: columns whose whole value is struck through.
        notes: by column, the texts of notes and comments.
        months: columns with a true date that is shown without its day, as month and year or as year only.
        errors: columns that hold an error such as `#N/A`, or a day that Excel cannot show; their value is None.
        shown: by column, what is shown for a number with a format such as `00000` or text, where that is more than
            the number: `00417` for 417.
    """

    number: int
    cells: tuple[Value, ...]
    is_hidden: bool = False
    fills: Mapping[int, str] = field(default_factory=dict)
    struck: frozenset[int] = frozenset()
    notes: Mapping[int, str] = field(default_factory=dict)
    months: frozenset[int] = frozenset()
    errors: frozenset[int] = frozenset()
    shown: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetOutline:
    """A sheet, without its rows.

    Attributes:
        rows: the number of the last row that holds anything; 0 for an empty sheet.
        columns: how many columns there are up to the last one that holds anything.
        is_hidden: the spreadsheet does not show this sheet.
        hidden_columns: among those columns, A = 0.
        merged: first row, first column, last row and last column of merged cells, rows from 1, columns from 0; at most
            MOST_MERGED of them.
    """

    name: str
    rows: int
    columns: int
    is_hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class OtherEncoding:
    """An encoding by which a text file could be read with equal right, and what would be different then.

    Attributes:
        encoding: as Python calls it.
        cells: the first cells that differ: the name of the cell, its text as it was taken, its text by this encoding.
    """

    encoding: str
    cells: tuple[tuple[str, str, str], ...]


class Book:
    """What was read of a file. Close it, or use it in a `with` statement.

    Args:
        file: what `BookWriter` wrote; belongs to the book from now on.

    Attributes:
        kind: `csv`, `xlsx`, `xls`, `xlsb` or `ods`; `xlsx` also for XLSM.
        sheets: in the order of the file. A text file has one sheet without a name.
        encoding: of a text file, as Python calls it; empty for a workbook.
        encoding_alternatives: other encodings with equal right, so that a person can be asked.
        separator: of a text file; empty for a workbook.
        is_1904: the workbook counts its days from 1904. Its dates are right already.

    Raises:
        OtherForm: the file is no book, is not whole, or has the form of another version.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        outline = _outline(file)
        try:
            self.kind: str = outline["kind"]
            self.encoding: str = outline["encoding"]
            self.separator: str = outline["separator"]
            self.is_1904: bool = outline["is_1904"]
            self.encoding_alternatives = tuple(
                OtherEncoding(name, tuple((cell, taken, other) for cell, taken, other in cells))
                for name, cells in outline["encoding_alternatives"]
            )
            self.sheets = tuple(_sheet(each["outline"]) for each in outline["sheets"])
            self._places: list[tuple[int, int]] = [(each["begin"], each["end"]) for each in outline["sheets"]]
        except (KeyError, TypeError, ValueError) as error:
            raise OtherForm from error

    def rows(self, sheet: int) -> Iterator[GridRow]:
        """Yield the rows of a sheet that hold anything, from the top. Several can be read at once.

        Args:
            sheet: its place in `sheets`.
        """
        begin, end = self._places[sheet]
        for line in self._lines(begin, end):
            yield _row(json.loads(line))

    def write_to(self, file: BinaryIO) -> None:
        """Write the whole book at the place where the file stands."""
        self._file.seek(0)
        copyfileobj(self._file, file, BLOCK_BYTES)

    @classmethod
    def read_from(cls, file: BinaryIO) -> Self:
        """Return the book that `write_to` wrote, whose file must begin with it and end with it.

        Args:
            file: can be read at any place; belongs to the book from now on.

        Raises:
            OtherForm: it is no book, is not whole, or has the form of another version: read the table again.
        """
        return cls(file)

    def close(self) -> None:
        """Close the file; a temporary one is gone then."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _lines(self, begin: int, end: int) -> Iterator[bytes]:
        rest = b""
        while begin < end:
            self._file.seek(begin)  # each time, as another sheet may be read meanwhile
            block = self._file.read(min(BLOCK_BYTES, end - begin))
            if not block:
                raise OtherForm
            begin += len(block)
            *lines, rest = (rest + block).split(b"\n")
            yield from lines


class Writable(Protocol):
    """What a book is written to."""

    def write(self, content: bytes, /) -> object:
        """Write the whole of it."""

    def flush(self) -> object:
        """Write what waits."""


class BookWriter:
    """Writes a book, row by row, to a file that is written from its beginning on."""

    def __init__(self, file: Writable) -> None:
        self._file = file
        self._file.write(HEAD)
        self._at = self._begin = len(HEAD)
        self._sheets: list[dict[str, Any]] = []
        self._rows = self._columns = 0

    def add(self, row: GridRow) -> None:
        """Write the next row of the sheet; its number is greater than the one before."""
        line = _encoded(_line(row)) + b"\n"
        self._file.write(line)
        self._at += len(line)
        self._rows = row.number
        self._columns = max(self._columns, len(row.cells))

    def end_sheet(
        self,
        name: str,
        *,
        is_hidden: bool = False,
        hidden_columns: frozenset[int] = frozenset(),
        merged: Sequence[tuple[int, int, int, int]] = (),
    ) -> None:
        """Say that the rows since the last sheet were those of this one; see `SheetOutline`."""
        columns = sorted(each for each in hidden_columns if each < self._columns)
        outline = SheetOutline(name, self._rows, self._columns, is_hidden, merged=tuple(merged[:MOST_MERGED]))
        words = {**asdict(outline), "hidden_columns": columns}
        self._sheets.append({"outline": words, "begin": self._begin, "end": self._at})
        self._begin, self._rows, self._columns = self._at, 0, 0

    def finish(
        self,
        kind: str,
        *,
        encoding: str = "",
        separator: str = "",
        encoding_alternatives: Sequence[OtherEncoding] = (),
        is_1904: bool = False,
    ) -> None:
        """Write the outline; see `Book`."""
        outline = {
            "kind": kind,
            "encoding": encoding,
            "separator": separator,
            "encoding_alternatives": [[each.encoding, each.cells] for each in encoding_alternatives],
            "is_1904": is_1904,
            "sheets": self._sheets,
        }
        self._file.write(_encoded(outline) + b"\n" + b"%016d\n" % self._at)
        self._file.flush()


@cache
def column_name(column: int) -> str:
    """Return what the spreadsheet calls a column: A for 0, AA for 26."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, LETTERS)
        name = chr(ord("A") + letter) + name
    return name


def cell_name(column: int, row: int, *, sheet: str = "") -> str:
    """Return what the spreadsheet calls a cell: `F27`, or with its sheet `Sheet2!F27` or `'Crew of May'!F27`.

    Args:
        column: A = 0.
        row: from 1.
    """
    cell = f"{column_name(column)}{row}"
    if not sheet:
        return cell
    if PLAIN_NAME.fullmatch(sheet) and not LIKE_A_CELL.fullmatch(sheet):
        return f"{sheet}!{cell}"
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"


# A line is [number, cells] or [number, cells, more]. What JSON cannot tell is named in `more`, by a letter and columns.
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_LETTERS_OF_TYPES: dict[type, str] = {date: "d", datetime: "t", time: "c", Decimal: "x"}
_TYPES_OF_LETTERS = {"d": date.fromisoformat, "t": datetime.fromisoformat, "c": time.fromisoformat, "x": Decimal}
_PLAIN = frozenset({str, int, float, bool, type(None)})
NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # as JSON writes it; after a backslash of the text it is none


def _encoded(words: Any) -> bytes:
    """Return words as JSON. NUL, as damaged files have it in texts, is no letter, and no database takes it."""
    text = _encode(words)
    if "\\u0000" in text:
        text = NUL.sub("\\1\N{REPLACEMENT CHARACTER}", text)
    return text.encode()


def _line(row: GridRow) -> tuple[Any, ...]:
    cells: Sequence[Any] = row.cells
    more: dict[str, Any] = {}
    if not _PLAIN.issuperset(map(type, cells)):
        cells = list(cells)
        for column, value in enumerate(cells):
            if type(value) not in _PLAIN:
                more.setdefault(_LETTERS_OF_TYPES[type(value)], []).append(column)
                cells[column] = value.isoformat() if isinstance(value, date | time) else str(value)
    if row.is_hidden:
        more["h"] = 1
    for letter, by_column in (("f", row.fills), ("n", row.notes), ("w", row.shown)):
        if by_column:
            more[letter] = dict(by_column)
    for letter, columns in (("s", row.struck), ("m", row.months), ("e", row.errors)):
        if columns:
            more[letter] = sorted(columns)
    return (row.number, cells, more) if more else (row.number, cells)


def _row(line: list[Any]) -> GridRow:
    if len(line) == 2:  # nothing but number and cells
        return GridRow(line[0], tuple(line[1]))
    number, cells, more = line
    for letter, typed in _TYPES_OF_LETTERS.items():
        for column in more.get(letter, ()):
            cells[column] = typed(cells[column])
    return GridRow(
        number=number,
        cells=tuple(cells),
        is_hidden="h" in more,
        fills=_by_column(more.get("f")),
        struck=frozenset(more.get("s", ())),
        notes=_by_column(more.get("n")),
        months=frozenset(more.get("m", ())),
        errors=frozenset(more.get("e", ())),
        shown=_by_column(more.get("w")),
    )


def _by_column(texts: dict[str, str] | None) -> dict[int, str]:
    return {int(column): text for column, text in texts.items()} if texts else {}


def _outline(file: BinaryIO) -> Any:
    try:
        file.seek(0)
        head = file.read(len(HEAD))
        end = file.seek(0, 2)
        file.seek(max(0, end - TAIL_BYTES))
        place = int(file.read(TAIL_BYTES))
        file.seek(place)
        outline = json.loads(file.read(end - TAIL_BYTES - place))
    except ValueError as error:
        raise OtherForm from error
    if head != HEAD or not isinstance(outline, dict):
        raise OtherForm
    return outline


def _sheet(words: dict[str, Any]) -> SheetOutline:
    merged = tuple((top, left, bottom, right) for top, left, bottom, right in words["merged"])
    return SheetOutline(**{**words, "hidden_columns": frozenset(words["hidden_columns"]), "merged": merged})
