"""Values of rows of an import in the words of a person."""

import pytest
from django.utils.translation import override

from attendance.pages.import_values import as_it_stands, identity_in_words, in_words
from training.core.imports.registry import kind_of


@pytest.mark.parametrize(
    ("kind", "column", "value", "shown"),
    [
        ("courses", "delivery_method", "INSTRUCTOR_LED", "Instructor-led"),
        ("courses", "requires_verification", True, "required"),
        ("courses", "requires_verification", "False", "not required"),
        ("courses", "duration_minutes", "90", "1 h 30 min"),
        ("courses", "validity_months", 24, "24 months"),
        ("courses", "validity_months", 0, "for good"),
        ("courses", "title", "2026-03-02", "2026-03-02"),
        ("workers", "start_date", "2026-03-02", "2 Mar 2026"),
        ("workers", "start_date", "soon", "soon"),
        ("workers", "end_date", None, "–"),
        ("trainers", "kind", "INTERNAL", "Internal"),
        ("sessions", "starts_at", "22:30:00", "22:30"),
        ("sessions", "starts_at", "noon", "noon"),
        ("sessions", "day", "2026-03-02", "2 Mar 2026"),
        ("sessions", "duration", 150, "2 h 30 min"),
        ("hours", "hours_present", "4.00", "4"),
        ("hours", "hours_present", "2.50", "2.5"),
        ("hours", "hours_present", "all", "all"),
        ("venues", "capacity", 0, "0"),
        ("marks", "is_present", "yes", "present"),
        ("venues", "capacity", "1200", "1200"),
        ("workers", "of another version", "x", "x"),
    ],
)
def test_what_a_check_notes_is_read_as_people_write_it(kind: str, column: str, value: object, shown: str) -> None:
    assert in_words(kind_of(kind), column, value) == shown


def test_a_number_has_the_sign_of_the_language() -> None:
    with override("de"):
        assert in_words(kind_of("hours"), "hours_present", "2.50") == "2,5"


@pytest.mark.parametrize(
    ("kind", "column", "text", "shown"),
    [
        ("workers", "start_date", "2026-03-02", "2 Mar 2026"),
        ("workers", "start_date", "soon", "soon"),
        ("sessions", "starts_at", "22:30", "22:30"),
        ("courses", "validity_months", "0", "0"),
        ("workers", "badge_id", "2026-03-02", "2026-03-02"),
        ("workers", "", "x", "x"),
    ],
)
def test_what_stands_in_refused_cells_stays_what_it_is_apart_from_days(
    kind: str, column: str, text: str, shown: str
) -> None:
    assert as_it_stands(kind_of(kind), column, text) == shown


@pytest.mark.parametrize(
    ("kind", "identity", "shown"),
    [
        ("records", "00417 · HSE-001 · Nordwind · 2026-03-02", "00417 · HSE-001 · Nordwind · 2 Mar 2026"),
        ("sessions", "HSE-001 2026-03-02 22:30 Room 1", "HSE-001 2 Mar 2026 22:30 Room 1"),
        ("sessions", "S-2026-104", "S-2026-104"),
        ("hours", "NOR-2026-03-02 2026-03-02 00417", "NOR-2026-03-02 2 Mar 2026 00417"),
        ("hours", "NOR1 2026-13-02 00417", "NOR1 2026-13-02 00417"),
        ("companies", "2026-03-02", "2026-03-02"),
    ],
)
def test_days_in_what_identifies_a_row_are_read_as_people_write_them(kind: str, identity: str, shown: str) -> None:
    assert identity_in_words(kind_of(kind), identity) == shown
