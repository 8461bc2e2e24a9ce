"""What a person says about an import: its columns, and the answers to its questions (I3, I4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from attendance.selectors.agreed_headings import (
    agreed_before,
    answers_to_remember,
    digest_of,
    layout_to_remember,
)
from attendance.services.imports.choices import checked_choices
from attendance.services.imports.steps import SAME_AS, WrongState, lock_import, take_step
from training.core.imports.declaration import Thing
from training.core.imports.registry import kind_of
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid
from training.core.sameness import same_text
from training.core.transactions import acting
from training.models import Company, Import, ImportAlias, ImportHeadings
from training.policies.imports.guessing import SURE
from training.services.imports.contract import LEAVE_OUT, ImportTerms

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
    before = agreed_before(one, one.kind)
    for sheet in one.outline["sheets"]:
        guess = sheet["guesses"].get(one.kind)
        if sheet["index"] in before:
            found[str(sheet["index"])] = before[sheet["index"]].layout
        elif guess and not sheet["is_hidden"] and _is_clear(guess, one.kind):
            found[str(sheet["index"])] = {name: guess[name] for name in AGREED}
    return found


def _is_clear(guess: Mapping[str, Any], kind: str) -> bool:
    missing = set(guess["missing"]) - {each.name for each in kind_of(kind).said_once}
    return guess["confidence"] >= SURE and not missing and not guess["vague"]


def _remember_columns(one: Import, *, by: User, now: datetime) -> None:
    """Remember what was agreed on for these headings (I3)."""
    for sheet, headings in _taken_with_headings(one):
        layout = layout_to_remember(one.layout[str(sheet["index"])], sheet)
        _remembered(one, headings, {"layout": layout, "agreed_by": by, "agreed_at": now})


def _remember_reading(one: Import, said: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """Remember how columns with these headings are read, for the next file of this sender (I3, I4)."""
    for sheet, headings in _taken_with_headings(one):
        known = ImportHeadings.objects.filter(headings=headings, kind=one.kind, sender=one.sender).first()
        if known is not None and (answers := answers_to_remember(one, said, sheet)):
            known.answers, known.agreed_by, known.agreed_at = {**known.answers, **answers}, by, now
            known.save(update_fields=["answers", "agreed_by", "agreed_at"])


def _taken_with_headings(one: Import) -> list[tuple[Mapping[str, Any], str]]:
    sheets = [(sheet, digest_of(sheet)) for sheet in one.outline["sheets"] if str(sheet["index"]) in one.layout]
    return [(sheet, headings) for sheet, headings in sheets if headings]


def _remembered(one: Import, headings: str, values: Mapping[str, Any]) -> None:
    ImportHeadings.objects.update_or_create(headings=headings, kind=one.kind, sender=one.sender, defaults=dict(values))


def answer_questions(*, import_id: int, answers: Mapping[str, Any], seen: datetime, by: User, now: datetime) -> Import:
    """Keep the answers to the questions of an import, and remember what texts mean in the files of its sender.

    Args:
        answers: `columns`, by key of the question; `things`, by thing and compared text: a key, "new" or "leave out";
            `people`, by place of the row; `employers`, by badge the name of the employer; `choices`, for the whole
            import, where an empty one takes it back.

    Raises:
        NotPermitted, NotFound, WrongState: as `agree_columns`.
        Invalid: something cannot be said for the whole import.
    """
    with acting(by):
        one = lock_import(import_id=import_id, by=by)
        declared = kind_of(one.kind)
        check_may(by, declared.checks)
        _check_seen(one, seen)
        said = {name: answers.get(name, {}) for name in ("columns", "things", "people", "employers")}
        once = answers.get("choices", {})
        kept = {name: value for name, value in one.choices.items() if name not in once}
        take_step(
            one,
            State.ASKING,
            now=now,
            answers={name: {**one.answers.get(name, {}), **part} for name, part in said.items()},
            choices={**kept, **checked_choices(declared, once, sender=one.sender)},
        )
        _remember_reading(one, said["columns"], by=by, now=now)
        _remember(one, said["things"], by=by, now=now)
        _remember_employers(said["employers"], by=by, now=now)
    return one


def remember_said(one: Import, *, by: User, now: datetime) -> None:
    """Remember what a program has said beforehand, once it is brought in; what a page says is remembered at once."""
    _remember(one, one.answers.get("things", {}), by=by, now=now)
    _remember_employers(one.answers.get("employers", {}), by=by, now=now)


def revoke_alias(*, alias_id: int, by: User, now: datetime) -> None:
    """Let a text mean nothing by agreement any more; imports that are done stay as they are.

    Raises:
        NotPermitted: this login keeps no such names.
    """
    check_may(by, Permission.CHECK_FILES)
    with acting(by):
        ImportAlias.objects.filter(pk=alias_id, revoked_at=None).update(revoked_at=now, revoked_by=by)


def revoke_headings(*, headings_id: int, by: User) -> None:
    """Propose nothing any more for tables with these headings; imports that are done stay as they are.

    Raises:
        NotPermitted: this login checks no files.
    """
    check_may(by, Permission.CHECK_FILES)
    with acting(by):
        ImportHeadings.objects.filter(pk=headings_id).delete()


def _check_seen(one: Import, seen: datetime) -> None:
    if one.changed_at != seen:
        raise WrongState(
            _("This import has gone on in the meantime, perhaps in another window. Look at where it is now.")
        )


def _remember(one: Import, said: Mapping[str, Mapping[str, Any]], *, by: User, now: datetime) -> None:
    """Remember answers about things as agreed names of the sender; what is new becomes known by its own name (I4)."""
    for thing, answers in said.items():
        written = _written(one, thing)
        for text, answer in answers.items():
            if text in written and (answer == LEAVE_OUT or isinstance(answer, int)):
                key = None if answer == LEAVE_OUT else answer
                _agree(Thing(thing), one.sender, text, written[text], key, by=by, now=now)


def remember_same(one: Import, terms: ImportTerms) -> None:
    """Remember texts that are the same as others of their file, once what those mean is there (I4)."""
    for thing, answers in one.answers.get("things", {}).items():
        written, meant = _written(one, thing), terms.things.get(Thing(thing), {})
        for text, answer in answers.items():
            key = meant.get(text)
            if isinstance(answer, str) and answer.startswith(SAME_AS) and isinstance(key, int):
                _agree(Thing(thing), one.sender, text, written[text], key, by=terms.by, now=terms.now)


def _remember_employers(said: Mapping[str, str], *, by: User, now: datetime) -> None:
    """Remember with whom workers are whom two companies' lists name, whoever sends the next one (I9)."""
    said = {badge: name for badge, name in said.items() if name}
    names = {same_text(name) for name in said.values()}
    keys = dict(Company.objects.filter(name_key__in=names).order_by("-pk").values_list("name_key", "pk"))
    for badge, name in said.items():
        if same_text(name) in keys:
            _agree(Thing.EMPLOYER, "", same_text(badge), badge, keys[same_text(name)], by=by, now=now)


def _written(one: Import, thing: str) -> dict[str, str]:
    return {text["text"]: text["written"] for text in one.questions.get("things", {}).get(thing, [])}


def _agree(thing: Thing, sender: str, text: str, written: str, key: int | None, *, by: User, now: datetime) -> None:
    """Remember what a text means; what it meant before is revoked."""
    known = ImportAlias.objects.filter(thing=thing, sender=sender, text=text, revoked_at=None)
    if known.filter(key=key).exists():
        return
    known.update(revoked_at=now, revoked_by=by)
    ImportAlias.objects.create(
        thing=thing, sender=sender, text=text, written=written, key=key, agreed_by=by, agreed_at=now
    )
