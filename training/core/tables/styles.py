"""What a style says about the cells that have it, in every kind of workbook."""

import colorsys
from dataclasses import dataclass

from training.core.tables.formats import NumberFormat, Shape

WHITE, BLACK = "FFFFFF", "000000"
# The palette of workbooks that bring none: the first eight twice, then the rest; 64 is text, 65 background.
EIGHT = f"{BLACK} {WHITE} FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF"
PALETTE = (
    f"{EIGHT} {EIGHT} 800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF "
    "660066 FF8080 0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF "
    "CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 "
    f"003366 339966 003300 333300 993300 993366 333399 333333 {BLACK} {WHITE}"
).split()
# The colours of a theme stand in another order than their numbers: light and dark change places.
THEME = (
    *("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6"),
    *("hlink", "folHlink"),
)
OFFICE_COLOURS = f"{WHITE} {BLACK} E7E6E6 44546A 4472C4 ED7D31 A5A5A5 FFC000 5B9BD5 70AD47 0563C1 954F72".split()
OFFICE_THEME = dict(zip(THEME, OFFICE_COLOURS, strict=True))
GENERAL = NumberFormat(Shape.NUMBER)


@dataclass(frozen=True, slots=True)
class Style:
    """The style of a cell; `fill` is ``RRGGBB``, or empty for none and white."""

    number: NumberFormat = GENERAL
    fill: str = ""
    is_struck: bool = False


PLAIN = Style()


def tinted(colour: str, tint: float) -> str:
    """Return a colour made darker (tint from -1 to 0) or lighter (0 to 1), as Excel does it.

    Raises:
        ValueError: it is no colour.
    """
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    lightness = lightness * (1 + tint) if tint < 0 else lightness * (1 - tint) + tint
    channels = colorsys.hls_to_rgb(hue, min(max(lightness, 0), 1), saturation)
    return "".join(f"{round(each * 255):02X}" for each in channels)
