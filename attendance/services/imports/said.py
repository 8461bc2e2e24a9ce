"""What a program says about a file beforehand: checked here, so that nothing of it can break a later step (I1)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from attendance.services.imports.choices import checked_choices
from training.core.imports.declaration import ImportKind, Thing
from training.core.refusals import Invalid
from training.policies.imports.tables import TableLayout

PLACE = re.compile(r"\d{1,6}:\d{1,9}")
INDEX = re.compile(r"\d{1,6}")


def checked_said(kind: ImportKind, said: Mapping[str, Any], *, sender: str) -> dict[str, Any]:
    """Return what a program has said, as an import keeps it; what is null is not said.

    Args:
        said: `layout`, by index of the sheet; `columns`, answers by key of the question; `things`, by thing and
            compared text; `people`, by sheet and row; `choices`, what is said once for all rows.

    Raises:
        Invalid: it has another part, or a part has another form; all mistakes in one.
    """
    wrong: dict[str, list[str]] = {}
    for name in said:
        if name not in _FORMS:
            words = {"name": name, "parts": ", ".join(_FORMS)}
            wrong[name] = [_("“%(name)s” is no part of what can be said. Parts are: %(parts)s.") % words]
    for name, (is_right, form) in _FORMS.items():
        if name in said and not is_right(kind, said[name]):
            wrong[name] = [_("“%(name)s” has another form than this: %(form)s") % {"name": name, "form": form()}]
    if wrong:
        raise Invalid.of_fields(wrong)
    return {
        "layout": dict(said.get("layout", {})),
        "choices": checked_choices(kind, said.get("choices", {}), sender=sender),
        "answers": {
            "columns": _without_nulls(said.get("columns", {})),
            "things": {thing: _without_nulls(texts) for thing, texts in said.get("things", {}).items()},
            "people": dict(said.get("people", {})),
            "employers": _without_nulls(said.get("employers", {})),
        },
    }


def _without_nulls(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value is not None}


def _is_layout(kind: ImportKind, said: Any) -> bool:
    return isinstance(said, dict) and all(
        INDEX.fullmatch(index) is not None and isinstance(sheet, dict) and _is_sheet(kind, sheet)
        for index, sheet in said.items()
    )


def _is_sheet(kind: ImportKind, sheet: Mapping[str, Any]) -> bool:
    columns, constants, lines = sheet.get("columns"), sheet.get("constants", {}), sheet.get("side_lines", [])
    return (
        sheet.get("layout") in set(TableLayout)
        and isinstance(columns, dict)
        and all(INDEX.fullmatch(index) is not None and _is_use(kind, use) for index, use in columns.items())
        and isinstance(constants, dict)
        and all(name in kind.names and isinstance(text, str) for name, text in constants.items())
        and isinstance(lines, list)
        and all(name in kind.names for name in lines)
    )


def _is_use(kind: ImportKind, use: Any) -> bool:
    match use:
        case [str(name), str()]:
            return name in kind.names
        case _:
            return False


def _is_things(kind: ImportKind, said: Any) -> bool:
    return isinstance(said, dict) and all(
        thing in set(Thing) and isinstance(texts, dict) and all(_is_meaning(each) for each in texts.values())
        for thing, texts in said.items()
    )


def _is_meaning(said: Any) -> bool:
    return said is None or (isinstance(said, int | str) and not isinstance(said, bool))


def _is_people(kind: ImportKind, said: Any) -> bool:
    return isinstance(said, dict) and all(
        PLACE.fullmatch(place) is not None and (key is None or (isinstance(key, int) and not isinstance(key, bool)))
        for place, key in said.items()
    )


def _is_employers(kind: ImportKind, said: Any) -> bool:
    return isinstance(said, dict) and all(name is None or isinstance(name, str) for name in said.values())


def _is_dict(kind: ImportKind, said: Any) -> bool:
    return isinstance(said, dict)


_FORMS: Mapping[str, tuple[Callable[[ImportKind, Any], bool], Callable[[], str]]] = {
    "layout": (
        _is_layout,
        lambda: _("by index of the sheet its “layout” and its “columns”: by index a column of the kind and its head."),
    ),
    "columns": (_is_dict, lambda: _("by key of the question its answer.")),
    "things": (_is_things, lambda: _("by thing and text a key, “new” or “leave out”.")),
    "people": (_is_people, lambda: _("by sheet and row, such as 0:5, the key of a worker, or null for nobody.")),
    "employers": (_is_employers, lambda: _("by badge the name of the employer.")),
    "choices": (_is_dict, lambda: _("by name what is said for all rows.")),
}
