"""I12: rows copied from a spreadsheet, with headings or without, mean what they would in a file; nothing is guessed."""

from datetime import date
from typing import Any

import pytest

from learners.policies.import_records import RECORDS
from training.core.imports.registry import kinds
from training.policies.imports.pasted import MOST_ROWS, Pasted, PasteUnusable, read_pasted
from training.policies.imports.vocabulary import vocabulary_of

TODAY = date(2026, 11, 30)
HEAD = ("Badge", "Name", "Course", "Completed on", "Valid until")
ROWS = (
    ("10012", "Jana Weiß", "HSE-001", "14.05.2025", "13.05.2027"),
    ("10013", "Omar Haddad", "HSE-002", "03.04.2025", "02.04.2027"),
)
WHOLE = [
    {
        "badge_id": badge,
        "first_name": first,
        "last_name": last,
        "course": course,
        "completed_on": done,
        "expires_on": until,
    }
    for badge, first, last, course, done, until in (
        ("10012", "Jana", "Weiß", "HSE-001", date(2025, 5, 14), date(2027, 5, 13)),
        ("10013", "Omar", "Haddad", "HSE-002", date(2025, 4, 3), date(2027, 4, 2)),
    )
]


def read(*rows: tuple[str, ...], columns: list[str] | None = None, answers: Any = None, end: str = "\r\n") -> Pasted:
    return read_pasted(
        end.join("\t".join(row) for row in rows) + end,
        RECORDS,
        vocabulary_of(kinds()),
        knows={
            "course": lambda text: text in {"HSE-001", "HSE-002", "Fire Safety"},
            "provider": lambda text: text == "Falkenberg",
        },
        columns=columns,
        answers=answers or {},
        today=TODAY,
    )


def uses(pasted: Pasted) -> list[str]:
    return [column.use for column in pasted.columns]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("rows", [(HEAD, *ROWS), ROWS], ids=["headings", "none"])
def test_i12_rows_are_read_with_headings_or_without(rows: Any, end: str) -> None:
    pasted = read(*rows, end=end)
    assert [row.values for row in pasted.rows] == WHOLE
    assert (pasted.questions, [row.problems for row in pasted.rows]) == ([], [[], []])


@pytest.mark.parametrize("rows", [(HEAD, ROWS[0]), ROWS[:1]], ids=["headings", "none"])
def test_i12_one_row_alone_is_read_too(rows: Any) -> None:
    assert [row.values for row in read(*rows).rows] == WHOLE[:1]


def test_i12_headings_of_other_languages_are_known() -> None:
    head = ("Personalnr", "Vorname", "Nachname", "Kurs", "Abgeschlossen am", "gültig bis", "Anbieter", "Zertifikat")
    pasted = read(head, ("00417", "Jana", "Weiß", "Fire Safety", "14.05.2025", "31.12.9999", "Falkenberg", "a.pdf"))
    assert uses(pasted) == [
        "badge_id",
        "first_name",
        "last_name",
        "course",
        "completed_on",
        "expires_on",
        "provider",
        "certificate",
    ]
    (row,) = pasted.rows
    assert (row.values["badge_id"], row.values["expires_on"]) == ("00417", date.max)


def test_i12_columns_without_a_heading_are_told_by_what_the_site_knows() -> None:
    pasted = read(("Falkenberg", "Fire Safety", "14.05.2025", "10012"))
    assert uses(pasted) == ["provider", "course", "completed_on", "badge_id"]


def test_i12_one_column_of_days_without_a_heading_is_asked_about() -> None:
    pasted = read(*(row[:4] for row in ROWS))
    (question,) = pasted.questions
    assert [option.value for option in question.options] == ["completed_on", "expires_on", "leave out"]
    assert [each.code for row in pasted.rows for each in row.problems] == ["unanswered", "unanswered"]
    said = read(*(row[:4] for row in ROWS), answers={question.key: "completed_on"})
    assert [row.values["completed_on"] for row in said.rows] == [date(2025, 5, 14), date(2025, 4, 3)]


def test_i12_two_columns_of_days_that_do_not_rise_in_every_row_are_asked_about() -> None:
    pasted = read(ROWS[0], (*ROWS[1][:3], ROWS[1][4], ROWS[1][3]))
    assert len(pasted.questions) == 2
    assert all("completed_on" not in row.values for row in pasted.rows)


def test_i12_day_and_month_are_asked_about_where_no_cell_tells_them() -> None:
    rows = (HEAD, ("10012", "Jana Weiß", "HSE-001", "03/04/2025", "02/04/2027"))
    pasted = read(*rows)
    done, until = pasted.questions
    assert {"completed_on", "expires_on"}.isdisjoint(pasted.rows[0].values)
    said = read(*rows, answers={done.key: "day month year", until.key: "month day year"})
    assert said.rows[0].values["completed_on"] == date(2025, 4, 3)
    assert said.rows[0].values["expires_on"] == date(2027, 2, 4)


def test_i12_what_a_person_says_of_the_columns_counts() -> None:
    pasted = read(*ROWS, columns=["comments", "full_name", "course", "expires_on", ""])
    assert pasted.rows[0].values["comments"] == "10012"
    assert pasted.rows[0].values["expires_on"] == date(2025, 5, 14)
    assert "completed_on" not in pasted.rows[0].values


def test_i12_a_cell_of_several_lines_is_one_cell() -> None:
    pasted = read(HEAD, (ROWS[0][0], '"Jana\nWeiß"', *ROWS[0][2:]))
    assert [row.values["last_name"] for row in pasted.rows] == ["Weiß"]


def test_i12_what_is_no_day_stays_by_its_cell() -> None:
    row, _other = read(HEAD, ("10012", "Jana Weiß", "HSE-001", "booked", "x"), ROWS[1]).rows
    assert [(each.column, each.code) for each in row.problems] == [("completed_on", "booked"), ("expires_on", "tick")]


@pytest.mark.parametrize("text", ["", " \t \r\n\t", "\0\0"])
def test_i12_nothing_pasted_is_said(text: str) -> None:
    with pytest.raises(PasteUnusable, match="Nothing was pasted"):
        read((text,))


@pytest.mark.parametrize("rows", [[ROWS[0]] * (MOST_ROWS + 2), [("x" * 200_001,)]])
def test_i12_what_nobody_looks_at_row_by_row_goes_to_import(rows: Any) -> None:
    with pytest.raises(PasteUnusable, match="Import"):
        read(*rows)
