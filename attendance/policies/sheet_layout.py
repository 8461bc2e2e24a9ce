"""Where things lie on a printed sign-in sheet, in mm from its upper left corner.

One file, `sheet-layout-<number>.json`, declares it both for `sheet.typ`, which prints the sheet, and for the code that
finds a line on a scan. Paper outlives releases: a new layout gets the next number and a file of its own, the code on
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
OF_UNKEYED_CODES = 1  # the layout of codes of the first kind, which name no layout


@dataclass(frozen=True)
class Layout:
    """A layout as its file declares it.

    Attributes:
        number: the number that the code on the sheet carries.
        rows: how many workers a page holds.
        walk_ins: how many free lines follow the last worker.
        places: the whole declaration, in mm.
    """

    number: int
    rows: int
    walk_ins: int
    places: dict[str, Any]

    @property
    def frame(self) -> dict[str, Any]:
        """What it takes to find the paper on a picture: its size, the corner marks and the place of the code."""
        return {name: self.places[name] for name in ("paper", "mark", "code")}

    def band(self, row: int, paper: Quad) -> Quad:
        """Return the four corners of a row on a picture of the page, in the unit of `paper`.

        Args:
            row: counted from 0.
            paper: where the corners of the paper lie on the picture, clockwise from the upper left one.
        """
        edge, table, size = self.places["edge"], self.places["table"], self.places["paper"]
        top = table["top"] + row * table["row"]

        def on_picture(x: float, y: float) -> Point:
            return in_quad(paper, x / size["width"], y / size["height"])

        left, right, bottom = edge["left"], edge["right"], top + table["row"]
        return (on_picture(left, top), on_picture(right, top), on_picture(right, bottom), on_picture(left, bottom))


def layouts() -> Sequence[Layout]:
    """Return every layout in which sheets were ever printed."""
    return [layout(number) for number in range(1, PRINTED + 1)]


@cache
def layout(number: int) -> Layout:
    """Return the layout with this number.

    Raises:
        FileNotFoundError: no layout has it.
    """
    places = json.loads((DECLARATIONS / f"sheet-layout-{number}.json").read_text())
    return Layout(places["number"], places["table"]["rows"], places["table"]["walk-ins"], places)
