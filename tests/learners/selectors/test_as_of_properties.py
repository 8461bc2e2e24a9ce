"""C8: on generated histories, answers about any day are those of the rules read by the letter over that day's facts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
    RoleRequirement,
    TrainingRecord,
)
from learners.selectors.as_of import items_as_of
from learners.services.compliance import recalculate
from tests.factories.learners import (
    HASH,
    KEY,
    EvidenceUploadFactory,
    LearnerFactory,
    RegisterExtractFactory,
    RegisterImportFactory,
    RegisterStandingFactory,
    RoleFactory,
)
from tests.factories.training import CompanyFactory, CourseVersionFactory, UserFactory, scheduled_session
from tests.learners.services.compliance_oracle import Acceptance, Item, Person, Record, Rule, Site, items_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROLES, AREAS, COURSES = 2, 3, 2


@dataclass(frozen=True)
class Change:
    """What holds from `day` on; of a badge (role, assigned at), of an area (parent), of a rule (grace, starts on)."""

    day: date
    value: tuple[int | None, date]


@dataclass(frozen=True)
class Asked:
    source: str
    asker: int
    course: int
    changes: Sequence[Change]
    deleted: date | None


@dataclass(frozen=True)
class Place:
    area: int
    assigned_at: date
    entered: date
    left: date | None


@dataclass(frozen=True)
class Decision:
    """What was decided on a day about the register from which a record without a certificate came (I7)."""

    on: date
    acceptance: Acceptance


@dataclass(frozen=True)
class Held:
    """`decisions` is empty where it came from no register."""

    course: int
    completion: date
    expiry: date | None
    passed: bool
    revoked_on: date | None
    decisions: Sequence[Decision] = ()
    has_certificate: bool = False


@dataclass(frozen=True)
class SignOff:
    course: int
    trained: date
    refused_on: date | None


@dataclass(frozen=True)
class Badge:
    start_date: date
    roles: Sequence[Change]
    places: Sequence[Place]
    held: Sequence[Held]
    sign_offs: Sequence[SignOff]
    merged_into: int | None


@dataclass(frozen=True)
class History:
    areas: Sequence[Sequence[Change]]
    asked: Sequence[Asked]
    badges: Sequence[Badge]


# The letter of C8


def value_on(changes: Sequence[Change], on: date) -> tuple[int | None, date]:
    """What was entered first also holds on the days before, where the thing was there already."""
    return [change for change in changes if change.day <= on or change is changes[0]][-1].value


def was_there(first_day: date, entered: date, ended: date | None, on: date) -> bool:
    return min(first_day, entered) <= on and (ended is None or on < ended)


def rules_on(history: History, on: date) -> list[Rule]:
    found = []
    for each in history.asked:
        created, (_grace, starts_on) = each.changes[0].day, each.changes[0].value
        if was_there(starts_on, created, each.deleted, on):
            grace, starts_on = value_on(each.changes, on)
            found.append(Rule(each.source, each.asker, each.course, grace, starts_on))
    return found


def was_known(badge: Badge, on: date) -> bool:
    entered, (_role, assigned_at) = badge.roles[0].day, badge.roles[0].value
    return min(entered, badge.start_date, assigned_at) <= on


def accepted_on(each: Held, on: date) -> Acceptance | None:
    """Before anybody had decided, what was decided first holds. A certificate counts whenever it came."""
    if not each.decisions or each.has_certificate:
        return None
    begun = [decision for decision in each.decisions if decision.on <= on or decision is each.decisions[0]]
    return begun[-1].acceptance


def has_come(day: date | None, on: date) -> bool:
    return day is not None and day <= on


def person_on(badge: Badge, told_by: Badge, on: date) -> Person:
    """The records of a badge, with the role and areas of the badge by which the person was known."""
    role, assigned_at = value_on(told_by.roles, on)
    assert role is not None
    return Person(
        role=role,
        role_assigned_at=assigned_at,
        start_date=told_by.start_date,
        end_date=None,
        areas=[(p.area, p.assigned_at) for p in told_by.places if was_there(p.assigned_at, p.entered, p.left, on)],
        records=[
            Record(
                each.course,
                each.completion,
                each.expiry,
                each.passed,
                bool(each.revoked_on and each.revoked_on <= on),
                accepted_on(each, on),
            )
            for each in badge.held
            if each.completion <= on
        ],
        to_verify=frozenset(
            each.course
            for each in badge.sign_offs
            if each.trained <= on and not (each.refused_on and each.refused_on <= on)
        ),
        merged_into=badge.merged_into,
    )


def asked_on(history: History, number: int, on: date) -> dict[int, Item]:
    badge = history.badges[number]
    others = [each for each in history.badges if each.merged_into == number]
    known = [each for each in (badge, *reversed(others)) if was_known(each, on)]
    if badge.merged_into is not None or not known:
        return {}
    people = [person_on(each, known[0] if each is badge else each, on) for each in history.badges]
    site = Site([value_on(changes, on)[0] for changes in history.areas], rules_on(history, on), people)
    return items_of(people[number], site, on)


# Histories

days = st.integers(-60, 0).map(lambda n: TODAY + timedelta(days=n))
maybe_grace = st.none() | st.sampled_from([1, 7, 30])


@st.composite
def changes(draw: st.DrawFn, values: st.SearchStrategy[int | None]) -> list[Change]:
    at = sorted(draw(st.sets(days, min_size=1, max_size=3)))
    return [Change(day, (draw(values), draw(days))) for day in at]


@st.composite
def held(draw: st.DrawFn) -> Held:
    completion = draw(days)
    passed = draw(st.sampled_from([True, True, False]))
    length = draw(st.none() | st.integers(0, 40))
    return Held(
        course=draw(st.integers(0, COURSES - 1)),
        completion=completion,
        expiry=completion + timedelta(days=length) if passed and length is not None else None,
        passed=passed,
        revoked_on=draw(st.none() | days),
        decisions=draw(st.just([]) | decisions()),
        has_certificate=draw(st.sampled_from([False, False, True])),
    )


@st.composite
def decisions(draw: st.DrawFn) -> list[Decision]:
    found = []
    for day in sorted(draw(st.lists(days, min_size=1, max_size=3))):
        counts = draw(st.sampled_from([True, True, False]))
        until = draw(st.none() | st.integers(-20, 40)) if counts else None
        found.append(Decision(day, Acceptance(counts, None if until is None else TODAY + timedelta(days=until))))
    return found


@st.composite
def badges(draw: st.DrawFn) -> Badge:
    places = []
    for area in draw(st.sets(st.integers(0, AREAS - 1), max_size=2)):
        entered, left = draw(days), draw(st.none() | days)
        places.append(Place(area, draw(days), entered, left if left and left > entered else None))
    trained = draw(st.lists(st.tuples(st.integers(0, COURSES - 1), days, days), max_size=2))
    sign_offs = [SignOff(course, min(first, last), max(first, last)) for course, first, last in trained]
    if draw(st.booleans()):
        sign_offs.append(SignOff(draw(st.integers(0, COURSES - 1)), draw(days), None))
    return Badge(
        start_date=draw(days),
        roles=draw(changes(st.integers(0, ROLES - 1))),
        places=places,
        held=draw(st.lists(held(), max_size=4)),
        sign_offs=sign_offs,
        merged_into=None,
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    areas = [draw(changes(st.none() | st.integers(0, n - 1) if n else st.none())) for n in range(AREAS)]
    askers = [("role", number) for number in range(ROLES)] + [("area", number) for number in range(AREAS)]
    pairs = st.sampled_from([(source, asker, course) for source, asker in askers for course in range(COURSES)])
    asked = []
    for source, asker, course in draw(st.lists(pairs, max_size=6, unique=True)):
        told, deleted = draw(changes(maybe_grace)), draw(st.none() | st.none() | days)
        asked.append(Asked(source, asker, course, told, deleted if deleted and deleted > told[-1].day else None))
    people = draw(st.lists(badges(), min_size=1, max_size=3))
    if len(people) > 1 and draw(st.booleans()):
        people[-1] = Badge(**{**vars(people[-1]), "merged_into": 0})
    return History(areas, asked, people)


class Ground:
    """What every generated history stands on."""

    def __init__(self) -> None:
        self.user = UserFactory()
        self.company = CompanyFactory()
        self.versions = [CourseVersionFactory() for _ in range(COURSES)]
        self.roles = [RoleFactory() for _ in range(ROLES)]
        self.session = scheduled_session()

    @contextmanager
    def lived(self, history: History) -> Iterator["Lived"]:
        """Live through a history and undo it: a test of many examples has one database."""
        with transaction.atomic():
            yield Lived(self, history)
            transaction.set_rollback(True)


def effective(day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('siteproof.effective_on', %s, true)", [f"{day}"])


class Lived:
    """A history in the database, every change on its own day."""

    def __init__(self, ground: Ground, history: History) -> None:
        self.ground = ground
        self.held: dict[int, Record] = {}
        self._areas(history)
        for each in history.asked:
            self._asked(each)
        self.learners: list[Learner] = []
        for badge in history.badges:
            self.learners.append(self._badge(badge))

    def _areas(self, history: History) -> None:
        self.areas: list[Area] = []
        for number, told in enumerate(history.areas):
            for change in told:
                parent = None if change.value[0] is None else self.areas[change.value[0]]
                effective(change.day)
                if change is told[0]:
                    self.areas.append(Area.objects.create(name=f"Area {number}", parent=parent))
                else:
                    Area.objects.filter(pk=self.areas[number].pk).update(parent=parent)

    def _asked(self, each: Asked) -> None:
        model: type[RoleRequirement | AreaRequirement] = AreaRequirement
        asker: dict[str, object] = {"area": self.areas[each.asker]} if each.source == "area" else {}
        if each.source == "role":
            model, asker = RoleRequirement, {"role": self.ground.roles[each.asker]}
        for change in each.changes:
            grace, starts_on = change.value
            facts = {
                "requirement_type": "PRE_MOB" if grace is None else "POST_MOB",
                "grace_period_days": grace,
                "starts_on": starts_on,
            }
            effective(change.day)
            if change is each.changes[0]:
                pk = model.objects.create(**asker, course=self.ground.versions[each.course].course, **facts).pk
            else:
                model.objects.filter(pk=pk).update(**facts)
        if each.deleted:
            effective(each.deleted)
            model.objects.filter(pk=pk).delete()

    def _badge(self, badge: Badge) -> Learner:
        ground = self.ground
        for change in badge.roles:
            role, assigned_at = change.value
            assert role is not None
            effective(change.day)
            if change is badge.roles[0]:
                learner = LearnerFactory(
                    company=ground.company,
                    role=ground.roles[role],
                    role_assigned_at=assigned_at,
                    start_date=badge.start_date,
                    status="ACTIVE" if badge.merged_into is None else "INACTIVE",
                    merged_into=None if badge.merged_into is None else self.learners[badge.merged_into],
                )
            else:
                Learner.objects.filter(pk=learner.pk).update(role=ground.roles[role], role_assigned_at=assigned_at)
        for place in badge.places:
            effective(place.entered)
            link = LearnerArea.objects.create(
                learner=learner, area=self.areas[place.area], assigned_at=place.assigned_at
            )
            if place.left:
                effective(place.left)
                link.delete()
        self._records(learner, badge)
        common = {"learner": learner, "session": ground.session, "company_name": "A company", "role_title": "A role"}
        for attempt, each in enumerate(badge.sign_offs, start=1):
            version = ground.versions[each.course]
            refused = {
                "status": "NOT_COMPETENT",
                "assessed_by": ground.user,
                "assessed_on": each.refused_on,
                "assessed_at": NOW,
                "remarks": "Not yet",
            }
            CompetencyRecord.objects.create(
                **common,
                course=version.course,
                course_version=version,
                attempt=attempt,
                training_date=each.trained,
                evidence_file_key=KEY,
                evidence_hash=HASH,
                created_at=NOW,
                created_by=ground.user,
                **(refused if each.refused_on else {}),
            )
        return learner

    def _records(self, learner: Learner, badge: Badge) -> None:
        for each in badge.held:
            version = self.ground.versions[each.course]
            row = TrainingRecord.objects.create(
                learner=learner,
                course_version=version,
                course=version.course,
                completion_date=each.completion,
                expiry_date=each.expiry,
                result="PASSED" if each.passed else "FAILED",
                provider=self.ground.company,
                evidence_file_key=KEY,
                **self._from_register(each),
                course_title="A course",
                company_name="A company",
                role_title="A role",
                created_at=NOW,
                created_by=self.ground.user,
            )
            if each.has_certificate:
                EvidenceUploadFactory(record=row, uploaded_by=self.ground.user, uploaded_at=NOW)
            self.held[row.pk] = Record(each.course, each.completion, each.expiry, each.passed, revoked=False)
            if each.revoked_on:
                Revocation.objects.create(
                    record=row,
                    reason="Wrong person",
                    revoked_at=NOW,
                    revoked_on=each.revoked_on,
                    revoked_by=self.ground.user,
                )

    def _from_register(self, each: Held) -> dict[str, Any]:
        """Return the proof of a record, and decide about its register, every decision on its own day."""
        if not each.decisions:
            return {"evidence_hash": HASH}
        of = RegisterImportFactory(brought_by=self.ground.user)
        for decision in each.decisions:
            counts, until = decision.acceptance.counts, decision.acceptance.until
            facts = {"counts": counts, "counts_until": until, "decided_on": decision.on}
            RegisterStandingFactory(register_import=of, decided_by=self.ground.user, **facts)
        extract = RegisterExtractFactory(register_import=of)
        return {"register_import": of, "extract": extract, "evidence_hash": extract.sha256}

    def told(self, items: Sequence[ComplianceItem]) -> dict[int, Item]:
        """Return items of the database in the oracle's terms."""
        courses = {version.course_id: number for number, version in enumerate(self.ground.versions)}
        numbers = {
            "role": {role.pk: number for number, role in enumerate(self.ground.roles)},
            "area": {area.pk: number for number, area in enumerate(self.areas)},
        }
        found = {}
        for item in items:
            source = "role" if item.role_id else "area"
            found[courses[item.course_id]] = Item(
                requirement_type=item.requirement_type,
                grace=item.grace_period_days,
                due=item.due_date,
                status=item.status,
                expiry=item.expiry_date,
                key_date=item.key_date,
                holds_until=item.holds_until,
                awaiting=item.awaiting_verification,
                proof=self.held[item.proof_id] if item.proof_id else None,
                from_register=item.is_from_register,
                source=source,
                asker=numbers[source][item.role_id or item.area_id or 0],
                rules=[
                    (
                        rule["source"],
                        numbers[rule["source"]][rule["id"]],
                        date.fromisoformat(rule["due"]) if rule["due"] else None,
                    )
                    for rule in item.rules
                ],
            )
        return found


def examples(quick: int, full: int, *, long: bool) -> settings:
    return settings(
        max_examples=full if long else quick,
        deadline=None,
        derandomize=not long,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def test_c8_answers_about_any_day_are_those_of_the_rules(long: bool) -> None:
    ground = Ground()

    @examples(30, 3_000, long=long)
    @given(histories(), st.lists(days, min_size=3, max_size=3))
    def check(history: History, asked_about: list[date]) -> None:
        with ground.lived(history) as here:
            for on in (TODAY, *asked_about):
                for number, learner in enumerate(here.learners):
                    note(f"{on}, badge {number}")
                    assert here.told(items_as_of([learner.pk], on=on)) == asked_on(history, number, on)

    check()


def test_c8_as_of_today_is_the_stored_answer_of_everybody(long: bool) -> None:
    ground = Ground()

    @examples(20, 2_000, long=long)
    @given(histories())
    def check(history: History) -> None:
        with ground.lived(history) as here:
            recalculate(learner_ids=[learner.pk for learner in here.learners], today=TODAY, now=NOW)
            for learner in here.learners:
                stored = list(ComplianceItem.objects.filter(learner=learner))
                assert here.told(items_as_of([learner.pk], on=TODAY)) == here.told(stored)

    check()
