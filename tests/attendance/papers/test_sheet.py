"""The sign-in sheet: what a person reads on it, and where a program finds it on a scan."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
import segno
from PIL import Image

from attendance.models import SessionAttendee
from attendance.papers.sheet import file_name, print_sheet, sheet_data
from attendance.policies.sheet_code import SheetCode, code_text
from attendance.policies.sheet_layout import PRINTED, layout
from attendance.selectors.sheet import sheet_of
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import CourseVersionFactory, SessionFactory, scheduled_session
from training.core.refusals import NotFound
from training.models import Session

NOW = datetime(2026, 10, 22, 5, 41, tzinfo=UTC)  # 07:41 on the site
DOTS_PER_MM = 8

pytestmark = pytest.mark.django_db


def session_with(*names: tuple[str, str], **fields: Any) -> Session:
    session = scheduled_session(**fields)
    for first_name, last_name in names:
        learner = LearnerFactory(first_name=first_name, last_name=last_name)
        SessionAttendeeFactory(session=session, learner=learner)
    return session


def pdf_of(session: Session) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(print_sheet(sheet_of(session.pk), printed_at=NOW))


def texts(session: Session) -> list[str]:
    return [re.sub(r"\s+", " ", page.get_textpage().get_text_bounded()) for page in pdf_of(session)]


def picture(session: Session, page: int = 0) -> Image.Image:
    rendered: Image.Image = pdf_of(session)[page].render(scale=DOTS_PER_MM * 25.4 / 72).to_pil()
    return rendered.convert("L")


def is_black(image: Image.Image, x_mm: float, y_mm: float) -> bool:
    value = image.getpixel((round(x_mm * DOTS_PER_MM), round(y_mm * DOTS_PER_MM)))
    assert isinstance(value, int)
    return value < 128


def test_a_person_reads_course_reference_version_time_and_people() -> None:
    version = CourseVersionFactory(course__code="WAH-002", title="Working at Height, refresher")
    session = session_with(
        ("Łukasz", "Wiśniewski"),
        ("Nguyễn Thị", "Hương"),
        course_version=version,
        start_time=datetime(2026, 10, 22, 6, tzinfo=UTC),
        end_time=datetime(2026, 10, 22, 10, 30, tzinfo=UTC),
        venue__name="Training room B",
        version=3,
    )

    (text,) = texts(session)

    assert "WAH-002 Working at Height, refresher" in text
    assert session.reference in text
    assert "List version 3" in text
    assert "Printed 22 Oct 2026 07:41" in text
    assert "Page 1 of 1" in text
    assert "Thu 22 Oct 2026, 08:00–12:30" in text
    assert "Hours 4.5 Line" in text
    assert "Training room B" in text
    assert str(session.trainer) in text
    attendee = SessionAttendee.objects.select_related("learner__role", "learner__company").first()
    assert attendee is not None
    assert f"Łukasz Wiśniewski {attendee.learner.badge_id}, {attendee.learner.role.title}" in text
    assert attendee.learner.company.name in text
    assert "Nguyễn Thị Hương" in text


def test_a_session_over_midnight_names_both_days() -> None:
    session = session_with(
        start_time=datetime(2026, 10, 22, 20, tzinfo=UTC), end_time=datetime(2026, 10, 23, 4, tzinfo=UTC)
    )

    assert "Thu 22 Oct 2026, 22:00 – Fri 23 Oct 2026, 06:00" in texts(session)[0]


def test_lines_keep_their_numbers_and_walk_ins_get_the_next_ones() -> None:
    session = session_with(("Ana", "Silva"), ("Ben", "Okafor"), ("Cem", "Demir"))
    SessionAttendee.objects.filter(session=session, line__in=(2, 3)).delete()

    (page,) = sheet_data(sheet_of(session.pk), printed_at=NOW)["pages"]

    assert [(row["line"], row["walk-in"]) for row in page["rows"]] == [(1, False), (4, True), (5, True)]


@pytest.mark.parametrize(("attendees", "pages"), [(0, 1), (1, 1), (18, 1), (19, 2), (200, 12)])
def test_18_people_stand_on_a_page(attendees: int, pages: int) -> None:
    session = scheduled_session()
    company_and_role = LearnerFactory()
    for _ in range(attendees):
        learner = LearnerFactory(company=company_and_role.company, role=company_and_role.role)
        SessionAttendeeFactory(session=session, learner=learner)

    printed = texts(session)

    assert len(printed) == pages
    assert f"Page {pages} of {pages}" in printed[-1]
    assert "Walk-in" in printed[-1]
    assert not any("Walk-in" in text for text in printed[:-1])


def test_a_draft_prints_what_it_has_and_says_that_it_is_one() -> None:
    course = CourseVersionFactory(title="Fire watch").course
    session = SessionFactory(course=course, trainer=None, venue=None, start_time=None)

    (text,) = texts(session)

    assert "Fire watch" in text
    assert "Draft" in text
    assert text.count("Not set") == 3


def test_r3_employer_and_role_are_those_of_the_mark() -> None:
    attendee = SessionAttendeeFactory(present=True)
    then = attendee.company.name
    attendee.learner.company = LearnerFactory().company
    attendee.learner.save()

    assert then in texts(attendee.session)[0]


def test_a_deleted_session_has_no_sheet() -> None:
    session = SessionFactory(deleted_at=NOW)

    with pytest.raises(NotFound):
        sheet_of(session.pk)


@pytest.mark.parametrize("attendees", [1, 3])
def test_the_list_costs_two_queries_and_the_log_one(attendees: int, django_assert_num_queries: Any) -> None:
    session = session_with(*[("Ana", "Silva")] * attendees)

    with django_assert_num_queries(3):
        print_sheet(sheet_of(session.pk), printed_at=NOW)


def test_printing_twice_in_one_minute_gives_equal_bytes() -> None:
    sheet = sheet_of(session_with(("Ana", "Silva")).pk)

    assert print_sheet(sheet, printed_at=NOW) == print_sheet(sheet, printed_at=NOW)


# Names


def test_names_that_no_font_can_print_are_marked_and_explained() -> None:
    session = session_with(("ᏣᎳᎩ", "Kipiani"))

    (text,) = texts(session)

    assert "[?] Kipiani" in text
    assert "[?] stands for letters that this server has no font for: go by the badge number." in text


@pytest.mark.parametrize(
    "company",
    [
        "Nordgate Pipe Fitting and Scaffolding Company of Jubail",
        "Gulf Engineering, Jigging and Piping Group (Young & Quigley)",
        "Donaudampfschifffahrtsgesellschaft Kapitänsjacken gGmbH",
        "شركة الخليج للهندسة والمقاولات الصناعية وأعمال السقالات المحدودة",
    ],
)
def test_an_employer_of_several_lines_stays_off_the_rules(company: str) -> None:
    session = session_with(("Ana", "Silva"), ("Jo", "Gray"))
    sheet = sheet_of(session.pk)
    for attendee in sheet.attendees:
        attendee.learner.company.name = company

    page = pypdfium2.PdfDocument(print_sheet(sheet, printed_at=NOW))[0]
    drawn = page.render(scale=DOTS_PER_MM * 25.4 / 72).to_pil().convert("L")

    places = layout(PRINTED).places["table"]
    column = places["columns"]["company"]
    for row in range(2):
        upper = places["top"] + row * places["row"]
        lines = [upper + 0.3, upper + 0.5, upper + places["row"] - 0.5, upper + places["row"] - 0.3]
        dots = [(column["x"] + step / DOTS_PER_MM, y) for step in range(column["width"] * DOTS_PER_MM) for y in lines]
        assert not [dot for dot in dots if is_black(drawn, *dot)]
        middle = [upper + down / 2 for down in range(3, 17)]
        assert any(is_black(drawn, column["x"] + step, y) for step in range(column["width"]) for y in middle)


def test_names_from_right_to_left_are_printed() -> None:
    session = session_with(("זיו", "כהן"), ("زياد", "الحداد"))

    (text,) = texts(session)

    assert "כהן" in text
    assert "زياد" in text
    assert "[?]" not in text


@pytest.mark.parametrize(
    "name",
    [
        '"}), #panic("x") \\',
        '*b* $x$ @r <l> #image("/x")',
        "{{ 7*7 }}{% load x %}",
        "// comment /* comment */",
    ],
)
def test_names_are_data_and_never_a_program(name: str) -> None:
    assert name in texts(session_with((name, "")))[0]


def test_a_name_too_long_for_its_box_is_shortened_and_stays_in_its_row() -> None:
    short, long = session_with(("Ana", "Silva")), session_with(("W" * 100, "M" * 100))

    assert "…" in texts(long)[0]
    # The middle of the row's bottom rule, and the signature box, are where they are for a short name.
    for x_mm, y_mm in [(60, 68.8), (115, 64), (140, 66)]:
        assert is_black(picture(long), x_mm, y_mm) == is_black(picture(short), x_mm, y_mm)


# A program


def test_four_corner_marks_frame_every_page() -> None:
    session = session_with(*[("Ana", "Silva")] * 19)

    for page in (0, 1):
        image = picture(session, page)
        for x_mm in (10.5, 199.5):
            for y_mm in (10.5, 286.5):
                assert is_black(image, x_mm, y_mm)
                assert not is_black(image, x_mm + (4 if x_mm < 100 else -4), y_mm)


def test_s11_the_qr_code_holds_session_list_version_and_page() -> None:
    session = session_with(*[("Ana", "Silva")] * 19, version=3)
    text = code_text(SheetCode(1, session.reference, 3, 2, 2, (19, 20, 21)))
    assert text.startswith(f"SITEPROOF1/{session.reference}/3/2-2/19-21/")
    code = segno.make_qr(text, error="q")
    module = 22 / code.symbol_size(border=0)[0]

    image = picture(session, page=1)

    seen = [
        [is_black(image, 170 + (column + 0.5) * module, 15 + (row + 0.5) * module) for column in range(len(line))]
        for row, line in enumerate(code.matrix)
    ]
    assert seen == [[bool(dark) for dark in line] for line in code.matrix]


def test_tick_boxes_lie_in_fixed_places() -> None:
    image = picture(session_with(*[("Ana", "Silva")] * 18))

    for row in range(20):
        middle = 59 + (row + 0.5) * 9.8
        for box in (172.5, 185.5):
            assert not is_black(image, box, middle)
            edges = [(box - 2.5, middle), (box + 2.5, middle), (box, middle - 2.5), (box, middle + 2.5)]
            assert all(is_black(image, x_mm, y_mm) for x_mm, y_mm in edges)


def test_20_rows_print_in_less_than_300_ms() -> None:
    session = session_with(*[("Łukasz", "Wiśniewski")] * 20)
    print_sheet(sheet_of(session.pk), printed_at=NOW)  # fonts are read once per process

    took = []
    for minutes in range(1, 6):  # typst remembers equal input
        start = time.perf_counter()
        print_sheet(sheet_of(session.pk), printed_at=NOW + timedelta(minutes=minutes))
        took.append(time.perf_counter() - start)

    assert min(took) < 0.3, "the fastest, for the others may have waited for the machine"


def test_the_file_is_named_by_reference_and_version() -> None:
    session = scheduled_session(version=7)

    assert file_name(session) == f"{session.reference}-v7.pdf"
