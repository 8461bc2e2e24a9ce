"""Which workers are cleared, who is found, and in which order lists name them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import Area, Learner
from learners.pages.worker_rows import worker_rows
from learners.policies.standing import Group, Verdict, verdict
from learners.selectors.learners import WorkerFilter, find_by_badge, group_counts, in_group, list_workers, matches
from tests.factories.compliance import asked_of, judge, one_of_each, passed
from tests.factories.learners import AreaFactory, LearnerAreaFactory, LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
WINDOW = 60


def listed(**wanted) -> list[Learner]:
    return list(list_workers(WorkerFilter(**wanted), today=TODAY, warning_days=WINDOW))


def states(group: Group) -> set[str]:
    return {learner.first_name for learner in listed(group=group)}


# Groups


def test_c4_groups_hold_active_workers_only():
    one_of_each(TODAY)

    assert states(Group.NOT_CLEARED) == {"expired", "missing", "overdue", "stale"}
    assert states(Group.CLEARED) == {"cleared", "nothing asked", "expiring", "due", "to verify"}
    assert states(Group.EXPIRING) == {"expiring"}
    assert states(Group.DUE) == {"due"}
    assert states(Group.TO_VERIFY) == {"to verify"}


@pytest.mark.parametrize("group", Group)
def test_c4_a_count_is_the_number_of_rows_behind_it(group):
    one_of_each(TODAY)

    assert group_counts(today=TODAY, warning_days=WINDOW)[group] == len(listed(group=group)) > 0


def test_c4_to_verify_overlaps_the_other_groups():
    worker = one_of_each(TODAY)["to verify"]
    asked_of(worker)
    judge(worker, on=TODAY)

    assert "to verify" in states(Group.TO_VERIFY) & states(Group.NOT_CLEARED)


def test_c4_everybody_active_is_either_cleared_or_not():
    one_of_each(TODAY)

    counts = group_counts(today=TODAY, warning_days=WINDOW)

    assert counts[Group.CLEARED] + counts[Group.NOT_CLEARED] == Learner.objects.filter(status="ACTIVE").count()


def test_c7_an_answer_counts_through_its_last_day_and_not_a_day_longer():
    worker = LearnerFactory()
    passed(worker, asked_of(worker), expiry=TODAY)
    judge(worker, on=TODAY - timedelta(days=40))

    def is_in(group: Group, day: date) -> bool:
        return Learner.objects.filter(in_group(group, today=day, warning_days=WINDOW)).exists()

    tomorrow = TODAY + timedelta(days=1)
    assert is_in(Group.CLEARED, TODAY)
    assert is_in(Group.EXPIRING, TODAY)
    assert not is_in(Group.NOT_CLEARED, TODAY)
    assert is_in(Group.NOT_CLEARED, tomorrow)
    assert not is_in(Group.CLEARED, tomorrow)
    assert not is_in(Group.EXPIRING, tomorrow)


def test_c4_the_verdict_on_one_worker_is_the_group_they_are_counted_in():
    workers = one_of_each(TODAY).values()
    cleared = {learner.pk for learner in listed(group=Group.CLEARED)}
    not_cleared = {learner.pk for learner in listed(group=Group.NOT_CLEARED)}

    for worker in Learner.objects.filter(pk__in=[worker.pk for worker in workers]):
        judged = verdict(worker, today=TODAY)
        assert (judged is Verdict.CLEARED) == (worker.pk in cleared), worker.first_name
        assert (judged in {Verdict.NOT_CLEARED, Verdict.OUT_OF_DATE}) == (worker.pk in not_cleared), worker.first_name


def test_l2_a_merged_badge_is_counted_and_listed_as_the_survivor_only():
    survivor = LearnerFactory()
    LearnerFactory(merged_into=survivor, status=Learner.Status.INACTIVE)

    assert listed() == [survivor]
    assert group_counts(today=TODAY, warning_days=WINDOW)[Group.CLEARED] == 1


# Filters and order


def test_lists_name_the_worst_first_and_who_is_not_active_last():
    one_of_each(TODAY)

    assert [learner.first_name for learner in listed()] == [
        "expired",
        "missing",
        "overdue",
        "stale",
        "due",
        "expiring",
        "cleared",
        "nothing asked",
        "to verify",
        "blocked",
        "not active",
    ]


def test_filters_narrow_together():
    company, role = CompanyFactory(), RoleFactory()
    both = LearnerFactory(company=company, role=role)
    LearnerFactory(company=company)
    LearnerFactory(role=role)

    assert listed(company=company.pk, role=role.pk) == [both]
    assert listed(company=company.pk, role=role.pk, status=Learner.Status.BLACKLISTED) == []


def test_an_area_reaches_the_areas_inside_it_and_names_nobody_twice():
    site = AreaFactory()
    unit = AreaFactory(parent=site)
    tank = AreaFactory(parent=unit)
    deep, beside = LearnerFactory(), LearnerFactory()
    LearnerAreaFactory(learner=deep, area=tank)
    LearnerAreaFactory(learner=deep, area=unit)
    LearnerAreaFactory(learner=beside, area=AreaFactory())

    assert listed(area=site.pk) == listed(area=unit.pk) == listed(area=tank.pk) == [deep]
    assert Area.objects.count() == 4


# Search


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("Łukasz", "Wiśniewski", "wisniewski lukasz"),
        ("Łukasz", "Wiśniewski", "LUK"),
        ("Siobhán", "O'Brien", "o'brien"),
        ("Emre", "Y\u0131lmaz", "yilmaz"),
        ("İbrahim", "Ünal", "ibrahim unal"),
        ("محمد", "الحداد", "الحداد"),
        ("דוד", "כהן", "כהן דוד"),
        ("สมชาย", "ใจดี", "สมชาย"),
        ("明", "王", "王"),
        ("Иван", "Петров", "петров иван"),
        ("Γιώργος", "Παπαδόπουλος", "γιωργος"),
        ("", "Sukarno", "sukarno"),
        ("100%", "Al_Sayed", "100% al_s"),
        ("Back\\slash", "Name", "back\\slash"),
    ],
)
def test_p2_words_are_found_in_any_order_and_any_script_without_accents(first, last, typed):
    worker = LearnerFactory(first_name=first, last_name=last)
    LearnerFactory(first_name="Somebody", last_name="Else")

    assert list(Learner.objects.filter(matches(typed))) == [worker]


def test_p2_every_word_has_to_match_and_wildcards_mean_themselves():
    LearnerFactory(first_name="Anna", last_name="Schmidt")

    assert not Learner.objects.filter(matches("anna meier")).exists()
    assert not Learner.objects.filter(matches("%")).exists()
    assert not Learner.objects.filter(matches("_nna")).exists()


def test_p2_the_badge_is_searched_too():
    worker = LearnerFactory(badge_id="NG-11156")

    assert list(Learner.objects.filter(matches("ng-111"))) == [worker]


def test_a_badge_is_found_whatever_its_case_and_the_blanks_around_it():
    worker = LearnerFactory(badge_id="NG-11156")

    assert find_by_badge(" ng-11156 ") == worker
    assert find_by_badge("NG-1115") is None
    assert find_by_badge("NG\0-1115") is None


def test_l2_a_merged_badge_finds_the_survivor():
    survivor = LearnerFactory()
    LearnerFactory(badge_id="OLD-1", merged_into=survivor, status=Learner.Status.INACTIVE)

    assert find_by_badge("OLD-1") == survivor


# Rows


def rows_by_state():
    workers = one_of_each(TODAY)
    rows = worker_rows(list(workers.values()), today=TODAY, warning_days=WINDOW)
    return {row.learner.first_name: row for row in rows}


def test_c5_rows_say_how_workers_stand_and_why():
    rows = rows_by_state()

    told = {state: (*row.standing, [reason.text for reason in row.reasons]) for state, row in rows.items()}
    assert told == {
        "cleared": ("ok", "Cleared", []),
        "nothing asked": ("ok", "Cleared", []),
        "expiring": ("warn", "Expiring", ["18 d left"]),
        "due": ("warn", "Due", ["due in 15 d"]),
        "expired": ("bad", "Not cleared", ["30 d ago"]),
        "missing": ("bad", "Not cleared", ["no record"]),
        "overdue": ("bad", "Not cleared", ["15 d late"]),
        "stale": ("bad", "Out of date", ["1 d ago"]),
        "to verify": ("wait", "To verify", ["to verify"]),
        "blocked": ("bad", "Blocked", ["no record"]),
        "not active": ("none", "Not active", ["no record"]),
    }


def test_c3_a_pending_sign_off_never_replaces_red():
    worker = one_of_each(TODAY)["to verify"]
    asked_of(worker)
    judge(worker, on=TODAY)

    (row,) = worker_rows([worker], today=TODAY, warning_days=WINDOW)

    assert row.standing.word == "Not cleared"
    assert [reason.kind for reason in row.reasons] == ["bad", "wait"]


@pytest.mark.parametrize("size", [1, 3])
def test_rows_cost_two_queries_however_many(size):
    workers = list(one_of_each(TODAY).values())[:size]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        worker_rows(workers, today=TODAY, warning_days=WINDOW)

    assert len(queries) == 2
