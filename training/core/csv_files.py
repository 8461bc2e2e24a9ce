"""CSV files that Excel opens without any questions."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

# What spreadsheets take for a formula in a CSV file; those of East Asia the wide signs too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
QUOTE = "'"  # stands before what would be a formula
BYTE_ORDER_MARK = "\ufeff"  # or Excel reads another encoding

Cell = str | int | Decimal


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the lines of a CSV file, the titles first. A text that spreadsheets would take for a formula is quoted."""
    line = io.StringIO(newline="")
    writer = csv.writer(line)
    writer.writerow(titles)
    yield BYTE_ORDER_MARK + line.getvalue()
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow([_harmless(cell) for cell in row])
        yield line.getvalue()


def as_written(text: str) -> str:
    """Return the text of a cell as it was before it was quoted in a file of ours; any other text as it is."""
    return text[1:] if text.startswith(QUOTE) and _is_dangerous(text) else text


def _harmless(value: Cell) -> Cell:
    return f"{QUOTE}{value}" if isinstance(value, str) and _is_dangerous(value) else value


def _is_dangerous(text: str) -> bool:
    """Tell whether spreadsheets would take a text for a formula, or would once a quote before it is taken away."""
    return text.lstrip(QUOTE).startswith(FORMULA_STARTS)
