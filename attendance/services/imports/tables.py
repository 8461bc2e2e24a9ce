"""The sheets of an import, opened again: where the table of each is, and what stands in its columns (I2, I3)."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from attendance.services.imports.receiving import open_kept
from training.core.imports.registry import kinds
from training.core.tables.grid import Book, GridRow, SheetOutline
from training.models import Import
from training.policies.imports.facts import TableFacts, gather
from training.policies.imports.shape import LOOKED_AT, TableShape, find_tables
from training.policies.imports.vocabulary import vocabulary_of


@dataclass(frozen=True)
class ReadSheet:
    """A sheet whose rows can be read.

    Attributes:
        index: in the import, over all its files.
        file: the number of its file; place: of the sheet in it.
    """

    index: int
    file: int
    place: int
    book: Book

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
        found = find_tables(self.outline, list(islice(self.rows(), LOOKED_AT)), vocabulary_of(kinds()))
        return found[0] if found else None

    @cached_property
    def facts(self) -> TableFacts:
        """What stands in the columns of its table, after one pass over its rows."""
        assert self.shape is not None, "asked of sheets with a table"  # noqa: S101  # programming error
        return gather(self.shape, self.rows(), is_1904=self.book.is_1904)


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
            sheets += [ReadSheet(len(sheets) + place, file.number, place, book) for place in range(len(book.sheets))]
        yield sheets
