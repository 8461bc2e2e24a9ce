"""What is said once for all rows of an import: asked on the page, by the command and through the API (I1, I4, I7)."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html as markup

from attendance.models import SessionAttendee
from attendance.services.imports.choices import checked_choices
from learners.models import LearnerHoursLog, RegisterImport, TrainingRecord
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.imports import workbook
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    TrainerFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from tests.html import texts
from training.core.imports.declaration import Reads
from training.core.imports.registry import kind_of, kinds
from training.core.refusals import Invalid
from training.models import Company, Course, CourseVersion, Import, Job, Session
from training.services.job_runs import run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

STEP = "//div[@id='import-step']"
ONCE = [(kind.name, each.name) for kind in kinds() for each in kind.said_once]


def work() -> None:
    for job in Job.objects.filter(state__in=Job.OPEN):
        run(job.pk)


def as_it_stands(page: Any, which: str = "") -> dict[str, str]:
    (form,) = markup.document_fromstring(page.content.decode()).xpath(f"{STEP}//form{which}")
    return dict(form.form_values())


def test_i1_every_kind_says_what_its_service_takes() -> None:
    assert ONCE == [
        ("courses", "change_log"),
        ("courses", "code_prefix"),
        ("courses", "duration_minutes"),
        ("requirements", "grace_period_days"),
        ("requirements", "starts_on"),
        ("workers", "company"),
        ("workers", "role"),
        ("workers", "start_date"),
        ("workers", "all_areas"),
        ("workers", "holds"),
        ("workers", "companies"),
        ("workers", "file_date"),
        ("workers", "reason"),
        ("records", "register"),
        ("records", "provider"),
        ("records", "counts"),
        ("records", "counts_until"),
        ("records", "reason"),
        ("sessions", "status"),
        ("sessions", "reason"),
        ("marks", "session"),
        ("hours", "class_code"),
        ("hours", "unnamed"),
    ]


@pytest.mark.parametrize(("kind", "name"), ONCE)
def test_what_cannot_be_said_is_refused_by_its_name(kind: str, name: str) -> None:
    declared = kind_of(kind)
    column = next(each for each in declared.said_once if each.name == name)
    for value in ({"a": 1}, ["x"], True if column.reads is not Reads.CHOICE else 7):
        with pytest.raises(Invalid) as refused:
            checked_choices(declared, {name: value})
        assert list(refused.value.errors) == [name]
    assert checked_choices(declared, {name: None}) == {}
    with pytest.raises(Invalid):
        checked_choices(declared, {"nothing": "x"})


def brought_in(client: Client, kind: str, rows: list[Any], **said: Any) -> Import:
    """Bring a file in on the page, saying once what is asked."""
    client.post(reverse("attendance:import_start"), {"file": workbook(*rows, name=kind), "sender": "Nordwind"})
    one = Import.objects.latest("pk")
    where = reverse("attendance:import", args=[one.pk])
    work()
    page = client.get(f"{where}?kind={kind}")
    agreed = client.post(reverse("attendance:import_agree", args=[one.pk]), as_it_stands(page))
    assert agreed.status_code == 302, texts(agreed, f"{STEP}//*[contains(@class, 'error')]")
    work()
    page = client.get(f"{where}?step=questions")
    answers = as_it_stands(page)
    names = markup.document_fromstring(page.content.decode()).xpath(f"{STEP}//*[starts-with(@name, 'once-')]/@name")
    asked = {name.removeprefix("once-") for name in names}
    assert said.keys() <= asked, asked
    nothing = client.post(reverse("attendance:import_answer", args=[one.pk]), answers)
    needed = {each.name for each in kind_of(kind).said_once if each.is_needed} & asked
    if needed:
        assert nothing.status_code == 422
        answers = as_it_stands(nothing)
    else:
        work()
        answers = as_it_stands(client.get(f"{where}?step=questions"))
    answers |= {f"once-{name}": value for name, value in said.items()}
    sent = client.post(reverse("attendance:import_answer", args=[one.pk]), answers)
    assert sent.status_code == 302, texts(sent, STEP)
    work()
    one.refresh_from_db()
    assert one.state == Import.State.CHECKED, (one.failure, one.questions)
    again = as_it_stands(client.get(f"{where}?step=questions"))
    assert {name: again[f"once-{name}"] for name in said} == {name: str(value) for name, value in said.items()}
    do = as_it_stands(client.get(where), "[@id='do']")
    assert client.post(reverse("attendance:import_do", args=[one.pk]), do).status_code == 302, one.report
    work()
    one.refresh_from_db()
    assert one.state == Import.State.DONE, (one.failure, one.report)
    return one


def test_marks_of_a_list_that_does_not_say_whose_it_is(as_supervisor: Client) -> None:
    begun = timezone.now() - timedelta(hours=1)
    session = scheduled_session(start_time=begun, end_time=begun + timedelta(hours=4))
    scheduled_session(start_time=begun + timedelta(days=9), end_time=begun + timedelta(days=9, hours=1))
    SessionAttendeeFactory(session=session, learner=LearnerFactory(badge_id="10001"))

    brought_in(as_supervisor, "marks", [("Badge", "Present"), ("10001", "yes")], session=session.pk)

    assert SessionAttendee.objects.get().is_present


def test_hours_of_a_class_that_the_file_does_not_name_and_of_those_in_no_row(as_supervisor: Client) -> None:
    held = active_class()
    here, other = LearnerFactory(badge_id="10001"), LearnerFactory(badge_id="10002")
    for worker in (here, other):
        LearnerProgressionFactory(learner=worker, training_class=held, start_date=held.start_date)
    day = held.sessions.order_by("session_date").values_list("session_date", flat=True)[0]

    rows = [("Badge", "Meeting date", "Hours present"), ("10001", day, 2.5)]
    brought_in(as_supervisor, "hours", rows, class_code=held.pk, unnamed="absent")

    logged = LearnerHoursLog.objects.order_by("learner__badge_id").values_list("hours_present", flat=True)
    assert list(logged) == [Decimal("2.5"), Decimal(0)]


def test_sessions_that_are_drafts_first(as_supervisor: Client) -> None:
    version, venue, trainer = CourseVersionFactory(), VenueFactory(), TrainerFactory()
    rows = [
        ("Course", "Day", "Start", "End", "Trainer", "Venue"),
        (version.course.code, date(2031, 4, 14), "08:00", "12:00", str(trainer), venue.name),
    ]
    brought_in(as_supervisor, "sessions", rows, status="draft")
    assert Session.objects.get().status == Session.Status.DRAFT


def test_courses_get_codes_a_duration_and_the_next_version(as_supervisor: Client) -> None:
    published = CourseVersionFactory(title="Fire safety", validity_months=24)
    rows = [("Code", "Title", "Validity (months)"), (published.course.code, "Fire safety", 12), (None, "Slinging", 36)]
    brought_in(as_supervisor, "courses", rows, change_log="Every year now", code_prefix="lift", duration_minutes=90)
    assert published.course.versions.get(status=CourseVersion.Status.PUBLISHED).change_log == "Every year now"
    new = Course.objects.exclude(pk=published.course_id).get()
    assert (new.code, new.versions.get().duration_minutes) == ("LIFT-001", 90)


def test_i7_records_say_once_who_trained_and_whether_they_count(as_superuser: Client) -> None:
    version, provider = CourseVersionFactory(), CompanyFactory(name="Falkenberg")
    LearnerFactory(badge_id="10001")
    rows = [("Badge", "Course", "Completed on"), ("10001", version.course.code, date(2026, 5, 4))]
    brought_in(as_superuser, "records", rows, provider=provider.pk, counts="yes", register="Matrix of May")
    record = TrainingRecord.objects.get()
    assert record.provider == provider
    brought = RegisterImport.objects.get()
    assert (brought.register, brought.standings.get().counts) == ("Matrix of May", True)


def test_workers_of_one_employer(as_supervisor: Client) -> None:
    other = LearnerFactory(badge_id="101")
    company, role = other.company, other.role
    rows = [("Badge", "First name", "Last name"), ("00417", "Jana", "Weiß")]
    brought_in(
        as_supervisor, "workers", rows, company=company.pk, role=role.pk, start_date="2026-03-02", all_areas="no"
    )
    worker = company.learners.get(badge_id="00417")
    assert (worker.role, worker.start_date) == (role, date(2026, 3, 2))


# The command and the API


@pytest.fixture
def register(tmp_path: Path) -> tuple[Path, Company]:
    version, provider = CourseVersionFactory(course__code="HSE-001"), CompanyFactory(name="Falkenberg")
    assert version.course.code == "HSE-001"
    LearnerFactory(badge_id="10001")
    file = tmp_path / "register.csv"
    file.write_text("Badge,Course,Completed on\n10001,HSE-001,2026-05-04\n")
    return file, provider


def test_the_command_asks_and_takes_what_is_said_once(
    register: tuple[Path, Company], superuser: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file, _provider), room = register, tmp_path / "answers.json"
    with pytest.raises(SystemExit) as refused:
        call_command("import", "records", file, by=superuser.username)
    assert refused.value.code == 1
    assert "Say which company gave the training: in a column, or once" in capsys.readouterr().out

    said: dict[str, Any] = {"choices": {}}
    said["choices"] |= {"provider": "Falkenberg", "counts": "maybe"}
    room.write_text(json.dumps(said))
    with pytest.raises(CommandError, match="Records without a certificate cannot be “maybe”"):
        call_command("import", "records", file, by=superuser.username, answers=room)

    said["choices"]["counts"] = "no"
    room.write_text(json.dumps(said))
    call_command("import", "records", file, by=superuser.username, answers=room)
    assert TrainingRecord.objects.get(provider__name="Falkenberg").register_import is not None


@pytest.mark.parametrize(
    "said",
    [
        {"questions": {}},
        {"layout": {"0": {}}},
        {"layout": {"x": {"layout": "list", "columns": {}}}},
        {"layout": {"0": {"layout": "list", "columns": {"0": ["nothing", ""]}}}},
        {"things": {"planet": {}}},
        {"things": {"company": {"x": [1]}}},
        {"people": {"0-5": 1}},
        {"choices": {"counts": "perhaps"}},
        {"columns": []},
    ],
)
def test_what_a_program_says_in_another_form_is_refused_and_nothing_is_kept(
    register: tuple[Path, Company], superuser: User, tmp_path: Path, said: Any
) -> None:
    (file, _provider), answers = register, tmp_path / "answers.json"
    answers.write_text(json.dumps(said))
    with pytest.raises(CommandError):
        call_command("import", "records", file, by=superuser.username, answers=answers)
    assert not Import.objects.exists()


def test_the_api_asks_and_takes_what_is_said_once(register: tuple[Path, Company], as_superuser: Client) -> None:
    file, provider = register
    where = reverse("api:import_start")
    with file.open("rb") as content:
        sent = as_superuser.post(where, {"file": content, "kind": "records"})
    assert sent.status_code == 202, sent.content
    work()
    one = Import.objects.get()
    seen = as_superuser.get(f"{where}/{one.pk}").json()
    assert (seen["state"], seen["counts"]) == ("CHECKED", {"rows": 1, "refused": 1})
    asked = {each["name"]: each["is_needed"] for each in seen["questions"]["choices"]}
    assert asked == dict.fromkeys(("register", "provider", "counts", "counts_until", "reason"), False)

    said = json.dumps({"choices": {"provider": provider.pk, "counts": True, "counts_until": "2031-12-31"}})
    with file.open("rb") as content:
        sent = as_superuser.post(where, {"file": content, "kind": "records", "said": said})
    assert sent.status_code == 202, sent.content
    work()
    seen = as_superuser.get(f"{where}/{sent.json()['id']}").json()
    assert (seen["state"], seen["counts"]) == ("CHECKED", {"rows": 1, "new": 1})
    wrong = json.dumps({"choices": {"provider": "Nobody"}})
    with file.open("rb") as content:
        refused = as_superuser.post(where, {"file": content, "kind": "records", "said": wrong})
    assert refused.status_code == 400
    assert "Provider of all records cannot be “Nobody”." in json.dumps(refused.json(), ensure_ascii=False)
