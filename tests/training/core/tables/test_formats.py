"""I4: number formats and serial numbers of days, as Excel understands them."""

# ruff: noqa: DTZ001  # spreadsheets know no time zone

from datetime import date, datetime, time

import pytest

from training.core.tables.formats import Shape, number_format, shown
from training.core.tables.serials import NO_DAY, NO_LEAP_DAY, day_or_time

SHAPES = {
    Shape.NUMBER: [
        "General",
        "0",
        "0.00",
        "#,##0.00 €",
        "0%",
        "0.00E+00",
        "[Red]0;-0",
        '0 "days"',
        "# ?/?",
        '"yd"0',
        "",
    ],
    Shape.DAY: [
        "dd.mm.yyyy",
        "d/m/yy",
        "[$-F800]dddd, mmmm dd, yyyy",
        "d-mmm",
        "dddd",
        "yyyy\\-mm\\-dd;@",
        "TT d yyyy",
    ],
    Shape.MONTH: ["mmm yyyy", "mm/yy", "[$-407]mmmm\\ yy", "yyyy", "mmm", "yyyy/m"],
    Shape.MOMENT: ["dd.mm.yyyy hh:mm", "m/d/yy h:mm AM/PM"],
    Shape.TIME: ["h:mm", "hh:mm:ss", "h:mm AM/PM", "mm:ss"],
    Shape.DURATION: ["[h]:mm", "[hh]:mm:ss", "[mm]:ss"],
    Shape.TEXT: ["@"],
}


@pytest.mark.parametrize(("shape", "code"), [(shape, code) for shape, codes in SHAPES.items() for code in codes])
def test_i4_a_format_says_what_a_number_is(shape: Shape, code: str) -> None:
    assert number_format(code).shape is shape


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (417, "00000", "00417"),
        (123_456, "00000", "123456"),
        (10012, "@", "10012"),
        (417, '"B-"0000', "B-0417"),
        (123_456_789, "000-00-0000", "123-45-6789"),
        (5, "0", None),
        (5, "General", None),
        (1200, "#,##0", None),
        (-5, "00000", None),
        (1.5, "00000", None),
        (40, "0.00", None),
        (5, "[<=99]00;0000", None),
    ],
)
def test_i4_a_padded_number_carries_what_is_shown(value: float, code: str, text: str | None) -> None:
    assert shown(value, number_format(code)) == text


@pytest.mark.parametrize(
    ("serial", "shape", "value"),
    [
        (1, Shape.DAY, date(1900, 1, 1)),
        (59, Shape.DAY, date(1900, 2, 28)),
        (60, Shape.DAY, NO_LEAP_DAY),
        (60.5, Shape.MOMENT, NO_LEAP_DAY),
        (61, Shape.DAY, date(1900, 3, 1)),
        (0, Shape.DAY, NO_DAY),
        (0, Shape.MOMENT, NO_DAY),
        (45000, Shape.DAY, date(2023, 3, 15)),
        (45000, Shape.MONTH, date(2023, 3, 15)),
        (45000.25, Shape.DAY, datetime(2023, 3, 15, 6)),
        (45000.999999999, Shape.MOMENT, datetime(2023, 3, 15, 23, 59, 59)),
        (2_958_465, Shape.DAY, date(9999, 12, 31)),
        (0, Shape.TIME, time(0)),
        (0.5, Shape.TIME, time(12)),
        (45000.5, Shape.TIME, datetime(2023, 3, 15, 12)),
        (1.6875, Shape.TIME, "40:30:00"),
        (1.6875, Shape.DURATION, "40:30:00"),
        (-0.25, Shape.DURATION, "-6:00:00"),
    ],
)
def test_i4_serials_of_1900(serial: float, shape: Shape, value: object) -> None:
    found = day_or_time(serial, shape, is_1904=False)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("serial", "value"), [(0, date(1904, 1, 1)), (60, date(1904, 3, 1)), (43538, date(2023, 3, 15)), (0.5, time(12))]
)
def test_i4_serials_of_1904(serial: float, value: object) -> None:
    shape = Shape.TIME if isinstance(value, time) else Shape.DAY
    assert day_or_time(serial, shape, is_1904=True) == value


@pytest.mark.parametrize("serial", [-1, 2_958_466, 1e300])
def test_i4_a_day_that_no_spreadsheet_shows_is_no_day(serial: float) -> None:
    with pytest.raises((ValueError, OverflowError)):
        day_or_time(serial, Shape.DAY, is_1904=False)
