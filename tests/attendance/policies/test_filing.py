"""I12: a dropped file is matched by its name, or not at all."""

import pytest

from attendance.policies.filing import CourseNames, FilingFacts, match_files

FIRE, HEIGHT = 1, 2
COURSES = {FIRE: CourseNames("HSE-001", "Fire Safety"), HEIGHT: CourseNames("HSE-002", "Working at Height")}
JANA_FIRE = FilingFacts(1, "", ["10012"], ["Jana Weiß"], FIRE)
JANA_HEIGHT = FilingFacts(2, "", ["10012"], ["Jana Weiß"], HEIGHT)
OMAR = FilingFacts(3, "card 7.pdf", ["B-10013"], ["Omar Haddad"], FIRE)
ROWS = [JANA_FIRE, JANA_HEIGHT, OMAR]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("10012 HSE-001.pdf", 1),
        ("HSE002_10012.jpg", 2),
        ("Weiss, Jana - working at height.pdf", 2),
        ("jana_weiß_fire_safety.PDF", 1),
        ("CARD 7.pdf", 3),
        ("b-10013.pdf", 3),
        ("Haddad Omar scan.pdf", 3),
    ],
)
def test_i12_a_name_with_badge_or_name_and_course_finds_its_row(name: str, row: int) -> None:
    assert match_files(ROWS, {9: name}, COURSES) == {row: 9}


@pytest.mark.parametrize(
    "name",
    [
        "10012.pdf",  # one of two cards
        "Jana Weiß.pdf",
        "B-10013 HSE-002.pdf",  # another course than the row's
        "Omar Haddad working at height.pdf",
        "110013.pdf",  # a longer number
        "Haddad.pdf",  # half a name
        "HSE-001.pdf",
        "scan0001.pdf",
    ],
)
def test_i12_a_name_that_could_be_another_ones_is_left_to_a_person(name: str) -> None:
    assert match_files(ROWS, {9: name}, COURSES) == {}


def test_i12_two_files_for_one_row_are_left_to_a_person() -> None:
    assert match_files(ROWS, {8: "B-10013 a.pdf", 9: "B-10013 b.pdf"}, COURSES) == {}


def test_i12_the_better_of_two_names_wins() -> None:
    files = {7: "10012 HSE-001.pdf", 8: "10012 HSE-002.pdf", 9: "B-10013.pdf"}
    assert match_files(ROWS, files, COURSES) == {1: 7, 2: 8, 3: 9}
