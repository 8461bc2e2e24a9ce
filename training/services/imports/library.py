"""Kinds whose rows are rows of one table of the library: companies, venues, and the roles of the app above (I1).

A row is about what has its name, as `same_text` compares it; where several have it, about the one that is spelled in
the same way. What is there changes only in the cells that say something else.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import Model
from django.utils.translation import gettext as _

from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.sameness import same_text
from training.core.transactions import acting
from training.services.imports.checking import (
    Considered,
    FieldCheck,
    FieldRules,
    KindChecker,
    RowRules,
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
from training.services.imports.tables import defaults_of, insert_rows, update_rows
from training.services.imports.undoing import (
    keep,
    named_by,
    new_and_left_alone,
    put_back,
    reasons_left,
    rows_now,
    stamped,
    told,
    withdrawn,
)

IS_ACTIVE = "is_active"
YES, NO = "yes", "no"  # of a column of two choices; see the declarations of the kinds

Stored = Mapping[str, Any]  # by column of the table


class LibraryChecker(KindChecker):
    """Checks rows of one table, all of which is read once.

    Class attributes:
        rules: the fields, and the columns in which they stand.
        name: the column that says which thing a row is about.
        unique: columns of which every thing has another value.
        yes_or_no: columns of two choices.
    """

    rules: ClassVar[FieldRules]
    name: ClassVar[str] = "name"
    unique: ClassVar[tuple[str, ...]] = ()
    yes_or_no: ClassVar[tuple[str, ...]] = (IS_ACTIVE,)

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        self._fields = FieldCheck(self.rules)
        self._rules = RowRules(self.rules)
        self._columns = {**self.rules.all_columns, **{column: column for column in self.yes_or_no}}
        self._defaults = defaults_of(self.rules.model)
        self._withdrawn = withdrawn(self.rules.model) if IS_ACTIVE in self.yes_or_no else set()
        self.stored: dict[str, list[Stored]] = defaultdict(list)
        self._owners: dict[tuple[str, Hashable], Any] = {}  # of unique values: a key, or the name of a row
        for row in self.rules.model._default_manager.order_by("pk").values("pk", *self._columns.values()):
            self.stored[same_text(str(row[self._columns[self.name]]))].append(row)
            for column in self.unique:
                self._owners[column, row[self._columns[column]]] = row["pk"]

    def ask_rules(self, rows: Sequence[Considered]) -> None:
        self._rules.ask(rows)

    def consider(self, row: Considered) -> None:
        values = self.values_of(row)
        name = self.identity_of(row, values)
        if name is None:
            self._fields.ask_for_missing(row, {**dict.fromkeys(self._columns, ""), self.name: None})
            return
        row.checked.identity = name
        stored = self.find(row, name, values)
        if stored is not None:
            row.checked.key, row.checked.identity = stored["pk"], str(stored[self._columns[self.name]])
        person: Hashable = same_text(name) if stored is None else stored["pk"]
        sentence = _("Two rows are about this and say different things. Leave one.")
        if self.repeats(row, person, says=says_of(row.draft), column=self.name, code="stands_twice", sentence=sentence):
            return
        for column in self.unique:
            self._ask_for_unique(row, column, values, stored["pk"] if stored else same_text(name))
        if stored is None:
            self.consider_new(row, values)
        else:
            self.consider_stored(row, values, stored)

    # What kinds say otherwise

    def values_of(self, row: Considered) -> dict[str, Any]:
        """Return by column of the kind what the row says, as it is stored."""
        values = self._fields.values_of(row)
        for column in self.yes_or_no:
            if column in row.draft.values:
                values[column] = row.draft.values[column] == YES
        return values

    def identity_of(self, row: Considered, values: Mapping[str, Any]) -> str | None:
        """Return the name that says what the row is about; None where it says none."""
        name: str | None = values.get(self.name)
        return name

    def find(self, row: Considered, name: str, values: Mapping[str, Any]) -> Stored | None:
        """Return what the row is about; None where nothing of that name is there."""
        found = self.stored.get(same_text(name), [])
        if len(found) > 1:
            found = [each for each in found if each[self._columns[self.name]] == name] or found
        if len(found) > 1:
            row.refuse(self.name, "several", _("Several have this name. Give them different names first."))
        return found[0] if found else None

    def made_values(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return by column of the kind what the service makes for a new thing, where the row does not say it."""
        return {}

    def shown(self, column: str, value: Any) -> Any:
        """Return a value as it is shown."""
        return value.name if isinstance(value, NewThing) else value

    # One row

    def consider_new(self, row: Considered, values: Mapping[str, Any]) -> None:
        self._fields.ask_for_missing(row, values)
        made = {**self.made_values(values), **values}
        stored = {self._columns[column]: value for column, value in made.items()}
        row.checked.outcome = RowOutcome.NEW
        row.checked.after = {column: self.shown(column, value) for column, value in made.items()}
        row.checked.found["values"] = stored
        row.state = {**self._defaults, **{column: key_or_to_come(value) for column, value in stored.items()}}

    def consider_stored(self, row: Considered, values: Mapping[str, Any], stored: Stored) -> None:
        name = values.get(self.name)
        if stored["pk"] in self._withdrawn:
            values = {IS_ACTIVE: True, **values}
        changed = {column: value for column, value in values.items() if value != stored[self._columns[column]]}
        if name is not None and same_text(str(stored[self._columns[self.name]])) == same_text(name):
            changed.pop(self.name, None)  # the same, spelled in another way
        if not changed:
            return
        row.checked.outcome = RowOutcome.CHANGED
        row.checked.before = {column: self.shown(column, stored[self._columns[column]]) for column in changed}
        row.checked.after = {column: self.shown(column, value) for column, value in changed.items()}
        written = {self._columns[column]: value for column, value in changed.items()}
        row.checked.found.update(values=written, stored=stored)
        row.checked.kept = keep(stored, written)
        row.state = {**stored, **{column: key_or_to_come(value) for column, value in written.items()}}

    def _ask_for_unique(self, row: Considered, column: str, values: Mapping[str, Any], owner: Hashable) -> None:
        value = values.get(column)
        if value is None:
            return
        first = self._owners.setdefault((column, value), owner)
        if first != owner:
            model: Model = self.rules.model()
            error = model.unique_error_message(self.rules.model, (self._columns[column],))
            row.refuse(column, "taken", " ".join(error.messages))


class LibraryKindService:
    """The service of a kind whose rows are rows of one table.

    Args:
        checker: of the kind.
        model: of the table.
    """

    def __init__(self, checker: Callable[[ImportTerms], LibraryChecker], model: type[Model]) -> None:
        self._checker = checker
        self._model = model
        self.table: str = model._meta.db_table

    def checker(self, terms: ImportTerms) -> LibraryChecker:
        return self._checker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        lock_all(self._model)

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        check_may(terms.by, Permission.KEEP_LIBRARY)
        with acting(terms.by):
            write_library_rows(self._model, rows, terms)
            tell(len(rows))

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Give back what the import changed; what it brought is offered nowhere new, if nothing else names it (I8).

        Raises:
            NotPermitted: the person may not keep the library.
        """
        check_may(by, Permission.KEEP_LIBRARY)
        with acting(by):
            stored = rows_now(self._model, {row.key for row in rows})
            left = reasons_left(self._model, rows, stored)
            new = new_and_left_alone(rows, left)
            named = named_by(self._model, new.keys(), gone=gone)
            left |= {new.pop(key): why for key, why in named.items()}
            changed = [row for place, row in enumerate(rows) if place not in left and row.before]
            put_back(self._model, changed, stored, stamp=stamped(by=by, now=now))
            self.withdraw(new, stored, by=by, now=now)
            self.undone(changed, by=by, now=now)
        return told(rows, left, dict.fromkeys(new.values(), self.withdrawn))

    # What kinds do otherwise

    withdrawn: ClassVar[UndoAct] = UndoAct.INACTIVE

    def withdraw(self, new: Mapping[int, int], stored: Mapping[int, Stored], *, by: User, now: datetime) -> None:
        """Take new things out of use that nothing names.

        Args:
            new: by key.
            stored: the rows as they are, by key.
        """
        stamp = stamped(by=by, now=now)
        written = [{**stored[key], IS_ACTIVE: False, **stamp} for key in new]
        update_rows(self._model, written, (IS_ACTIVE, *stamp))

    def undone(self, rows: Sequence[WrittenRow], *, by: User, now: datetime) -> None:
        """See to what depends on things that have been changed back."""


def lock_all(model: type[Model]) -> None:
    """Lock all rows of a table of the library, in the order of their keys: they are few, and any may be named."""
    list(model._default_manager.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def write_library_rows(model: type[Model], rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
    """Write new and changed rows of one table in two statements, and set the keys of new ones."""
    stamp = stamp_of(terms)
    new = [row for row in rows if row.outcome is RowOutcome.NEW]
    columns = {column for row in new for column in row.found["values"]}
    defaults = {name: value for name, value in defaults_of(model).items() if name in columns}
    made = [{**defaults, **row.found["values"], **stamp, **birth_of(terms)} for row in new]
    for row, key in zip(new, insert_rows(model, made), strict=True):
        row.key = key
    changed = [row for row in rows if row.outcome is RowOutcome.CHANGED]
    columns = {column for row in changed for column in row.found["values"]}
    written = [{**row.found["stored"], **row.found["values"], **stamp, "id": row.key} for row in changed]
    update_rows(model, written, columns | stamp.keys())


def stamp_of(terms: ImportTerms) -> Mapping[str, Any]:
    """Return who writes a row and when, by column of the table."""
    return {"updated_at": terms.now, "updated_by_id": terms.by.pk}


def birth_of(terms: ImportTerms) -> Mapping[str, Any]:
    """Return who makes a row and when, by column of the table."""
    return {"created_at": terms.now, "created_by_id": terms.by.pk}
