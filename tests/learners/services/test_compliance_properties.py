"""The set-based SQL agrees with C1 to C4, C7 and L2 read by the letter, on generated sites and on any day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from learners.models import (
    Area,
    AreaRequirement,
    CompetencyRecord,
    ComplianceItem,
    Learner,
    LearnerArea,
    Revocation,
    Role,
    RoleRequirement,
    TrainingRecord,
)
from learners.policies.records import add_months
from learners.services.compliance import recalculate, recalculate_everyone
from tests.factories.learners import (
    HASH,
    KEY,
    LearnerFactory,
    RegisterExtractFactory,
    RegisterImportFactory,
    RegisterStandingFactory,
    RoleFactory,
)
from tests.factories.training import CompanyFactory, CourseVersionFactory, UserFactory, scheduled_session
from tests.learners.services.compliance_oracle import (
    ONE_DAY,
    Acceptance,
    Answer,
    Item,
    Person,
    Record,
    Rule,
    Site,
    answer_of,
    items_of,
)
from training.models import CourseVersion

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ROLES, AREAS, COURSES = 2, 3, 2

days = st.integers(-40, 40).map(lambda n: TODAY + timedelta(days=n))
maybe_grace = st.none() | st.sampled_from([1, 7, 30, 365])


@st.composite
def records(draw: st.DrawFn) -> Record:
    completion = draw(days)
    passed = draw(st.sampled_from([True, True, False]))
    length = draw(st.none() | st.integers(0, 60))
    return Record(
        course=draw(st.integers(0, COURSES - 1)),
        completion=completion,
        expiry=completion + timedelta(days=length) if passed and length is not None else None,
        passed=passed,
        revoked=draw(st.sampled_from([False, False, False, True])),
        acceptance=draw(st.none() | acceptances()),
    )


@st.composite
def acceptances(draw: st.DrawFn) -> Acceptance:
    counts = draw(st.sampled_from([True, True, False]))
    return Acceptance(counts, draw(st.none() | days) if counts else None)


last_days = st.integers(40, 80).map(lambda n: TODAY + timedelta(days=n))  # every start comes before
people = st.builds(
    Person,
    role=st.integers(0, ROLES - 1),
    role_assigned_at=days,
    start_date=days,
    end_date=st.none() | st.none() | last_days,
    areas=st.lists(st.tuples(st.integers(0, AREAS - 1), days), max_size=3, unique_by=lambda each: each[0]),
    records=st.lists(records(), max_size=6),
    to_verify=st.frozensets(st.integers(0, COURSES - 1), max_size=1),
    merged_into=st.none(),
)


@st.composite
def sites(draw: st.DrawFn) -> Site:
    parents = [draw(st.none() | st.integers(0, number - 1)) if number else None for number in range(AREAS)]
    askers = [("role", number) for number in range(ROLES)] + [("area", number) for number in range(AREAS)]
    pairs = [(source, asker, course) for source, asker in askers for course in range(COURSES)]
    rules = [
        Rule(source, asker, course, grace=draw(maybe_grace), starts_on=draw(days))
        for source, asker, course in draw(st.lists(st.sampled_from(pairs), max_size=8, unique=True))
    ]
    badges = draw(st.lists(people, min_size=1, max_size=4))
    for number in range(1, len(badges)):
        survivors = [each for each in range(number) if badges[each].merged_into is None]
        into = draw(st.sampled_from([None, None, *survivors]))
        badges[number] = replace(badges[number], merged_into=into)
    return Site(parents, rules, badges)


class Ground:
    """What every generated site of a test stands on."""

    def __init__(self) -> None:
        self.user = UserFactory()
        self.company = CompanyFactory()
        self.versions: list[CourseVersion] = [CourseVersionFactory() for _ in range(COURSES)]
        self.roles: list[Role] = [RoleFactory() for _ in range(ROLES)]
        self.session = scheduled_session()

    def course_pk(self, number: int) -> int:
        return self.versions[number].course_id

    @contextmanager
    def built(self, site: Site) -> Iterator["Built"]:
        """Build a site and take it down again: a test of many examples has one database."""
        with transaction.atomic():
            yield Built(self, site)
            transaction.set_rollback(True)


def from_register(ground: Ground, acceptance: Acceptance | None) -> dict[str, Any]:
    """Return the proof of a record: a file, or an extract of a register, about which something was decided before."""
    if acceptance is None:
        return {"evidence_hash": HASH}
    of = RegisterImportFactory(brought_by=ground.user)
    decisions = (not acceptance.counts, None), (acceptance.counts, acceptance.until)
    for counts, until in decisions:
        RegisterStandingFactory(register_import=of, counts=counts, counts_until=until, decided_by=ground.user)
    extract = RegisterExtractFactory(register_import=of)
    return {"register_import": of, "extract": extract, "evidence_hash": extract.sha256}


class Built:
    """A generated site in the database, and the way back from its rows to the numbers of the oracle."""

    def __init__(self, ground: Ground, site: Site) -> None:
        versions = ground.versions
        self.courses = {version.course_id: number for number, version in enumerate(versions)}
        self.roles = ground.roles
        self.areas: list[Area] = []
        for number, parent in enumerate(site.parents):
            inside = None if parent is None else self.areas[parent]
            self.areas.append(Area.objects.create(name=f"Area {number}", parent=inside))
        for rule in site.rules:
            facts = {
                "course": versions[rule.course].course,
                "requirement_type": "PRE_MOB" if rule.grace is None else "POST_MOB",
                "grace_period_days": rule.grace,
                "starts_on": rule.starts_on,
            }
            if rule.source == "role":
                RoleRequirement.objects.create(role=self.roles[rule.asker], **facts)
            else:
                AreaRequirement.objects.create(area=self.areas[rule.asker], **facts)
        self.learners: list[Learner] = []
        self.records: dict[int, Record] = {}
        for person in site.people:
            learner = LearnerFactory(
                company=ground.company,
                role=self.roles[person.role],
                role_assigned_at=person.role_assigned_at,
                start_date=person.start_date,
                end_date=person.end_date,
                status="ACTIVE" if person.merged_into is None else "INACTIVE",
                merged_into=None if person.merged_into is None else self.learners[person.merged_into],
            )
            self.learners.append(learner)
            LearnerArea.objects.bulk_create(
                LearnerArea(learner=learner, area=self.areas[area], assigned_at=day) for area, day in person.areas
            )
            made = TrainingRecord.objects.bulk_create(
                TrainingRecord(
                    learner=learner,
                    course_version=versions[record.course],
                    course=versions[record.course].course,
                    completion_date=record.completion,
                    expiry_date=record.expiry,
                    result="PASSED" if record.passed else "FAILED",
                    provider=ground.company,
                    evidence_file_key=KEY,
                    **from_register(ground, record.acceptance),
                    course_title="A course",
                    company_name="A company",
                    role_title="A role",
                    created_at=NOW,
                    created_by=ground.user,
                )
                for record in person.records
            )
            self.records |= {row.pk: record for row, record in zip(made, person.records, strict=True)}
            Revocation.objects.bulk_create(
                Revocation(record=row, reason="Wrong person", revoked_at=NOW, revoked_on=TODAY, revoked_by=ground.user)
                for row, record in zip(made, person.records, strict=True)
                if record.revoked
            )
            CompetencyRecord.objects.bulk_create(
                CompetencyRecord(
                    learner=learner,
                    course=versions[course].course,
                    course_version=versions[course],
                    session=ground.session,
                    training_date=TODAY,
                    company_name="A company",
                    role_title="A role",
                    evidence_file_key=KEY,
                    evidence_hash=HASH,
                    created_at=NOW,
                    created_by=ground.user,
                )
                for course in person.to_verify
            )

    def items(self, learner: Learner) -> dict[int, Item]:
        """Return the stored items of a learner in the oracle's terms."""
        found = {}
        for item in ComplianceItem.objects.filter(learner=learner):
            source = "role" if item.role_id else "area"
            found[self.courses[item.course_id]] = Item(
                requirement_type=item.requirement_type,
                grace=item.grace_period_days,
                due=item.due_date,
                status=item.status,
                expiry=item.expiry_date,
                key_date=item.key_date,
                holds_until=item.holds_until,
                awaiting=item.awaiting_verification,
                proof=self.records[item.proof_id] if item.proof_id else None,
                from_register=item.is_from_register,
                source=source,
                asker=self._number(source, item.role_id or item.area_id or 0),
                rules=[
                    (
                        rule["source"],
                        self._number(rule["source"], rule["id"]),
                        date.fromisoformat(rule["due"]) if rule["due"] else None,
                    )
                    for rule in item.rules
                ],
            )
        return found

    def answer(self, learner: Learner) -> Answer:
        learner.refresh_from_db()
        return Answer(learner.compliance_status, learner.compliance_holds_until)

    def _number(self, source: str, pk: int) -> int:
        rows: list[Role] | list[Area] = self.roles if source == "role" else self.areas
        return [row.pk for row in rows].index(pk)


def agrees(built_site: Built, site: Site, today: date) -> None:
    """Every stored answer is what the rules say by the letter."""
    for person, learner in zip(site.people, built_site.learners, strict=True):
        note(f"{today}: {person}")
        assert built_site.items(learner) == items_of(person, site, today)
        assert built_site.answer(learner) == answer_of(person, site, today)


def examples(quick: int, full: int, *, long: bool) -> settings:
    return settings(
        max_examples=full if long else quick,
        deadline=None,
        derandomize=not long,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def test_c1_c2_c3_c4_c7_l2_sql_says_what_the_rules_say(long: bool) -> None:
    ground = Ground()

    @examples(150, 5_000, long=long)
    @given(sites(), days, days)
    def check(site: Site, first: date, second: date) -> None:
        with ground.built(site) as here:
            ids = [learner.pk for learner in here.learners]
            for today in (first, second):
                recalculate(learner_ids=ids, today=today, now=NOW)
                agrees(here, site, today)
                assert recalculate(learner_ids=ids, today=today, now=NOW) == 0, "writes differences only"

    check()


def test_c7_an_answer_holds_exactly_until_the_day_it_names(long: bool) -> None:
    ground = Ground()

    @examples(60, 2_000, long=long)
    @given(sites(), days)
    def check(site: Site, today: date) -> None:
        with ground.built(site) as here:
            recalculate(learner_ids=[learner.pk for learner in here.learners], today=today, now=NOW)
            for person, learner in zip(site.people, here.learners, strict=True):
                last_day = here.answer(learner).holds_until
                if last_day is not None and last_day != person.end_date:
                    assert recalculate(learner_ids=[learner.pk], today=last_day, now=NOW) == 0
                    assert recalculate(learner_ids=[learner.pk], today=last_day + ONE_DAY, now=NOW) > 0

    check()


@pytest.mark.parametrize("missed", [1, 7, 45])
def test_c6_the_nightly_run_catches_up_however_many_days_were_missed(missed: int, long: bool) -> None:
    ground = Ground()

    @examples(40, 1_000, long=long)
    @given(sites(), days)
    def check(site: Site, today: date) -> None:
        later = today + timedelta(days=missed)
        with ground.built(site) as here:
            for _progress in recalculate_everyone(today=today, now=NOW):
                pass
            for _progress in recalculate_everyone(today=later, now=NOW, only_due=True):
                pass
            agrees(here, site, later)

    check()


def test_c6_judging_one_course_is_enough_when_one_record_came(long: bool) -> None:
    """Finalize judges the course of its records only; the answer is that of judging everything."""
    ground = Ground()

    @examples(60, 2_000, long=long)
    @given(sites(), days, st.integers(0, COURSES - 1))
    def check(site: Site, today: date, course: int) -> None:
        with ground.built(site) as here:
            ids = [learner.pk for learner in here.learners]
            recalculate(learner_ids=ids, today=today, now=NOW)
            ComplianceItem.objects.filter(course=ground.course_pk(course)).delete()
            recalculate(learner_ids=ids, today=today, now=NOW, course_id=ground.course_pk(course))
            agrees(here, site, today)

    check()


def test_l2_c6_judging_a_merged_badge_judges_the_survivor(long: bool) -> None:
    """A record or sign-off under the old key reaches the answer, whichever key was named."""
    ground = Ground()

    @examples(40, 1_000, long=long)
    @given(sites().filter(lambda site: any(person.merged_into is not None for person in site.people)), days)
    def check(site: Site, today: date) -> None:
        with ground.built(site) as here:
            merged = [learner.pk for learner in here.learners if learner.merged_into_id]
            others = {learner.merged_into_id for learner in here.learners} | set(merged)
            recalculate(learner_ids=[each.pk for each in here.learners if each.pk not in others], today=today, now=NOW)
            recalculate(learner_ids=merged, today=today, now=NOW)
            agrees(here, site, today)

    check()


def test_f2_months_are_counted_as_postgresql_counts_them(long: bool) -> None:
    """31 January + 1 month is the last day of February, in Python as in SQL."""
    every_day = st.dates(date(1999, 1, 1), date(2101, 12, 31))

    @examples(20, 500, long=long)
    @given(st.lists(st.tuples(every_day, st.integers(0, 120)), min_size=200, max_size=200))
    def check(cases: list[tuple[date, int]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (day + make_interval(months => months))::date"
                " FROM unnest(%s::date[], %s::int[]) WITH ORDINALITY AS each (day, months, n) ORDER BY n",
                [[day for day, _ in cases], [months for _, months in cases]],
            )
            assert [day for (day,) in cursor.fetchall()] == [add_months(day, months) for day, months in cases]

    check()
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
