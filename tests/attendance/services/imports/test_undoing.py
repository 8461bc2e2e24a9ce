"""Undoing imports of every kind (I8): what goes back, what stays, and why."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from attendance.models import RegisterComparison, RegisterDifference
from attendance.services.imports.doing import DiffersNow
from attendance.services.imports.steps import WrongState
from attendance.services.imports.undoing import (
    UndoGroup,
    check_can_preview_undo,
    check_can_undo_import,
    grouped,
    kept_preview,
    preview_undo,
    undo_import,
)
from learners.models import (
    Area,
    AreaRequirement,
    ComplianceItem,
    ImportTurn,
    Learner,
    LearnerArea,
    LearnerPeriod,
    Role,
    RoleRequirement,
)
from learners.services.compliance import recalculate
from learners.services.learners import edit_learner
from learners.services.requirements import save_requirement
from learners.services.statuses import set_status
from tests.bringing_in import NOW, brought, undo_as_shown
from tests.factories.learners import (
    AreaFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
)
from training.core.refusals import NotPermitted
from training.core.trail import door_in_words
from training.models import (
    Company,
    Course,
    CoursePrerequisite,
    CourseVersion,
    Import,
    Trainer,
    TrainerQualification,
    TrainingClass,
    Venue,
)
from training.services.companies import edit_company
from training.services.trainers import edit_qualification
from training.services.venues import edit_venue

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
BOOKKEEPING = {"updated_at", "updated_by_id", "compliance_updated_at", "status_reason"}
CHANGED = "Somebody has changed it since."


def undo(one: Import, by: User) -> list[tuple[str, str, int]]:
    """Undo an import, and return what became of how many things; a preview beforehand has said the same."""
    before = state_of_site()
    preview = preview_undo(import_id=one.pk, by=by, now=LATER)
    assert state_of_site() == before
    one.refresh_from_db()
    assert kept_preview(one) is not None
    undone = undo_import(import_id=one.pk, reason="Wrong file", fingerprint=preview.fingerprint, by=by, now=LATER)
    done = grouped(undone)
    assert done == preview.groups
    one.refresh_from_db()
    assert kept_preview(one) is None
    assert one.state == Import.State.UNDONE
    assert one.report["turns"]["undone"] == preview.counts.as_json()
    return _told(done)


def _told(groups: list[UndoGroup]) -> list[tuple[str, str, int]]:
    return [(group.act.value, group.why, group.count) for group in groups]


def rows_in(model: type[Model]) -> dict[Any, dict[str, Any]]:
    names = ["learner_id", "course_id"] if model is ComplianceItem else [model._meta.pk.attname]
    found = {tuple(row[name] for name in names): row for row in model._default_manager.values()}
    left_out = BOOKKEEPING | ({"id"} if model is ComplianceItem else set())
    return {key: {name: value for name, value in row.items() if name not in left_out} for key, row in found.items()}


KEYS = {"id", "class_id", "created_at", "created_by_id", "supervisor_id", "parent_id", "holds_until"}


def said_by(rows: Mapping[Any, Mapping[str, Any]]) -> list[list[tuple[str, str]]]:
    """Return what rows say, whatever their keys and those of new things are."""
    left_out = {*KEYS, "learner_id", "trainer_id", "role_id", "area_id", "course_version_id", "class_code"}
    return sorted(
        sorted((name, str(value)) for name, value in row.items() if name not in left_out) for row in rows.values()
    )


TABLES: list[type[Model]] = [
    Company, Venue, Trainer, TrainerQualification, Course, CourseVersion, CoursePrerequisite, TrainingClass,
    Role, Area, RoleRequirement, AreaRequirement, Learner, LearnerArea, ComplianceItem,
]  # fmt: skip


def state_of_site() -> dict[str, dict[Any, dict[str, Any]]]:
    return {model.__name__: rows_in(model) for model in TABLES}


@pytest.fixture
def site(superuser: User) -> None:
    """A site where each kind finds something to change."""
    company = CompanyFactory(name="Nordwind", code="NOR")
    CompanyFactory(name="Ostwind")
    VenueFactory(name="Room 1", capacity=12)
    version = CourseVersionFactory(course__code="HSE-001", title="Working at height", validity_months=24)
    CourseVersionFactory(course__code="HSE-002", title="Confined space")
    trainer = TrainerFactory(first_name="Tom", last_name="Berg", phone="1")
    TrainerQualificationFactory(trainer=trainer, course=version.course, valid_until=date(2027, 1, 1))
    role = RoleFactory(title="Rigger", code="RIG")
    RoleFactory(title="Fitter", code="FIT")
    AreaFactory(name="Tank farm")
    AreaFactory(name="Jetty")
    RoleRequirementFactory(role=role, course=version.course)
    learner = LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß", company=company, role=role)
    LearnerAreaFactory(learner=learner, area=Area.objects.get(name="Tank farm"), assigned_at=date(2026, 1, 1))
    recalculate(learner_ids=[learner.pk], today=NOW.date(), now=NOW)


WORKER = {"first_name": "Ada", "last_name": "Novak", "company": "Nordwind", "role": "Rigger"}
KINDS: dict[str, tuple[list[Mapping[str, Any]], set[str], dict[str, int]]] = {
    # rows; tables in which something stays that the import has brought; what became of how many
    "companies": (
        [{"name": "Nordwind", "code": "NW"}, {"name": "Südwind"}], {"Company"}, {"inactive": 1, "back": 1},
    ),
    "venues": (
        [{"name": "Room 1", "capacity": 14, "location": "Gate"}, {"name": "Hall"}], {"Venue"},
        {"inactive": 1, "back": 1},
    ),
    "roles": ([{"code": "RIG", "title": "Rope rigger"}, {"title": "Welder"}], set(), {"deleted": 1, "back": 1}),
    "areas": (
        [{"name": "Terminal"}, {"name": "Berth 2", "parent": "Terminal"}, {"name": "Deck", "parent": "Berth 2"}],
        set(), {"deleted": 3},
    ),
    "courses": ([{"title": "First aid", "duration_minutes": 480, "validity_months": 12, "code": "MED-001"}],
                {"Course", "CourseVersion"}, {"archived": 1}),
    "requirements": (
        [
            {"role": "Rigger", "course": "HSE-001", "requirement_type": "POST_MOB", "grace_period_days": 30},
            {"role": "Fitter", "course": "HSE-002", "requirement_type": "PRE_MOB"},
            {"area": "Tank farm", "course": "HSE-002", "requirement_type": "PRE_MOB"},
        ],
        set(), {"deleted": 2, "back": 1},
    ),
    "workers": (
        [
            {"badge_id": "00417", "role": "Fitter", "company": "Ostwind", "phone": "2", "areas": ["Jetty"]},
            {"badge_id": "00418", **WORKER, "start_date": date(2026, 1, 5), "areas": ["Jetty"]},
            {"badge_id": "00419", **WORKER, "start_date": date(2026, 1, 5), "supervisor": "00418"},
        ],
        {"Learner", "ComplianceItem"}, {"inactive": 2, "back": 1},
    ),
    "trainers": (
        [
            {"first_name": "Tom", "last_name": "Berg", "phone": "3", "may_teach": ["HSE-001", "HSE-002"],
             "valid_until": date(2028, 1, 1)},
            {"first_name": "Eva", "last_name": "Lund", "may_teach": ["HSE-001"]},
            {"first_name": "Eva", "last_name": "Lund", "may_teach": ["HSE-002"], "valid_from": date(2026, 1, 1)},
        ],
        {"Trainer"}, {"inactive": 2, "back": 1},
    ),
    "classes": (
        [{"class_code": "NOR1001", "client": "Nordwind", "class_type": "STANDARD"}, {"client": "Nordwind"}],
        set(), {"deleted": 2},
    ),
}  # fmt: skip


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("kind", KINDS)
def test_i8_undone_at_once_everything_is_as_it_was(kind: str, superuser: User) -> None:
    rows, stays, acts = KINDS[kind]
    before = state_of_site()
    one = brought(kind, *rows, by=superuser)
    assert state_of_site() != before

    assert {act: count for act, _why, count in undo(one, superuser)} == acts

    after = state_of_site()
    for table, was in before.items():
        assert {key: after[table].get(key) for key in was} == was, table
        assert table in stays or after[table].keys() == was.keys(), table


@pytest.mark.usefixtures("site")
def test_i8_who_was_brought_in_is_not_active_from_today_and_the_history_says_why(superuser: User) -> None:
    rows, _stays, _acts = KINDS["workers"]
    undo(brought("workers", *rows, by=superuser), superuser)

    ada = Learner.objects.get(badge_id="00418")
    assert (ada.status, ada.status_reason, ada.updated_by) == ("INACTIVE", "Wrong file", superuser)
    assert LearnerPeriod.objects.standing().get(learner=ada, valid_to=None).status == "INACTIVE"
    assert not LearnerArea.objects.filter(learner=ada).exists()
    event: Any = apps.get_model("learners", "LearnerEvent").objects.filter(pgh_obj=ada).latest("pgh_id")
    number = Import.objects.get().pk
    assert event.pgh_context.metadata["user"] == superuser.pk
    assert door_in_words(event.pgh_context.metadata) == f"Import {number} undone: Wrong file"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("kind", KINDS)
def test_i8_a_file_that_is_undone_mended_and_sent_again_brings_everything_in(kind: str, superuser: User) -> None:
    rows, _stays, _acts = KINDS[kind]
    terms = {"change_log": "Again"} if kind == "courses" else {}
    one = brought(kind, *rows, by=superuser)
    after = {table: said_by(rows) for table, rows in state_of_site().items()}
    undo(one, superuser)

    brought(kind, *rows, by=superuser, now=LATER + timedelta(hours=1), **terms)

    again = {table: said_by(rows) for table, rows in state_of_site().items()}
    for table in set(again) - {"CourseVersion"}:  # what was published stays, so the same is the next version
        assert again[table] == after[table], table


@pytest.mark.usefixtures("site")
def test_i8_who_was_made_inactive_by_hand_after_an_undo_stays_so(superuser: User) -> None:
    rows, _stays, _acts = KINDS["workers"]
    undo(brought("workers", *rows, by=superuser), superuser)
    ada = Learner.objects.get(badge_id="00418")
    for status in ("ACTIVE", "INACTIVE"):
        set_status(learner_id=ada.pk, status=status, reason="By hand", by=superuser, now=LATER)
    ada.save()  # whoever touches the worker has decided

    brought("workers", *rows, by=superuser, now=LATER + timedelta(hours=1))

    ada.refresh_from_db()
    assert ada.status == "INACTIVE"


@pytest.mark.usefixtures("site")
def test_i8_a_version_that_was_replaced_is_published_again_as_the_next_one(superuser: User) -> None:
    first = CoursePrerequisite.objects.create(
        course_version=CourseVersion.objects.get(course__code="HSE-001"), course=Course.objects.get(code="HSE-002")
    )
    one = brought("courses", {"code": "HSE-001", "validity_months": 36}, by=superuser, change_log="Longer")
    longer = CourseVersion.objects.get(course__code="HSE-001", status="PUBLISHED")
    booked = SessionFactory(course=longer.course, course_version=longer)

    assert undo(one, superuser) == [("back", "", 1)]

    versions = CourseVersion.objects.filter(course__code="HSE-001").order_by("number")
    assert list(versions.values_list("number", "status", "validity_months")) == [
        (1, "ARCHIVED", 24),
        (2, "ARCHIVED", 36),
        (3, "PUBLISHED", 24),
    ]
    assert [link.course for link in versions[2].prerequisite_links.all()] == [first.course]
    booked.refresh_from_db()
    assert booked.course_version == versions[1]


# What somebody has changed since, or what something else names


def _company(by: User) -> None:
    edit_company(company_id=Company.objects.get(name="Nordwind").pk, facts={"code": "XX"}, by=by)
    LearnerFactory(company=Company.objects.get(name="Südwind"))


def _venue(by: User) -> None:
    edit_venue(venue_id=Venue.objects.get(name="Room 1").pk, facts={"capacity": 20}, by=by)
    SessionFactory(venue=Venue.objects.get(name="Hall"))


def _role(by: User) -> None:
    Role.objects.filter(code="RIG").update(title="Rigger of ropes")
    LearnerFactory(role=Role.objects.get(title="Welder"))


def _area(by: User) -> None:
    LearnerAreaFactory(area=Area.objects.get(name="Berth 2"))


def _course(by: User) -> None:
    RoleRequirementFactory(role=Role.objects.get(code="FIT"), course=Course.objects.get(code="MED-001"))


def _requirement(by: User) -> None:
    for title in ("Rigger", "Fitter"):
        role = Role.objects.get(title=title)
        course = role.requirements.get().course
        save_requirement(
            asker=role, course_id=course.pk, requirement_type="POST_MOB", grace_period_days=5,
            starts_on=date(2026, 1, 1), by=by, now=LATER,
        )  # fmt: skip


def _worker(by: User) -> None:
    jana = Learner.objects.get(badge_id="00417")
    edit_learner(learner_id=jana.pk, facts={"role_id": Role.objects.get(code="RIG").pk}, by=by, now=LATER)
    LearnerFactory(supervisor=Learner.objects.get(badge_id="00419"))


def _trainer(by: User) -> None:
    held = TrainerQualification.objects.get(trainer__last_name="Berg", course__code="HSE-002")
    edit_qualification(qualification_id=held.pk, facts={"valid_until": None}, by=by)
    SessionFactory(trainer=Trainer.objects.get(last_name="Lund"))


def _class(by: User) -> None:
    TrainingClass.objects.filter(class_code="NOR1001").update(updated_at=LATER, course_hours=10)


NAMED = "Something else names it: %s."
SINCE: dict[str, tuple[Callable[[User], None], set[tuple[str, str, int]]]] = {
    "companies": (_company, {("left", CHANGED, 1), ("left", NAMED % "workers", 1)}),
    "venues": (_venue, {("left", CHANGED, 1), ("left", NAMED % "sessions", 1)}),
    "roles": (_role, {("left", CHANGED, 1), ("left", NAMED % "workers", 1)}),
    "areas": (_area, {("deleted", "", 1), ("left", NAMED % "areas of a worker", 1), ("left", NAMED % "areas", 1)}),
    "courses": (_course, {("left", NAMED % "role requirements", 1)}),
    "requirements": (_requirement, {("left", CHANGED, 2), ("deleted", "", 1)}),
    "workers": (_worker, {("left", CHANGED, 1), ("left", NAMED % "workers", 2)}),
    "trainers": (
        _trainer,
        {("left", "Somebody has changed since for which courses this holds.", 1), ("left", NAMED % "sessions", 2)},
    ),
    "classes": (_class, {("left", CHANGED, 1), ("deleted", "", 1)}),
}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("kind", SINCE)
def test_i8_what_somebody_changed_or_named_since_stays(kind: str, superuser: User) -> None:
    rows, _stays, _acts = KINDS[kind]
    one = brought(kind, *rows, by=superuser)
    change, told = SINCE[kind]
    change(superuser)

    assert set(undo(one, superuser)) == told


@pytest.mark.usefixtures("site")
def test_i8_of_a_worker_who_changed_elsewhere_since_the_change_goes_back(superuser: User) -> None:
    one = brought("workers", {"badge_id": "00417", "role": "Fitter"}, by=superuser)
    jana = Learner.objects.get(badge_id="00417")
    edit_learner(learner_id=jana.pk, facts={"phone": "4711"}, by=superuser, now=LATER)

    assert undo(one, superuser) == [("back", "", 1)]

    jana.refresh_from_db()
    assert (jana.role.title, jana.phone) == ("Rigger", "4711")


@pytest.mark.usefixtures("site")
def test_i8_who_was_blocked_since_is_left_alone(superuser: User) -> None:
    one = brought("workers", {"badge_id": "00417", "phone": "2"}, by=superuser)
    jana = Learner.objects.get(badge_id="00417")
    set_status(learner_id=jana.pk, status="BLACKLISTED", reason="Theft", by=superuser, now=LATER)

    assert undo(one, superuser) == [("left", "This worker is blocked.", 1)]


@pytest.mark.usefixtures("site")
def test_i8_that_a_comparison_has_named_somebody_keeps_nobody(superuser: User) -> None:
    one = brought("workers", {"badge_id": "00500", **WORKER, "start_date": date(2026, 1, 5)}, by=superuser)
    counts = dict.fromkeys(("same", "different", "only_there", "only_here", "unread"), 0)
    comparison = RegisterComparison.objects.create(
        of=one, holds_everybody=True, compared_by=superuser, compared_at=LATER, **counts
    )
    named = Learner.objects.get(badge_id="00500")
    RegisterDifference.objects.create(comparison=comparison, what="only here", learner=named)

    assert undo(one, superuser) == [("inactive", "", 1)]


@pytest.mark.usefixtures("site")
def test_i8_a_last_day_that_was_brought_in_goes_back(superuser: User) -> None:
    one = brought("workers", {"badge_id": "00417", "end_date": NOW.date() - timedelta(days=3)}, by=superuser)
    jana = Learner.objects.get(badge_id="00417")
    assert jana.status == "INACTIVE"

    assert undo(one, superuser) == [("back", "", 1)]

    jana.refresh_from_db()
    assert (jana.status, jana.end_date, jana.status_reason) == ("ACTIVE", None, "Wrong file")


@pytest.mark.usefixtures("site")
def test_i8_what_is_unique_and_somebody_else_s_by_now_is_not_taken_from_them(superuser: User) -> None:
    one = brought("companies", {"name": "Nordwind", "code": "NW"}, by=superuser)
    edit_company(company_id=Company.objects.get(name="Ostwind").pk, facts={"code": "NOR"}, by=superuser)

    assert undo(one, superuser) == [("left", "NOR, which it had before, is something else's now.", 1)]


@pytest.mark.usefixtures("site")
def test_i8_what_a_later_import_builds_on_stays_and_names_it(superuser: User) -> None:
    first = brought("companies", {"name": "Südwind"}, {"name": "Westwind", "code": "WW"}, by=superuser)
    brought("workers", {"badge_id": "00500", **WORKER, "company": "Südwind", "start_date": date(2026, 1, 5)},
            by=superuser, now=LATER)  # fmt: skip
    second = brought("companies", {"name": "Westwind", "code": "WE"}, by=superuser, title="more.xlsx", now=LATER)

    assert set(undo(first, superuser)) == {
        ("left", NAMED % "workers", 1),
        ("left", "A later import has changed it: more.xlsx.", 1),
    }
    assert undo(second, superuser) == [("back", "", 1)]
    assert Company.objects.get(name="Westwind").code == "WW"


@pytest.mark.usefixtures("site")
def test_i8_it_takes_the_same_number_of_statements_however_many_rows(superuser: User) -> None:
    def statements(count: int, first: int) -> int:
        rows = [
            {"badge_id": str(first + each), **WORKER, "last_name": f"Nr {first + each}", "start_date": date(2026, 1, 5),
             "areas": ["Jetty"]}
            for each in range(count)
        ]  # fmt: skip
        one = brought("workers", *rows, by=superuser)
        with CaptureQueriesContext(connection) as captured:
            undo_as_shown(one, by=superuser, now=LATER)
        return len(captured)

    assert statements(2, 1000) == statements(40, 2000)


def test_i8_only_who_administers_the_site_undoes(site: None, superuser: User, supervisor: User) -> None:
    one = brought("companies", {"name": "Südwind"}, by=superuser)
    with pytest.raises(NotPermitted):
        preview_undo(import_id=one.pk, by=supervisor, now=LATER)
    with pytest.raises(NotPermitted):
        undo_import(import_id=one.pk, reason="Wrong file", fingerprint="", by=supervisor, now=LATER)


def test_i8_it_is_told_beforehand_who_turns_by_undoing(superuser: User) -> None:
    rigger, fitter = RoleFactory(title="Rigger", code="RIG"), RoleFactory(title="Fitter", code="FIT")
    RoleRequirementFactory(role=rigger)
    LearnerFactory(badge_id="00417", role=fitter)
    one = brought("workers", {"badge_id": "00417", "role": "Rigger"}, by=superuser)
    assert Learner.objects.get().compliance_status == "NON_COMPLIANT"

    preview = preview_undo(import_id=one.pk, by=superuser, now=LATER)

    assert preview.counts.turn == {"COMPLIANT": 1}
    assert [(turn.learner_id, turn.before, turn.after) for turn in preview.turns] == [
        (Learner.objects.get().pk, "NON_COMPLIANT", "COMPLIANT")
    ]
    assert not ImportTurn.objects.exists()
    undo(one, superuser)
    assert ImportTurn.objects.get().phase == ImportTurn.Phase.UNDONE


@pytest.mark.usefixtures("site")
def test_i8_it_is_undone_as_it_was_shown_or_looked_at_again(superuser: User) -> None:
    one = brought("companies", {"name": "Südwind"}, {"name": "Westwind"}, by=superuser)
    with pytest.raises(WrongState, match="Look at it first"):
        check_can_undo_import(one, reason="Wrong file", fingerprint="f" * 64, by=superuser)
    seen = preview_undo(import_id=one.pk, by=superuser, now=LATER).fingerprint
    LearnerFactory(company=Company.objects.get(name="Südwind"))
    before = state_of_site()

    with pytest.raises(DiffersNow, match="Nothing is undone"):
        undo_import(import_id=one.pk, reason="Wrong file", fingerprint=seen, by=superuser, now=LATER)

    assert state_of_site() == before
    one.refresh_from_db()
    assert (one.state, kept_preview(one)) == ("DONE", None)
    assert set(undo(one, superuser)) == {("inactive", "", 1), ("left", NAMED % "workers", 1)}
    with pytest.raises(WrongState, match="only once"):
        check_can_preview_undo(one, by=superuser)


@pytest.mark.usefixtures("site")
def test_i8_whom_others_turn_meanwhile_stops_no_undo(superuser: User) -> None:
    jana = LearnerFactory(badge_id="00500", role=Role.objects.get(title="Rigger"))
    one = brought("workers", {"badge_id": "00500", "phone": "030"}, by=superuser)
    preview = preview_undo(import_id=one.pk, by=superuser, now=LATER)
    assert preview.counts.turn == {}
    save_requirement(
        asker=jana.role, course_id=CourseVersionFactory().course_id, requirement_type="PRE_MOB",
        grace_period_days=None, starts_on=date(2026, 1, 1), by=superuser, now=LATER,
    )  # fmt: skip

    undo_import(import_id=one.pk, reason="Wrong file", fingerprint=preview.fingerprint, by=superuser, now=LATER)

    jana.refresh_from_db()
    assert jana.phone == ""


@pytest.mark.usefixtures("site")
def test_i8_both_steps_tell_how_far_they_are(superuser: User) -> None:
    one = brought("companies", {"name": "Südwind"}, {"name": "Westwind"}, by=superuser)
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    seen = preview_undo(import_id=one.pk, by=superuser, now=LATER, tell=tell).fingerprint
    undo_import(import_id=one.pk, reason="Wrong file", fingerprint=seen, by=superuser, now=LATER, tell=tell)
    assert told == [(0, 2), (2, 2)] * 2
