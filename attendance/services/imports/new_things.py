"""What an import makes before its rows, because somebody has answered that it is new: companies, roles, areas (I4)."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from attendance.selectors.named import CAN_BE_NEW
from attendance.services.imports.rows import NOWHERE, write_origins
from learners.models import Role
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow, DraftRow, RowOutcome
from training.core.refusals import Invalid
from training.models import Import
from training.services.imports.contract import Answer, ImportTerms, NewThing, service_of

LONGEST_CODE, SHORTEST_CODE = 20, 3


def make_new_things(one: Import, terms: ImportTerms) -> ImportTerms:
    """Write what is new by the answers, each by the service of its kind, and return the terms with their keys.

    Raises:
        Invalid: something cannot be made of a name alone; the sentence says which and why.
        NotPermitted: the person may not make such a thing.
    """
    made: dict[Thing, Mapping[str, Answer]] = {}
    for thing, answers in terms.things.items():
        names = sorted({answer.name for answer in answers.values() if isinstance(answer, NewThing)})
        keys = _make(one, thing, names, terms) if names else {}
        made[thing] = {
            text: keys[answer.name] if isinstance(answer, NewThing) else answer for text, answer in answers.items()
        }
    return replace(terms, things=made)


def _make(one: Import, thing: Thing, names: Sequence[str], terms: ImportTerms) -> Mapping[str, int]:
    service = service_of(CAN_BE_NEW[thing])
    drafts = [DraftRow(sheet=NOWHERE, number=NOWHERE, cells={}, values=values) for values in _values_of(thing, names)]
    rows = service.checker(terms).check(drafts)
    for name, row in zip(names, rows, strict=True):
        _check_can_be_made(name, row)
    service.lock((), terms)
    service.write(rows, terms, tell=lambda _written: None)
    write_origins(one.pk, service.table, rows)
    return {name: row.key for name, row in zip(names, rows, strict=True) if row.key is not None}


def _check_can_be_made(name: str, row: CheckedRow) -> None:
    if row.outcome is not RowOutcome.NEW:
        why = " ".join(str(problem.sentence) for problem in row.problems)
        raise Invalid(_("“%(name)s” cannot be added: %(why)s") % {"name": name, "why": why})


def _values_of(thing: Thing, names: Iterable[str]) -> Iterable[Mapping[str, Any]]:
    if thing is not Thing.ROLE:
        return [{"name": name} for name in names]
    taken = set(Role.objects.values_list("code", flat=True))
    found = []
    for name in names:
        code = free_code(name, taken)
        taken.add(code)
        found.append({"code": code, "title": name})
    return found


def free_code(title: str, taken: Collection[str]) -> str:
    """Return a code for a role that has only a title, such as RIGGER, or RIGGER-2 where that is taken."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().upper()
    base = re.sub(r"[^A-Z0-9]+", "-", plain).strip("-")[:LONGEST_CODE].strip("-")
    base = base if len(base) >= SHORTEST_CODE else f"ROLE-{base}".strip("-")
    code, number = base, 1
    while code in taken:
        number += 1
        ending = f"-{number}"
        code = base[: LONGEST_CODE - len(ending)] + ending
    return code
