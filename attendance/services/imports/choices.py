"""What is said once for all rows of an import: what its kind declares, as far as the file does not say it (I4, I7)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from attendance.selectors.named import Names
from training.core.imports.declaration import ImportColumn, ImportKind, Reads
from training.core.imports.registry import kind_of
from training.core.refusals import Invalid
from training.models import Import
from training.policies.imports.questions import NOTHING, key_of

YES, NO = "yes", "no"  # of a choice between yes and no
LONGEST_TEXT = 500


def asked_once(one: Import) -> list[ImportColumn]:
    """Return what is asked for all rows: not what is a column of each sheet, or stands above it."""
    there = [
        {name for name, _head in layout["columns"].values()} | set(constants_said(one, sheet))
        for sheet, layout in one.layout.items()
    ]
    said = set.intersection(*there) if there else set[str]()
    return [each for each in kind_of(one.kind).said_once if each.name not in said]


def constants_said(one: Import, sheet: str) -> dict[str, str]:
    """Return by column what stands above the table of a sheet, or was answered, for all of its rows."""
    answers = one.answers.get("columns", {})
    said = {
        name: answers.get(key_of(sheet, "constant", name), text)
        for name, text in one.layout[sheet].get("constants", {}).items()
    }
    return {name: str(text) for name, text in said.items() if text}


def not_asked_of_sheets(one: Import) -> dict[str, Any]:
    """Return answers for what no sheet says and is asked once for all of them: nothing is the same in one sheet."""
    once = {each.name for each in asked_once(one)}
    return {
        key_of(sheet, "constant", name): NOTHING
        for sheet, layout in one.layout.items()
        for name, text in layout.get("constants", {}).items()
        if not text and name in once and name not in constants_said(one, sheet)
    }


def lacking(one: Import) -> list[ImportColumn]:
    """Return what has to be said for all rows of an import before they can be checked, and is not said yet."""
    return [each for each in asked_once(one) if each.is_needed and each.name not in one.choices]


def unsaid(one: Import) -> list[str]:
    """Return in words what holds for all rows of an import because nobody has said otherwise."""
    return [str(each.if_unsaid) for each in asked_once(one) if each.if_unsaid and each.name not in one.choices]


def choices_as_json(one: Import) -> list[dict[str, Any]]:
    """Return what is asked for all rows of an import as programs read it: of things only what they are."""
    return [
        {
            "name": each.name,
            "label": str(each.label),
            "help": str(each.help_text),
            "takes": each.thing or each.reads.value,
            "options": [{"value": choice.value, "label": str(choice.label)} for choice in each.choices],
            "is_needed": each.is_needed,
        }
        for each in asked_once(one)
    ]


def checked_choices(kind: ImportKind, said: Mapping[str, Any], *, sender: str = "") -> dict[str, Any]:
    """Return what was said once as an import keeps it; what is empty is left out.

    Args:
        said: by name: a day as ISO text or date, a value of a choice, a text, a number, or of a thing its key or what
            names it exactly.

    Raises:
        Invalid: the kind asks for nothing of that name, or it cannot be that; all mistakes in one.
    """
    found: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    columns = {each.name: each for each in kind.said_once}
    for name, value in said.items():
        if value in (None, "", []):
            continue
        if name not in columns:
            wrong[name] = [_("Nothing of this name is said for all rows of %(kind)s.") % {"kind": kind.label}]
            continue
        kept = _KEPT.get(columns[name].reads, _text)(columns[name], value, sender)
        if kept is None:
            words = {"value": value, "what": columns[name].label}
            wrong[name] = [_("%(what)s cannot be “%(value)s”.") % words]
        else:
            found[name] = kept
    if wrong:
        raise Invalid.of_fields(wrong)
    return found


def said_once(one: Import) -> dict[str, Any]:
    """Return what was said for all rows of an import, as services take it: keys, days, truths and texts."""
    columns = {each.name: each for each in kind_of(one.kind).said_once}
    return {name: _as_read(columns[name], value) for name, value in one.choices.items() if name in columns}


def _as_read(column: ImportColumn, value: Any) -> Any:
    if column.reads is Reads.DAY:
        return date.fromisoformat(value)
    if column.reads is Reads.CHOICE and {each.value for each in column.choices} == {YES, NO}:
        return value == YES
    return value


def _text(column: ImportColumn, value: Any, sender: str) -> Any:
    return value.strip()[:LONGEST_TEXT] if isinstance(value, str) else None


def _day(column: ImportColumn, value: Any, sender: str) -> Any:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        return None


def _choice(column: ImportColumn, value: Any, sender: str) -> Any:
    said = {True: YES, False: NO}.get(value, value) if isinstance(value, bool) else value
    return next((each.value for each in column.choices if each.value == said), None)


def _whole(column: ImportColumn, value: Any, sender: str) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 100_000 else None


def _thing(column: ImportColumn, value: Any, sender: str) -> Any:
    assert column.thing is not None  # noqa: S101  # a column of things names what they are
    names = Names(column.thing, sender=sender)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value in names.things else None
    return names.key_of(value) if isinstance(value, str) else None


def _things(column: ImportColumn, value: Any, sender: str) -> Any:
    found = [_thing(column, each, sender) for each in value] if isinstance(value, list) else [None]
    return None if None in found else found


_KEPT: Mapping[Reads, Callable[[ImportColumn, Any, str], Any]] = {
    Reads.DAY: _day,
    Reads.CHOICE: _choice,
    Reads.MINUTES: _whole,
    Reads.WHOLE: _whole,
    Reads.THING: _thing,
    Reads.THINGS: _things,
}
