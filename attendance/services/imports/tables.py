"""The sheets of an import, opened again: where the table of each is, and what stands in its columns (I2, I3)."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import PurePath

from attendance.services.imports.receiving import open_kept
from training.core.imports.registry import kinds
from training.core.tables.grid import Book, GridRow, SheetOutline
from training.models import Import
from training.policies.imports.facts import TableFacts, gather
from training.policies.imports.shape import LOOKED_AT, TableShape, find_tables
from training.policies.imports.vocabulary import vocabulary_of

WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class ReadSheet:
    """A sheet whose rows can be read.

    Attributes:
        index: in the import, over all its files.
        file: the number of its file; place: of the sheet in it.
        title: what the name of the file says, which tells what a sheet without a name holds.
    """

    index: int
    file: int
    place: int
    book: Book
    title: str = ""

    @property
    def outline(self) -> SheetOutline:
        """What is known of it without its rows."""
        return self.book.sheets[self.place]

    def rows(self) -> Iterator[GridRow]:
        """Yield its rows from the top."""
        return self.book.rows(self.place)

    @cached_property
    def shape(self) -> TableShape | None:
        """Where its table most likely is; None where it has none."""
        named = self.outline if self.outline.name else replace(self.outline, name=self.title)
        found = find_tables(named, list(islice(self.rows(), LOOKED_AT)), vocabulary_of(kinds()))
        return found[0] if found else None

    @cached_property
    def facts(self) -> TableFacts:
        """What stands in the columns of its table, after one pass over its rows."""
        assert self.shape is not None, "asked of sheets with a table"  # noqa: S101  # programming error
        return gather(self.shape, self.rows(), is_1904=self.book.is_1904)


def sheet_names(one: Import) -> dict[int, str]:
    """Return by index what cells of a sheet are named with: nothing where only one sheet is taken.

    Where there are several files their names stand before those of their sheets, as spreadsheets write them:
    `[crew.xlsx]May`.
    """
    sheets = one.outline.get("sheets", [])
    if len(one.layout) < 2:  # one sheet needs no name
        return {each["index"]: "" for each in sheets}
    files = dict(one.files.values_list("number", "name"))
    taken = {each["file"] for each in sheets if str(each["index"]) in one.layout}
    return {
        each["index"]: f"[{files[each['file']]}]{each['name']}" if len(taken) > 1 else each["name"] for each in sheets
    }


@contextmanager
def open_sheets(one: Import) -> Iterator[list[ReadSheet]]:
    """Open what was read from the files of an import.

    Yields:
        the sheets of all files, in their order.

    Raises:
        WaitingStoreUnavailable: it cannot be opened now.
    """
    with ExitStack() as stack:
        sheets: list[ReadSheet] = []
        for file in one.files.filter(is_table=True):
            book = stack.enter_context(Book.read_from(open_kept(file.book_key)))
            title = " ".join(WORDS.findall(PurePath(file.name).stem))
            sheets += [
                ReadSheet(len(sheets) + place, file.number, place, book, title) for place in range(len(book.sheets))
            ]
        yield sheets
