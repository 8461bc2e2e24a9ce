"""Bringing in classes with the codes that they have (I1, K2). They are drafts: a person gives them their schedules.

The code says which class a row is about. A class that is there already is never changed: a row that says otherwise is
refused. A row without a code gets a new one of its client, unless a class that says exactly the same is there.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid
from training.core.transactions import acting
from training.models import Company, Course, Trainer, TrainingClass, Venue
from training.policies.class_codes import wrong_code
from training.policies.classes import check_values, wrong_type
from training.services.class_codes import lock_codes, move_sequence_past, next_codes
from training.services.imports.checking import Considered, FieldCheck, FieldRules, KindChecker, says_of, text_of
from training.services.imports.contract import (
    NOTHING_GONE,
    Gone,
    ImportTerms,
    NewThing,
    UndoAct,
    UndoneRow,
    WrittenRow,
)
from training.services.imports.library import birth_of, stamp_of
from training.services.imports.tables import delete_rows, insert_rows
from training.services.imports.undoing import named_by, new_and_left_alone, reasons_left, rows_now, told

CODE = "class_code"
RULES = FieldRules(
    model=TrainingClass,
    columns={name: name for name in ("class_type", "start_date", "end_date", "course_hours")},
    named={"client": "client_id", "course": "course_id", "agent": "agent_id", "venue": "venue_id"},
)
THINGS = {"client": Thing.COMPANY, "course": Thing.COURSE, "agent": Thing.TRAINER, "venue": Thing.VENUE}
COLUMNS = RULES.all_columns
NOTHING_SAID: dict[str, Any] = {**dict.fromkeys(COLUMNS.values()), "class_type": ""}


class ClassChecker(KindChecker):
    """Checks rows of classes."""

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        self._fields = FieldCheck(RULES)
        self._by_code: dict[str, dict[str, Any]] = {}
        self._alike: dict[
            tuple[Any, ...], list[dict[str, Any]]
        ] = {}  # classes that say the same, for rows without code
        for row in TrainingClass.objects.order_by("pk").values("pk", CODE, *COLUMNS.values()):
            self._by_code[row[CODE]] = row
            self._alike.setdefault(_facts_of(row), []).append(row)
        named: dict[Thing, Any] = {Thing.COMPANY: Company, Thing.VENUE: Venue, Thing.TRAINER: Trainer}
        self._names = {thing: {each.pk: str(each) for each in model.objects.all()} for thing, model in named.items()}
        self._names[Thing.COURSE] = dict(Course.objects.values_list("pk", "code"))

    def consider(self, row: Considered) -> None:
        checked = row.checked
        values = self._fields.values_of(row)
        code = text_of(row.draft.values.get(CODE)).strip()
        checked.identity = code
        for column, thing in THINGS.items():
            key = self.key_of(row, column, thing)
            if key is not None:
                values[column] = key
        if checked.outcome is RowOutcome.LEFT_OUT:
            return
        stored = self._by_code.get(code) if code else self._like(values)
        if stored is not None and (not code or self._says_the_same(values, stored)):
            checked.key, checked.identity = stored["pk"], stored[CODE] or ""
            return
        if code and self._stands_twice(row, code):
            return
        for sentence in wrong_code(
            code, is_taken=stored is not None, stands_twice=False, has_client="client" in values
        ):
            row.refuse(CODE, "class_code", sentence)
        if wrong := wrong_type(values.get("class_type", "")):
            row.refuse("class_type", "hidden", wrong)
        written = {COLUMNS[column]: value for column, value in values.items()}
        keys = {name for name in written if name.endswith("_id")}
        draft = TrainingClass(
            **{name: value for name, value in {**NOTHING_SAID, **written}.items() if name not in keys}
        )
        try:
            check_values(draft, None, today=self.today)
        except Invalid as refusal:
            for column, sentences in refusal.errors.items():
                row.refuse(column, "wrong_values", " ".join(sentences))
        checked.outcome = RowOutcome.NEW
        checked.after = {column: self._shown(column, value) for column, value in values.items()}
        if code:
            checked.after[CODE] = code
        checked.found.update(code=code, values={**NOTHING_SAID, **written})

    def _stands_twice(self, row: Considered, code: str) -> bool:
        sentence = _("The code %(code)s stands in more than one row.") % {"code": code}
        return self.repeats(row, code, says=says_of(row.draft), column=CODE, code="stands_twice", sentence=sentence)

    def _says_the_same(self, values: dict[str, Any], stored: dict[str, Any]) -> bool:
        return all(value == stored[COLUMNS[column]] for column, value in values.items())

    def _like(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """Return a class that says exactly the same, each for one row: two rows alike are two classes."""
        if any(isinstance(value, NewThing) for value in values.values()):
            return None
        alike = self._alike.get(_facts_of({COLUMNS[column]: value for column, value in values.items()}))
        return alike.pop(0) if alike else None

    def _shown(self, column: str, value: Any) -> Any:
        if isinstance(value, NewThing):
            return value.name
        return self._names[THINGS[column]].get(value, "") if column in THINGS else value


class ClassRows:
    """The service of the kind "classes"."""

    table = TrainingClass._meta.db_table

    def checker(self, terms: ImportTerms) -> ClassChecker:
        return ClassChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        """Let nobody else give out codes meanwhile (K2)."""
        lock_codes()

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write drafts: first those that have a code, then the others, whose codes go on past them.

        Raises:
            NotPermitted: the person may not plan classes.
        """
        check_may(terms.by, Permission.PLAN_CLASSES)
        with acting(terms.by):
            lock_codes()
            coded = [row for row in rows if row.found["code"]]
            self._insert(coded, terms)
            move_sequence_past()
            uncoded = [row for row in rows if not row.found["code"]]
            prefixes = dict(Company.objects.values_list("pk", "class_code_prefix"))
            wanted = [prefixes[row.found["values"]["client_id"]] for row in uncoded]
            for row, code in zip(uncoded, next_codes(wanted), strict=True):
                row.found["code"] = row.identity = code
            self._insert(uncoded, terms)
            tell(len(rows))

    def _insert(self, rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
        stamp = {**stamp_of(terms), **birth_of(terms)}
        made = [{**row.found["values"], CODE: row.found["code"], **stamp} for row in rows]
        for row, key in zip(rows, insert_rows(TrainingClass, made), strict=True):
            row.key = key

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Delete the classes that are drafts as they were brought in (I8). Their codes are not given out again.

        Raises:
            NotPermitted: the person may not plan classes.
        """
        check_may(by, Permission.PLAN_CLASSES)
        with acting(by):
            lock_codes()
            left = reasons_left(TrainingClass, rows, rows_now(TrainingClass, {row.key for row in rows}))
            new = new_and_left_alone(rows, left)
            named = named_by(TrainingClass, new.keys(), gone=gone)
            left |= {new.pop(key): why for key, why in named.items()}
            delete_rows(TrainingClass, new)
        return told(rows, left, {}, otherwise=UndoAct.DELETED)


CLASS_ROWS = ClassRows()


def _facts_of(row: dict[str, Any]) -> tuple[Any, ...]:
    facts = {**NOTHING_SAID, **row}
    return tuple(facts[name] for name in NOTHING_SAID)
