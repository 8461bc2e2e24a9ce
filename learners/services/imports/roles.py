"""Bringing in roles (I1). A role that comes without a code gets one made of its title."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from learners.models import Learner, Role
from learners.services.imports.judging import judge_many
from learners.services.imports.laying import Laid
from learners.services.requirements import lock_rules_to_change
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.transactions import acting
from training.services.imports.checking import Considered, FieldRules
from training.services.imports.contract import ImportTerms, UndoAct, WrittenRow
from training.services.imports.library import LibraryChecker, LibraryKindService, Stored, write_library_rows
from training.services.imports.tables import delete_rows

LONGEST = 20
SHORTEST = 3


class RoleChecker(LibraryChecker):
    """Checks rows of roles. A code says which one is meant, else the title."""

    rules = FieldRules(
        model=Role,
        columns={"code": "code", "title": "title", "description": "description"},
        optional=frozenset({"code"}),
    )
    name = "title"
    unique = ("code",)
    yes_or_no = ()

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        self._defaults["code"] = None  # not given out before it is written
        self._by_code = {str(row["code"]): row for rows in self.stored.values() for row in rows}

    def values_of(self, row: Considered) -> dict[str, Any]:
        """Return what the row says; a code is written in capitals."""
        values = super().values_of(row)
        code = row.draft.values.get("code")
        if isinstance(code, str) and code.strip() != code.strip().upper():
            row.checked.problems[:] = [each for each in row.checked.problems if each.column != "code"]
            self._fields.read(row, "code", code.upper(), values)
        return values

    def identity_of(self, row: Considered, values: Mapping[str, Any]) -> str | None:
        known = self._by_code.get(values.get("code", ""))
        return str(known["title"]) if known is not None and "title" not in values else values.get("title")

    def find(self, row: Considered, name: str, values: Mapping[str, Any]) -> Stored | None:
        if "code" in values:
            return self._by_code.get(values["code"])
        return super().find(row, name, values)


class RoleRows(LibraryKindService):
    """The service of the kind "roles"."""

    def __init__(self) -> None:
        super().__init__(RoleChecker, Role)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        lock_rules_to_change()
        super().lock(workers, terms)

    def lay(self, rows: Mapping[int, CheckedRow], terms: ImportTerms) -> Laid:
        """Return whom a new title concerns; it changes the reason of their answers, and no colour."""
        return Laid(concerned=list(_having(_renamed(rows.values()))))

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write roles; a new title is written into the answers that its role is the reason for, as `save_role` does."""
        check_may(terms.by, Permission.KEEP_LIBRARY)
        with acting(terms.by):
            lock_rules_to_change()
            codeless = [row for row in rows if row.outcome is RowOutcome.NEW and "code" not in row.found["values"]]
            if codeless:
                said = {row.found["values"].get("code") for row in rows}
                taken = {*Role.objects.values_list("code", flat=True), *said}
                for row in codeless:
                    code = row.found["values"]["code"] = code_of(row.found["values"]["title"], taken)
                    taken.add(code)
            write_library_rows(Role, rows, terms)
            judge_many(_having(_renamed(rows)), terms.now)
            tell(len(rows))

    withdrawn = UndoAct.DELETED

    def withdraw(self, new: Mapping[int, int], stored: Mapping[int, Stored], *, by: User, now: datetime) -> None:
        """Delete roles that nobody has or had, and that require nothing."""
        delete_rows(Role, new)

    def undone(self, rows: Sequence[WrittenRow], *, by: User, now: datetime) -> None:
        judge_many(_having([row.key for row in rows if "title" in row.before]), now)


def _having(roles: Collection[int | None]) -> Iterable[int]:
    return Learner.objects.filter(role__in=roles, merged_into=None).values_list("pk", flat=True)


def _renamed(rows: Iterable[CheckedRow]) -> list[int | None]:
    return [row.key for row in rows if row.outcome is RowOutcome.CHANGED and "title" in row.found["values"]]


def code_of(title: str, taken: Collection[str | None]) -> str:
    """Return a code for a title that is not taken: its letters A–Z and figures, with dashes between words."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().upper()
    code = re.sub(r"[^A-Z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    if len(code) < SHORTEST:
        code = f"ROLE-{code}".strip("-")
    number, made = 1, code
    while made in taken:
        number += 1
        made = f"{code[: LONGEST - 1 - len(str(number))].strip('-')}-{number}"
    return made


ROLE_ROWS = RoleRows()
