"""What was agreed about a table: its layout, and what each of its columns is (I3)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from training.policies.imports.shape import TableShape


class TableLayout(StrEnum):
    """How the rows of a kind stand on a sheet."""

    LIST = "list"
    GRID = "grid"  # things above, such as courses; sides, such as workers, down
    SIDEWAYS = "grid on its side"  # sides above, things down


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What a sheet's column is.

    Attributes:
        index: of the sheet's column; A is 0.
        column: of the kind; empty where it is not used.
        head: in a grid, what stands above it, such as a course; in a grid on its side empty.
        is_vague: the heading can mean another column too, and a person is asked.
    """

    index: int
    column: str
    head: str = ""
    is_vague: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """How well a sheet's column fits a column of the kind."""

    column: str
    score: float
    by_heading: float
    head: str = ""
    is_vague: bool = False


@dataclass(frozen=True)
class TableUse:
    """How one sheet is read, as a person has agreed to it.

    Attributes:
        sheet: its index in the import; name: as the spreadsheet calls it.
        constants: by column of the kind, one value for all rows of the table.
        side_lines: of a grid on its side, which column of the kind each line of its heading holds.
    """

    sheet: int
    name: str
    shape: TableShape
    layout: TableLayout
    columns: Sequence[ColumnUse]
    constants: Mapping[str, str] = field(default_factory=dict)
    side_lines: Sequence[str] = ()
    is_1904: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what was agreed in plain values, to be stored until the table is read."""
        return {
            "sheet": self.sheet,
            "name": self.name,
            "shape": self.shape.as_json(),
            "layout": self.layout.value,
            "columns": [asdict(each) for each in self.columns],
            "constants": dict(self.constants),
            "side_lines": list(self.side_lines),
            "is_1904": self.is_1904,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Return what `as_json` gave, after a round through JSON or not."""
        return cls(
            sheet=plain["sheet"],
            name=plain["name"],
            shape=TableShape.from_json(plain["shape"]),
            layout=TableLayout(plain["layout"]),
            columns=tuple(ColumnUse(**each) for each in plain["columns"]),
            constants=dict(plain["constants"]),
            side_lines=tuple(plain["side_lines"]),
            is_1904=plain["is_1904"],
        )
