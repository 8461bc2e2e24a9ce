"""Whose import it is, and its way from state to state."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from attendance.services.imports.choices import said_once
from training.core.imports.declaration import ImportKind, Thing
from training.core.imports.registry import kind_of
from training.core.imports.rows import DraftRow
from training.core.kinds import ConflictKind
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, check_found, database_refusals
from training.core.transactions import lock_row
from training.models import Import
from training.policies.import_steps import states_before
from training.services.imports.contract import LEAVE_OUT, Answer, ImportTerms, NewThing

NEW = "new"  # the answer that something is not there yet
SAME_AS = "same as "  # the answer that begins so: the same as another text of the file, which follows as it is compared


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


@database_refusals()
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
    return ImportTerms(
        by=by,
        now=now,
        things={
            Thing(thing): _answered(Thing(thing), texts, one.answers.get("things", {}).get(thing, {}))
            for thing, texts in one.questions.get("things", {}).items()
        },
        people={_place(at): key for at, key in one.answers.get("people", {}).items()},
        choices={
            **said_once(one),
            "import": one.pk,
            "sender": one.sender,
            "sheets": _sources(one),
            "certificates": certificates or {},
        },
        employers=one.answers.get("employers", {}),
    )


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


def answers_of(thing: Thing, texts: Sequence[Mapping[str, Any]], said: Mapping[str, Any]) -> dict[str, Answer | None]:
    """Return what is meant by each text: what was said, else what it names exactly; None where that is to be asked.

    Args:
        texts: in the order of the file. "The same as" is said of an earlier one, and means what that one does.
        said: by compared text: a key, "new", "leave out", or `SAME_AS` with another compared text.
    """
    found: dict[str, Answer | None] = {}
    for text in texts:
        answer = said.get(text["text"])
        answer = text["key"] if answer is None else answer
        if answer == NEW:
            found[text["text"]] = NewThing(thing, text["written"])
        elif isinstance(answer, str) and answer.startswith(SAME_AS):
            found[text["text"]] = found.get(answer.removeprefix(SAME_AS))
        else:
            is_key = isinstance(answer, int) and not isinstance(answer, bool)
            found[text["text"]] = answer if is_key or answer == LEAVE_OUT else None
    return found


def _answered(thing: Thing, texts: Sequence[Mapping[str, Any]], said: Mapping[str, Any]) -> dict[str, Answer]:
    """Return the answers of an import of which nothing is asked any more."""
    return {text: answer for text, answer in answers_of(thing, texts, said).items() if answer is not None}


def place_of(row: DraftRow) -> str:
    """Return how the answers name a row of a sheet."""
    return f"{row.sheet}:{row.number}"


def _place(at: str) -> tuple[int, int]:
    sheet, _colon, row = at.partition(":")
    return int(sheet), int(row)
