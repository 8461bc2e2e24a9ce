"""Bringing in areas (I1). Name and place say which area a row is about; an import moves and renames none.

The area around may stand in another row. A path such as "Site / Tank farm" names an area too.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from learners.models import Area
from learners.selectors.area_names import INSIDE, ways_of
from learners.services.requirements import lock_rules_to_change
from training.core.imports.declaration import Thing
from training.core.imports.rows import CellProblem, CheckedRow, DraftRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid
from training.core.sameness import same_text
from training.core.transactions import acting
from training.services.imports.checking import (
    WRITES,
    Considered,
    FieldCheck,
    FieldRules,
    KindChecker,
    RowRules,
    text_of,
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
from training.services.imports.library import birth_of, stamp_of
from training.services.imports.tables import delete_rows, insert_rows, new_keys
from training.services.imports.undoing import named_by, new_and_left_alone, reasons_left, rows_now, told

Around = int | str | NewThing | None  # a key, the name of another row, or what the import makes first
RULES = FieldRules(model=Area, columns={"name": "name"})


class AreaChecker(KindChecker):
    """Checks rows of areas."""

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        self._fields, self._rules = FieldCheck(RULES), RowRules(RULES)
        areas = list(Area.objects.order_by("pk").values_list("pk", "name", "parent_id"))
        self._paths = {key: INSIDE.join(way) for key, way in ways_of(areas).items()}
        self._stored: dict[str, dict[int | None, int]] = {}  # by name: the key by that of the area around
        for key, name, parent in areas:
            self._stored.setdefault(same_text(name), {}).setdefault(parent, key)
        self._inside_rows: list[Considered] = []  # rows whose area lies in that of another row

    def names(self, row: Considered) -> Sequence[Hashable]:
        return _names_of(row.draft)

    def ask_rules(self, rows: Sequence[Considered]) -> None:
        self._rules.ask(rows)

    def consider(self, row: Considered) -> None:
        values = self._fields.values_of(row)
        name: str | None = values.get("name")
        if name is None:
            self._fields.ask_for_missing(row, values)
            return
        around = self._around(row)
        if row.checked.outcome is RowOutcome.LEFT_OUT:
            return
        says = text_of(row.draft.values.get("parent"))
        row.checked.identity = f"{says}{INSIDE}{name}" if says else name
        if self.repeats(row, (same_text(name), around), says=None, column="name", code="", sentence=""):
            return
        key = self._find(name, around)
        if key is not None:
            row.checked.key, row.checked.identity = key, self._paths[key]
            return
        row.checked.outcome = RowOutcome.NEW
        row.checked.after = {"name": name, **({"parent": says} if says else {})}
        row.checked.found.update(name=name, around=around)
        row.state = {"name": name}
        if isinstance(around, str):
            self._inside_rows.append(row)

    def _around(self, row: Considered) -> Around:
        """Return the area around: its key, or the name of another row; None where there is none."""
        text = row.draft.values.get("parent")
        if text is None:
            return None
        answer = self.meant(Thing.AREA, text)
        if isinstance(answer, NewThing):
            return answer
        if answer is None:
            by_path = [key for key, path in self._paths.items() if same_text(path) == same_text(text)]
            if by_path:
                return by_path[0]
            row.await_row(same_text(text), "parent", "not_known", _("Nothing is known by this name."), text)
            return same_text(text)
        key = self.key_of(row, "parent", Thing.AREA)
        return key if isinstance(key, int) else None

    def _find(self, name: str, around: Around) -> int | None:
        """Return the area of this name in this place; without a place, the only one of the name, or the outermost."""
        places = self._stored.get(same_text(name), {})
        if isinstance(around, str | NewThing):
            return None
        if around is None and None not in places and len(places) == 1:
            return next(iter(places.values()))
        return places.get(around)

    def finish(self) -> Mapping[int, Sequence[CellProblem]]:
        """Refuse, at last, areas that would lie inside themselves, or in one of several of a name."""
        late = dict(super().finish())
        rows = [row for row in self._inside_rows if row.checked.outcome in WRITES and row.place not in late]
        for row in rows:
            text = text_of(row.draft.values.get("parent"))
            if len(self._named[row.checked.found["around"]]) > 1:
                sentence = _("Several have this name. Give them different names first.")
                late[row.place] = [CellProblem("parent", "several", sentence, text)]
        rows = [row for row in rows if row.place not in late]
        around = {name: row.checked.found["around"] for row in rows for name in _names_of(row.draft)}
        for row in rows:
            seen, place = {*_names_of(row.draft)}, row.checked.found["around"]
            while place is not None and place not in seen:
                seen.add(place)
                place = around.get(place)
            if place is not None:
                sentence = _("An area cannot be part of itself. Choose another one, or none.")
                text = text_of(row.draft.values.get("parent"))
                late[row.place] = [CellProblem("parent", "circle", sentence, text)]
        return late


def _names_of(draft: DraftRow) -> tuple[str, ...]:
    """Return by which names other rows can mean the area of a row: its own, and that with the area around it."""
    name, around = (text_of(draft.values.get(column)) for column in ("name", "parent"))
    return (same_text(name), *([same_text(f"{around}{INSIDE}{name}")] if around else []))


class AreaRows:
    """The service of the kind "areas"."""

    table = Area._meta.db_table

    def checker(self, terms: ImportTerms) -> AreaChecker:
        return AreaChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        lock_rules_to_change()

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write new areas. Nobody works in them yet, so no answer changes.

        Raises:
            NotPermitted: the person may not keep the library.
            Invalid: the area around is in no row that is brought in.
        """
        check_may(terms.by, Permission.KEEP_LIBRARY)
        with acting(terms.by):
            lock_rules_to_change()
            stamp = {**stamp_of(terms), **birth_of(terms)}
            for row, key in zip(rows, new_keys(Area, len(rows)), strict=True):
                row.key = key
            by_name = {name: row.key for row in rows for name in _names_of(row.draft)}
            written = []
            for row in rows:
                around = row.found["around"]
                parent = by_name.get(around) if isinstance(around, str) else around
                if isinstance(parent, NewThing) or (isinstance(around, str) and parent is None):
                    text = text_of(row.draft.values.get("parent"))
                    raise Invalid(_("The area “%(name)s” is in no row that is brought in.") % {"name": text})
                written.append({"id": row.key, "name": row.found["name"], "parent_id": parent, **stamp})
            insert_rows(Area, written)
            tell(len(rows))

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Delete areas in which nobody works, which require nothing, and in which no area lies that stays (I8).

        Raises:
            NotPermitted: the person may not keep the library.
        """
        check_may(by, Permission.KEEP_LIBRARY)
        with acting(by):
            lock_rules_to_change()
            left = reasons_left(Area, rows, rows_now(Area, {row.key for row in rows}))
            new = new_and_left_alone(rows, left)
            named = named_by(Area, new.keys(), gone=gone)
            left |= {new.pop(key): why for key, why in named.items()}
            delete_rows(Area, new)
        return told(rows, left, {}, otherwise=UndoAct.DELETED)


AREA_ROWS = AreaRows()
