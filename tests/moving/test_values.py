"""Values as people and spreadsheets write them (I4): properties over many, and the cases that sites had."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from training.core.imports.declaration import ImportChoice, ImportColumn, MonthMeans, Reads
from training.policies.imports.cells import text_of
from training.policies.imports.values.badges import BadgeDoubt, read_badge
from training.policies.imports.values.choices import key_of_mark, split_things, words_of_choices
from training.policies.imports.values.day_columns import DayCell, DayFacts, DayRule, day_by
from training.policies.imports.values.days import DayOrder, DayWhat, read_day
from training.policies.imports.values.names import NameFacts, NameOrder, SplitName, look_at_name, split_name
from training.policies.imports.values.numbers import read_clock, read_clocks, read_number, read_whole
from training.policies.imports.values.spans import DURATION, VALIDITY, SpanUnit, in_base, read_span, told_unit

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31))
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
RULE = DayRule(DayOrder.DMY, DayOrder.DMY, 1950, MonthMeans.FIRST_DAY)


@given(DAYS, st.sampled_from(sorted(MONTHS)), st.integers(0, 4))
def test_i4_a_day_in_words_reads_back_as_itself(day: dt.date, language: str, form: int):
    month = MONTHS[language].split()[day.month - 1]
    texts = (
        f"{day.day} {month} {day.year}",
        f"{day.day:02}. {month} {day.year}",
        f"{day.day} de {month} de {day.year}",
        f"{month.upper()} {day.day}, {day.year}",
        f"{day.day:02}-{month}-{day.year}",
    )
    reading = read_day(texts[form])
    assert (reading.what, reading.day) == (DayWhat.DAY, day)


@given(DAYS, st.sampled_from([str.title, str.upper, str.lower]))
def test_i4_months_may_be_short(day: dt.date, case):
    month = case(MONTHS["en"].split()[day.month - 1][:3])
    assert read_day(f"{day.day:02}-{month}-{day.year}").day == day


@given(DAYS, st.booleans())
def test_i4_a_day_of_iso_reads_back_as_itself(day: dt.date, is_arabic: bool):
    for text in (day.isoformat(), day.strftime("%Y/%m/%d"), day.strftime("%Y%m%d"), f"{day.isoformat()}T00:00:00Z"):
        assert read_day(text.translate(ARABIC) if is_arabic else text).day == day


@given(DAYS)
def test_i4_a_true_date_and_a_serial_number_read_back_as_themselves(day: dt.date):
    serial = (day - dt.date(1899, 12, 30)).days
    for value in (
        day,
        dt.datetime.combine(day, dt.time(8, 30)),
        serial,
        float(serial),
        f"{serial}",
        f"{serial}.0",
    ):
        assert read_day(value).day == day
    assert read_day(serial - 1462, is_1904=True).day == day


@given(st.lists(DAYS, min_size=1, max_size=12), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"]))
@example([dt.date(2024, 4, 3)], "%d/%m/%Y")
def test_i4_day_and_month_are_never_swapped_silently(days: list[dt.date], form: str):
    """Every day of a column in figures reads back as itself, or the column is asked about."""
    texts = [day.strftime(form) for day in days]
    facts = _facts(texts)
    if facts.asks_order(is_dotted=False):
        return
    rule = DayRule(plain=facts.told_order(is_dotted=False))
    assert [
        day_by(read_day(text), rule) if read_day(text).day is None else read_day(text).day for text in texts
    ] == days


@given(st.lists(DAYS, min_size=1, max_size=12))
def test_i4_days_with_dots_are_day_month_year(days: list[dt.date]):
    texts = [day.strftime("%d.%m.%Y") for day in days]
    facts = _facts(texts)
    assert not facts.asks_order(is_dotted=True)
    rule = DayRule(dotted=facts.told_order(is_dotted=True))
    for text, day in zip(texts, days, strict=True):
        reading = read_day(text)
        assert (reading.day or day_by(reading, rule)) == day


def test_i4_dots_of_another_order_are_told_by_the_cells_or_asked():
    assert _facts(["03.04.2024", "03.25.2024"]).told_order(is_dotted=True) is DayOrder.MDY
    assert _facts(["03.04.2024", "03.25.2024", "25.03.2024"]).asks_order(is_dotted=True)


@given(st.lists(DAYS, min_size=1, max_size=12), st.sampled_from(["%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%y-%m-%d"]))
def test_i4_years_of_two_figures_are_asked_about(days: list[dt.date], form: str):
    """No century is guessed: without years of four figures in the column it is always asked about."""
    facts = _facts([day.strftime(form) for day in days])
    assert facts.asks_window()
    assert all(day_by(read_day(day.strftime(form)), DayRule(DayOrder.DMY, DayOrder.DMY)) is None for day in days)


def test_i4_years_of_two_figures_are_told_by_those_of_four():
    facts = _facts(["12.03.24", "05.04.2023", "01.02.2025"])
    assert not facts.asks_window()
    assert day_by(read_day("12.03.24"), DayRule(dotted=DayOrder.DMY, window=facts.told_window())) == dt.date(
        2024, 3, 12
    )
    assert _facts(["12.03.68", "05.04.2023"]).asks_window(), "neither 1968 nor 2068 is near"


@given(DAYS, st.booleans())
def test_i4_a_month_is_asked_about_and_means_its_first_or_its_last_day(day: dt.date, is_true: bool):
    reading = read_day(day, is_month=True) if is_true else read_day(day.strftime("%m/%Y"))
    facts = DayFacts()
    facts.add(reading, 1, DayCell(2, ""))
    assert facts.asks_months()
    assert day_by(reading, DayRule()) is None
    assert day_by(reading, DayRule(month=MonthMeans.FIRST_DAY)) == day.replace(day=1)
    last = day_by(reading, DayRule(month=MonthMeans.LAST_DAY))
    assert last is not None
    assert (last.month, (last + dt.timedelta(1)).day) == (day.month, 1)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("31.12.9999", DayWhat.FOR_GOOD), (dt.date(9999, 12, 31), DayWhat.FOR_GOOD), ("99991231", DayWhat.FOR_GOOD),
        ("for life", DayWhat.FOR_GOOD), ("unbefristet", DayWhat.FOR_GOOD), ("à vie", DayWhat.FOR_GOOD), ("de por vida", DayWhat.FOR_GOOD),
        ("vitalício", DayWhat.FOR_GOOD), ("Süresiz", DayWhat.FOR_GOOD), ("bezterminowo", DayWhat.FOR_GOOD), ("onbeperkt", DayWhat.FOR_GOOD),
        ("senza scadenza", DayWhat.FOR_GOOD), ("مدى الحياة", DayWhat.FOR_GOOD),
        ("00.01.1900", DayWhat.EMPTY), (0, DayWhat.EMPTY), (dt.date(1899, 12, 31), DayWhat.EMPTY), ("–", DayWhat.EMPTY), ("1900-01-00", DayWhat.EMPTY),
        ("29.02.1900", DayWhat.LEAP_1900), (60, DayWhat.LEAP_1900), ("1900-02-29", DayWhat.LEAP_1900),
        ("✓", DayWhat.TICK), ("x", DayWhat.TICK), ("Yes", DayWhat.TICK), (True, DayWhat.TICK), ("erledigt", DayWhat.TICK), ("نعم", DayWhat.TICK),
        ("no", DayWhat.NO), (False, DayWhat.NO), ("nein", DayWhat.NO),
        ("2024", DayWhat.YEAR), (2024, DayWhat.YEAR), (2024.0, DayWhat.YEAR), ("03/24", DayWhat.NO_YEAR), ("24. März", DayWhat.NO_YEAR), ("March", DayWhat.NO_YEAR),
        ("expired", DayWhat.EXPIRED), ("abgelaufen", DayWhat.EXPIRED), ("süresi doldu", DayWhat.EXPIRED), ("expired 12.03.2023", DayWhat.EXPIRED),
        ("n/a", DayWhat.NOT_APPLICABLE), ("entfällt", DayWhat.NOT_APPLICABLE), ("n.v.t.", DayWhat.NOT_APPLICABLE), ("لا ينطبق", DayWhat.NOT_APPLICABLE),
        ("booked", DayWhat.BOOKED), ("gebucht 12.05.2026", DayWhat.BOOKED), ("zaplanowane", DayWhat.BOOKED), ("محجوز", DayWhat.BOOKED),
        ("12.03.2022 / 14.03.2024", DayWhat.SEVERAL), ("30.02.2024", DayWhat.IMPOSSIBLE), ("31/04/2024", DayWhat.IMPOSSIBLE),
        ("1445/03/12", DayWhat.OTHER_CALENDAR), ("12.03.1445", DayWhat.OTHER_CALENDAR), ("12.03.1802", DayWhat.TOO_FAR), ("2567-03-12", DayWhat.TOO_FAR),
        ("12.03.2024 (Refresher)", DayWhat.UNREADABLE), ("31032026", DayWhat.UNREADABLE), ("1.2.3", DayWhat.UNREADABLE), (dt.time(8), DayWhat.UNREADABLE),
        (10012, DayWhat.DAY), (5, DayWhat.UNREADABLE), (12.5, DayWhat.UNREADABLE), ("HSE-001", DayWhat.UNREADABLE),
    ],
)  # fmt: skip
def test_i4_what_is_no_day_is_told_apart(value, what: DayWhat):
    assert read_day(value).what is what


def test_i4_an_end_is_no_day_on_which_something_was_done():
    for text in ("until 12.03.2026", "gültig bis 12.03.2026", "do 12.03.2026", "vence el 12/03/2026"):
        assert read_day(text).says_until, text
    assert not read_day("Do, 12.03.2026").says_until, "Thursday"


def test_i4_true_dates_that_a_spreadsheet_may_have_turned_around_are_asked_about():
    facts = _facts([dt.date(2024, 3, 4), dt.date(2024, 5, 6), "25/03/2024"])
    assert facts.asks_swapped()
    rule = DayRule(is_swapped=None)
    assert day_by(read_day(dt.date(2024, 3, 4)), rule) is None
    assert day_by(read_day(dt.date(2024, 3, 4)), rule._replace(is_swapped=True)) == dt.date(2024, 4, 3)
    assert not _facts([dt.date(2024, 3, 4), dt.date(2024, 5, 16), "25/03/2024"]).asks_swapped()


def _facts(values: list) -> DayFacts:
    facts = DayFacts()
    for row, value in enumerate(values, start=2):
        facts.add(read_day(value), 1, DayCell(row, str(value)))
    return facts


@given(st.integers(0, 10**15 - 1), st.integers(0, 6))
def test_i4_a_badge_of_figures_comes_back(number: int, zeros: int):
    text = "0" * zeros + str(number)
    assert read_badge(text).text == text
    assert read_badge(number).text == str(number)
    assert read_badge(float(number)).text == str(number)
    assert read_badge(Decimal(number)).text == str(number)
    assert read_badge(number, shown=text).text == text


@given(st.from_regex(r"[A-Z]{1,4}[-/ ]?[0-9]{1,8}", fullmatch=True))
def test_i4_a_badge_of_letters_and_figures_comes_back(text: str):
    reading = read_badge(text)
    assert reading.text == text
    assert reading.doubt is None


@pytest.mark.parametrize(
    ("value", "text", "doubt"),
    [
        ("00417", "00417", None), (10012.0, "10012", None), ("10012.0", "10012", None), ("\u00a000417\u200b", "00417", None),
        ("1.2E+05", "1.2E+05", BadgeDoubt.SCIENTIFIC), ("12E05", "12E05", BadgeDoubt.SCIENTIFIC), (120000, "120000", None),
        ("P\u0412-1", "P\u0412-1", BadgeDoubt.LOOK_ALIKE), ("Ж-12", "Ж-12", None), ("٠٠٤١٧", "٠٠٤١٧", None),
        (10012.5, "10012.5", BadgeDoubt.NONE_AT_ALL), (10**16, str(10**16), BadgeDoubt.ROUNDED), (dt.date(2024, 1, 1), "", BadgeDoubt.NONE_AT_ALL),
        (True, "", BadgeDoubt.NONE_AT_ALL), (None, "", None), ("–", "", None),
    ],
)  # fmt: skip
def test_i4_badges_as_sites_had_them(value, text: str, doubt: BadgeDoubt | None):
    assert read_badge(value) == (text, doubt)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Weiß, Jana", "Jana", "Weiß"), ("WEISS Jana", "Jana", "WEISS"), ("Jana WEISS", "Jana", "WEISS"), ("EL AMRANI Youssef", "Youssef", "EL AMRANI"),
        ("Anil", "", "Anil"), ("O", "", "O"), ("المصري، سامي", "سامي", "المصري"), ("van der Heide, Tim", "Tim", "van der Heide"),
    ],
)  # fmt: skip
def test_i4_names_that_say_their_order(text: str, first: str, last: str):
    _what, split, _order = look_at_name(text)
    assert split == SplitName(first, last)


@given(st.lists(st.from_regex(r"[A-Z][a-z]{1,30}", fullmatch=True), min_size=2, max_size=3))
def test_i4_names_that_do_not_say_it_are_asked_about_and_lose_nothing(words: list[str]):
    assume(words[0].lower() not in {"mr", "mrs", "ms", "miss", "dr", "prof", "ing", "dipl", "eng", "sr", "sra", "pan"})
    facts = NameFacts()
    facts.add(" ".join(words), 1, 2)
    assert facts.asks_order()
    for order in NameOrder:
        first, last = split_name(" ".join(words), order)
        assert sorted(f"{first} {last}".split()) == sorted(words)


def test_i4_the_order_of_names_is_told_by_others_in_capitals():
    facts = NameFacts()
    for row, name in enumerate(("WEISS Jana", "KOLB Uwe", "Li Wei"), start=2):
        facts.add(name, 1, row)
    assert facts.told_order() is NameOrder.LAST_FIRST


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1.234,5", "1234.5"), ("1,234.5", "1234.5"), ("12 345", "12345"), ("40,5", "40.5"), ("80 %", "80"), ("20 Plätze", "20"), ("0,500", "0.500"),
        ("٤٠", "40"), (37.5, "37.5"), ("-3", "-3"), ("1,234", None), ("3–5", None), ("optional", None), (True, None), (float("nan"), None),
    ],
)  # fmt: skip
def test_i4_numbers(value, number: str | None):
    assert read_number(value) == (None if number is None else Decimal(number))


def test_i4_a_whole_number_has_no_fraction():
    assert (read_whole("20"), read_whole(20.0), read_whole("20,5")) == (20, 20, None)


@pytest.mark.parametrize(
    ("value", "clock"),
    [
        ("08:30", (8, 30)), ("8.30", (8, 30)), ("8h30", (8, 30)), ("8h", (8, 0)), ("0830", (8, 30)), ("8:30 am", (8, 30)), ("12:15 PM", (12, 15)),
        ("8 Uhr", (8, 0)), (0.354166667, (8, 30)), (dt.time(8, 30, 12), (8, 30)), (dt.datetime(2026, 1, 2, 8, 30), (8, 30)), ("8", None), (8, None),  # noqa: DTZ001
        ("25:00", None), ("24:00", None), ("soon", None), (dt.date(2026, 1, 2), None),
    ],
)  # fmt: skip
def test_i4_times_of_day(value, clock: tuple[int, int] | None):
    assert read_clock(value) == (None if clock is None else dt.time(*clock))


@pytest.mark.parametrize("text", ["08:00–12:00", "8 - 12 Uhr", "8h00 à 12h00", "von 8:00 bis 12:00", "8:00 to 12:00"])
def test_i4_two_times_in_a_cell(text: str):
    assert read_clocks(text) == (dt.time(8), dt.time(12))


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("24 m", 24), ("2 Jahre", 24), ("permanent", 0), ("every 2 years", 24), ("alle 2 Jahre", 24), ("1,5 Jahre", 18), ("2 lata", 24), ("24 ay", 24), ("سنتين", 24),
        ("3 ans", 36), ("jährlich", 12), ("2 años", 24), ("2 anos", 24), ("2 jaar", 24), ("2 anni", 24), ("1 year 6 months", 18), ("unbefristet", 0),
        ("optional", None), ("conditional", None), ("every 3–5 years", None), ("2 or 3 years", None), ("as needed", None), ("✓", None),
    ],
)  # fmt: skip
def test_i4_validity_as_in_real_files(text: str, months: int | None):
    span = read_span(text, VALIDITY)
    assert (None if span is None else in_base(span, None, None)) == months


def test_i4_a_bare_number_has_the_unit_that_the_column_tells_or_none():
    assert told_unit([Decimal(12), Decimal(3)], VALIDITY) is SpanUnit.MONTHS, "no training is valid for twelve years"
    assert told_unit([Decimal(2), Decimal(3)], VALIDITY) is None
    assert told_unit([Decimal(240)], DURATION) is SpanUnit.MINUTES
    assert told_unit([Decimal(8), Decimal(16)], DURATION) is None
    day = read_span("1 day", DURATION)
    assert day is not None
    assert (in_base(day, None, None), in_base(day, None, 480)) == (None, 480)


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("HSE-001; HSE-004", ["HSE-001", "HSE-004"]), ("HSE-001\nHSE-004", ["HSE-001", "HSE-004"]), ("HSE-001, HSE-004", ["HSE-001", "HSE-004"]),
        ("Tank farm, north; Jetty", ["Tank farm, north", "Jetty"]), ("- Fire\n- First aid", ["Fire", "First aid"]), ("Fire; Fire", ["Fire"]), ("  ", []),
    ],
)  # fmt: skip
def test_i4_several_things_in_a_cell(text: str, things: list[str]):
    assert split_things(text) == things


def test_i4_marks_are_compared_without_case_and_punctuation_unless_they_are_nothing_else():
    assert key_of_mark("R.") == key_of_mark("r")
    assert len({key_of_mark("✓"), key_of_mark("✗"), key_of_mark("○")}) == 3
    choice = ImportChoice(value="PRE_MOB", label="Before site access", words={"de": ("vor Zutritt",)})
    column = ImportColumn(name="when", label="When", reads=Reads.CHOICE, choices=(choice,))
    known = words_of_choices(column)
    assert {known[key_of_mark(word)] for word in ("PRE_MOB", "pre mob", "before site access", "VOR ZUTRITT")} == {
        "PRE_MOB"
    }


def test_a_number_is_shown_as_people_typed_it():
    assert [text_of(value) for value in (10012.0, 1.5, Decimal("4.0"), 417, dt.date(2024, 3, 1), True)] == [
        "10012",
        "1.5",
        "4",
        "417",
        "2024-03-01",
        "True",
    ]
