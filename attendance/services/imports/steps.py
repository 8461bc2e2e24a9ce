"""Whose import it is, and its way from state to state."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from training.core.imports.declaration import ImportKind, Reads, Thing
from training.core.imports.registry import kind_of
from training.core.imports.rows import DraftRow
from training.core.kinds import ConflictKind
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, check_found
from training.core.transactions import lock_row
from training.models import Import
from training.policies.import_steps import states_before
from training.services.imports.contract import LEAVE_OUT, Answer, ImportTerms, NewThing

YES = "yes"  # of a choice between yes and no
NEW = "new"  # the answer that something is not there yet


class WrongState(Conflict):
    """The import has gone on meanwhile, in another window or by itself (409)."""


def own_import(*, import_id: int, by: User) -> Import:
    """Return an import that this login may see: its own, or one that is done, which everybody may see who checks files.

    Raises:
        NotPermitted: this login checks no files.
        NotFound: there is none of this key, or it waits for somebody else.
    """
    check_may(by, Permission.CHECK_FILES)
    seen = Q(started_by=by) | Q(state__in=(Import.State.DONE, Import.State.UNDONE))
    return check_found(Import.objects.filter(seen, pk=import_id).first(), _("There is no such import."))


def lock_import(*, import_id: int, by: User) -> Import:
    """Lock an import that this login may see until the transaction ends, and return it.

    Raises:
        NotPermitted, NotFound: as `own_import`.
    """
    own_import(import_id=import_id, by=by)
    lock_row(Import.objects.all(), import_id)
    return Import.objects.select_related("started_by").get(pk=import_id)


def take_step(one: Import, state: Import.State, *, now: datetime, **changes: Any) -> None:
    """Bring an import into a state, with other changes, if it can come there from where it is.

    Raises:
        WrongState: it has gone on meanwhile.
    """
    legal = Import.objects.filter(pk=one.pk, state__in=states_before(state))
    if not legal.update(state=state, changed_at=now, **changes):
        raise WrongState(
            _("This import has gone on in the meantime, perhaps in another window. Look at where it is now."),
            conflict={"kind": ConflictKind.STATE, "importId": one.pk},
        )
    one.refresh_from_db()


def kind_of_import(one: Import) -> ImportKind:
    """Return the declaration of the import's kind.

    Raises:
        NotFound: none is chosen yet, or this version of the site has none of that name.
    """
    return kind_of(one.kind)


def terms_of(one: Import, *, by: User, now: datetime, certificates: Mapping[str, Any] | None = None) -> ImportTerms:
    """Return what was agreed on for an import, as the service of its kind takes it.

    Args:
        certificates: by what a cell says, the file that it means, or why there is none.
    """
    said = one.answers.get("things", {})
    return ImportTerms(
        by=by,
        now=now,
        things={
            Thing(thing): {text["text"]: answer_of(Thing(thing), text, said.get(thing, {})) for text in texts}
            for thing, texts in one.questions.get("things", {}).items()
        },
        people={_place(at): key for at, key in one.answers.get("people", {}).items()},
        choices={
            **said_once(one),
            "import": one.pk,
            "sheets": _sources(one),
            "certificates": certificates or {},
        },
    )


def said_once(one: Import) -> dict[str, Any]:
    """Return what was said for all rows of an import, as services take it: keys, days, truths and texts."""
    kind = kind_of_import(one)
    reads = {each.name: each.reads for each in kind.said_once}
    return {name: _as_read(reads.get(name), value) for name, value in one.choices.items()}


def _as_read(reads: Reads | None, value: Any) -> Any:
    if reads is Reads.DAY:
        return date.fromisoformat(value)
    return value == YES if reads is Reads.CHOICE else value


def _sources(one: Import) -> dict[str, Any]:
    """Return by index of each sheet where its rows come from: file, hash, name, and headings."""
    files = {file.number: file for file in one.files.all()}
    return {
        str(sheet["index"]): {
            "file": files[sheet["file"]].name,
            "sha256": files[sheet["file"]].sha256,
            "name": sheet["name"],
            "headings": {column["index"]: column["heading"] for column in sheet["columns"]},
        }
        for sheet in one.outline.get("sheets", [])
        if str(sheet["index"]) in one.layout
    }


def answer_of(thing: Thing, text: dict[str, Any], said: dict[str, Any]) -> Answer:
    """Return what is meant by a text: what a person has said, else what it names exactly.

    Raises:
        KeyError: nobody has said it, and it names nothing exactly.
    """
    answer = said.get(text["text"], text["key"])
    if answer is None:
        raise KeyError(text["text"])
    if answer == NEW:
        return NewThing(thing, text["written"])
    return LEAVE_OUT if answer == LEAVE_OUT else int(answer)


def place_of(row: DraftRow) -> str:
    """Return how the answers name a row of a sheet."""
    return f"{row.sheet}:{row.number}"


def _place(at: str) -> tuple[int, int]:
    sheet, _colon, row = at.partition(":")
    return int(sheet), int(row)
