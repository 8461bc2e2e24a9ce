"""I5: what a check says of generated rows is what is written, and the same rows again write nothing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from learners.models import Area, Learner, LearnerArea, LearnerPeriod, Role
from learners.services.compliance import recalculate
from learners.services.learners import edit_learner, replace_badge
from learners.services.merging import merge_workers
from learners.services.statuses import set_status
from tests.bringing_in import NOW, bring_in, check, outcomes, rows_of, terms_of, written
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CompanyFactory, UserFactory
from tests.learners.services.test_compliance_properties import examples
from training.core.groups import SUPERVISORS
from training.core.imports.declaration import Thing
from training.core.imports.rows import FOR_GOOD, CheckedRow
from training.core.sameness import same_text
from training.models import Company
from training.services.imports.contract import LEAVE_OUT, service_of

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
SERVICE = service_of("workers")
COMPANIES, ROLES, AREAS = ("Halloran", "Nordwind"), ("Rigger", "Fitter"), ("Tank farm", "Jetty")
# Four who are there, a badge that the first had before, one that was merged into the second, and what the words say.
THERE = ("A00", "A01", "A02", "A03", "old-A00", "gone-A01", "blocked", "left")
NEW = ("N00", "N01", "N02", "N03", "N04")

days = st.sampled_from([TODAY + timedelta(days=each) for each in (-700, -400, -30, -1, 0, 1, 300)])
past = st.sampled_from([TODAY - timedelta(days=each) for each in (900, 800, 70, 50)])
ends = st.sampled_from([*(TODAY + timedelta(days=each) for each in (-40, -1, 0, 300)), FOR_GOOD])
bad_texts = st.sampled_from(["", "X", "We\0iß", "x" * 101])
names = st.one_of(st.sampled_from(["Jana", "Ali", "Weiß", "Al-Masri"]), bad_texts)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


def spelled(badge: str) -> st.SearchStrategy[str]:
    return st.sampled_from([badge, badge, badge, badge.lower(), f" {badge} "])


supervisors = st.sampled_from([*THERE, *NEW, "nobody"]).flatmap(spelled)
changes = st.fixed_dictionaries(  # of workers who are there, most of them possible
    {},
    optional={
        "first_name": names,
        "email": st.sampled_from(["", "a@example.com", "b@example.com", "no address"]),
        "phone": st.sampled_from(["", "1", "2"]),
        "company": st.sampled_from([*COMPANIES, *COMPANIES, "", "Unknown", "Skipped"]),
        "role": st.sampled_from([*ROLES, *ROLES, "", "Unknown"]),
        "role_assigned_at": maybe(days),
        "areas": st.lists(st.sampled_from([*AREAS, "Skipped"]), max_size=2, unique=True),
        "supervisor": supervisors,
        "start_date": maybe(st.one_of(past, days)),
        "end_date": maybe(ends),
        "status": st.sampled_from(["ACTIVE", "INACTIVE", "BLACKLISTED"]),
        "status_reason": st.sampled_from(["", "Resigned"]),
    },
)
whole = st.fixed_dictionaries(  # what a new worker needs
    {
        "first_name": st.sampled_from(["Jana", "Ali", ""]),
        "last_name": st.sampled_from(["Weiß", "Lindqvist"]),
        "company": st.sampled_from(COMPANIES),
        "role": st.sampled_from(ROLES),
        "start_date": past,
    },
    optional={
        "supervisor": supervisors,
        "end_date": maybe(ends),
        "areas": st.lists(st.sampled_from(AREAS), max_size=2, unique=True),
        "status": st.sampled_from(["ACTIVE", "INACTIVE", "BLACKLISTED"]),
        "email": st.sampled_from(["a@example.com", "no address"]),
    },
)


leavers = st.fixed_dictionaries(
    {
        "last_name": st.sampled_from(["Weiß", "Lindqvist"]),
        "company": st.sampled_from(COMPANIES),
        "role": st.sampled_from(ROLES),
        "start_date": past,
        "end_date": st.sampled_from([TODAY - timedelta(days=each) for each in (40, 20, 1)]),
    }
)
comebacks = st.fixed_dictionaries(
    {"start_date": days}, optional={"end_date": maybe(ends), "role": st.sampled_from(ROLES)}
)


def _said_of(badge: str) -> st.SearchStrategy[dict[str, Any]]:
    if badge in NEW:
        return st.one_of(whole, leavers)
    return st.one_of(comebacks, changes) if badge == "left" else changes


@st.composite
def files(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows about different workers, but for one now and then who stands there twice."""
    badges = draw(st.permutations([*THERE, *NEW]))[: draw(st.integers(1, 8))]
    if draw(st.integers(0, 3)) == 0:
        badges.append(draw(st.sampled_from([*badges, "", "ab"])))
    rows = [{"badge_id": draw(spelled(badge)), **draw(_said_of(badge))} for badge in badges]
    for row in rows:
        if draw(st.integers(0, 2)) == 0:
            row["supervisor"] = draw(st.sampled_from(badges))
    return rows


questions = st.fixed_dictionaries({"all_areas": st.booleans(), "reason": st.sampled_from(["", "List of HR"])})


@dataclass(frozen=True)
class Stored:
    """Everything that is stored of workers."""

    workers: dict[int, dict[str, Any]]
    areas: set[tuple[int, int, date]]
    periods: int
    events: int

    @classmethod
    def now(cls) -> "Stored":
        answers = {"compliance_updated_at", "compliance_status", "compliance_holds_until", "not_cleared_since"}
        fields = [each for each in Learner._meta.concrete_fields if not each.generated]  # those follow from the others
        names = [each.attname for each in fields if each.attname not in answers]
        return cls(
            workers={row["id"]: row for row in Learner.objects.values(*names)},
            areas=set(LearnerArea.objects.values_list("learner_id", "area_id", "assigned_at")),
            periods=LearnerPeriod.objects.count(),
            events=apps.get_model("learners", "LearnerEvent").objects.count(),
        )


def build() -> Any:
    """Make the site, and return the superuser who imports."""
    by = UserFactory(is_superuser=True, groups=[SUPERVISORS])
    companies = [CompanyFactory(name=name) for name in COMPANIES]
    roles = [RoleFactory(title=name) for name in ROLES]
    for role in roles:
        RoleRequirementFactory(role=role)
    areas = [AreaFactory(name=name) for name in AREAS]
    AreaRequirementFactory(area=areas[0])
    made = {}
    for number, badge in enumerate(("A00", "A01", "A02", "A03", "gone-A01", "blocked", "left")):
        first = "old-A00" if badge == "A00" else badge
        made[badge] = LearnerFactory(badge_id=first, company=companies[number % 2], role=roles[number % 2])
    replace_badge(learner_id=made["A00"].pk, badge_id="A00", by=by, now=NOW)
    LearnerAreaFactory(learner=made["A02"], area=areas[1])
    merge_workers(duplicate_id=made["gone-A01"].pk, survivor_id=made["A01"].pk, reason="Twice", by=by, now=NOW)
    set_status(learner_id=made["blocked"].pk, status="BLACKLISTED", reason="Fight", by=by, now=NOW)
    edit_learner(learner_id=made["left"].pk, facts={"end_date": TODAY - timedelta(days=100)}, by=by, now=NOW)
    recalculate(learner_ids=[each.pk for each in made.values()], today=TODAY, now=NOW)
    return by


def shown(column: str, worker: Learner) -> Any:
    """Return what is stored in a column, as a check shows it."""
    if column == "areas":
        names = Area.objects.filter(learner_links__learner=worker).values_list("name", flat=True)
        return ", ".join(sorted(names))
    named = {
        "company": lambda: worker.company.name,
        "role": lambda: worker.role.title,
        "supervisor": lambda: worker.supervisor.badge_id if worker.supervisor else "",
        "status": worker.get_status_display,
    }
    return named[column]() if column in named else getattr(worker, column)


def assert_written(row: CheckedRow, before: dict[int, dict[str, Any]]) -> None:
    worker = Learner.objects.get(pk=row.key or 0)
    assert (row.outcome == "new") is (worker.pk not in before)
    assert worker.badge_id == row.identity
    for column, value in row.after.items():
        stored = shown(column, worker)
        if column == "supervisor":
            assert same_text(stored) == same_text(value)
        else:
            assert stored == value, column
    if row.outcome == "changed":
        columns = {"company": "company_id", "role": "role_id", "supervisor": "supervisor_id"}
        told = {columns.get(column, column) for column in row.after} | {"updated_at", "updated_by_id"}
        told |= {"status_reason"} if "status" in row.after or "end_date" in row.after else set()
        others = Stored.now().workers[worker.pk]
        assert {name: value for name, value in others.items() if name not in told} == {
            name: value for name, value in before[worker.pk].items() if name not in told
        }


def test_i5_checking_and_doing_agree_and_doing_it_again_writes_nothing(long: bool):
    by = build()
    came: set[str] = set()

    @examples(60, 2_000, long=long)
    @given(file=files(), said=questions, part=st.integers(1, 8))
    def check_file(file: list[dict[str, Any]], said: dict[str, Any], part: int) -> None:
        with transaction.atomic():
            came.update(agrees(by, file, said, part))
            transaction.set_rollback(True)

    check_file()
    assert came >= {"new", "changed", "same", "refused", "left out", "departs", "returns", "supervisor_row"}


def agrees(by: Any, file: list[dict[str, Any]], said: dict[str, Any], part: int) -> set[str]:
    """Check everything about one file, and return what became of its rows."""
    drafts = rows_of(*file)
    things: Any = {Thing.COMPANY: {"Skipped": LEAVE_OUT}, Thing.AREA: {"Skipped": LEAVE_OUT}}
    terms = terms_of(by, things=things, **said)
    before = Stored.now()

    seen = check(SERVICE, drafts, terms)
    in_parts = check(SERVICE, drafts, terms, part=part)
    assert outcomes(in_parts) == outcomes(seen)
    assert [(row.before, row.after) for row in in_parts] == [(row.before, row.after) for row in seen]
    assert Stored.now() == before

    done = bring_in(SERVICE, drafts, terms)
    assert [(row.outcome, row.before, row.after) for row in done] == [
        (row.outcome, row.before, row.after) for row in seen
    ]
    after = Stored.now()
    assert len(after.workers) == len(before.workers) + outcomes(done).count("new")
    for row in written(done):
        assert_written(row, before.workers)
    touched = {row.key or 0 for row in written(done)}
    for key, worker in before.workers.items():
        assert key in touched or after.workers[key] == worker
    assert not Learner.objects.filter(pk__in=touched, compliance_updated_at=None).exists()

    again = bring_in(SERVICE, drafts, terms)
    for first, second in zip(done, again, strict=True):
        same = {"new": "same", "changed": "same"}.get(first.outcome.value, first.outcome.value)
        assert second.outcome.value == same, (first, second)
    assert Stored.now() == after
    assert Company.objects.count() == len(COMPANIES)
    assert Role.objects.count() == len(ROLES)
    return {*outcomes(done), *(name for row in written(done) for name in row.found)}
