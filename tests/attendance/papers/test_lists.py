"""Every list as a file (X1): its rows are those of the page, and it is for those who may read the page."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from attendance.pages.trail import of_worker
from attendance.papers import worker_lists
from learners.models import CompetencyRecord, ImportTurn, Learner
from learners.policies.worker_fields import WORKER_FIELDS
from tests.exported import content_of, export, exported_rows, rows_of
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.compliance import asked_of, judge, one_of_each, owes_sign_off
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    AssessmentMethodFactory,
    LearnerAreaFactory,
    LearnerFactory,
    LearnerProgressionFactory,
    RegisterRecordFactory,
    RevocationFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    UserFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from tests.fixtures import client_of
from tests.html import source_of, texts
from tests.jobs import run_waiting
from tests.workbooks import book_of, midnight
from training.core.groups import TRAINERS
from training.core.list_files import FileFormat
from training.core.trail import count_lines
from training.models import FileDownload, Import, Job, Session, Trainer, Venue
from training.papers import library_lists, trails
from training.papers import lists as mechanism
from training.papers.lists import lists

pytestmark = pytest.mark.django_db

READERS = {"auditor", "supervisor", "superuser"}
FILE_CHECKERS = {"supervisor", "superuser"}
ITS_READERS = READERS | {"its trainer"}
WITH_A_ROLE = ITS_READERS | {"other trainer"}

# Who gets which list; the query names a thing of the site below.
LISTS: dict[str, tuple[str, set[str]]] = {
    "area-log": ("?area={area}", READERS),
    "area-requirements": ("?area={area}", READERS),
    "areas": ("", READERS),
    "class-captures": ("", WITH_A_ROLE),
    "class-hours": ("?class={class}", ITS_READERS),
    "class-meetings": ("?class={class}", ITS_READERS),
    "class-workers": ("?class={class}", ITS_READERS),
    "classes": ("", WITH_A_ROLE),
    "companies": ("", READERS),
    "company-log": ("?company={company}", READERS),
    "course-log": ("?course={course}", READERS),
    "courses": ("", READERS),
    "history": ("", {"superuser"}),
    "import-turns": ("?import={import}", FILE_CHECKERS),
    "matrix": ("", READERS),
    "methods": ("", READERS),
    "qualifications": ("?trainer={trainer}", READERS),
    "records": ("", READERS),
    "records-listed": ("", READERS),
    "requirements": ("", READERS),
    "role-log": ("?role={role}", READERS),
    "role-requirements": ("?role={role}", READERS),
    "roles": ("", READERS),
    "session-list": ("?session={session}", ITS_READERS),
    "session-log": ("?session={session}", ITS_READERS),
    "sessions": ("", WITH_A_ROLE),
    "trainer-log": ("?trainer={trainer}", READERS),
    "trainers": ("", READERS),
    "user-log": ("?user={user}", {"superuser"}),
    "venue-log": ("?venue={venue}", READERS),
    "venues": ("", READERS),
    "verify": ("", READERS),
    "verify-history": ("", READERS),
    "worker-log": ("?worker={worker}", READERS),
    "worker-programmes": ("?worker={worker}", READERS),
    "worker-records": ("?worker={worker}", READERS),
    "worker-required": ("?worker={worker}", READERS),
    "worker-sign-offs": ("?worker={worker}", READERS),
    "workers": ("", READERS),
}


@pytest.fixture
def site(trainer: Trainer) -> dict[str, Any]:
    """The keys of one thing of each kind: a session and a class of `trainer`, and a worker with everything."""
    session = scheduled_session(trainer=trainer)
    learner = LearnerFactory(email="ada@example.com", phone="+44 20 7946", badge_id="00417")
    SessionAttendeeFactory(session=session, learner=learner)
    TrainingRecordFactory(learner=learner)
    owes_sign_off(learner, CourseVersionFactory(requires_verification=True))
    progression = LearnerProgressionFactory(training_class=active_class(agent=trainer), learner=learner)
    meetings = progression.training_class.sessions
    meetings.filter(session_date=progression.start_date).update(
        status="client_cancelled", captured_by=UserFactory(), captured_at=timezone.now()
    )
    requirement = RoleRequirementFactory(role=learner.role, course=session.course)
    judge(learner, on=timezone.localdate())
    AssessmentMethodFactory()
    return {
        "area": AreaRequirementFactory(course=session.course).area_id,
        "class": progression.training_class_id,
        "company": learner.company_id,
        "course": session.course_id,
        "import": import_turn(learner).of_id,
        "role": requirement.role_id,
        "session": session.pk,
        "trainer": trainer.pk,
        "user": UserFactory().pk,
        "venue": session.venue_id,
        "worker": learner.pk,
    }


def import_turn(learner: Learner) -> ImportTurn:
    by, at = UserFactory(), timezone.now()
    one = Import.objects.create(
        kind="workers", title="Crew", state="DONE", started_by=by, started_at=at, changed_at=at, done_by=by, done_at=at
    )
    return ImportTurn.objects.create(
        of=one, phase="done", learner=learner, is_active=True, comes=False, before="PENDING", after="COMPLIANT"
    )


@pytest.fixture
def people(trainer: Trainer, trainer_user: User, supervisor: User, auditor: User, superuser: User) -> dict[str, Client]:
    other = UserFactory(groups=[TRAINERS])
    TrainerFactory(user=other)
    logins: dict[str, User] = {
        "auditor": auditor,
        "its trainer": trainer_user,
        "other trainer": other,
        "supervisor": supervisor,
        "superuser": superuser,
    }
    return {name: client_of(login) for name, login in logins.items()}


def test_every_list_has_its_row_in_the_table():
    assert set(lists()) == set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_x1_a_list_is_for_those_who_may_read_it(name: str, site: dict[str, Any], people: dict[str, Client]):
    query, readers = LISTS[name]
    query = query.format(**site)
    for person, client in people.items():
        for ending in ("csv", "xlsx"):
            response = export(client, name, query, ending)
            if person in readers:
                assert response.status_code == 200, (person, ending)
                mark = "maria-haddad\\d+-" if person == "auditor" else ""
                assert re.fullmatch(
                    rf'attachment; filename="{name}-{mark}\d{{4}}-\d\d-\d\d\.{ending}"', response["Content-Disposition"]
                )
                content_of(response)
            else:
                assert response.status_code in (403, 404), (person, ending)
        page = client.get(reverse("training:list_export", args=[name]) + query)
        assert page.status_code == (302 if person in readers or name in HIDDEN_ONE_BY_ONE else 403), person
    if name not in ("class-captures", "verify-history", "courses"):
        assert exported_rows(people[min(readers)], name, query), "the site has one of each"


# A trainer may have such lists of other sessions and classes, so that the page itself refuses.
HIDDEN_ONE_BY_ONE = {name for name, (_query, readers) in LISTS.items() if readers == ITS_READERS}


def test_x1_a_list_that_is_not_there_or_of_nothing_is_refused_in_a_sentence(as_supervisor: Client):
    assert "There is no such list." in source_of(export(as_supervisor, "passwords"))
    assert "There is no such worker." in source_of(export(as_supervisor, "worker-records", "?worker=99999999"))
    assert "There is no such session" in source_of(export(as_supervisor, "session-list", "?session=0x1"))
    refused = export(as_supervisor, "companies", ending="docx")
    assert (refused.status_code, "A file is CSV or Excel" in source_of(refused)) == (422, True)
    assert not FileDownload.objects.exists()


# The rows are those of the page


def _companies() -> None:
    for name in ("Beton", "Acme", "Carat"):
        CompanyFactory(name=name)


def _courses() -> None:
    for code in ("HSE-002", "HSE-001", "HSE-003"):
        CourseVersionFactory(course__code=code, title=f"Title of {code}", status="PUBLISHED")


def _trainers() -> None:
    for name in ("Beran", "Adler", "Cech"):
        TrainerFactory(first_name="Jo", last_name=name)


def _venues() -> None:
    for seats, name in ((5, "Tent"), (20, "Hall"), (12, "Cabin")):
        VenueFactory(name=name, capacity=seats)


def _roles() -> None:
    for title in ("Welder", "Fitter", "Rigger"):
        RoleFactory(title=title)


def _areas() -> None:
    outer = AreaFactory(name="Plant")
    AreaFactory(name="Tanks", parent=outer)
    AreaFactory(name="Gate")


def _methods() -> None:
    for name in ("Test piece", "Interview"):
        AssessmentMethodFactory(name=name)


def _workers() -> None:
    for learner in one_of_each(timezone.localdate()).values():
        LearnerAreaFactory(learner=learner)


def _sessions() -> None:
    for _number in range(3):
        SessionAttendeeFactory(session=scheduled_session())
    SessionFactory()


def _classes() -> None:
    for _number in range(3):
        active_class()


def _owed() -> None:
    for _number in range(3):
        owes_sign_off(LearnerFactory(), CourseVersionFactory(requires_verification=True))


def _from_registers() -> None:
    for _ in range(3):
        RegisterRecordFactory()
    TrainingRecordFactory()


def _lost() -> None:
    _owed()
    for number, record in enumerate(CompetencyRecord.objects.order_by("pk")):
        CompetencyRecord.objects.filter(pk=record.pk).update(
            status="NOT_COMPETENT",
            assessed_by=UserFactory(),
            assessed_at=timezone.now() - timedelta(days=number),
            remarks="Too slow",
        )


ROW = '//section[@id="{}"]//tbody/tr/th'
SAME: list[tuple[str, Callable[[], None], str, str, Callable[[dict[str, str]], str], tuple[str, ...]]] = [
    (
        "companies",
        _companies,
        "/library/companies/",
        ROW.format("companies"),
        lambda row: row["Company"],
        ("", "?sort=-company", "?q=a&sort=company", "?show=all"),
    ),
    (
        "courses",
        _courses,
        "/library/courses/",
        ROW.format("courses"),
        lambda row: row["Course"],
        ("", "?sort=-code", "?q=002", "?show=draft"),
    ),
    (
        "trainers",
        _trainers,
        "/library/trainers/",
        ROW.format("trainers"),
        lambda row: f"{row['Last name']}, {row['First name']}",
        ("", "?sort=-trainer", "?q=adler"),
    ),
    (
        "venues",
        _venues,
        "/library/venues/",
        ROW.format("venues"),
        lambda row: row["Venue"],
        ("", "?sort=seats", "?q=tent"),
    ),
    ("roles", _roles, "/library/roles/", ROW.format("roles"), lambda row: row["Role"], ("", "?sort=-role", "?q=r")),
    ("areas", _areas, "/library/areas/", ROW.format("areas"), lambda row: row["Area"], ("", "?q=tanks")),
    ("methods", _methods, "/library/methods/", "//tbody/tr/th", lambda row: row["Method"], ("",)),
    (
        "workers",
        _workers,
        "/workers/",
        ROW.format("workers"),
        lambda row: row["Worker"],
        ("", "?sort=-worker", "?status=not-cleared", "?person=INACTIVE", "?q=a"),
    ),
    (
        "sessions",
        _sessions,
        "/sessions/",
        '//section[@id="sessions"]//tbody/tr/td[3]',
        lambda row: row["Reference"],
        ("", "?show=all", "?show=all&sort=reference", "?show=draft"),
    ),
    (
        "classes",
        _classes,
        "/classes/",
        ROW.format("classes"),
        lambda row: row["Class"],
        ("", "?sort=code", "?show=all", "?show=draft"),
    ),
    ("verify", _owed, "/verify/", "//ol[@data-queue]/li//b", lambda row: row["Worker"], ("",)),
    (
        "records-listed",
        _from_registers,
        "/records/",
        "//section[@id='records']//tbody/tr/th",
        lambda row: f"{row['First name']} {row['Last name']}",
        ("", "?origin=waiting", "?origin=register"),
    ),
    ("verify-history", _lost, "/verify/history/", ROW.format("history"), lambda row: row["Worker"], ("",)),
]


@pytest.mark.parametrize(("name", "build", "address", "path", "key", "queries"), SAME, ids=[each[0] for each in SAME])
def test_x1_the_rows_are_those_of_the_page_in_its_order(
    name: str,
    build: Callable[[], None],
    address: str,
    path: str,
    key: Callable[[dict[str, str]], str],
    queries: tuple[str, ...],
    as_supervisor: Client,
    monkeypatch: pytest.MonkeyPatch,
):
    build()
    monkeypatch.setattr(mechanism, "ROWS_READ_AT_ONCE", 2)  # so that rows come in several parts
    for query in queries:
        shown = as_supervisor.get(address + query)
        told = [text.split(" entered later")[0] for text in texts(shown, path)]
        assert [key(row) for row in exported_rows(as_supervisor, name, query)] == told, query
        assert f'action="/lists/{name}/export/{query}"'.replace("&", "&amp;") in source_of(shown)


def test_x1_all_pages_are_in_it(as_supervisor: Client, monkeypatch: pytest.MonkeyPatch):
    for number in range(60):
        CompanyFactory(name=f"Company {number:02}")

    shown = as_supervisor.get("/library/companies/?page=2")

    assert len(texts(shown, ROW.format("companies"))) < 50
    assert re.search('action="/lists/companies/export/.?"', source_of(shown)), "without the page"
    names = [row["Company"] for row in exported_rows(as_supervisor, "companies", "?page=2")]
    assert names == [f"Company {number:02}" for number in range(60)]


def test_x1_a_list_that_htmx_narrows_brings_the_menu_with_the_new_filter(as_supervisor: Client):
    for page, target, name in (("/workers/", "workers", "workers"), ("/sessions/", "sessions", "sessions")):
        headers = {"HX-Request": "true", "HX-Target": target}
        swapped = as_supervisor.get(page + "?q=ada", headers=headers)
        assert f'id="export-{name}" data-menu hx-swap-oob="true"' in source_of(swapped)
        assert f'action="/lists/{name}/export/?q=ada"' in source_of(swapped)


def test_x1_today_offers_what_its_panels_show(as_supervisor: Client, site: dict[str, Any]):
    today = timezone.localdate()
    shown = source_of(as_supervisor.get("/"))
    for address in (
        "/lists/workers/export/?status=not-cleared",
        "/lists/workers/export/?status=expiring",
        f"/lists/sessions/export/?show=all&amp;first={today}&amp;last={today}",
        "/lists/sessions/export/?show=to-finalize",
        "/lists/sessions/export/?show=draft",
        "/lists/class-captures/export/?",
        "/lists/verify/export/?",
    ):
        assert f'action="{address}"' in shown, address


@pytest.mark.parametrize("name", ["companies", "trainers", "workers", "sessions", "classes", "records", "verify"])
def test_x1_the_queries_do_not_depend_on_the_rows(name: str, as_supervisor: Client):
    def one() -> None:
        learner = LearnerFactory(supervisor=LearnerFactory())
        LearnerAreaFactory(learner=learner)
        TrainingRecordFactory(learner=learner)
        owes_sign_off(learner, CourseVersionFactory(requires_verification=True))
        SessionAttendeeFactory(session=scheduled_session(), learner=learner)
        LearnerProgressionFactory(learner=learner)
        TrainerQualificationFactory()

    one()
    counts = []
    for _number in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert exported_rows(as_supervisor, name, "?show=all" if name in ("sessions", "classes") else "")
        counts.append(len(queries))
        one()
        one()
    assert counts[0] == counts[1]


# What stands in the cells


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")', "\uff1d1"])
def test_x1_no_text_becomes_a_formula(text: str, as_supervisor: Client):
    CompanyFactory(name=text)
    VenueFactory(name="Hall", location=text)

    (company,) = exported_rows(as_supervisor, "companies", "?show=all")
    (venue,) = exported_rows(as_supervisor, "venues")

    assert company["Company"] == venue["Location"] == f"'{text}"
    sheet = book_of(export(as_supervisor, "companies", "?show=all", "xlsx"))["Companies"]
    assert sheet["A2"].value == text


def test_x1_days_are_days_numbers_are_numbers_and_a_badge_is_text(as_supervisor: Client):
    learner = LearnerFactory(badge_id="00417", start_date=date(2026, 2, 3))
    TrainingRecordFactory(learner=learner, completion_date=date(2026, 2, 28), expiry_date=None)

    book = book_of(export(as_supervisor, "records", ending="xlsx"))

    sheet = book["Training records"]
    titles = [cell.value for cell in sheet[1]]
    row = dict(zip(titles, sheet[2], strict=True))
    assert row["Badge"].value == "00417"
    assert (row["Completed on"].value, row["Completed on"].is_date) == (midnight(date(2026, 2, 28)), True)
    assert row["Valid until"].value is None
    assert isinstance(row["Record"].value, int)
    assert (sheet.freeze_panes, sheet.auto_filter.ref.split(":")[0]) == ("A2", "A1")
    assert sheet.column_dimensions["C"].width > 20
    (plain,) = exported_rows(as_supervisor, "records")
    assert (plain["Badge"], plain["Completed on"], plain["Valid until"]) == ("00417", "2026-02-28", "")
    (worker,) = exported_rows(as_supervisor, "workers")
    assert (worker["Start date"], worker["Badge"]) == ("2026-02-03", "00417")


def test_x1_every_field_of_a_worker_is_a_column_and_no_title_stands_twice():
    told = {column.name for column in worker_lists.LEARNER}
    assert {field.name for field in WORKER_FIELDS} <= told
    for name in ("WORKER", "RECORD", "REQUIRED", "SIGN_OFF", "LEARNER"):
        titles = [str(column.title) for column in getattr(worker_lists, name)]
        assert len(titles) == len(set(titles)), name


def test_x1_records_are_those_of_the_workers_of_the_filter_revoked_ones_too(as_supervisor: Client):
    kept = TrainingRecordFactory()
    revoked = TrainingRecordFactory(learner=kept.learner)
    RevocationFactory(record=revoked, reason="Wrong person")
    TrainingRecordFactory()

    rows = exported_rows(as_supervisor, "records", f"?role={kept.learner.role_id}")

    assert {row["Record"]: row["Why it was revoked"] for row in rows} == {
        str(kept.pk): "",
        str(revoked.pk): "Wrong person",
    }
    assert len(exported_rows(as_supervisor, "records")) == 3


def test_x1_a_trainer_gets_only_own_rows_and_no_roles(trainer_user: User, site: dict[str, Any], superuser: User):
    scheduled_session()
    active_class()
    client = client_of(trainer_user)
    own = Session.objects.get(pk=site["session"])

    assert [row["Reference"] for row in exported_rows(client, "sessions", "?show=all")] == [own.reference]
    assert len(exported_rows(client, "classes", "?show=all")) == 1
    (line,) = exported_rows(client, "session-list", f"?session={own.pk}")
    assert "Role" not in line
    (line,) = exported_rows(client_of(superuser), "session-list", f"?session={own.pk}")
    assert line["Role"]
    log = exported_rows(client, "session-log", f"?session={own.pk}")
    assert log
    assert "Network address" not in log[0]


# How people are reached


CONTACTS = {"ada@example.com", "+44 20 7946"}


def test_x1_how_people_are_reached_needs_a_permission_of_its_own(
    as_supervisor: Client, as_auditor: Client, as_superuser: Client, site: dict[str, Any]
):
    TrainerFactory(email="tia@example.com", phone="+49 30 1")
    Learner.objects.get(pk=site["worker"])
    lists_with = {"workers": "", "trainers": "", "worker-log": f"?worker={site['worker']}"}
    for name, query in lists_with.items():
        for client in (as_supervisor, as_auditor):
            text = content_of(export(client, name, query)).decode()
            assert not [each for each in (*CONTACTS, "tia@example.com", "49 30 1") if each in text], name
        text = content_of(export(as_superuser, name, query)).decode()
        assert "example.com" in text, name
    assert {row.kind for row in FileDownload.objects.filter(taken_by__is_superuser=True)} == {
        "workers-contacts",
        "trainers-contacts",
        "worker-log-contacts",
    }


def test_x1_a_file_that_waits_is_not_handed_out_to_who_lost_the_permission(
    superuser: User, as_superuser: Client, site: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(worker_lists, "FoundRows", _always_a_job)
    export(as_superuser, "workers")
    run_waiting()
    job = Job.objects.get()
    assert (job.kind, job.state) == ("workers-contacts", "DONE")
    superuser.groups.add(UserFactory(groups=["HSE supervisor"]).groups.get())
    User.objects.filter(pk=superuser.pk).update(is_superuser=False)

    assert as_superuser.get(reverse("training:job_file", args=[job.pk])).status_code == 403


def _always_a_job(*args: Any, **options: Any) -> Any:
    return replace(mechanism.FoundRows(*args, **options), at_once=0)


# Who took what


def test_x1_who_took_which_file_is_logged_with_what_was_asked_for(supervisor: User, as_supervisor: Client):
    CompanyFactory(name="Acme")

    content = content_of(export(as_supervisor, "companies", "?q=ac"))

    taken = FileDownload.objects.get()
    assert (taken.job, taken.kind, taken.taken_by) == (0, "companies", supervisor)
    assert (taken.query, taken.size) == ("q=ac&format=csv", len(content))
    assert taken.file_name.startswith("companies-")


def test_x2_a_long_list_is_made_by_a_job(as_supervisor: Client, supervisor: User, monkeypatch: pytest.MonkeyPatch):
    _companies()
    monkeypatch.setattr(library_lists, "FoundRows", _always_a_job)

    asked = export(as_supervisor, "companies", "?sort=-company")
    job = Job.objects.get()
    assert asked["Location"] == reverse("training:job", args=[job.pk])
    assert not FileDownload.objects.exists()
    run_waiting()
    response = as_supervisor.get(reverse("training:job_file", args=[job.pk]))

    lines = b"".join(response).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["Carat", "Beton", "Acme"]
    taken = FileDownload.objects.get()
    assert (taken.job, taken.query) == (job.pk, "sort=-company&format=csv")


def test_x2_five_thousand_rows_are_given_at_once_and_one_more_is_a_job():
    assert mechanism.ROWS_AT_ONCE == 5_000
    asked = mechanism.AskedList(mechanism.FoundRows((), 5_000, lambda: iter(())), (), FileFormat.CSV, "x", "x", "x")
    assert not asked.is_long
    longer = mechanism.AskedList(mechanism.FoundRows((), 5_001, lambda: iter(())), (), FileFormat.CSV, "x", "x", "x")
    assert longer.is_long


def test_x1_what_is_deleted_meanwhile_is_left_out_and_nothing_stands_twice(
    as_supervisor: Client, monkeypatch: pytest.MonkeyPatch
):
    _venues()
    monkeypatch.setattr(mechanism, "ROWS_READ_AT_ONCE", 1)
    rows = Venue.objects.order_by("name")
    total, read = mechanism.in_chunks(rows, list, key=lambda venue: venue.pk)
    lines: Iterator[Any] = read()
    assert next(lines).name == "Cabin"
    Venue.objects.filter(name="Hall").delete()
    VenueFactory(name="Aula")
    assert total == 3
    assert [venue.name for venue in lines] == ["Tent"]


def test_x1_the_log_of_a_worker_is_whole(as_supervisor: Client, monkeypatch: pytest.MonkeyPatch):
    learner = LearnerFactory(first_name="Ada")
    for name in ("Bea", "Cia", "Dea", "Eva"):
        learner.first_name = name
        learner.save()
    monkeypatch.setattr(trails, "ROWS_READ_AT_ONCE", 2)

    rows = exported_rows(as_supervisor, "worker-log", f"?worker={learner.pk}")

    changes = [row["Changes"] for row in rows]
    assert changes[0] == "First name: Dea → Eva"
    assert [text.split(" → ")[-1] for text in changes[:4]] == ["Eva", "Dea", "Cia", "Bea"]
    assert count_lines(of_worker(learner, tells_contact=True, tells_reads=False)) >= len(rows)


def test_n6_each_row_of_an_auditors_file_says_who_took_it_and_when(
    as_auditor: Client, auditor: User, as_supervisor: Client
):
    LearnerFactory.create_batch(2)

    answer = export(as_auditor, "workers")

    marks = {row["Exported by"] for row in rows_of(answer)}
    assert len(marks) == 1
    assert marks.pop().startswith(f"{auditor.get_full_name()}, ")
    assert slugify(auditor.get_full_name()) in answer["Content-Disposition"]
    assert "Exported by" not in exported_rows(as_supervisor, "workers")[0]
    (in_matrix,) = {row["Exported by"] for row in rows_of(export(as_auditor, "matrix"))}
    assert in_matrix.startswith(f"{auditor.get_full_name()}, ")
    for sheet in book_of(export(as_auditor, "matrix", ending="xlsx")):
        assert [cell.value for cell in sheet[2]][-1] == "Exported by"


def test_x1_the_matrix_as_csv(as_supervisor: Client):
    learner = LearnerFactory()
    version = asked_of(learner)
    judge(learner, on=timezone.localdate())

    (row,) = exported_rows(as_supervisor, "matrix")

    assert row["Worker"] == learner.name
    assert row[f"{version.course.code} {version.title}"] == "Missing"


def test_x1_no_search_of_a_list_is_in_the_log(as_supervisor: Client, capfd: pytest.CaptureFixture[str], tmp_path: Path):
    LearnerFactory(first_name="Canary", last_name="Of The Mine")
    content_of(export(as_supervisor, "workers", "?q=canary"))
    out, err = capfd.readouterr()
    assert "canary" not in (out + err).lower()


def test_i7_records_of_old_registers_are_told_in_every_list_of_records(as_supervisor: Client):
    record = RegisterRecordFactory(register_import__register="Matrix 2024", is_calculated=True)
    for name, query in (
        ("records", ""),
        ("records-listed", "?origin=waiting"),
        ("worker-records", f"?worker={record.learner_id}"),
    ):
        (row,) = exported_rows(as_supervisor, name, query)
        told = row["From the old register"], row["Proven by the register alone"], row["Calculated"]
        assert told == ("Matrix 2024", "yes", "yes"), name
