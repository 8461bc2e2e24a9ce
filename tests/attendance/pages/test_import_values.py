"""Values of rows of an import in the words of a person."""

import pytest

from attendance.pages.import_values import in_words
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
        ("workers", "of another version", "x", "x"),
    ],
)
def test_what_a_check_notes_is_read_as_people_write_it(kind: str, column: str, value: object, shown: str) -> None:
    assert in_words(kind_of(kind), column, value) == shown
