"""The training matrix: pages, cells, columns, and the Excel file."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.pages import matrix as selector
from attendance.pages.matrix import MatrixCell
from attendance.papers import matrix_list
from learners.models import ComplianceItem, Learner
from learners.selectors.learners import WorkerFilter
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.compliance import asked_of, judge, one_of_each, owes_sign_off, passed
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
)
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    SessionFactory,
    VenueFactory,
    scheduled_session,
)
from tests.html import fragment, source_of, text_of, texts
from tests.jobs import run_waiting
from tests.workbooks import book_of, midnight
from training.core import xlsx_files
from training.core.words import day
from training.models import Course, Job, Session

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
FILE = "/lists/matrix/export/"


def open_matrix(client: Client, address: str = "", **headers: str):
    return client.get(reverse("attendance:matrix") + address, headers=headers)


def open_cell(client: Client, learner: Learner, course: Course, address: str = ""):
    url = reverse("attendance:matrix_cell", args=[learner.pk, course.pk])
    return client.get(url + address, headers={"HX-Request": "true"})


def beside(term: str) -> str:
    """Return where the dialog of a cell tells this."""
    return f'//dt[.="{term}"]/following-sibling::dd[1]'


def workers_in(response) -> list[Learner]:
    return [row.learner for row in response.context["matrix"].rows]


def told(cell: MatrixCell) -> str:
    return f"{cell.standing.word} {cell.text}"


def cell_of(response, learner: Learner, course: Course):
    matrix = response.context["matrix"]
    at = [column.course_id for column in matrix.columns].index(course.pk)
    (row,) = (row for row in matrix.rows if row.learner == learner)
    return row.cells[at]


def session_of(course: Course, **fields) -> Session:
    """A scheduled session of the course, in three days."""
    start = timezone.now() + timedelta(days=3)
    return scheduled_session(course=course, course_version=course.versions.get(), **{"start_time": start, **fields})


@pytest.fixture
def crew() -> list[Learner]:
    """Three workers of one role that asks for one course: one without it, one expiring, one valid."""
    first = LearnerFactory(last_name="Abel", role__title="Rigger")
    others = [LearnerFactory(last_name=name, role=first.role) for name in ("Baker", "Cole")]
    version = asked_of(first, title="Work at height")
    passed(others[0], version, expiry=TODAY() + timedelta(days=18))
    passed(others[1], version, expiry=TODAY() + timedelta(days=400))
    judge(first, *others, on=TODAY())
    return [first, *others]


def course_of(learner: Learner) -> Course:
    return ComplianceItem.objects.get(learner=learner).course


# Rows and columns


def test_rows_stand_worst_first_and_each_cell_says_shape_and_number(as_supervisor: Client, crew: list[Learner]):
    response = open_matrix(as_supervisor)

    assert workers_in(response) == crew
    page = source_of(response)
    valid_until = TODAY() + timedelta(days=400)
    assert '<td class="r n"><i>Missing </i>none</td>' in page
    assert '<td class="w"><i>Expiring </i>18 d</td>' in page
    assert f'<td class="o"><i>Valid </i>{valid_until:%b %Y}</td>' in page
    assert [told(cell) for row in response.context["matrix"].rows for cell in row.cells] == [
        "Missing none",
        "Expiring 18 d",
        f"Valid {valid_until:%b %Y}",
    ]


def test_a_course_that_is_not_asked_leaves_an_empty_cell(as_supervisor: Client, crew: list[Learner]):
    other = LearnerFactory()
    asked_of(other)
    judge(other, on=TODAY())

    response = open_matrix(as_supervisor)

    assert cell_of(response, crew[0], course_of(other)) is None
    assert texts(response, "//tbody//td[not(@class) and not(*)]") == [""] * 4


def test_columns_are_the_courses_asked_of_the_workers_shown_or_all(as_supervisor: Client, crew: list[Learner]):
    CourseVersionFactory(title="Asked of nobody")
    other = LearnerFactory()
    asked_of(other)
    judge(other, on=TODAY())

    def titles(address: str) -> int:
        return len(open_matrix(as_supervisor, address).context["matrix"].columns)

    assert titles("") == 2
    assert titles(f"?role={crew[0].role_id}") == 1
    assert titles("?columns=all") == 3


def test_c4_the_number_on_a_column_is_that_of_the_rows_behind_it(as_supervisor: Client):
    states = one_of_each(TODAY())
    for state in ("expired", "missing", "overdue", "stale", "blocked", "not active"):
        course = course_of(states[state])
        (column,) = (
            each
            for each in open_matrix(as_supervisor, "?person=any").context["matrix"].columns
            if each.course_id == course.pk
        )
        behind = open_matrix(as_supervisor, f"?red={course.pk}&person=any")
        assert column.reds == len(workers_in(behind)) == (0 if state in ("blocked", "not active") else 1), state
        assert (f"?person=any&amp;red={course.pk}" in source_of(open_matrix(as_supervisor, "?person=any"))) is bool(
            column.reds
        )


def test_p4_a_cell_shows_the_day_of_the_coming_session_that_lists_the_worker(
    as_supervisor: Client, crew: list[Learner]
):
    course = course_of(crew[0])
    coming = session_of(course)
    SessionAttendeeFactory(session=coming, learner=crew[0])
    SessionAttendeeFactory(session=session_of(course, start_time=timezone.now() - timedelta(days=3)), learner=crew[1])
    badge = LearnerFactory(merged_into=crew[2], status=Learner.Status.INACTIVE)
    SessionAttendeeFactory(session=coming, learner=badge)

    response = open_matrix(as_supervisor)

    day = timezone.localdate(coming.start_time)
    assert [cell_of(response, each, course).booked for each in crew] == [day, None, day]
    assert f'data-b="{day.day} {day:%b %Y}"' in source_of(response)


def test_c3_a_pending_sign_off_stands_beside_the_status(as_supervisor: Client):
    learner = LearnerFactory()
    version = asked_of(learner)
    owes_sign_off(learner, version)
    judge(learner, on=TODAY())

    response = open_matrix(as_supervisor)

    cell = cell_of(response, learner, version.course)
    assert (cell.standing.kind, cell.is_to_verify) == ("bad", True)
    assert '<td class="r n v"><i>Missing, to verify </i>none</td>' in source_of(response)


def test_c2_valid_through_today_is_not_red_today_and_red_tomorrow():
    """On the site's date: 31 March, 22:30 UTC, is 1 April here. An answer past its day is not cleared (C7)."""
    learner = LearnerFactory()
    version = asked_of(learner)
    passed(learner, version, expiry=date(2026, 3, 31))
    judge(learner, on=date(2026, 3, 31))

    def word_at(now: datetime) -> str:
        shown = selector.matrix(selector.MatrixFilter(workers=WorkerFilter()), None, now=now, warning_days=60)
        (row,) = shown.rows
        (cell,) = row.cells
        assert cell is not None
        return f"{row.standing.word}: {told(cell)}"

    assert word_at(datetime(2026, 3, 31, 21, 30, tzinfo=UTC)) == "Expiring: Expiring 0 d"
    assert word_at(datetime(2026, 3, 31, 22, 30, tzinfo=UTC)) == "Out of date: Out of date −1 d"
    judge(learner, on=date(2026, 4, 1))
    assert word_at(datetime(2026, 3, 31, 22, 30, tzinfo=UTC)) == "Not cleared: Expired −1 d"


# Filters and pages


def test_filters_work_from_the_address_alone(as_supervisor: Client, crew: list[Learner]):
    site, unit = AreaFactory(), AreaFactory()
    unit.parent = site
    unit.save()
    LearnerAreaFactory(learner=crew[2], area=unit)
    for address, found in (
        (f"?company={crew[1].company_id}", [crew[1]]),
        (f"?role={crew[0].role_id}", crew),
        (f"?area={site.pk}", [crew[2]]),
        ("?status=expiring", [crew[1]]),
        ("?q=abel", [crew[0]]),
        (f"?red={course_of(crew[0]).pk}", [crew[0]]),
    ):
        assert workers_in(open_matrix(as_supervisor, address)) == found, address


def test_l1_only_active_workers_are_shown_until_others_are_asked_for(as_supervisor: Client, crew: list[Learner]):
    Learner.objects.filter(pk=crew[1].pk).update(status=Learner.Status.BLACKLISTED)
    Learner.objects.filter(pk=crew[2].pk).update(status=Learner.Status.INACTIVE)

    def found(address: str) -> list[Learner]:
        return workers_in(open_matrix(as_supervisor, address))

    assert found("") == [crew[0]]
    assert found("?person=BLACKLISTED") == [crew[1]]
    assert found("?person=INACTIVE") == [crew[2]]
    assert found("?person=any") == crew


@pytest.mark.parametrize(("address", "last_rank"), [("?person=any", 5), ("?person=any&on={yesterday}", 3)])
def test_pages_follow_each_other_without_gap_or_repetition_both_ways(
    as_supervisor: Client, monkeypatch: pytest.MonkeyPatch, address: str, last_rank: int
):
    one_of_each(TODAY())
    address = address.format(yesterday=TODAY() - timedelta(days=1))
    whole = workers_in(open_matrix(as_supervisor, address))
    monkeypatch.setattr(selector, "ROWS_PER_PAGE", 2)

    def walk(direction: str, start: str) -> list[list[Learner]]:
        pages, place = [], start
        while True:
            response = open_matrix(as_supervisor, f"{address}{place}")
            pages.append(workers_in(response))
            if response.context[direction] is None:
                return pages
            place = f"&{direction}={response.context[direction]}"

    forwards = walk("after", "")
    assert [len(page) for page in forwards] == [2] * (len(whole) // 2) + [len(whole) % 2] * (len(whole) % 2)
    assert [each for page in forwards for each in page] == whole
    backwards = walk("before", f"&before={last_rank}-{whole[-1].pk}")
    assert [each for page in reversed(backwards) for each in page] == whole[:-1]


@pytest.mark.parametrize(
    "address",
    ["?after=x", "?after=9-1", "?before=0-99999999999999999999", "?after=5-987654", "?red=x", "?red=987654", "?red=-1",
     "?company=x", "?columns=x", "?person=X", "?q=%00", "?red=99999999999999999999999", "?on=&after=0-1"],
)  # fmt: skip
def test_an_address_that_means_nothing_is_no_error(as_supervisor: Client, crew: list[Learner], address: str):
    assert open_matrix(as_supervisor, address).status_code == 200


def test_nothing_found_is_said_with_a_way_back(as_supervisor: Client, crew: list[Learner]):
    page = source_of(open_matrix(as_supervisor, "?q=nobody"))

    assert "No worker matches." in page
    assert f'href="{reverse("attendance:matrix")}"' in page


def test_swapping_the_matrix_equals_reloading_it(as_supervisor: Client, crew: list[Learner]):
    whole = open_matrix(as_supervisor, "?q=abel").content.decode()
    swapped = open_matrix(as_supervisor, "?q=abel", **{"HX-Request": "true", "HX-Target": "matrix"}).content.decode()

    assert swapped.startswith('<section class="stack-v" id="matrix"')
    for part in ("matrix", "verdict-counts"):
        assert fragment(swapped, part) == fragment(whole, part)


def test_names_are_shown_as_they_are(as_supervisor: Client):
    LearnerFactory(first_name="<script>alert(1)</script>", last_name="=1+1")

    assert "<script>alert" not in open_matrix(as_supervisor).content.decode()


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(("address", "queries"), [("", 21), ("?on=2026-01-10", 17)])
def test_the_matrix_costs_the_same_queries_however_many_rows(
    as_supervisor: Client, size: int, address: str, queries: int
):
    for _number in range(size):
        one_of_each(TODAY())

    with CaptureQueriesContext(connection) as made:
        open_matrix(as_supervisor, address)

    assert len(made) == queries


def test_trainers_do_not_read_the_matrix_and_auditors_change_nothing(
    as_trainer: Client, as_auditor: Client, crew: list[Learner]
):
    course = course_of(crew[0])
    session = session_of(course)

    assert open_matrix(as_trainer).status_code == 403
    assert open_cell(as_trainer, crew[0], course).status_code == 403
    offered = source_of(open_cell(as_auditor, crew[0], course))
    assert str(session.venue) in offered
    assert '<button class="btn" name="session"' not in offered
    cell = reverse("attendance:matrix_cell", args=[crew[0].pk, course.pk])
    assert as_auditor.post(cell, {"session": session.pk}).status_code == 403
    assert as_auditor.post(reverse("attendance:matrix_course", args=[course.pk])).status_code == 403
    assert not session.attendees.exists()


# Cells


def test_c5_a_cell_opens_why_with_the_losing_rules_and_the_proof(as_supervisor: Client):
    learner = LearnerFactory(role__title="Rigger")
    version = asked_of(learner, title="Work at height")
    process, unit = AreaFactory(name="Process area"), AreaFactory(name="Unit 4")
    unit.parent = process
    unit.save()
    AreaRequirementFactory(area=process, course=version.course)
    LearnerAreaFactory(learner=learner, area=unit)
    passed(learner, version, expiry=TODAY() - timedelta(days=9))
    judge(learner, on=TODAY())

    opened = open_cell(as_supervisor, learner, version.course)
    page = source_of(opened)

    assert "Work at height" in page
    assert "Rigger role, before site access" in page
    assert "<li>Area Unit 4 ← Process area, before site access</li>" in page
    assert text_of(opened, beside("Time")) == "9 d ago"
    assert f"{reverse('attendance:worker', args=[learner.pk])}?record={learner.records.get().pk}#sheet" in page


def test_p4_a_cell_offers_coming_sessions_with_free_seats_and_adds_to_one(as_supervisor: Client, crew: list[Learner]):
    course = course_of(crew[0])
    SessionAttendeeFactory(session=session_of(course, venue=VenueFactory(capacity=1)))
    free = session_of(course, start_time=timezone.now() + timedelta(days=4))
    SessionFactory(course=course)

    details = open_cell(as_supervisor, crew[0], course).context["details"]
    assert list(details.sessions) == [free]

    cell = reverse("attendance:matrix_cell", args=[crew[0].pk, course.pk])
    answer = as_supervisor.post(cell, {"session": free.pk}, headers={"HX-Request": "true"})

    assert list(free.attendees.values_list("learner", flat=True)) == [crew[0].pk]
    day = timezone.localdate(free.start_time)
    assert answer.context["details"].booked == free
    assert (
        f'<td id="cell-{crew[0].pk}-{course.pk}" hx-swap-oob="true" tabindex="-1" class="r n" data-b="{day:%-d %b %Y}">'
        in (source_of(answer))
    )
    assert not answer.context["details"].sessions


def test_without_htmx_adding_leads_to_the_profile(as_supervisor: Client, crew: list[Learner]):
    course = course_of(crew[0])
    session = session_of(course)
    cell = reverse("attendance:matrix_cell", args=[crew[0].pk, course.pk])

    assert as_supervisor.post(cell, {"session": session.pk})["Location"] == reverse(
        "attendance:worker", args=[crew[0].pk]
    )
    assert session.attendees.count() == 1


def test_a_refused_addition_is_a_sentence(as_supervisor: Client, crew: list[Learner]):
    course = course_of(crew[0])
    session = session_of(course)
    Learner.objects.filter(pk=crew[0].pk).update(status=Learner.Status.BLACKLISTED)
    cell = reverse("attendance:matrix_cell", args=[crew[0].pk, course.pk])

    refused = as_supervisor.post(cell, {"session": session.pk}, headers={"HX-Request": "true"})
    assert (refused.status_code, "is blocked" in source_of(refused)) == (409, True)
    assert as_supervisor.post(cell, {"session": "x"}).status_code == 422
    assert as_supervisor.post(cell, {"session": 987654}).status_code == 404
    assert open_cell(as_supervisor, crew[0], course, "?on=x").status_code == 422
    for missing in ([crew[0].pk, 987654], [987654, course.pk]):
        url = reverse("attendance:matrix_cell", args=missing)
        assert as_supervisor.get(url, headers={"HX-Request": "true"}).status_code == 404


# Columns


def test_a_column_plans_a_draft_for_its_reds_who_are_on_no_coming_list(as_supervisor: Client, crew: list[Learner]):
    course = course_of(crew[0])
    more = [LearnerFactory(role=crew[0].role) for _ in range(2)]
    judge(*more, on=TODAY())
    SessionAttendeeFactory(session=session_of(course), learner=more[0])
    column = reverse("attendance:matrix_course", args=[course.pk])

    question = source_of(as_supervisor.get(column, headers={"HX-Request": "true"}))
    assert question.startswith("<dialog")
    assert "3 workers of this filter are not cleared." in question
    assert "1 of them is on the list of a coming session already and stays out." in question
    assert "Plan a session for 2" in question
    assert "Plan a session for 2" in source_of(as_supervisor.get(column))

    answer = as_supervisor.post(column)

    draft = Session.objects.get(status=Session.Status.DRAFT)
    assert answer["Location"] == reverse("attendance:session", args=[draft.pk])
    assert draft.course == course
    assert set(draft.attendees.values_list("learner", flat=True)) == {crew[0].pk, more[1].pk}


def test_a_column_plans_for_the_filter_alone(as_supervisor: Client, crew: list[Learner]):
    other = LearnerFactory(role=crew[0].role, company=CompanyFactory())
    judge(other, on=TODAY())
    column = reverse("attendance:matrix_course", args=[course_of(crew[0]).pk])

    as_supervisor.post(f"{column}?company={other.company_id}")

    assert list(Session.objects.get().attendees.values_list("learner", flat=True)) == [other.pk]


def test_there_is_a_sentence_for_a_column_of_no_course(as_supervisor: Client):
    answer = as_supervisor.get(reverse("attendance:matrix_course", args=[987654]))
    assert (answer.status_code, "There is no such course." in source_of(answer)) == (404, True)


# As of another day


def test_c8_the_matrix_of_another_day_says_so_and_shows_what_was_held_then(as_supervisor: Client):
    learner = LearnerFactory()
    version = asked_of(learner)
    passed(learner, version, expiry=date(2026, 2, 10))
    judge(learner, on=TODAY())

    response = open_matrix(as_supervisor, "?on=2026-02-10")

    assert "As of 10 Feb 2026" in source_of(response)
    assert texts(response, '//a[@href="?"]') == ["Back to today"]
    assert told(cell_of(response, learner, version.course)) == "Expiring 0 d"
    later = open_matrix(as_supervisor, "?on=2026-02-11")
    assert told(cell_of(later, learner, version.course)) == "Expired −1 d"
    opened = open_cell(as_supervisor, learner, version.course, "?on=2026-02-11")
    assert text_of(opened, beside("Why")) == f"{learner.role} role, before site access, entered later"
    assert text_of(opened, beside("Time")) == "1 d ago"


def test_c8_rows_and_cells_say_what_was_known_differently_on_that_day(as_supervisor: Client):
    learner = LearnerFactory()
    version = asked_of(learner)

    response = open_matrix(as_supervisor, "?on=2026-02-10")

    (row,) = response.context["matrix"].rows
    assert row.is_entered_later
    assert '<span class="vh">entered later</span>' in source_of(response)
    assert "Entered later, by somebody who is not named, on " in source_of(response)
    cell = source_of(open_cell(as_supervisor, learner, version.course, "?on=2026-02-10"))
    assert "Entered later, by somebody who is not named, on " in cell
    file = as_supervisor.post(reverse("training:list_export", args=["matrix"], query={"on": "2026-02-10"}))
    _above, titles, (*_cells, changed) = sheet_of(file)
    assert titles[-1] == "Changed later"
    assert "Entered later, by somebody who is not named, on " in changed
    assert "ntered later" not in source_of(open_matrix(as_supervisor))


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("x", "is not a date"),
        ("2026-02-30", "is not a date"),
        ("<b>", "“&lt;b&gt;” is not a date"),
        ("9999-12-31", "That day has not come yet."),
    ],
)
def test_c8_a_day_that_means_nothing_is_a_sentence(as_supervisor: Client, crew: list[Learner], day: str, sentence: str):
    for response in (
        open_matrix(as_supervisor, f"?on={day}"),
        as_supervisor.get(reverse("attendance:worker", args=[crew[0].pk]), {"on": day}),
    ):
        assert response.status_code == 422
        assert sentence in source_of(response)
        assert crew[0].last_name in source_of(response)
    assert as_supervisor.post(reverse("training:list_export", args=["matrix"], query={"on": day})).status_code == 422


# The Excel file


def sheet_of(response, name: str = "Matrix") -> list[list]:
    """Return the values of a sheet's rows."""
    return [list(row) for row in book_of(response)[name].iter_rows(values_only=True)]


def test_the_excel_file_holds_every_row_of_the_filter_as_shown(
    as_supervisor: Client, crew: list[Learner], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(selector, "ROWS_PER_PAGE", 2)
    LearnerFactory(last_name="Elsewhere")
    address = f"?role={crew[0].role_id}"
    assert f'action="{FILE}{address}"' in source_of(open_matrix(as_supervisor, address))

    response = as_supervisor.post(FILE + address)

    assert re.fullmatch(r'attachment; filename="matrix-[\d-]{10}\.xlsx"', response["Content-Disposition"])
    head, titles, *rows = sheet_of(response)
    assert head[0].startswith(f"As of {day(TODAY())}. ")
    assert titles[-1].endswith("Work at height")
    assert [(row[0], row[2], row[-1]) for row in rows] == [
        (crew[0].name, "Not cleared", "Missing"),
        (crew[1].name, "Expiring", midnight(TODAY() + timedelta(days=18))),
        (crew[2].name, "Cleared", midnight(TODAY() + timedelta(days=400))),
    ]


def test_days_of_the_excel_file_are_days_with_filters_and_a_head_that_stays(as_supervisor: Client, crew: list[Learner]):
    session = session_of(course_of(crew[0]))
    SessionAttendeeFactory(session=session, learner=crew[0])
    SessionAttendeeFactory(session=session, learner=crew[1])
    expiry, booked = TODAY() + timedelta(days=18), timezone.localdate(session.start_time)

    book = book_of(as_supervisor.post(FILE))

    matrix, facts = book["Matrix"], book["Courses of workers"]
    assert (matrix.freeze_panes, matrix.auto_filter.ref) == ("C3", "A2:F5")
    assert (facts.freeze_panes, facts.auto_filter.ref) == ("C3", "A2:N5")
    assert [matrix.cell(row, 6).number_format for row in (4, 5)] == [
        '"Expiring "d mmm yyyy", booked"',
        '"Valid "d mmm yyyy',
    ]
    assert matrix.cell(3, 6).value == f"Missing, booked for {day(booked)}"
    assert [matrix.cell(row, 6).is_date for row in (4, 5)] == [True, True]
    assert all(sheet.column_dimensions["A"].width > 20 for sheet in (matrix, facts))
    titles = [cell.value for cell in facts[2]]
    rows = [dict(zip(titles, row, strict=True)) for row in facts.iter_rows(min_row=3, values_only=True)]
    assert [(row["Worker"], row["Status of the course"], row["Valid until"], row["Days left"]) for row in rows] == [
        (crew[0].name, "Missing", None, None),
        (crew[1].name, "Expiring", midnight(expiry), 18),
        (crew[2].name, "Valid", midnight(TODAY() + timedelta(days=400)), 400),
    ]
    assert [row["Booked for"] for row in rows] == [midnight(booked), midnight(booked), None]
    assert facts["I4"].number_format == "d mmm yyyy"


def test_a_table_of_more_rows_than_a_sheet_takes_goes_on_upon_the_next(
    as_supervisor: Client, crew: list[Learner], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(xlsx_files, "MOST_ROWS", 4)

    book = book_of(as_supervisor.post(FILE))

    assert book.sheetnames == ["Matrix", "Courses of workers", "Matrix 2", "Courses of workers 2"]
    assert book["Matrix 2"]["A3"].value == crew[2].name
    assert book["Matrix 2"].auto_filter.ref == "A2:F3"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "https://x.example"])
def test_no_cell_of_the_excel_file_is_a_formula_or_a_link(as_supervisor: Client, name: str):
    LearnerFactory(first_name="", last_name=name)

    _head, _titles, row = sheet_of(as_supervisor.post(FILE))

    assert row[0] == name


def test_many_cells_are_made_by_a_job(as_supervisor: Client, crew: list[Learner], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(matrix_list, "CELLS_AT_ONCE", 3)
    address = reverse("training:list_export", args=["matrix"], query={"role": crew[0].role_id})

    asked = as_supervisor.post(address)
    run_waiting()
    job = Job.objects.get()
    file = as_supervisor.get(reverse("training:job_file", args=[job.pk]))

    assert asked["Location"] == reverse("training:job", args=[job.pk])
    assert job.title == f"Matrix: Active workers, Role: {crew[0].role.title}"
    assert [row[0] for row in sheet_of(file)[2:]] == [each.name for each in crew]


def test_a_get_of_the_file_makes_nothing_and_shows_the_matrix(as_supervisor: Client, crew: list[Learner]):
    query = {"role": crew[0].role_id}

    response = as_supervisor.get(reverse("training:list_export", args=["matrix"], query=query))

    assert response["Location"] == reverse("attendance:matrix", query=query)
    assert not Job.objects.exists()
