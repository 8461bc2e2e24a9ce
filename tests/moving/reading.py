"""Tables as text files, for people to read: what stands on a sheet, and what it must give.

A line is a row; cells stand between bars. A cell is a text, or

    #417  #10012.0  #417'00417     a number; one that is shown as 00417
    @2024-03-01  @2024-03-01~      a true date; one that is shown as a month
    @2024-03-01T08:00  @08:30      a day with its time; a time
    ?true  !                       true; an error of the spreadsheet
    text {D9D9D9}  text {~}        a filled cell; a struck one

After `//` stands what holds for the row: `fill=D9D9D9`, `struck`, `hidden`. A row begins with its number and a colon
where rows before it are empty. The first line names the sheet, and its merged cells: `A1:C1`.
"""

import datetime as dt
import re
from pathlib import Path
from typing import Any

from training.core.tables.grid import GridRow, SheetOutline

TABLES = Path(__file__).parent / "tables"
_CELL = re.compile(r"([A-Z]+)(\d+)")
_STYLE = re.compile(r"\s*\{([0-9A-F]{6}|~)\}$")


def read_table(path: Path) -> tuple[SheetOutline, list[GridRow]]:
    """Return the sheet that a text file describes."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    name, _bar, merged = head.partition("|")
    rows: list[GridRow] = []
    number = 0
    for line in lines:
        match = re.match(r"(\d+): ?", line)
        number = int(match.group(1)) if match else number + 1
        row = _row(number, line[match.end() :] if match else line)
        if any(value is not None for value in row.cells) or row.errors:
            rows.append(row)
    spans = tuple(_span(each) for each in merged.split())
    width = max(len(row.cells) for row in rows)
    return SheetOutline(name.strip(), rows[-1].number, width, merged=spans), rows


def _row(number: int, line: str) -> GridRow:
    body, _slashes, style = line.partition("//")
    cells: list[Any] = []
    fills: dict[int, str] = {}
    struck, months, errors, shown = set(), set(), set(), {}
    for column, raw in enumerate(body.split("|")):
        text = raw.strip()
        match = _STYLE.search(text)
        if match:
            text = text[: match.start()]
            if match.group(1) == "~":
                struck.add(column)
            else:
                fills[column] = match.group(1)
        if text == "!":
            errors.add(column)
        if text.startswith("@") and text.endswith("~"):
            months.add(column)
        if text.startswith("#") and "'" in text:
            shown[column] = text.partition("'")[2]
        cells.append(_value(text))
    filled = [column for column, value in enumerate(cells) if value is not None]
    for word in style.split():
        if word.startswith("fill="):
            fills.update(dict.fromkeys(filled, word[5:]))
        if word == "struck":
            struck.update(filled)
    while cells and cells[-1] is None:
        cells.pop()
    return GridRow(
        number,
        tuple(cells),
        is_hidden="hidden" in style.split(),
        fills=fills,
        struck=frozenset(struck),
        months=frozenset(months),
        errors=frozenset(errors),
        shown=shown,
    )


def _value(text: str) -> Any:
    if text in {"", "!"}:
        return None
    if re.match(r"#-?\d", text):
        number = text[1:].partition("'")[0]
        return float(number) if re.search(r"[.eE]", number) else int(number)
    if text.startswith("@"):
        return _moment(text[1:].rstrip("~"))
    if text.startswith("?"):
        return text == "?true"
    return text.replace("\\n", "\n")


def _moment(text: str) -> dt.date | dt.time:
    if "T" in text:
        return dt.datetime.fromisoformat(text)
    return dt.time.fromisoformat(text) if ":" in text else dt.date.fromisoformat(text)


def _span(text: str) -> tuple[int, int, int, int]:
    (left, top), (right, bottom) = (match for match in _CELL.findall(text))
    return int(top), _column(left), int(bottom), _column(right)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
