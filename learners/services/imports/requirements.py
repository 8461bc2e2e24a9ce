"""Bringing in what roles and areas require (I1), from a list or from the cells of a grid.

A role or an area and a course say which rule a row is about. Rules are added and changed, never taken away: that a cell
of a grid is empty may mean that nobody has thought about it yet.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from learners.models import Area, AreaRequirement, Learner, LearnerArea, RoleRequirement
from learners.models.requirement import RequirementType
from learners.policies.areas import with_areas_inside
from learners.services.imports.judging import judge_many
from learners.services.imports.laying import Laid, LaidRule
from learners.services.imports.people import PlaceNames
from learners.services.requirements import lock_rules_to_change
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.transactions import acting
from training.models import Course
from training.services.imports.checking import (
    WRITES,
    Considered,
    FieldCheck,
    FieldRules,
    KindChecker,
    RowRules,
    is_new_thing,
    key_or_to_come,
    says_of,
)
from training.services.imports.contract import (
    NOTHING_GONE,
    Gone,
    ImportTerms,
    NewThing,
    UndoAct,
    UndoneRow,
    WrittenRow,
)
from training.services.imports.library import birth_of, lock_all, stamp_of
from training.services.imports.tables import delete_rows, insert_rows, update_rows
from training.services.imports.undoing import (
    keep,
    new_and_left_alone,
    put_back,
    reasons_left,
    rows_now,
    stamped,
    told,
)

COLUMNS = {"requirement_type": "requirement_type", "grace_period_days": "grace_period_days", "starts_on": "starts_on"}
TABLES = {"role": RoleRequirement, "area": AreaRequirement}
THINGS = {"role": Thing.ROLE, "area": Thing.AREA}


class RequirementChecker(KindChecker):
    """Checks rows of requirements."""

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        rules = {
            asker: FieldRules(
                model=table,
                columns=COLUMNS,
                named={asker: f"{asker}_id", "course": "course_id"},
                missing={"course": _("Choose a course.")},
            )
            for asker, table in TABLES.items()
        }
        self._fields = {asker: FieldCheck(each) for asker, each in rules.items()}
        self._rules = {asker: RowRules(each) for asker, each in rules.items()}
        self._names = PlaceNames.read()
        self._courses = dict(Course.objects.values_list("pk", "code"))
        self._stored = {
            (asker, row[f"{asker}_id"], row["course_id"]): row
            for asker, table in TABLES.items()
            for row in table._default_manager.values("pk", f"{asker}_id", "course_id", *COLUMNS)
        }

    def ask_rules(self, rows: Sequence[Considered]) -> None:
        for asker, rules in self._rules.items():
            rules.ask([row for row in rows if row.checked.found["asker"] == asker])

    def consider(self, row: Considered) -> None:
        said = [asker for asker in TABLES if row.draft.values.get(asker) is not None]
        if len(said) != 1:
            sentence = _("Name a role or an area.") if not said else _("Name a role or an area, not both.")
            row.refuse(said[0] if said else "role", "asker", sentence)
            return
        asker = said[0]
        values = self._fields[asker].values_of(row)
        who, course = self.key_of(row, asker, THINGS[asker]), self.key_of(row, "course", Thing.COURSE)
        if row.checked.outcome is RowOutcome.LEFT_OUT:
            return
        if who is None or course is None:
            self._fields[asker].ask_for_missing(row, {asker: 0, **values, "course": course, "starts_on": self.today})
            return
        row.checked.identity = f"{self._shown(asker, who)}: {self._shown('course', course)}"
        sentence = _("Two rows are about this and say different things. Leave one.")
        if self.repeats(
            row, (asker, who, course), says=says_of(row.draft), column="course", code="stands_twice", sentence=sentence
        ):
            return
        row.checked.found["asker"] = asker
        self._say_once(values)
        stored = self._stored.get((asker, who, course))
        if stored is None:
            self._consider_new(row, asker, values, who, course)
        else:
            self._consider_stored(row, values, stored)

    def _say_once(self, values: dict[str, Any]) -> None:
        """Take the days of grace that were said for all rows: the cell of a grid has no room for them."""
        days = self.terms.choices.get("grace_period_days")
        if days and values.get("requirement_type") == RequirementType.POST_MOB:
            values.setdefault("grace_period_days", days)

    def _consider_new(
        self, row: Considered, asker: str, values: dict[str, Any], who: int | NewThing, course: int | NewThing
    ) -> None:
        values.setdefault("starts_on", self.terms.choices.get("starts_on") or self.today)
        values.setdefault("grace_period_days", None)
        self._fields[asker].ask_for_missing(row, {**values, asker: who, "course": course})
        row.checked.outcome = RowOutcome.NEW
        row.checked.after = {name: value for name, value in values.items() if value is not None}
        row.checked.found["values"] = {f"{asker}_id": who, "course_id": course, **values}
        row.state = {name: key_or_to_come(value) for name, value in row.checked.found["values"].items()}

    def _consider_stored(self, row: Considered, values: dict[str, Any], stored: Mapping[str, Any]) -> None:
        row.checked.key = stored["pk"]
        if values.get("requirement_type") == RequirementType.PRE_MOB:
            values.setdefault("grace_period_days", None)  # there is none any more, as in the form
        changed = {name: value for name, value in values.items() if value != stored[name]}
        if not changed:
            return
        row.checked.outcome = RowOutcome.CHANGED
        row.checked.before = {name: stored[name] for name in changed}
        row.checked.after = changed
        row.checked.found.update(values=changed, stored=stored)
        row.checked.kept = keep(stored, changed)
        row.state = {**stored, **changed}

    def _shown(self, column: str, value: int | NewThing) -> str:
        if isinstance(value, NewThing):
            return value.name
        names = {"role": self._names.roles, "area": self._names.areas, "course": self._courses}
        return names[column].get(value, "")


class RequirementRows:
    """The service of the kind "requirements".

    Rules of roles and of areas stand in two tables; each row names its own.
    """

    table = RoleRequirement._meta.db_table

    def checker(self, terms: ImportTerms) -> RequirementChecker:
        return RequirementChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        """Lock the rules, then the courses, so that none is taken out of use meanwhile."""
        lock_rules_to_change()
        lock_all(Course)

    def lay(self, rows: Mapping[int, CheckedRow], terms: ImportTerms) -> Laid:
        """Return the rules, but those of roles and areas that the import makes first: nobody is under them."""
        written = [row for row in rows.values() if not any(map(is_new_thing, row.found["values"].values()))]
        return Laid(concerned=_people_under(_askers(written)), rules=[_rule_of(row) for row in written])

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write rules, and judge those to whom they apply anew (C6).

        Raises:
            NotPermitted: the person may not keep the library.
        """
        check_may(terms.by, Permission.KEEP_LIBRARY)
        with acting(terms.by):
            lock_rules_to_change()
            for asker, table in TABLES.items():
                mine = [row for row in rows if row.found["asker"] == asker]
                new = [row for row in mine if row.outcome is RowOutcome.NEW]
                made = [{**row.found["values"], **stamp_of(terms), **birth_of(terms)} for row in new]
                for row, key in zip(new, insert_rows(table, made), strict=True):
                    row.key = key
                for row in mine:
                    row.table = table._meta.db_table
                changed = [row for row in mine if row.outcome is RowOutcome.CHANGED]
                written = [
                    {**row.found["stored"], **row.found["values"], **stamp_of(terms), "id": row.key} for row in changed
                ]
                update_rows(table, written, (*COLUMNS, *stamp_of(terms)))
            judge_many(_people_under(_askers(rows)), terms.now)
            tell(len(rows))

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Delete the rules that the import brought, and put those back that it changed (I8).

        Raises:
            NotPermitted: the person may not keep the library.
        """
        check_may(by, Permission.KEEP_LIBRARY)
        undone: list[UndoneRow] = []
        askers: dict[str, set[int]] = {asker: set() for asker in TABLES}
        with acting(by):
            lock_rules_to_change()
            for asker, table in TABLES.items():
                mine = [row for row in rows if row.table == table._meta.db_table]
                stored = rows_now(table, {row.key for row in mine})
                left = reasons_left(table, mine, stored)
                new = new_and_left_alone(mine, left)
                changed = [row for place, row in enumerate(mine) if place not in left and row.before]
                delete_rows(table, new)
                put_back(table, changed, stored, stamp=stamped(by=by, now=now))
                askers[asker] = {stored[key][f"{asker}_id"] for key in {*new, *(row.key for row in changed)}}
                undone += told(mine, left, dict.fromkeys(new.values(), UndoAct.DELETED))
            judge_many(_people_under(askers), now)
        return undone


def _askers(rows: Iterable[CheckedRow]) -> dict[str, set[int]]:
    """Return the keys of the roles and of the areas that rows are about."""
    askers: dict[str, set[int]] = {asker: set() for asker in TABLES}
    for row in rows:
        if row.outcome in WRITES:
            asker = row.found["asker"]
            askers[asker].add(_facts_of(row)[f"{asker}_id"])
    return askers


def _people_under(askers: Mapping[str, Collection[int]]) -> set[int]:
    """Return the keys of everybody under roles and areas (C1)."""
    parents = list(Area.objects.values_list("pk", "parent_id"))
    areas = {inside for area in askers["area"] for inside in with_areas_inside(area, parents=parents)}
    learners = set(Learner.objects.filter(role__in=askers["role"], merged_into=None).values_list("pk", flat=True))
    links = LearnerArea.objects.filter(area__in=areas, learner__merged_into=None)
    return learners | set(links.values_list("learner_id", flat=True))


def _facts_of(row: CheckedRow) -> dict[str, Any]:
    """Return the rule as the row leaves it, by column of the table."""
    return {**row.found.get("stored", {}), **row.found["values"]}


def _rule_of(row: CheckedRow) -> LaidRule:
    facts, asker = _facts_of(row), row.found["asker"]
    return LaidRule(
        source=asker,
        source_id=facts[f"{asker}_id"],
        course_id=facts["course_id"],
        requirement_type=facts["requirement_type"],
        grace_period_days=facts["grace_period_days"],
        starts_on=facts["starts_on"],
    )


REQUIREMENT_ROWS = RequirementRows()
