"""Where things lie on a printed sign-in sheet, in mm from its upper left corner.

One declaration, `sheet-layout-<number>.json`, serves `sheet.typ`, which prints, and whoever finds a line on
a scan. Paper outlives releases: a sheet laid out in another way gets the next number and a file of its own, the code on
the sheet carries the number, and the earlier files stay.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from learners.evidence.perspective import Point, Quad, in_quad

DECLARATIONS = Path(__file__).resolve().parent.parent / "papers"
PRINTED = 1  # the layout of today's sheets
OF_UNKEYED_CODES = 1  # codes of before they carried a number


@dataclass(frozen=True)
class Layout:
    """A layout as it is declared.

    Attributes:
        number: which the code on the sheet carries.
        rows: how many people stand on a page.
        walk_ins: how many free lines follow the last of them.
        places: the declaration.
    """

    number: int
    rows: int
    walk_ins: int
    places: dict[str, Any]

    @property
    def frame(self) -> dict[str, Any]:
        """What a program needs to find the paper on a picture: its size, the corner marks and the place of the code."""
        return {name: self.places[name] for name in ("paper", "mark", "code")}

    def band(self, row: int, paper: Quad) -> Quad:
        """Return where row `row` (from 0) lies on a picture of the page.

        Args:
            paper: where the corners of the paper lie on it, clockwise from the upper left one.
        """
        edge, table, size = self.places["edge"], self.places["table"], self.places["paper"]
        top = table["top"] + row * table["row"]

        def on_picture(x: float, y: float) -> Point:
            return in_quad(paper, x / size["width"], y / size["height"])

        left, right, bottom = edge["left"], edge["right"], top + table["row"]
        return (on_picture(left, top), on_picture(right, top), on_picture(right, bottom), on_picture(left, bottom))


def layouts() -> Sequence[Layout]:
    """Return every layout that was ever printed."""
    return [layout(number) for number in range(1, PRINTED + 1)]


@cache
def layout(number: int) -> Layout:
    """Return the layout of that number.

    Raises:
        FileNotFoundError: there is none.
    """
    places = json.loads((DECLARATIONS / f"sheet-layout-{number}.json").read_text())
    return Layout(places["number"], places["table"]["rows"], places["table"]["walk-ins"], places)
