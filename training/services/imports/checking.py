"""What the checks of all kinds share: what is meant, what would change, which row says what another one says (I5).

A check reads what rows can name once, then goes through the rows in memory, and asks the database about its constraints
for all of them together. Every mistake is told in one pass. An empty cell says nothing: it never erases what is stored.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from training.core.imports.declaration import Thing
from training.core.imports.rows import CellProblem, CheckedRow, DraftRow, RowOutcome
from training.core.sameness import same_text
from training.services.imports.contract import LEAVE_OUT, Answer, ImportTerms, NewThing
from training.services.imports.tables import TableRules

Awaited = tuple[int, Hashable, CellProblem]  # the place of a row, what another one must be about, the refusal

TO_COME = 0  # stands for the key of what the import makes first, where only constraints are asked
WRITES = (RowOutcome.NEW, RowOutcome.CHANGED)
COMES = (*WRITES, RowOutcome.SAME)


@dataclass(slots=True)
class FirstRow:
    """The first row of an import that is about a thing, by its place, and what it says."""

    place: int
    says: Any
    checked: CheckedRow | None = None  # while it is in the part that is being checked


@dataclass(slots=True)
class Considered:
    """A row while it is checked.

    Attributes:
        place: of the row in the import, from 0.
        state: by column of the table, the thing as it would be stored, for the constraints.
        awaits: what other rows of the import must be about, and why the row is refused otherwise.
    """

    checked: CheckedRow
    place: int
    state: dict[str, Any] = field(default_factory=dict)
    awaits: list[tuple[Hashable, CellProblem]] = field(default_factory=list)

    @property
    def draft(self) -> DraftRow:
        return self.checked.draft

    def refuse(self, column: str, code: str, sentence: Any, value: str | None = None) -> None:
        """Say what is wrong; the row is refused with everything that is said of it."""
        shown = text_of(self.draft.values.get(column)) if value is None else value
        self.checked.problems.append(CellProblem(column, code, sentence, shown))

    def await_row(self, name: Hashable, column: str, code: str, sentence: Any, value: str) -> None:
        """Refuse the row at the end if no row of the import is about what it names."""
        self.awaits.append((name, CellProblem(column, code, sentence, value)))

    def leave_out(self, column: str, code: str, sentence: Any) -> None:
        """Say why the row is left alone though nothing is wrong with it."""
        self.checked.outcome = RowOutcome.LEFT_OUT
        self.checked.problems = [CellProblem(column, code, sentence, text_of(self.draft.values.get(column)))]


class KindChecker:
    """The ground of the checkers of all kinds. One is made for each check of an import."""

    def __init__(self, terms: ImportTerms) -> None:
        self.terms = terms
        self.today: date = timezone.localdate(terms.now)
        self._count = 0
        self._keys_of_texts: dict[str, str] = {}  # the same few names stand in many rows
        self._firsts: dict[Hashable, FirstRow] = {}
        self._firsts_of_part: list[FirstRow] = []
        self._late: dict[int, list[CellProblem]] = {}
        self._awaited: list[Awaited] = []
        self._named: dict[Hashable, set[int]] = {}

    def check(self, rows: Sequence[DraftRow]) -> Sequence[CheckedRow]:
        """See `Checker`."""
        self.read(rows)
        part = [
            Considered(CheckedRow(draft=row, outcome=RowOutcome.REFUSED, problems=list(row.problems)), place)
            for place, row in enumerate(rows, self._count)
        ]
        self._count += len(part)
        for row in part:
            row.checked.outcome = RowOutcome.SAME
            self.consider(row)
        self.ask_rules([row for row in part if row.checked.outcome in WRITES])
        for row in part:
            if row.checked.problems and row.checked.outcome in COMES:
                row.checked.outcome = RowOutcome.REFUSED
            if row.checked.outcome in COMES:
                for name in self.names(row):
                    self._named.setdefault(name, set()).add(row.place)
            if row.checked.outcome is not RowOutcome.LEFT_OUT:
                self._awaited += [(row.place, *each) for each in row.awaits]
        for first in self._firsts_of_part:
            first.checked = None
        self._firsts_of_part.clear()
        return [row.checked for row in part]

    def finish(self) -> Mapping[int, Sequence[CellProblem]]:
        """See `Checker`."""
        waiting = self._awaited
        while waiting:
            # Who is refused is about nothing any more, so that others may wait for it in vain.
            still: list[Awaited] = []
            vain: list[Awaited] = []
            for each in waiting:
                (still if self._named.get(each[1], set()) - self._late.keys() else vain).append(each)
            for place, _name, problem in vain:
                self._late.setdefault(place, []).append(problem)
            if not vain:
                break
            waiting = still
        return self._late

    # For the kinds

    def read(self, rows: Sequence[DraftRow]) -> None:
        """Read what the rows of a part are about; a kind whose things are few reads all of them when it is made."""

    def consider(self, row: Considered) -> None:
        """Say what would become of a row, apart from what the constraints of the table say."""
        raise NotImplementedError

    def ask_rules(self, rows: Sequence[Considered]) -> None:
        """Ask the constraints about rows that would be written."""

    def meant(self, thing: Thing, text: str) -> Answer | None:
        """Return what a text means by the answers of the import; None where nobody was asked."""
        if text not in self._keys_of_texts:
            self._keys_of_texts[text] = same_text(text)
        return self.terms.things.get(thing, {}).get(self._keys_of_texts[text])

    def key_of(self, row: Considered, column: str, thing: Thing) -> int | NewThing | None:
        """Return what the cell of a column means.

        Where it is to be left out, the row is, because it cannot stand without; nothing is returned then, nor for an
        empty cell.
        """
        text = row.draft.values.get(column)
        if text is None:
            return None
        answer = self.meant(thing, text)
        if answer is None:
            row.refuse(column, "not_known", _("Nothing is known by this name."))
        elif answer == LEAVE_OUT:
            row.leave_out(column, "left_out", _("Left out, as was answered."))
        elif not isinstance(answer, str):
            return answer
        return None

    def keys_of(self, row: Considered, column: str, thing: Thing) -> list[int | NewThing]:
        """Return what the names in a cell mean, without those that are to be left out."""
        found: list[int | NewThing] = []
        for text in row.draft.values.get(column, ()):
            answer = self.meant(thing, text)
            if answer is None:
                row.refuse(column, "not_known", _("Nothing is known by this name."), text)
            elif not isinstance(answer, str) and answer not in found:
                found.append(answer)
        return found

    def first_about(self, identity: Hashable) -> FirstRow | None:
        """Return the first row of the import that is about this; None where no row before is."""
        return self._firsts.get(identity)

    def repeats(self, row: Considered, identity: Hashable, *, says: Any, column: str, code: str, sentence: Any) -> bool:
        """Tell whether an earlier row is about the same thing, and see to both of them.

        Where both say the same the later one is left out. Else nobody knows which is right, so both are refused.

        Args:
            says: everything that the row says, in a form that can be compared.
            column, code, sentence: of the refusal.
        """
        first = self._firsts.get(identity)
        if first is None:
            first = self._firsts[identity] = FirstRow(row.place, says, row.checked)
            self._firsts_of_part.append(first)
            return False
        if first.says == says:
            row.leave_out(column, "repeated", _("Another row says the same."))
            return True
        row.refuse(column, code, sentence)
        problem = row.checked.problems[-1]
        if first.checked is None:
            self.refuse_late(first.place, problem)
        elif problem not in first.checked.problems:
            if first.checked.outcome is RowOutcome.LEFT_OUT:
                first.checked.problems = []
            first.checked.problems.append(problem)
            first.checked.outcome = RowOutcome.REFUSED
        return True

    def refuse_late(self, place: int, problem: CellProblem) -> None:
        """Refuse a row of an earlier part after all."""
        if problem not in self._late.setdefault(place, []):
            self._late[place].append(problem)

    def names(self, row: Considered) -> Sequence[Hashable]:
        """Return by which names other rows can wait for this one."""
        return ()


@dataclass(frozen=True, kw_only=True)
class FieldRules:
    """The rules of the fields of a model, in the words of `check_fields`, for the columns of a kind.

    Attributes:
        columns: by column of the kind, the column of the table that holds what the cell says.
        named: by column of the kind, the column of the table that refers to what the cell names.
        missing: by column of the kind, what is said where a new row has no value; else it is what the model says.
        optional: columns that a new row may lack though the table needs them, because the service makes the value.
        made: columns of the table that the database makes of others, and that the state of a row has too.
    """

    model: type[Model]
    columns: Mapping[str, str]
    named: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, Any] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()

    @property
    def all_columns(self) -> Mapping[str, str]:
        return {**self.columns, **self.named}

    def field_of(self, column: str) -> "Field[Any, Any]":
        """Return the field of a column of the kind."""
        name = self.all_columns[column]
        return next(each for each in self.model._meta.concrete_fields if each.column == name)


class FieldCheck:
    """Asks the fields of a model about values, without the database."""

    def __init__(self, rules: FieldRules) -> None:
        self._clean = {column: _cleaner(rules.field_of(column)) for column in rules.columns}
        self._needed: dict[str, Any] = {}
        for column in rules.all_columns:
            each = rules.field_of(column)
            if not (each.blank or each.has_default() or each.has_db_default() or column in rules.optional):
                said = rules.missing.get(column)
                self._needed[column] = said or each.error_messages["null" if each.is_relation else "blank"]

    def values_of(self, row: Considered) -> dict[str, Any]:
        """Return by column of the kind what the cells say, each as its field reads it; what is wrong is refused."""
        found: dict[str, Any] = {}
        for column in self._clean:
            value = row.draft.values.get(column)
            if value is not None:
                self.read(row, column, value, found)
        return found

    def read(self, row: Considered, column: str, value: Any, found: dict[str, Any]) -> None:
        """Put a value into `found` as its field reads it; refuse the row where the field does not take it."""
        if isinstance(value, str):
            value = value.strip()
            if not value:
                return
        try:
            found[column] = self._clean[column](value)
        except ValidationError as error:
            for each in error.error_list:
                row.refuse(column, str(each.code or "invalid"), " ".join(each.messages))

    def ask_for_missing(self, row: Considered, values: Mapping[str, Any]) -> None:
        """Refuse a new row that lacks what its table needs."""
        refused = {problem.column for problem in row.checked.problems}
        for column, sentence in self._needed.items():
            if values.get(column) is None and column not in refused:
                row.refuse(column, "missing", sentence, "")


def _cleaner(each: "Field[Any, Any]") -> Callable[[Any], Any]:
    """Return what reads a value of a field."""

    def clean(value: Any) -> Any:
        if isinstance(value, str) and not _can_be_stored(value):
            raise ValidationError(_("It holds characters that cannot be stored."), code="unstorable")
        return each.clean(value, None)

    return clean


def _can_be_stored(text: str) -> bool:
    """Tell whether PostgreSQL takes a text: it has no NUL and no half of a character."""
    return text.isprintable() or ("\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text))


class RowRules:
    """The constraints of one table, told of the columns of a kind."""

    def __init__(self, rules: FieldRules) -> None:
        self._table = TableRules(rules.model, told=rules.made)
        self._columns = {name: column for column, name in rules.all_columns.items()}

    def ask(self, rows: Sequence[Considered]) -> None:
        """Refuse rows whose state breaks a constraint."""
        rows = [row for row in rows if not row.checked.problems]
        for index, broken in self._table.broken([row.state for row in rows]).items():
            row = rows[index]
            for name, sentence, names in broken:
                columns = [self._columns[each] for each in names if each in self._columns]
                here = [each for each in columns if each in row.draft.values]
                row.refuse((here or columns or [""])[-1], name, sentence)


def text_of(value: Any) -> str:
    """Return what stands in a cell, as text."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def says_of(draft: DraftRow) -> Any:
    """Return everything that a row says, in a form that can be compared."""
    return sorted((name, text_of(value)) for name, value in draft.values.items())


def is_new_thing(value: Any) -> bool:
    """Tell whether a value is what the import makes first."""
    return isinstance(value, NewThing)


def key_or_to_come(value: Any) -> Any:
    """Return a value as constraints are asked about it."""
    return TO_COME if isinstance(value, NewThing) else value
