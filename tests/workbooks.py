"""Excel files of ours, read back as another program reads them."""

import io
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook


def book_of(response: Any) -> Workbook:
    """Return the file of an answer; nothing in it is a formula or a link."""
    book = load_workbook(io.BytesIO(b"".join(response) if response.streaming else response.content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert cells
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    return book


def midnight(day: date) -> datetime:
    """Return a day as Excel keeps it."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  # Excel knows no time zones
