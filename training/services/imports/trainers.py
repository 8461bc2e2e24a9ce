"""Bringing in trainers and what they may teach (I1).

The name says which trainer a row is about; of several who have it, the one of the row's e-mail or company. A trainer
may stand in several rows, each with other courses. Permissions to teach are added and changed, never taken away.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.core.imports.declaration import Thing
from training.core.imports.rows import FOR_GOOD, CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.sameness import same_text
from training.core.transactions import acting
from training.models import Company, Course, Trainer, TrainerQualification
from training.services.imports.checking import (
    Considered,
    FieldCheck,
    FieldRules,
    KindChecker,
    RowRules,
    key_or_to_come,
)
from training.services.imports.contract import NOTHING_GONE, Gone, ImportTerms, NewThing, UndoneRow, WrittenRow
from training.services.imports.library import IS_ACTIVE, YES, birth_of, lock_all, stamp_of, write_library_rows
from training.services.imports.tables import insert_rows, update_rows
from training.services.imports.trainers_undone import MAY_TEACH, undo_trainers
from training.services.imports.undoing import AFTER, BEFORE, as_kept, keep, withdrawn

TRAINER = FieldRules(
    model=Trainer,
    columns={
        "first_name": "first_name",
        "last_name": "last_name",
        "kind": "kind",
        "email": "email",
        "phone": "phone",
    },
    named={"company": "company_id"},
)
QUALIFICATION = FieldRules(
    model=TrainerQualification,
    columns={"certificate_number": "certificate_number", "valid_from": "valid_from", "valid_until": "valid_until"},
)
COLUMNS = {**TRAINER.all_columns, IS_ACTIVE: IS_ACTIVE}
NAMES = ("first_name", "last_name")
NO_LIMIT: Mapping[str, Any] = {"certificate_number": "", "valid_from": None, "valid_until": None}


@dataclass
class KnownTrainer:
    """A trainer of the site, or of an earlier row.

    Attributes:
        facts: by column of the table, with what the rows so far say.
        key: None where a row brings the trainer in.
        place: of that row.
        values: what that row writes.
    """

    facts: dict[str, Any]
    key: int | None = None
    place: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


class TrainerChecker(KindChecker):
    """Checks rows of trainers."""

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        self._trainer, self._qualification = FieldCheck(TRAINER), FieldCheck(QUALIFICATION)
        self._trainer_rules, self._qualification_rules = RowRules(TRAINER), RowRules(QUALIFICATION)
        self._companies = dict(Company.objects.values_list("pk", "name"))
        self._courses = dict(Course.objects.values_list("pk", "code"))
        self._withdrawn = withdrawn(Trainer)
        self._known: dict[str, list[KnownTrainer]] = {}
        for row in Trainer.objects.order_by("pk").values("pk", *COLUMNS.values()):
            self._known.setdefault(_name_of(row), []).append(KnownTrainer(row, key=row["pk"]))
        self._may_teach = {
            (row["trainer_id"], row["course_id"]): row
            for row in TrainerQualification.objects.values("pk", "trainer_id", "course_id", *QUALIFICATION.columns)
        }
        self._defaults = {"kind": Trainer.Kind.INTERNAL, "email": "", "phone": "", "company_id": None, IS_ACTIVE: True}

    def names(self, row: Considered) -> Sequence[Hashable]:
        return () if row.checked.found.get("trainer_row") != row.place else (("trainer of row", row.place),)

    def ask_rules(self, rows: Sequence[Considered]) -> None:
        self._trainer_rules.ask(rows)
        self._qualification_rules.ask(rows)

    def consider(self, row: Considered) -> None:
        values = self._trainer.values_of(row)
        teaches = self._qualification.values_of(row)
        if teaches.get("valid_until") == FOR_GOOD:
            teaches["valid_until"] = None
        if IS_ACTIVE in row.draft.values:
            values[IS_ACTIVE] = row.draft.values[IS_ACTIVE] == YES
        company = self.key_of(row, "company", Thing.COMPANY)
        if company is not None:
            values["company"] = company
        courses = self.keys_of(row, "may_teach", Thing.COURSE)
        if row.checked.outcome is RowOutcome.LEFT_OUT:
            return
        if teaches and not row.draft.values.get("may_teach"):
            row.refuse(next(iter(teaches)), "no_course", _("Say for which courses this holds."))
        if "first_name" not in values or "last_name" not in values:
            self._trainer.ask_for_missing(row, values)
            return
        row.checked.identity = f"{values['first_name']} {values['last_name']}"
        stored = {COLUMNS[column]: value for column, value in values.items()}
        known = self._find(row, stored)
        if known is not None and known.key in self._withdrawn and IS_ACTIVE not in values:
            values[IS_ACTIVE] = stored[COLUMNS[IS_ACTIVE]] = True
        if known is None:
            known = KnownTrainer({**self._defaults, **stored}, place=row.place, values=stored)
            self._known.setdefault(_name_of(stored), []).append(known)
            self._consider_new(row, values, stored)
        else:
            self._consider_known(row, values, stored, known)
        sentence = _("Two rows are about this trainer and say different things. Leave one, or make both the same.")
        for column in values.keys() - set(NAMES):
            self._ask_for_repeated(row, (known.key, known.place, column), values[column], column, sentence)
        self._consider_courses(row, courses, teaches, known)

    def _find(self, row: Considered, said: Mapping[str, Any]) -> KnownTrainer | None:
        found = self._known.get(_name_of(said), [])
        for column in ("email", "company_id"):
            if len(found) > 1 and said.get(column):
                found = [each for each in found if each.facts[column] == said[column]] or found
        if len(found) > 1:
            row.refuse("last_name", "several", _("Several trainers have this name. Give the e-mail address too."))
        return found[0] if found else None

    def _consider_new(self, row: Considered, values: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
        row.checked.outcome = RowOutcome.NEW
        row.checked.after = {column: self._shown(column, value) for column, value in values.items()}
        row.checked.found.update(values=stored, trainer_row=row.place)
        row.state = {**self._defaults, **{column: key_or_to_come(value) for column, value in stored.items()}}

    def _consider_known(
        self, row: Considered, values: Mapping[str, Any], stored: Mapping[str, Any], known: KnownTrainer
    ) -> None:
        checked = row.checked
        checked.key = known.key
        checked.found.update(values={}, trainer_row=known.place, stored=known.facts)
        if known.key is None:
            sentence = _("The first row of this trainer is refused.")
            row.await_row(("trainer of row", known.place), "last_name", "first_row", sentence, checked.identity)
        changed = {
            column: value
            for column, value in values.items()
            if column not in NAMES and value != known.facts[COLUMNS[column]]
        }
        if changed:
            checked.outcome = RowOutcome.NEW if known.key is None else RowOutcome.CHANGED
            if known.key is not None:
                checked.before = {column: self._shown(column, known.facts[COLUMNS[column]]) for column in changed}
            checked.after = {column: self._shown(column, value) for column, value in changed.items()}
            written = {COLUMNS[column]: stored[COLUMNS[column]] for column in changed}
            if known.key is not None:
                checked.kept = keep(known.facts, written)
            (known.values if known.key is None else checked.found["values"]).update(written)
            known.facts.update(written)  # with which later rows of this trainer are compared
        row.state = {column: key_or_to_come(value) for column, value in known.facts.items()}

    def _consider_courses(
        self, row: Considered, courses: Sequence[int | NewThing], teaches: dict[str, Any], known: KnownTrainer
    ) -> None:
        new: list[int | NewThing] = []
        changed: list[Mapping[str, Any]] = []
        says = sorted((name, str(value)) for name, value in teaches.items())
        for course in courses:
            there = self._may_teach.get((known.key, course)) if known.key is not None else None
            sentence = _("Two rows say different things about this trainer and course. Leave one.")
            self._ask_for_repeated(row, (known.key, known.place, course), says, "may_teach", sentence)
            if there is None:
                new.append(course)
            elif any(there[name] != value for name, value in teaches.items()):
                changed.append(there)
        if not new and not changed:
            return
        checked = row.checked
        if checked.outcome is RowOutcome.SAME:
            checked.outcome = RowOutcome.NEW if known.key is None else RowOutcome.CHANGED
        old = [each["course_id"] for each in changed]
        if checked.outcome is RowOutcome.CHANGED:
            checked.before["may_teach"] = self._codes(old)
            for name in teaches:
                checked.before[name] = ", ".join(sorted({str(each[name] or "") for each in changed}))
        checked.after["may_teach"] = self._codes([*old, *new])
        checked.after.update(teaches)
        checked.found.update(teaches=teaches, new_courses=new, changed_courses=changed)
        state = {"valid_from": None, "valid_until": None, **(changed[0] if changed else {}), **teaches}
        row.state.update({name: state[name] for name in ("valid_from", "valid_until")})

    def _ask_for_repeated(self, row: Considered, identity: Hashable, says: Any, column: str, sentence: str) -> None:
        """Refuse two rows that say different things of one trainer; rows that say the same are both good."""
        first = self.first_about(identity)
        if first is None or first.says != says:
            self.repeats(row, identity, says=says, column=column, code="stands_twice", sentence=sentence)

    def _codes(self, courses: Sequence[int | NewThing]) -> str:
        codes = [each.name if isinstance(each, NewThing) else self._courses.get(each, "") for each in courses]
        return ", ".join(sorted(codes))

    def _shown(self, column: str, value: Any) -> Any:
        if isinstance(value, NewThing):
            return value.name
        return self._companies.get(value, "") if column in TRAINER.named else value


class TrainerRows:
    """The service of the kind "trainers"."""

    table = Trainer._meta.db_table

    def checker(self, terms: ImportTerms) -> TrainerChecker:
        return TrainerChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        """Lock the trainers, as everything does that books them or changes what they may teach."""
        lock_all(Trainer)

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write trainers and their permissions to teach.

        Raises:
            NotPermitted: the person may not keep the library.
        """
        check_may(terms.by, Permission.KEEP_LIBRARY)
        with acting(terms.by):
            stamp, birth = stamp_of(terms), birth_of(terms)
            write_library_rows(Trainer, [row for row in rows if row.found["values"]], terms)
            keys = {
                row.found["trainer_row"]: row.key for row in rows if row.found["trainer_row"] is not None and row.key
            }
            made, changed = [], []
            for row in rows:
                if row.key is None:
                    row.key = keys[row.found["trainer_row"]]
                teaches = row.found.get("teaches", {})
                row.kept = _kept(row, teaches)
                for course in row.found.get("new_courses", ()):
                    made.append({**NO_LIMIT, **teaches, "trainer_id": row.key, "course_id": course, **stamp, **birth})
                for each in row.found.get("changed_courses", ()):
                    changed.append({**each, **teaches, "id": each["pk"], **stamp})
            insert_rows(TrainerQualification, made)
            update_rows(TrainerQualification, changed, (*QUALIFICATION.columns, *stamp))
            tell(len(rows))

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Give back what the import changed of trainers and of what they may teach; new ones become inactive (I8).

        Raises:
            NotPermitted: the person may not keep the library.
        """
        check_may(by, Permission.KEEP_LIBRARY)
        with acting(by):
            lock_all(Trainer)
            return undo_trainers(rows, by=by, now=now, gone=gone)


TRAINER_ROWS = TrainerRows()


def _kept(row: CheckedRow, teaches: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row changes as it is stored, so that it can go back (I8)."""
    found = row.found
    after = {column: as_kept(value) for column, value in {**NO_LIMIT, **teaches}.items()}
    made = [{"course": course, BEFORE: None, AFTER: after} for course in found.get("new_courses", ())]
    changed = [{"course": each["course_id"], **keep(each, teaches)} for each in found.get("changed_courses", ())]
    return {**row.kept, MAY_TEACH: [*made, *changed]}


def _name_of(facts: Mapping[str, Any]) -> str:
    return same_text(f"{facts['first_name']} {facts['last_name']}")
