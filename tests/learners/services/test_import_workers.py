"""Workers of an import: who is meant, what changes, what is refused, and what is left alone (I1, I5, I6)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learners.models import BadgePeriod, ComplianceItem, Learner, LearnerArea, LearnerPeriod, Role
from learners.services.learners import edit_learner, replace_badge
from learners.services.merging import merge_workers
from learners.services.statuses import set_status
from tests.bringing_in import NOW, bring_in, check, outcomes, rows_of, sentences, terms_of
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CompanyFactory
from training.core.imports.declaration import Thing
from training.core.imports.rows import FOR_GOOD, CellProblem
from training.core.refusals import Invalid, NotPermitted
from training.models import Company
from training.services.imports.contract import LEAVE_OUT, NewThing, service_of

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
Event: Any = apps.get_model("learners", "LearnerEvent")
SERVICE = service_of("workers")


@pytest.fixture(autouse=True)
def library() -> None:
    CompanyFactory(name="Halloran")
    RoleFactory(title="Rigger", code="RIG-1")


def worker(badge: str = "10001", **others: Any) -> dict[str, Any]:
    return {
        "badge_id": badge,
        "first_name": "Jana",
        "last_name": f"Weiß {badge}",
        "company": "Halloran",
        "role": "Rigger",
        "start_date": date(2025, 1, 1),
        **others,
    }


def the(badge: str) -> Learner:
    return Learner.objects.get(badge_id=badge)


def test_a_new_worker_is_written_with_everything_that_the_row_says(supervisor: User):
    area = AreaFactory(name="Tank farm")
    boss = LearnerFactory(badge_id="90001")
    RoleRequirementFactory(role__title="Fitter", role__code="FIT-1")
    row = worker(
        email="jana@example.com", phone="+49 30 1", role="Fitter", areas=["Tank farm"], supervisor="90001",
        end_date=date(2027, 1, 1),
    )  # fmt: skip
    checked = bring_in(SERVICE, rows_of(row), terms_of(supervisor))
    assert outcomes(checked) == ["new"]
    made = the("10001")
    assert (checked[0].key, checked[0].identity, checked[0].before) == (made.pk, "10001", {})
    assert checked[0].after == {
        **{name: value for name, value in row.items() if name != "badge_id"},
        "role_assigned_at": date(2025, 1, 1),
        "areas": "Tank farm",
    }
    assert (made.name, made.email, made.phone) == ("Jana Weiß 10001", "jana@example.com", "+49 30 1")
    assert (made.company.name, made.role.title, made.role_assigned_at) == ("Halloran", "Fitter", date(2025, 1, 1))
    assert (made.start_date, made.end_date, made.supervisor) == (date(2025, 1, 1), date(2027, 1, 1), boss)
    assert (made.status, made.created_by, made.updated_by, made.created_at) == ("ACTIVE", supervisor, supervisor, NOW)
    assert LearnerArea.objects.values_list("learner", "area", "assigned_at").get() == (
        made.pk,
        area.pk,
        date(2025, 1, 1),
    )
    assert made.compliance_status == "NON_COMPLIANT"
    assert ComplianceItem.objects.get().learner == made
    event = Event.objects.select_related("pgh_context").get(pgh_obj=made)
    assert (event.pgh_label, event.pgh_context.metadata["user"]) == ("insert", supervisor.pk)


def test_the_same_file_again_writes_nothing(supervisor: User):
    LearnerFactory(badge_id="90001")
    AreaFactory(name="Tank farm")
    rows = rows_of(
        worker(supervisor="90001", areas=["Tank farm"], end_date=date(2027, 1, 1)), worker("10002", supervisor="10001")
    )
    assert outcomes(bring_in(SERVICE, rows, terms_of(supervisor))) == ["new", "new"]
    events, periods = Event.objects.count(), LearnerPeriod.objects.count()
    again = bring_in(SERVICE, rows, terms_of(supervisor, now=NOW + timedelta(days=30)))
    assert outcomes(again) == ["same", "same"]
    assert [(row.before, row.after) for row in again] == [({}, {}), ({}, {})]
    assert (Event.objects.count(), LearnerPeriod.objects.count()) == (events, periods)


def test_only_cells_that_say_something_else_change_a_worker(supervisor: User):
    before = LearnerFactory(badge_id="10001", first_name="Jana", last_name="Weiß", phone="1", email="jana@example.com")
    row = {"badge_id": "10001", "first_name": "Jana", "last_name": "Weiss", "phone": "", "company": "Halloran"}
    checked = bring_in(SERVICE, rows_of(row), terms_of(supervisor))[0]
    assert (checked.outcome, checked.key, checked.identity) == ("changed", before.pk, "10001")
    assert checked.before == {"last_name": "Weiß", "company": before.company.name}
    assert checked.after == {"last_name": "Weiss", "company": "Halloran"}
    after = the("10001")
    assert (after.name, after.phone, after.email) == ("Jana Weiss", "1", "jana@example.com")
    assert (after.company.name, after.role, after.start_date) == ("Halloran", before.role, before.start_date)
    assert (after.updated_by, after.updated_at) == (supervisor, NOW)


def test_c8_a_new_role_counts_from_today_unless_the_file_says_from_when(supervisor: User):
    LearnerFactory(badge_id="10001")
    LearnerFactory(badge_id="10002")
    rows = rows_of(
        {"badge_id": "10001", "role": "Rigger"},
        {"badge_id": "10002", "role": "RIG-1", "role_assigned_at": date(2026, 1, 15)},
    )
    checked = bring_in(SERVICE, rows, terms_of(supervisor))
    assert [the(badge).role_assigned_at for badge in ("10001", "10002")] == [TODAY, date(2026, 1, 15)]
    assert [row.after["role_assigned_at"] for row in checked] == [TODAY, date(2026, 1, 15)]


def test_l3_an_old_badge_finds_the_worker_and_stays_old(supervisor: User):
    found = LearnerFactory(badge_id="10001")
    replace_badge(learner_id=found.pk, badge_id="20001", by=supervisor, now=NOW)
    checked = bring_in(SERVICE, rows_of({"badge_id": "10001", "phone": "5"}), terms_of(supervisor))[0]
    assert (checked.outcome, checked.identity, checked.after) == ("changed", "20001", {"phone": "5"})
    assert the("20001").phone == "5"


def test_l2_a_merged_badge_is_told_and_left_alone(supervisor: User, superuser: User):
    duplicate, survivor = LearnerFactory(badge_id="10001"), LearnerFactory(badge_id="10002", phone="")
    merge_workers(duplicate_id=duplicate.pk, survivor_id=survivor.pk, reason="Twice", by=superuser, now=NOW)
    checked = bring_in(SERVICE, rows_of({"badge_id": "10001", "phone": "5"}), terms_of(supervisor))
    assert outcomes(checked) == ["left out"]
    assert (checked[0].key, checked[0].identity) == (survivor.pk, "10002")
    assert sentences(checked) == [["badge_id: This badge was merged into another one. Change that worker instead."]]
    assert Learner.objects.filter(phone="5").count() == 0


def test_l1_a_blocked_worker_is_told_and_left_alone(supervisor: User):
    blocked = LearnerFactory(badge_id="10001", phone="1")
    set_status(learner_id=blocked.pk, status="BLACKLISTED", reason="Fight", by=supervisor, now=NOW)
    rows = rows_of({"badge_id": "10001", "phone": "5"})
    checked = bring_in(SERVICE, rows, terms_of(supervisor))
    assert outcomes(checked) == ["left out"]
    assert sentences(checked) == [["badge_id: This worker is blocked. An import changes nothing of a blocked worker."]]
    assert the("10001").phone == "1"
    assert outcomes(check(SERVICE, rows_of({"badge_id": "10001", "phone": "1"}), terms_of(supervisor))) == ["same"]


# What is refused


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no badge": ({"badge_id": ""}, ["badge_id: Enter the badge."]),
    "a short badge": ({"badge_id": "1"}, ["badge_id: Ensure this value has at least 3 characters (it has 1)."]),
    "a long badge": ({"badge_id": "1" * 51}, ["badge_id: Ensure this value has at most 50 characters (it has 51)."]),
    "no name": (
        {"first_name": "", "last_name": ""},
        ["last_name: Enter a first or a last name; one character is enough."],
    ),
    "a NUL": ({"last_name": "We\0iß"}, ["last_name: It holds characters that cannot be stored."]),
    "half a character": ({"last_name": "We\ud800iß"}, ["last_name: It holds characters that cannot be stored."]),
    "no e-mail": ({"email": "jana"}, ["email: Enter a valid email address."]),
    "a long phone": ({"phone": "1" * 41}, ["phone: Ensure this value has at most 40 characters (it has 41)."]),
    "no employer": ({"company": ""}, ["company: Choose the employer."]),
    "no role": ({"role": ""}, ["role: Choose the role."]),
    "no start": ({"start_date": None}, ["start_date: Enter the first day on the site."]),
    "an unknown employer": ({"company": "Nobody & Sons"}, ["company: Nothing is known by this name."]),
    "an unknown area": ({"areas": ["Moon"]}, ["areas: Nothing is known by this name."]),
    "an end before the start": (
        {"end_date": date(2024, 1, 1)},
        ["end_date: The end date cannot be before the start date."],
    ),
    "their own supervisor": ({"supervisor": "10001"}, ["supervisor: A worker cannot be their own supervisor."]),
    "a supervisor who is nobody": ({"supervisor": "77777"}, ["supervisor: Nobody has this badge."]),
    "several mistakes at once": (
        {"email": "jana", "company": "", "supervisor": "77777"},
        ["email: Enter a valid email address.", "company: Choose the employer.", "supervisor: Nobody has this badge."],
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_new_worker_lacks_is_refused_in_the_words_of_the_form(supervisor: User, what: str):
    says, expected = REFUSED[what]
    checked = bring_in(SERVICE, rows_of(worker(**says)), terms_of(supervisor))
    assert outcomes(checked) == ["refused"]
    assert sorted(sentences(checked)[0]) == sorted(expected)
    assert not Learner.objects.exists()


def test_what_would_make_a_stored_worker_wrong_is_refused(supervisor: User):
    boss = LearnerFactory(badge_id="10001", last_name="", first_name="Jo")
    rows = rows_of(
        {"badge_id": "10001", "first_name": "\u200b"},
        {"badge_id": "10002", "end_date": date(2024, 12, 31)},
        {"badge_id": "10003", "supervisor": "10003"},
    )
    for badge in ("10002", "10003"):
        LearnerFactory(badge_id=badge)
    checked = bring_in(SERVICE, rows, terms_of(supervisor))
    assert outcomes(checked) == ["refused"] * 3
    assert sentences(checked) == [
        ["first_name: This has only characters that cannot be seen. Enter a name."],
        ["end_date: The end date cannot be before the start date."],
        ["supervisor: A worker cannot be their own supervisor."],
    ]
    assert the("10001").first_name == boss.first_name


def test_what_could_not_be_read_stays_refused_beside_everything_else(supervisor: User):
    row = rows_of(worker(company="", email="jana"))[0]
    row = replace(row, problems=[CellProblem("start_date", "no_day", "This is no date.", "soon")])
    checked = check(SERVICE, [row], terms_of(supervisor))
    assert sentences(checked) == [
        ["start_date: This is no date.", "email: Enter a valid email address.", "company: Choose the employer."]
    ]


def test_whoever_may_not_keep_workers_writes_none(supervisor: User, auditor: User):
    checked = check(SERVICE, rows_of(worker()), terms_of(supervisor))
    with pytest.raises(NotPermitted):
        SERVICE.write(checked, terms_of(auditor), tell=lambda done: None)


# Rows that are about one worker


@pytest.mark.parametrize("part", [1, 10], ids=["in two parts", "in one part"])
def test_a_badge_under_two_names_is_nobodys_to_choose_from(supervisor: User, part: int):
    rows = rows_of(worker(last_name="Weiß"), worker(" 10001 ", last_name="Schwarz"), worker("10002"))
    checked = check(SERVICE, rows, terms_of(supervisor), part=part)
    assert outcomes(checked) == ["refused", "refused", "new"]
    said = ["badge_id: Two rows have this badge, under two names. Correct one of them."]
    assert sentences(checked) == [said, said, []]


@pytest.mark.parametrize("part", [1, 10], ids=["in two parts", "in one part"])
def test_two_rows_that_say_different_things_of_one_worker_are_both_refused(supervisor: User, part: int):
    found = LearnerFactory(badge_id="20001")
    replace_badge(learner_id=found.pk, badge_id="30001", by=supervisor, now=NOW)
    rows = rows_of(
        worker(phone="1"), worker(phone="2"), {"badge_id": "20001", "phone": "1"}, {"badge_id": "30001", "phone": "2"}
    )
    checked = check(SERVICE, rows, terms_of(supervisor), part=part)
    said = ["badge_id: Two rows are about this worker and say different things. Leave one."]
    assert (outcomes(checked), sentences(checked)) == (["refused"] * 4, [said] * 4)


def test_a_row_that_stands_there_twice_is_brought_in_once(supervisor: User):
    checked = bring_in(SERVICE, rows_of(worker(), worker()), terms_of(supervisor))
    assert outcomes(checked) == ["new", "left out"]
    assert sentences(checked)[1] == ["badge_id: Another row says the same."]
    assert Learner.objects.count() == 1


def test_one_name_and_e_mail_at_two_badges_are_two_people(supervisor: User):
    same = {"last_name": "Weiß", "email": "info@halloran.example"}
    checked = bring_in(SERVICE, rows_of(worker("10001", **same), worker("10002", **same)), terms_of(supervisor))
    assert outcomes(checked) == ["new", "new"]
    assert Learner.objects.filter(email="info@halloran.example").count() == 2


def test_l4_a_badge_that_looks_like_that_of_somebody_else_is_asked_about(supervisor: User):
    there = LearnerFactory(badge_id="PB-041")
    rows = rows_of(worker("PB041"), worker("PB-41", last_name="Lindqvist"), worker("10001"))
    checked = check(SERVICE, rows, terms_of(supervisor))
    assert outcomes(checked) == ["asked", "asked", "new"]
    assert [list(row.candidates) for row in checked] == [[there.pk], [there.pk], []]
    said = ["badge_id: This badge looks like that of somebody else. Is this another person?"]
    assert sentences(checked) == [said, said, []]
    people = {(0, 2): None, (0, 3): there.pk}
    assert outcomes(bring_in(SERVICE, rows, terms_of(supervisor, people=people))) == ["new", "changed", "new"]
    there.refresh_from_db()
    assert there.badge_id == "PB-41"


@pytest.mark.parametrize("answer", [None, "same"], ids=["somebody else", "the same"])
def test_l4_a_new_badge_for_a_name_that_the_employer_has_is_asked_about(supervisor: User, answer: str | None):
    there = LearnerFactory(badge_id="90001", first_name="JANA", last_name="Weiss", company=Company.objects.get())
    rows = rows_of(worker(last_name="Weiß", phone="7"))
    asked = bring_in(SERVICE, rows, terms_of(supervisor))
    assert (outcomes(asked), list(asked[0].candidates)) == (["asked"], [there.pk])
    assert Learner.objects.count() == 1

    people = {(0, 2): there.pk if answer else None}
    done = bring_in(SERVICE, rows, terms_of(supervisor, people=people))
    if answer is None:
        assert outcomes(done) == ["new"]
        assert Learner.objects.count() == 2
    else:
        assert (outcomes(done), done[0].before["badge_id"], done[0].after["badge_id"]) == (
            ["changed"],
            "90001",
            "10001",
        )
        assert the("10001").pk == there.pk
        worn = BadgePeriod.objects.standing().filter(learner=there).order_by("pk")
        assert [each.badge_id for each in worn] == ["90001", "10001"]
    assert outcomes(check(SERVICE, rows, terms_of(supervisor))) == ["same"]


def test_somebody_who_was_chosen_and_is_gone_is_said(supervisor: User):
    checked = check(SERVICE, rows_of(worker()), terms_of(supervisor, people={(0, 2): 999_999}))
    assert sentences(checked) == [["badge_id: There is no such worker."]]


# Supervisors


@pytest.mark.parametrize("part", [1, 10], ids=["in parts", "in one part"])
def test_a_supervisor_may_stand_anywhere_in_the_file(supervisor: User, part: int):
    there = LearnerFactory(badge_id="90001")
    rows = rows_of(
        worker("10001", supervisor="10002"),
        worker("10002", supervisor=" 90001"),
        {"badge_id": "90001", "supervisor": "10001"},
        worker("10003", supervisor="10004"),
    )
    checked = check(SERVICE, rows, terms_of(supervisor), part=part)
    assert outcomes(checked) == ["new", "new", "changed", "refused"]
    assert [row.after["supervisor"] for row in checked] == ["10002", "90001", "10001", "10004"]
    SERVICE.write(checked[:3], terms_of(supervisor), tell=lambda done: None)
    supervisors = dict(Learner.objects.values_list("badge_id", "supervisor__badge_id"))
    assert supervisors == {"10001": "10002", "10002": "90001", "90001": "10001"}
    assert the("90001").pk == there.pk
    assert Event.objects.filter(badge_id__in=("10001", "10002")).count() == 2  # written once, with the supervisor


@pytest.mark.parametrize("part", [1, 10], ids=["in parts", "in one part"])
def test_whose_supervisor_is_refused_is_refused_and_so_on(supervisor: User, part: int):
    rows = rows_of(
        worker("10001", supervisor="10002"), worker("10002", supervisor="10003"), worker("10003", company="")
    )
    checked = check(SERVICE, rows, terms_of(supervisor), part=part)
    assert outcomes(checked) == ["refused"] * 3
    assert sentences(checked)[0] == ["supervisor: Nobody has this badge."]


def test_a_supervisor_who_is_left_behind_stops_the_others(supervisor: User):
    checked = check(SERVICE, rows_of(worker(supervisor="10002"), worker("10002")), terms_of(supervisor))
    with pytest.raises(Invalid, match="Nobody has the badge 10002"):
        SERVICE.write(checked[:1], terms_of(supervisor), tell=lambda done: None)


def test_l2_a_supervisor_named_by_a_merged_badge_is_the_survivor(supervisor: User, superuser: User):
    duplicate, survivor = LearnerFactory(badge_id="90001"), LearnerFactory(badge_id="90002")
    merge_workers(duplicate_id=duplicate.pk, survivor_id=survivor.pk, reason="Twice", by=superuser, now=NOW)
    checked = bring_in(SERVICE, rows_of(worker(supervisor="90001")), terms_of(supervisor))
    assert checked[0].after["supervisor"] == "90002"
    assert the("10001").supervisor == survivor


# Areas


def test_areas_are_added_and_none_is_taken_away(supervisor: User):
    farm, jetty = AreaFactory(name="Tank farm"), AreaFactory(name="Jetty")
    AreaRequirementFactory(area=farm)
    link = LearnerAreaFactory(learner=LearnerFactory(badge_id="10001"), area=jetty)
    rows = rows_of({"badge_id": "10001", "areas": ["tank farm"]})
    checked = bring_in(SERVICE, rows, terms_of(supervisor))[0]
    assert (checked.before, checked.after) == ({"areas": "Jetty"}, {"areas": "Jetty, Tank farm"})
    links = dict(LearnerArea.objects.values_list("area", "assigned_at"))
    assert links == {jetty.pk: link.assigned_at, farm.pk: TODAY}
    assert the("10001").compliance_status == "NON_COMPLIANT"
    assert outcomes(check(SERVICE, rows, terms_of(supervisor))) == ["same"]


def test_areas_that_the_file_has_no_more_end_only_where_it_has_all(supervisor: User):
    farm, jetty = AreaFactory(name="Tank farm"), AreaFactory(name="Jetty")
    for badge in ("10001", "10002"):
        LearnerAreaFactory(learner=LearnerFactory(badge_id=badge), area=jetty)
    rows = rows_of({"badge_id": "10001", "areas": ["Tank farm"]}, {"badge_id": "10002", "areas": []})
    checked = bring_in(SERVICE, rows, terms_of(supervisor, all_areas=True))
    assert [(row.before, row.after) for row in checked] == [({"areas": "Jetty"}, {"areas": "Tank farm"}), ({}, {})]
    links = set(LearnerArea.objects.values_list("learner__badge_id", "area"))
    assert links == {("10001", farm.pk), ("10002", jetty.pk)}


def test_answers_leave_out_a_row_or_an_area(supervisor: User):
    AreaFactory(name="Jetty")
    rows = rows_of(worker(company="Cash in hand"), worker("10002", areas=["Everywhere", "Jetty"]))
    things = {Thing.COMPANY: {"Cash in hand": LEAVE_OUT}, Thing.AREA: {"Everywhere": LEAVE_OUT}}
    checked = bring_in(SERVICE, rows, terms_of(supervisor, things=things))
    assert outcomes(checked) == ["left out", "new"]
    assert sentences(checked)[0] == ["company: Left out, as was answered."]
    assert LearnerArea.objects.values_list("learner__badge_id", "area__name").get() == ("10002", "Jetty")


def test_what_comes_with_the_import_is_named_before_it_is_there(supervisor: User):
    rows = rows_of(worker(company="Nordwind", role="Diver", areas=["Quay"]))
    things: Any = {
        Thing.COMPANY: {"Nordwind": NewThing(Thing.COMPANY, "Nordwind")},
        Thing.ROLE: {"Diver": NewThing(Thing.ROLE, "Diver")},
        Thing.AREA: {"Quay": NewThing(Thing.AREA, "Quay")},
    }
    shown = check(SERVICE, rows, terms_of(supervisor, things=things))[0]
    CompanyFactory(name="Nordwind"), RoleFactory(title="Diver"), AreaFactory(name="Quay")
    done = bring_in(SERVICE, rows, terms_of(supervisor))[0]
    assert (shown.outcome, shown.after) == (done.outcome, done.after)
    assert the("10001").company.name == "Nordwind"


# Leaving and coming back


def test_l3_whose_last_day_has_passed_is_not_active_from_the_day_after_each(supervisor: User):
    LearnerFactory(badge_id="10001")
    LearnerFactory(badge_id="10002")
    rows = rows_of(
        {"badge_id": "10001", "end_date": date(2026, 2, 10), "phone": "5"},
        {"badge_id": "10002", "end_date": date(2026, 1, 20)},
        worker("10003", end_date=date(2025, 6, 30)),
        worker("10004", end_date=TODAY),
    )
    checked = bring_in(SERVICE, rows, terms_of(supervisor))
    assert [row.after.get("status") for row in checked] == ["Not active", "Not active", "Not active", None]
    assert checked[0].before == {"end_date": None, "status": "Active", "phone": ""}
    ended = {
        each.badge_id: (each.status, each.end_date, each.status_reason)
        for each in Learner.objects.filter(badge_id__startswith="1000")
    }
    assert ended == {
        "10001": ("INACTIVE", date(2026, 2, 10), "The end date, 10 Feb 2026, has passed."),
        "10002": ("INACTIVE", date(2026, 1, 20), "The end date, 20 Jan 2026, has passed."),
        "10003": ("INACTIVE", date(2025, 6, 30), "The end date, 30 Jun 2025, has passed."),
        "10004": ("ACTIVE", TODAY, ""),
    }
    assert since("10001") == ("INACTIVE", date(2026, 2, 11))
    assert since("10002") == ("INACTIVE", date(2026, 1, 21))
    assert since("10003") == ("INACTIVE", date(2025, 7, 1))
    assert outcomes(check(SERVICE, rows, terms_of(supervisor))) == ["same"] * 4


def since(badge: str) -> tuple[str, date]:
    """Return the status that counts, and from which day on it does."""
    period = LearnerPeriod.objects.standing().get(learner__badge_id=badge, valid_to=None)
    return period.status, period.valid_from


@pytest.mark.parametrize("one_by_one", [True, False], ids=["by hand", "by import"])
def test_c8_the_history_is_that_of_the_service_for_one(supervisor: User, one_by_one: bool):
    """Role today, last day in the past, in one call: the same periods, whichever way it comes in."""
    there, role = LearnerFactory(badge_id="10001"), RoleFactory(title="Fitter")
    end = date(2026, 2, 10)
    if one_by_one:
        edit_learner(learner_id=there.pk, facts={"role_id": role.pk, "end_date": end}, by=supervisor, now=NOW)
    else:
        bring_in(SERVICE, rows_of({"badge_id": "10001", "role": "Fitter", "end_date": end}), terms_of(supervisor))
    said = ("valid_from", "valid_to", "role", "status", "end_date", "role_assigned_at")
    today = timezone.localdate()  # of the database, which dates what it is not told a day for
    assert list(LearnerPeriod.objects.standing().order_by("valid_from").values_list(*said)) == [
        (date(2025, 1, 1), date(2026, 2, 11), there.role_id, "ACTIVE", None, date(2025, 1, 1)),
        (date(2026, 2, 11), today, there.role_id, "INACTIVE", end, date(2025, 1, 1)),
        (today, None, role.pk, "INACTIVE", end, TODAY),
    ]


def test_l3_a_start_after_the_last_day_is_a_return(supervisor: User):
    there = LearnerFactory(badge_id="10001")
    edit_learner(learner_id=there.pk, facts={"end_date": date(2025, 9, 30)}, by=supervisor, now=NOW)
    rows = rows_of({"badge_id": "10001", "start_date": date(2026, 2, 1), "role": "Rigger"})
    checked = bring_in(SERVICE, rows, terms_of(supervisor))[0]
    assert (checked.before["status"], checked.after["status"]) == ("Not active", "Active")
    back = the("10001")
    assert (back.status, back.status_reason) == ("ACTIVE", "Returned to the site.")
    assert (back.start_date, back.end_date, back.role_assigned_at) == (date(2026, 2, 1), None, date(2026, 2, 1))
    periods = LearnerPeriod.objects.standing().order_by("valid_from").values_list("valid_from", "status")
    assert list(periods) == [
        (date(2025, 1, 1), "ACTIVE"),
        (date(2025, 10, 1), "INACTIVE"),
        (date(2026, 2, 1), "ACTIVE"),
    ]
    assert outcomes(check(SERVICE, rows, terms_of(supervisor))) == ["same"]


def test_l3_somebody_can_have_come_back_and_left_again(supervisor: User):
    there = LearnerFactory(badge_id="10001")
    edit_learner(learner_id=there.pk, facts={"end_date": date(2025, 9, 30)}, by=supervisor, now=NOW)
    rows = rows_of({"badge_id": "10001", "start_date": date(2025, 12, 1), "end_date": date(2026, 1, 31)})
    checked = bring_in(SERVICE, rows, terms_of(supervisor))[0]
    assert "status" not in checked.after
    assert (the("10001").status, the("10001").end_date) == ("INACTIVE", date(2026, 1, 31))
    periods = LearnerPeriod.objects.standing().order_by("valid_from").values_list("valid_from", "status")
    assert list(periods) == [
        (date(2025, 1, 1), "ACTIVE"),
        (date(2025, 10, 1), "INACTIVE"),
        (date(2025, 12, 1), "ACTIVE"),
        (date(2026, 2, 1), "INACTIVE"),
    ]


def test_c8_only_a_superuser_goes_back_past_the_last_change_of_status_with_a_reason(supervisor: User, superuser: User):
    there = LearnerFactory(badge_id="10001")
    edit_learner(learner_id=there.pk, facts={"end_date": date(2025, 9, 30)}, by=supervisor, now=NOW)
    bring_in(SERVICE, rows_of({"badge_id": "10001", "start_date": date(2026, 2, 1)}), terms_of(supervisor))
    rows = rows_of({"badge_id": "10001", "start_date": date(2025, 1, 1), "end_date": date(2025, 12, 31)})
    assert sentences(check(SERVICE, rows, terms_of(supervisor))) == [
        [
            "end_date: The status changed on 1 Feb 2026. Enter that day or a later one: "
            "only a superuser may go back past it."
        ]
    ]
    assert sentences(check(SERVICE, rows, terms_of(superuser))) == [
        [": The status changed on 1 Feb 2026. Say why the status before that day has to be corrected."]
    ]
    assert outcomes(bring_in(SERVICE, rows, terms_of(superuser, reason="List of HR"))) == ["changed"]
    assert the("10001").status_reason == "The end date, 31 Dec 2025, has passed. List of HR"
    overruled = LearnerPeriod.objects.standing().get(valid_from__lte=date(2026, 2, 15), valid_to__gt=date(2026, 2, 15))
    assert overruled.status == "INACTIVE"


def test_an_end_that_is_for_good_takes_the_last_day_away(supervisor: User):
    LearnerFactory(badge_id="10001", end_date=date(2027, 1, 1))
    rows = rows_of({"badge_id": "10001", "end_date": FOR_GOOD}, worker("10002", end_date=FOR_GOOD))
    checked = bring_in(SERVICE, rows, terms_of(supervisor))
    assert checked[0].before == {"end_date": date(2027, 1, 1)}
    assert checked[0].after == {"end_date": None}
    assert set(Learner.objects.values_list("end_date", flat=True)) == {None}


def test_what_is_said_once_for_all_new_workers_is_theirs(supervisor: User):
    company, role = Company.objects.get(), Role.objects.get()
    there = LearnerFactory(badge_id="10002")
    rows = rows_of({"badge_id": "10001", "last_name": "Weiß"}, {"badge_id": "10002"})
    said = terms_of(supervisor, company=company.pk, role=role.pk, start_date=date(2026, 3, 1))
    assert outcomes(bring_in(SERVICE, rows, said)) == ["new", "same"]
    made = the("10001")
    assert (made.company, made.role, made.start_date, made.role_assigned_at) == (company, role, *[date(2026, 3, 1)] * 2)
    assert the("10002").company == there.company


# How much


@pytest.mark.parametrize("change", [False, True], ids=["new", "changed"])
def test_i1_the_number_of_statements_does_not_depend_on_the_rows(supervisor: User, change: bool):
    RoleFactory(title="Fitter")
    area = AreaFactory(name="Jetty")
    RoleRequirementFactory(role=Role.objects.get(title="Rigger"))
    AreaRequirementFactory(area=area)
    LearnerFactory(badge_id="90001")
    check(SERVICE, [], terms_of(supervisor))  # what the person may is asked once
    counts = []
    for many in (1, 30, 3_000):
        rows = [
            worker(
                f"{many}-{number:06}",
                areas=["Jetty"],
                supervisor="90001",
                end_date=TODAY - timedelta(days=1 + number % 300),
            )
            for number in range(many)
        ]
        if change:
            bring_in(SERVICE, rows_of(*[worker(row["badge_id"]) for row in rows]), terms_of(supervisor))
            rows = [{**row, "role": "Fitter", "phone": "5"} for row in rows]
        terms, drafts = terms_of(supervisor), rows_of(*rows)
        with CaptureQueriesContext(connection) as queries:
            checked = bring_in(SERVICE, drafts, terms)
        assert set(outcomes(checked)) == {"changed" if change else "new"}
        counts.append(len(queries))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 60
