"""I5: who is told to turn by a check is who turns when it is done, on generated sites, by every kind that can."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import event, example, given, note
from hypothesis import strategies as st

from learners.evidence.store import StoredFile
from learners.models import ComplianceItem, ImportTurn, Learner
from learners.selectors.import_turns import count_turns
from learners.services.compliance import recalculate
from learners.services.imports.laying import laid_by
from learners.services.imports.turns import compare_with_told, tell_turns, watch_turns
from tests.bringing_in import NOW, check, rows_of, terms_of, written
from tests.factories.learners import HASH, KEY, AreaFactory, RoleFactory
from tests.factories.training import UserFactory
from tests.learners.services.compliance_oracle import Person, Rule, Site
from tests.learners.services.test_compliance_properties import AREAS, ROLES, Built, Ground, examples, sites
from training.core.imports.declaration import Thing
from training.core.imports.rows import FOR_GOOD, CheckedRow, DraftRow
from training.core.transactions import acting
from training.models import Import
from training.services.imports.contract import ImportTerms, KindService, NewThing, service_of

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
Phase = ImportTurn.Phase
HAS_LEFT = {
    "status": "INACTIVE",
    "status_reason": "Project over",
    "start_date": TODAY - timedelta(days=80),
    "end_date": TODAY - timedelta(days=40),
}
ONE_RULE = Site(
    [None] * AREAS,
    [Rule("role", 0, 0, grace=None, starts_on=TODAY)],
    [
        Person(
            role=0,
            role_assigned_at=TODAY,
            start_date=TODAY,
            end_date=None,
            areas=[],
            records=[],
            to_verify=frozenset(),
            merged_into=None,
        )
    ],
)
COLOURS = {"NON_COMPLIANT": "red", "PENDING": "yellow", "COMPLIANT": "green"}

near = st.integers(-60, 60).map(lambda n: TODAY + timedelta(days=n))
past = st.integers(-60, 0).map(lambda n: TODAY + timedelta(days=n))
roles = st.sampled_from([f"Role of {number}" for number in range(ROLES)])
areas = st.sampled_from([f"Area {number}" for number in range(AREAS)])
badges = st.sampled_from([f"W-{number}" for number in range(4)])
courses = st.sampled_from(["ABC-001", "ABC-002"])

changed = st.fixed_dictionaries(
    {},
    optional={
        "role": roles | st.just("Role to come"),
        "role_assigned_at": near,
        "areas": st.lists(areas | st.just("Area to come"), max_size=2, unique=True),
        "start_date": past,
        "end_date": st.integers(-30, 60).map(lambda n: TODAY + timedelta(days=n)) | st.just(FOR_GOOD),
        "status": st.sampled_from(["ACTIVE", "INACTIVE", "BLACKLISTED"]),
        "status_reason": st.just("List of HR"),
        "phone": st.just("1"),
    },
)
new = st.fixed_dictionaries(
    {
        "last_name": st.sampled_from(["Weiß", "Lindqvist", "Kim"]),
        "company": st.just("The company"),
        "role": roles | st.just("Role to come"),
        "start_date": past,
    },
    optional={
        "areas": st.lists(areas, max_size=2, unique=True),
        "end_date": near,
        "role_assigned_at": near,
        "status": st.sampled_from(["ACTIVE", "INACTIVE"]),
    },
)
requirements = st.fixed_dictionaries(
    {"course": courses, "grace_period_days": st.none() | st.sampled_from([1, 30])},
    optional={"starts_on": near},
)
records = st.fixed_dictionaries(
    {"badge_id": badges, "course": courses, "completed_on": past},
    optional={
        "expires_on": near | st.just(date.max),
        "result": st.sampled_from(["PASSED", "PASSED", "FAILED"]),
        "certificate": st.just("scan.pdf"),
    },
)


@dataclass(frozen=True)
class File:
    """A file of one kind, and what was chosen for it; `before` is what the same register said the last time."""

    kind: str
    rows: list[dict[str, Any]]
    choices: Mapping[str, Any]
    before: list[dict[str, Any]]


# What must have been seen happens in examples; whatever else happens is generated.
NO_RULE = replace(ONE_RULE, rules=[])
RECORD = {"badge_id": "W-0", "course": "ABC-001", "completed_on": TODAY, "expires_on": date.max}


def requirement(when: str, grace: int | None) -> dict[str, Any]:
    return {"role": "Role of 0", "course": "ABC-001", "requirement_type": when, "grace_period_days": grace}


@st.composite
def files(draw: st.DrawFn) -> File:
    kind = draw(st.sampled_from(["workers", "workers", "records", "records", "requirements", "roles"]))
    rows: list[dict[str, Any]] = []
    choices: dict[str, Any] = {}
    before: list[dict[str, Any]] = []
    if kind == "workers":
        there = draw(st.lists(badges, max_size=4, unique=True))
        rows = [{"badge_id": badge, **draw(changed)} for badge in there]
        rows += [{"badge_id": f"N-{number}", **draw(new)} for number in range(draw(st.integers(0, 2)))]
        choices = {"all_areas": draw(st.booleans()), "reason": "List of HR"}
    elif kind == "records":
        rows = draw(st.lists(records, max_size=5))
        said = [{**row, "completed_on": min(TODAY, row["completed_on"] + timedelta(days=20))} for row in rows]
        before = draw(st.sampled_from([[], said[:2], said])) + draw(st.lists(records, max_size=1))
        choices = {
            "counts": draw(st.booleans()),
            "counts_until": draw(st.none() | near.filter(lambda day: day > TODAY)),
        }
    elif kind == "requirements":
        for facts in draw(st.lists(requirements, max_size=4)):
            asker = draw(st.sampled_from(["role", "area"]))
            grace = facts["grace_period_days"]
            rows.append(
                {
                    asker: draw(roles | st.just("Role to come") if asker == "role" else areas),
                    "requirement_type": "PRE_MOB" if grace is None else "POST_MOB",
                    **facts,
                }
            )
    else:
        rows = [{"code": "ROLE-0", "title": draw(st.sampled_from(["Role of 0", "Fitter"]))}]
    return File(kind, rows, choices, before)


def terms_for(file: File, by: User, here: Built, one: Import, *, was: bool = False) -> ImportTerms:
    """Return the terms of a file; what is to come is answered with "new"."""
    things: dict[Thing, dict[str, Any]] = {
        Thing.ROLE: {"Role to come": NewThing(Thing.ROLE, "Role to come")},
        Thing.AREA: {"Area to come": NewThing(Thing.AREA, "Area to come")},
    }
    choices = dict(file.choices)
    if file.kind == "records":
        scan = StoredFile(key=KEY, sha256=HASH, size=1, content_type="application/pdf", pages=1)
        choices |= {"register": "Matrix", "provider": here.learners[0].company_id, "certificates": {"scan.pdf": scan}}
        choices |= {"import": one.pk + was, "reason": "Looked at"}
    return terms_of(by, things=things, **choices)


def made_first(terms: ImportTerms, here: Built) -> ImportTerms:
    """Return the terms as doing has them: roles and areas that were answered with "new" are there by then."""
    things = {thing: dict(texts) for thing, texts in terms.things.items()}
    for thing, factory in ((Thing.ROLE, RoleFactory), (Thing.AREA, AreaFactory)):
        for text, meant in things[thing].items():
            if isinstance(meant, NewThing):
                things[thing][text] = factory().pk
    return ImportTerms(by=terms.by, now=terms.now, things=things, people=terms.people, choices=terms.choices)


Shown = dict[str, tuple[bool, str, dict[int, str]]]


def shown() -> Shown:
    """Return by badge what pages show of everybody: whether they are counted, their status, and that of each course."""
    items: dict[int, dict[int, str]] = {}
    for item in ComplianceItem.objects.all():
        late = item.holds_until is not None and item.holds_until < TODAY
        items.setdefault(item.learner_id, {})[item.course_id] = "NON_COMPLIANT" if late else item.status
    found = {}
    for worker in Learner.objects.filter(merged_into=None):
        late = worker.compliance_holds_until is not None and worker.compliance_holds_until < TODAY
        status = "NON_COMPLIANT" if late else worker.compliance_status
        found[worker.badge_id] = (worker.status == "ACTIVE", status, items.get(worker.pk, {}))
    return found


Turned = tuple[bool, bool, str, str, list[list[Any]]]


def turned(before: Shown, after: Shown) -> dict[str, Turned]:
    """Return by badge who turned, found by comparing what was shown of everybody."""
    found: dict[str, Turned] = {}
    for badge, (is_active, status, items) in after.items():
        was_active, was, had = before.get(badge, (False, "", {}))
        differ = [
            [course, had.get(course), items.get(course)]
            for course in sorted({*had, *items})
            if had.get(course) != items.get(course)
        ]
        comes = is_active and not was_active
        if comes or was != status or differ:
            found[badge] = (is_active, comes, was, status, differ)
    return found


def kept(one: Import, phase: ImportTurn.Phase, names: Mapping[int, str]) -> dict[str, Turned]:
    """Return by badge what stands in the table; somebody who is not there yet has a name by the number of the row."""
    badges_of = dict(Learner.objects.values_list("pk", "badge_id"))
    return {
        names[row.row or 0] if row.learner_id is None else badges_of[row.learner_id]: (
            row.is_active,
            row.comes,
            row.before,
            row.after,
            row.courses,
        )
        for row in ImportTurn.objects.filter(of=one, phase=phase)
    }


def numbered(rows: list[CheckedRow]) -> dict[int, CheckedRow]:
    writes = {id(row) for row in written(rows)}
    return {number: row for number, row in enumerate(rows, start=1) if id(row) in writes}


def confirmed(service: KindService, drafts: list[DraftRow], terms: ImportTerms) -> list[Any]:
    """Return what a register takes back, for a superuser to confirm."""
    checker: Any = service.checker(terms)
    checker.check(drafts)
    return list(checker.taken_back())


def test_i5_who_is_told_to_turn_is_who_turns(long: bool) -> None:
    ground = Ground()
    ground.company.name = "The company"
    ground.company.save()
    for number, version in enumerate(ground.versions, start=1):
        version.course.code = f"ABC-00{number}"
        version.course.save()
    for number, role in enumerate(ground.roles):
        role.code, role.title = f"ROLE-{number}", f"Role of {number}"
        role.save()
    by = UserFactory(is_superuser=True)
    seen: set[str] = set()

    @examples(150, 5_000, long=long)
    @example(ONE_RULE, 0, True, File("workers", [{"badge_id": "W-0", "start_date": TODAY}], {"reason": "Is back"}, []))
    @example(NO_RULE, 0, False, File("requirements", [requirement("PRE_MOB", None)], {}, []))
    @example(NO_RULE, 0, False, File("requirements", [requirement("POST_MOB", 30)], {}, []))
    @example(ONE_RULE, 0, False, File("records", [RECORD], {"counts": True, "counts_until": None}, []))
    @given(sites(), st.sampled_from([0, 0, 1, 20]), st.booleans(), files())
    def agree(site: Any, missed: int, has_left: bool, file: File) -> None:
        with ground.built(site) as here:
            for number, learner in enumerate(here.learners):
                Learner.objects.filter(pk=learner.pk).update(badge_id=f"W-{number}")
            if has_left:
                Learner.objects.filter(pk=here.learners[0].pk).update(**HAS_LEFT)
            keys = [learner.pk for learner in here.learners]
            recalculate(learner_ids=keys, today=TODAY - timedelta(days=missed), now=NOW)
            seen.update(agrees(file, by, here))

    agree()
    assert seen >= {
        "workers",
        "records",
        "requirements",
        "red",
        "yellow",
        "green",
        "new",
        "back",
        "leaves",
        "taken back",
    }


def agrees(file: File, by: User, here: Built) -> set[str]:
    """Check a file, do it, compare, and return what has happened."""
    service, drafts = service_of(file.kind), rows_of(*file.rows)
    one = Import.objects.create(kind=file.kind, title="List", started_by=by, started_at=NOW, changed_at=NOW)
    if file.before:
        first = terms_for(file, by, here, one, was=True)
        with acting(by):
            service.write(written(check(service, rows_of(*file.before), first)), first, tell=lambda done: None)
    terms = terms_for(file, by, here, one)
    if file.before:
        taken = confirmed(service, drafts, terms)
        terms = ImportTerms(
            by=by, now=NOW, things=terms.things, people={}, choices={**terms.choices, "taken_back": taken}
        )

    before = shown()
    told_rows = numbered(check(service, drafts, terms))
    tell_turns(import_id=one.pk, laid=laid_by(service, told_rows, terms), today=TODAY)
    names = {number: row.identity for number, row in told_rows.items()}
    told = kept(one, Phase.TOLD, names)
    assert shown() == before

    with acting(by):
        terms = made_first(terms, here)
        rows = numbered(check(service, drafts, terms))
        assert rows.keys() == told_rows.keys()
        workers = [row.worker for row in rows.values() if row.worker is not None]
        service.lock(workers, terms)
        watched = watch_turns(import_id=one.pk, phase=Phase.DONE, learner_ids=workers, today=timezone.localdate(NOW))
        with watched:
            service.write(list(rows.values()), terms, tell=lambda done: None)
        compare_with_told(import_id=one.pk, made={number: row.key or 0 for number, row in rows.items()})

    came = turned(before, shown())
    note(f"{[(row.outcome, row.problems) for row in rows.values()]}")
    assert told == came
    assert kept(one, Phase.DONE, names) == came
    assert not ImportTurn.objects.filter(of=one).exclude(phase=Phase.DONE, is_as_told=True).exists()
    _numbers_agree(one, came)
    return {file.kind, *_words(came), *(["taken back"] if terms.choices.get("taken_back") else [])}


def _numbers_agree(one: Import, came: Mapping[str, Turned]) -> None:
    counts = count_turns(one.pk, Phase.DONE)

    def number(condition: Callable[[Turned], bool]) -> int:
        return sum(condition(each) for each in came.values())

    for status in COLOURS:
        assert counts.turn.get(status, 0) == number(
            lambda each, status=status: each[0] and not each[1] and each[2] != each[3] == status  # type: ignore[misc]
        )
        assert counts.come.get(status, 0) == number(lambda each, status=status: each[1] and each[3] == status)  # type: ignore[misc]
    assert counts.same == number(lambda each: each[0] and not each[1] and each[2] == each[3])
    assert counts.others == number(lambda each: not each[0])


def _words(came: Mapping[str, Turned]) -> set[str]:
    turns = [(before, after) for _active, comes, before, after, _courses in came.values() if not comes]
    found = {COLOURS[after] for before, after in turns if before != after}
    found |= {"back" if before else "new" for _active, comes, before, _after, _courses in came.values() if comes}
    found |= {"leaves" for is_active, *_rest in came.values() if not is_active}
    for word in found:
        event(word)
    return found
