"""What the number format of a cell says about its value: a day, a month, a time, or a number shown in its own way.

Formats are written in Excel's notation, which is the same in XLSX, XLSB and XLS, whatever language Excel speaks.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "dd/mm/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "dd/mm/yyyy h:mm",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    # Of East Asia; what they look like depends on the language of Excel.
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 58), "yyyy/m/d"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm"),
    57: "yyyy/m",
}

TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"?) | \\(?P<escaped>.) | [_*]. | \[(?P<bracket>[^\]]*)\]?
      | (?P<noon>AM/PM|A/P) | (?P<exponent>E[+-]) | (?P<general>General) | (?P<letter>[a-zA-Z])(?P=letter)*
      | (?P<sign>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
CONDITION = re.compile(r"[<>=]")
LONGEST_WEEKDAY_FREE = 2  # d and dd are the day of the month, ddd and dddd of the week
LONGEST_SHOWN = 60  # letters


class Shape(Enum):
    """What a number is."""

    NUMBER = auto()
    TEXT = auto()
    DAY = auto()
    MONTH = auto()  # a day that is shown without its day
    MOMENT = auto()
    TIME = auto()
    DURATION = auto()


DAYS = frozenset({Shape.DAY, Shape.MONTH, Shape.MOMENT})


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number format.

    Attributes:
        parts: literals, and placeholders of figures with True, where a whole number is shown in a way of its own.
    """

    shape: Shape
    parts: tuple[tuple[str, bool], ...] = ()


def number_format(code: str) -> NumberFormat:
    """Return what a format in Excel's notation says, by its first section."""
    tokens = list(_first_section(code))
    shape = _shape(tokens)
    if shape is not Shape.NUMBER:
        return NumberFormat(shape)
    return NumberFormat(shape, _parts(tokens))


def shown(value: float, number: NumberFormat) -> str | None:
    """Return what is shown for a number, where that is more than the number itself."""
    if number.shape is Shape.TEXT:
        return str(value)
    if not number.parts or not isinstance(value, int) or value < 0:
        return None
    figures = list(str(value))
    result: list[str] = []
    first = next(place for place, (_, is_figure) in enumerate(number.parts) if is_figure)
    for place in reversed(range(len(number.parts))):
        text, is_figure = number.parts[place]
        if not is_figure:
            result.append(text)
        elif place == first and figures:
            result.append("".join(figures))
        elif figures:
            result.append(figures.pop())
        else:
            result.append({"0": "0", "?": " "}.get(text, ""))
    return "".join(reversed(result))


def _first_section(code: str) -> list[re.Match[str]]:
    tokens = []
    for token in TOKEN.finditer(code):
        if token["sign"] == ";":
            break
        tokens.append(token)
    return tokens


def _shape(tokens: list[re.Match[str]]) -> Shape:
    if any(token["bracket"] and ELAPSED.fullmatch(token["bracket"]) for token in tokens):
        return Shape.DURATION
    if any(token["general"] for token in tokens):
        return Shape.NUMBER
    runs = [token[0].lower() for token in tokens if token["letter"]]
    letters = {run[0] for run in runs}
    has_clock = bool(letters & {"h", "s"})
    has_year = bool(letters & {"y", "e", "b"})
    has_day = "d" in letters
    if has_clock:
        return Shape.MOMENT if has_day or has_year else Shape.TIME
    if has_day:
        has_day_of_month = any(run[0] == "d" and len(run) <= LONGEST_WEEKDAY_FREE for run in runs)
        return Shape.DAY if has_day_of_month or not letters & {"m", "y"} else Shape.MONTH
    if has_year or "m" in letters:
        return Shape.MONTH
    return Shape.TEXT if any(token["sign"] == "@" for token in tokens) else Shape.NUMBER


def _parts(tokens: list[re.Match[str]]) -> tuple[tuple[str, bool], ...]:
    """Return the parts of a format with leading zeros or with letters around its figures; nothing for any other."""
    parts: list[tuple[str, bool]] = []
    for token in tokens:
        if token["quoted"] is not None:
            parts.append((token["quoted"].strip('"'), False))
        elif token["escaped"] is not None:
            parts.append((token["escaped"], False))
        elif token["sign"] is not None:
            sign = token["sign"]
            if sign in ".,%/":
                return ()
            parts.append((sign, sign in "0#?"))
        elif token["exponent"] or token["letter"] or CONDITION.search(token["bracket"] or ""):
            return ()
    zeros = sum(text == "0" and is_figure for text, is_figure in parts)
    has_figure = any(is_figure for _, is_figure in parts)
    has_letters = any(text.strip() and not is_figure for text, is_figure in parts)
    is_own = has_figure and (zeros > 1 or has_letters)
    return tuple(parts) if is_own and sum(len(text) for text, _ in parts) <= LONGEST_SHOWN else ()
