"""What the styles of an ODS workbook say about its cells and sheets."""

from dataclasses import dataclass, field, replace

from training.core.tables.formats import LONGEST_SHOWN, NumberFormat, Shape
from training.core.tables.parts import Attributes, local
from training.core.tables.styles import PLAIN, WHITE, Style

NUMBER = "number"  # the part of a format that says how many figures there are

NO_LINES = frozenset({"none"})


@dataclass
class OdsStyles:
    """Styles by their names; those of a cell may build on others."""

    cells: dict[str, Style] = field(default_factory=dict)
    hidden_sheets: set[str] = field(default_factory=set)
    shapes: dict[str, NumberFormat] = field(default_factory=dict)
    _name: str = ""
    _kind: str = ""
    _parts: set[str] = field(default_factory=set)
    _zeros: int = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        name = local(tag)
        if name == "style":
            self._name, self._kind = attributes.get("style:name", ""), attributes.get("style:family", "")
            if self._kind == "table-cell":
                style = self.cells.get(attributes.get("style:parent-style-name", ""), PLAIN)
                if number := self.shapes.get(attributes.get("style:data-style-name", "")):
                    style = replace(style, number=number)
                self.cells[self._name] = style
        elif name == "table-cell-properties" and self._kind == "table-cell":
            colour = attributes.get("fo:background-color", "")
            if colour:
                fill = colour.lstrip("#").upper() if colour.startswith("#") else ""
                self.cells[self._name] = replace(self.cells[self._name], fill="" if fill == WHITE else fill)
        elif name == "text-properties" and self._kind == "table-cell":
            line = attributes.get("style:text-line-through-style") or attributes.get("style:text-line-through-type")
            if line:
                self.cells[self._name] = replace(self.cells[self._name], is_struck=line not in NO_LINES)
        elif name == "table-properties" and self._kind == "table":
            if attributes.get("table:display") == "false":
                self.hidden_sheets.add(self._name)
        else:
            self._start_format(name, attributes)

    def _start_format(self, name: str, attributes: Attributes) -> None:
        if name in {"date-style", "time-style", "number-style", "text-style"}:
            self._name, self._kind, self._zeros = attributes.get("style:name", ""), name, 0
            self._parts = set()
            if attributes.get("number:truncate-on-overflow") == "false":
                self._parts.add("elapsed")
        elif self._kind.endswith("-style"):
            self._parts.add(name)
            if name == NUMBER and attributes.get("number:decimal-places", "0") == "0":
                self._zeros = int(attributes.get("number:min-integer-digits", "0"))

    def end(self, tag: str) -> None:
        name = local(tag)
        if name != self._kind:
            self._kind = "" if name == "style" else self._kind
            return
        if name == "date-style":
            has_day = bool(self._parts & {"day", "day-of-week", "week-of-year"})
            self.shapes[self._name] = NumberFormat(Shape.DAY if has_day else Shape.MONTH)
        elif name == "time-style":
            self.shapes[self._name] = NumberFormat(Shape.DURATION if "elapsed" in self._parts else Shape.TIME)
        elif name == "text-style":
            self.shapes[self._name] = NumberFormat(Shape.TEXT)
        elif self._zeros > 1:
            self.shapes[self._name] = NumberFormat(Shape.NUMBER, (("0", True),) * min(self._zeros, LONGEST_SHOWN))
        self._kind = ""
