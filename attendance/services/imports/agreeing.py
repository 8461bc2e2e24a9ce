"""What a person says about an import: its columns, and the answers to its questions (I3, I4)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from attendance.services.imports.steps import NEW, WrongState, lock_import, take_step
from training.core.imports.declaration import Thing
from training.core.imports.registry import kind_of
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid
from training.core.sameness import same_text
from training.core.transactions import acting
from training.models import Import, ImportAlias, ImportHeadings
from training.policies.imports.guessing import SURE
from training.services.imports.contract import LEAVE_OUT

State = Import.State
AGREED = ("layout", "columns", "constants", "side_lines")


class ColumnsLacking(Invalid):
    """No sheet is taken, a column is named twice, or one is missing that identifies the rows (400)."""


def agree_columns(
    *, import_id: int, kind: str, layout: Mapping[str, Any], sender: str, seen: datetime, by: User, now: datetime
) -> Import:
    """Keep which sheets are taken, and which column of the kind each of their columns is.

    Args:
        layout: by index of the sheet: `layout` ("list" or "grid") and `columns`, from the index of the sheet's column
            to the name of the kind's column.
        sender: whose files they are.
        seen: `changed_at` of the import that the person had before them.

    Raises:
        NotPermitted, NotFound: this login may not check files of this kind, or there is no such import or kind.
        ColumnsLacking: the columns are not enough.
        WrongState: the import has gone on meanwhile.
    """
    declared = kind_of(kind)
    check_may(by, declared.checks)
    with acting(by):
        one = lock_import(import_id=import_id, by=by)
        _check_seen(one, seen)
        if not layout:
            raise ColumnsLacking(_("Choose at least one sheet."))
        take_step(
            one,
            State.ASKING,
            now=now,
            kind=kind,
            layout=dict(layout),
            sender=sender.strip(),
            questions={},
            answers=one.answers if one.kind == kind else {},
            counts={},
            report={},
            fingerprint="",
            failure="",
        )
        _remember_columns(one, by=by, now=now)
    return one


def layout_known(one: Import) -> dict[str, Any]:
    """Return the layout of an import by a program, as far as nobody has to agree to it: said, agreed before, or clear.

    Returns:
        by index of the sheet, as `agree_columns` takes it; nothing where no sheet is clear.
    """
    if one.layout:
        return dict(one.layout)
    found: dict[str, Any] = {}
    for sheet in one.outline["sheets"]:
        agreed = ImportHeadings.objects.filter(headings=_headings(sheet), kind=one.kind).first()
        guess = sheet["guesses"].get(one.kind)
        if agreed is not None:
            found[str(sheet["index"])] = agreed.layout
        elif guess and not sheet["is_hidden"] and _is_clear(guess):
            found[str(sheet["index"])] = {name: guess[name] for name in AGREED}
    return found


def _is_clear(guess: Mapping[str, Any]) -> bool:
    return guess["confidence"] >= SURE and not guess["missing"] and not guess["vague"]


def _remember_columns(one: Import, *, by: User, now: datetime) -> None:
    """Remember what was agreed on for these headings (I3)."""
    for sheet in one.outline["sheets"]:
        agreed = one.layout.get(str(sheet["index"]))
        if agreed:
            ImportHeadings.objects.update_or_create(
                headings=_headings(sheet),
                kind=one.kind,
                defaults={"layout": agreed, "agreed_by": by, "agreed_at": now},
            )


def _headings(sheet: Mapping[str, Any]) -> str:
    """Return what stands for the headings of a sheet."""
    told = [[column["index"], same_text(column["heading"])] for column in sheet["columns"]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def answer_questions(*, import_id: int, answers: Mapping[str, Any], seen: datetime, by: User, now: datetime) -> Import:
    """Keep the answers to the questions of an import, and remember what texts mean in the files of its sender.

    Args:
        answers: `columns`, by key of the question; `things`, by thing and compared text: a key, "new" or "leave out";
            `people`, by place of the row; `choices`, for the whole import.

    Raises:
        NotPermitted, NotFound, WrongState: as `agree_columns`.
    """
    with acting(by):
        one = lock_import(import_id=import_id, by=by)
        check_may(by, kind_of(one.kind).checks)
        _check_seen(one, seen)
        said = {name: answers.get(name, {}) for name in ("columns", "things", "people")}
        take_step(
            one,
            State.ASKING,
            now=now,
            answers={name: {**one.answers.get(name, {}), **part} for name, part in said.items()},
            choices={**one.choices, **answers.get("choices", {})},
        )
        _remember(one, said["things"], by=by, now=now)
    return one


def revoke_alias(*, alias_id: int, by: User, now: datetime) -> None:
    """Let a text mean nothing by agreement any more; imports that are done stay as they are.

    Raises:
        NotPermitted: this login keeps no such names.
    """
    check_may(by, Permission.CHECK_FILES)
    with acting(by):
        ImportAlias.objects.filter(pk=alias_id, revoked_at=None).update(revoked_at=now, revoked_by=by)


def _check_seen(one: Import, seen: datetime) -> None:
    if one.changed_at != seen:
        raise WrongState(
            _("This import has gone on in the meantime, perhaps in another window. Look at where it is now.")
        )


def _remember(one: Import, said: Mapping[str, Mapping[str, Any]], *, by: User, now: datetime) -> None:
    """Remember answers about things as agreed names of the sender; what is new becomes known by its own name (I4)."""
    written = {
        (thing, text["text"]): text["written"]
        for thing, texts in one.questions.get("things", {}).items()
        for text in texts
    }
    for thing, answers in said.items():
        for text, answer in answers.items():
            if answer == NEW or (thing, text) not in written:
                continue
            key = None if answer == LEAVE_OUT else int(answer)
            known = ImportAlias.objects.filter(thing=thing, sender=one.sender, text=text, revoked_at=None)
            if known.filter(key=key).exists():
                continue
            known.update(revoked_at=now, revoked_by=by)
            ImportAlias.objects.create(
                thing=Thing(thing),
                sender=one.sender,
                text=text,
                written=written[thing, text],
                key=key,
                agreed_by=by,
                agreed_at=now,
            )
