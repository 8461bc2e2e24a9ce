"""Reads XLSX and XLSM: everything is taken from the parts themselves, streamed, with no library between (ADR 52).

Formulas count by their stored values. Macros, links to other workbooks, charts and pictures are never opened.
"""

from dataclasses import dataclass, field

from training.core.tables.parts import Attributes, Parts, Relations, local, parse, parser
from training.core.tables.unfit import LONGEST_CELL, MOST_SHEETS, Tally, UnfitTableError, UnfitTableReason
from training.core.tables.xlsx_sheet import Shared, SheetPart, cell_of, unescaped
from training.core.tables.xlsx_styles import is_on, styles_of

MOST_NOTES = 100_000


@dataclass
class _Workbook:
    is_1904: bool = False
    sheets: list[tuple[str, bool, str]] = field(default_factory=list)  # name, hidden, relation

    def start(self, tag: str, attributes: Attributes) -> None:
        name = local(tag)
        if name == "workbookPr":
            self.is_1904 = is_on(attributes.get("date1904", ""))
        elif name == "sheet":
            relation = next((value for key, value in attributes.items() if local(key) == "id" and key != "id"), "")
            self.sheets.append((attributes.get("name", ""), attributes.get("state", "visible") != "visible", relation))


def read(parts: Parts, tally: Tally) -> bool:
    """Read all sheets with cells, and tell whether the workbook counts its days from 1904."""
    name = next((part for kind, part in parts.relations("").values() if kind == "officeDocument"), "xl/workbook.xml")
    workbook = _Workbook()
    parse(parts, name, parser(workbook.start))
    if len(workbook.sheets) > MOST_SHEETS:
        raise UnfitTableError(UnfitTableReason.UNPACKED)
    relations = parts.relations(name)
    styles = styles_of(parts, _first(relations, "styles"), _first(relations, "theme"))
    strings = _shared_strings(parts, _first(relations, "sharedStrings"))
    for title, is_hidden, relation in workbook.sheets:
        kind, part = relations.get(relation, ("", ""))
        if kind != "worksheet":
            continue  # a chart or a dialogue of its own
        sheet = SheetPart(
            title, tally, styles=styles, strings=strings, notes=_notes(parts, part), is_1904=workbook.is_1904
        )
        parse(parts, part, sheet.parser)
        tally.book.end_sheet(
            title, is_hidden=is_hidden, hidden_columns=frozenset(sheet.hidden_columns), merged=sheet.merged
        )
    return workbook.is_1904


def _first(relations: Relations, wanted: str) -> str | None:
    return next((part for kind, part in relations.values() if kind == wanted), None)


def _shared_strings(parts: Parts, name: str | None) -> list[Shared]:
    """Return the texts that cells name by number, and for each whether all of it is struck through."""
    strings: list[Shared] = []
    if name is None or name.lower() not in parts.names:
        return strings
    text: list[str] = []
    runs = struck = 0
    is_sound = False  # inside letters that only say how others are read aloud

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal runs, struck, is_sound
        match local(tag):
            case "t" if not is_sound:
                by.CharacterDataHandler = text.append
            case "si":
                runs = struck = 0
                text.clear()
            case "r":
                runs += 1
            case "strike" if is_on(attributes.get("val", "1")):
                struck += 1
            case "rPh":
                is_sound = True

    def end(tag: str) -> None:
        nonlocal is_sound
        match local(tag):
            case "t":
                by.CharacterDataHandler = None
            case "si":
                whole = unescaped("".join(text))
                strings.append((whole or None, bool(runs) and struck == runs))
            case "rPh":
                is_sound = False

    by = parser(start, end)
    parse(parts, name, by)
    return strings


def _notes(parts: Parts, sheet: str) -> dict[int, dict[int, str]]:
    """Return the notes of a sheet by row and column; the comments of a conversation one under another."""
    relations = parts.relations(sheet)
    notes: dict[int, dict[int, str]] = {}
    threads: dict[int, dict[int, str]] = {}
    for kind, part in relations.values():
        if part.lower() in parts.names:
            if kind == "comments":
                _read_notes(parts, part, notes, cell="comment", text="t")
            elif kind == "threadedComment":
                _read_notes(parts, part, threads, cell="threadedComment", text="text")
    for row, columns in threads.items():
        notes.setdefault(row, {}).update(columns)  # the note of a thread only says that old programs cannot show it
    return notes


def _read_notes(parts: Parts, name: str, notes: dict[int, dict[int, str]], *, cell: str, text: str) -> None:
    at: tuple[int, int] | None = None
    pieces: list[str] = []
    count = 0

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal at, count
        found = local(tag)
        if found == cell:
            at = cell_of(attributes.get("ref", ""))
            pieces.clear()
            count += 1
            if count > MOST_NOTES:
                raise UnfitTableError(UnfitTableReason.UNPACKED)
        elif found == text:
            by.CharacterDataHandler = pieces.append

    def end(tag: str) -> None:
        found = local(tag)
        if found == text:
            by.CharacterDataHandler = None
        elif found == cell and at and (whole := unescaped("".join(pieces)).strip()):
            row, column = at
            columns = notes.setdefault(row, {})
            columns[column] = f"{columns[column]}\n{whole}" if column in columns else whole
            columns[column] = columns[column][:LONGEST_CELL]

    by = parser(start, end)
    parse(parts, name, by)
