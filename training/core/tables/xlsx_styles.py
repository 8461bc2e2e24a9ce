"""What the styles of an XLSX workbook say about its cells: number format, fill and strike-through."""

from dataclasses import dataclass, field

from training.core.tables.formats import BUILT_IN, NumberFormat, number_format
from training.core.tables.parts import Attributes, Parts, local, parse, parser
from training.core.tables.styles import OFFICE_THEME, PALETTE, THEME, WHITE, Style, tinted


@dataclass
class _Styles:
    theme: dict[str, str]
    codes: dict[int, str] = field(default_factory=lambda: dict(BUILT_IN))
    fonts: list[bool] = field(default_factory=list)  # struck through or not
    fills: list[str] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    palette: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    is_solid: bool = False
    _formats: dict[int, NumberFormat] = field(default_factory=dict)

    def start(self, tag: str, attributes: Attributes) -> None:
        self.path.append(local(tag))
        match self.path[-3:]:
            case [_, "numFmts", "numFmt"]:
                self.codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
            case ["styleSheet", "fonts", "font"]:
                self.fonts.append(False)
            case ["fonts", "font", "strike"] if self.fonts:
                self.fonts[-1] = is_on(attributes.get("val", "1"))
            case ["styleSheet", "fills", "fill"]:
                self.fills.append("")
            case ["fills", "fill", "patternFill"]:
                self.is_solid = attributes.get("patternType") == "solid"
            case ["fill", "patternFill", "fgColor"] if self.is_solid and self.fills:
                self.fills[-1] = self._colour(attributes)
            case [_, "indexedColors", "rgbColor"]:
                self.palette.append(attributes.get("rgb", "")[-6:].upper())
            case [_, "cellXfs", "xf"]:
                self.styles.append(self._style(attributes))

    def end(self, tag: str) -> None:
        self.path.pop()

    def _style(self, attributes: Attributes) -> Style:
        number, font, fill = (int(attributes.get(each, "0")) for each in ("numFmtId", "fontId", "fillId"))
        if number not in self._formats:
            self._formats[number] = number_format(self.codes.get(number, "General"))
        return Style(
            self._formats[number],
            self.fills[fill] if fill < len(self.fills) else "",
            self.fonts[font] if font < len(self.fonts) else False,
        )

    def _colour(self, attributes: Attributes) -> str:
        if "rgb" in attributes:
            colour = attributes["rgb"][-6:].upper()
        elif "theme" in attributes:
            place = int(attributes["theme"])
            colour = self.theme.get(THEME[place], "") if place < len(THEME) else ""
        elif "indexed" in attributes:
            place, palette = int(attributes["indexed"]), self.palette or PALETTE
            colour = palette[place] if place < len(palette) else ""
        else:
            colour = ""
        if colour and (tint := float(attributes.get("tint", "0"))):
            colour = tinted(colour, tint)
        return "" if colour == WHITE else colour


def styles_of(parts: Parts, styles: str | None, theme: str | None) -> list[Style]:
    """Return the styles of a workbook by their numbers."""
    found = _Styles(theme=_theme(parts, theme) if theme else OFFICE_THEME)
    if styles:
        # The own palette stands at the end of the part, behind the fills that may name it.
        palette = _Styles(theme={})
        parse(parts, styles, parser(palette.start, palette.end))
        found.palette = palette.palette
        parse(parts, styles, parser(found.start, found.end))
    return found.styles


def is_on(value: str) -> bool:
    """Tell whether a yes or no of a workbook is yes."""
    return value in {"1", "true", "on"}


def _theme(parts: Parts, name: str) -> dict[str, str]:
    colours = dict(OFFICE_THEME)
    path: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        path.append(local(tag))
        if len(path) > 1 and path[-2] in colours:
            colour = attributes.get("lastClr") or attributes.get("val", "")
            if len(colour) == len(WHITE):
                colours[path[-2]] = colour.upper()

    def end(tag: str) -> None:
        path.pop()

    parse(parts, name, parser(start, end))
    return colours
