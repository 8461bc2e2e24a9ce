"""Edits of rows that several people keep: what somebody else changed meanwhile is not overwritten, as with S3.

A form of a stored row carries, unseen, when the row was changed last before the person got it. The service compares
that under its lock; what was typed stays, and each field that differs says what is stored by now.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from training.core.audited import Authored
from training.core.permissions import name_of
from training.core.refusals import Refusal, Stale, show_refusal
from training.core.words import day, moment

LOADED = "loaded"


def check_unchanged(row: Authored, loaded: datetime | None) -> None:
    """Refuse an edit of what somebody else changed meanwhile.

    Args:
        row: locked, as it is stored.
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        Stale: says who changed it and when.
    """
    if loaded is not None and loaded != row.updated_at:
        who = name_of(row.updated_by) if row.updated_by else _("Somebody")
        raise Stale(
            _("%(who)s changed this on %(when)s. Nothing is saved. Compare, then save again.")
            % {"who": who, "when": moment(timezone.localtime(row.updated_at))},
            conflict={"kind": "VERSION", "theirs": row.updated_at.isoformat(), "yours": loaded.isoformat()},
        )


def remember(form: forms.BaseForm, row: Authored | None) -> None:
    """Let a form carry which state of a stored row it shows; a new row has none."""
    if row is not None and row.pk is not None:
        loaded = row.updated_at.isoformat()
        form.fields[LOADED] = forms.CharField(required=False, widget=forms.HiddenInput, initial=loaded)


def loaded_by(form: forms.BaseForm) -> datetime | None:
    """Return `updated_at` of what the person had before them, from a valid form; None of a new row."""
    return loaded_in(form.cleaned_data)


def loaded_in(data: Mapping[str, Any]) -> datetime | None:
    """Return `updated_at` of what the person had before them, from what was sent; None where it does not say."""
    try:
        return datetime.fromisoformat(data.get(LOADED) or "")
    except ValueError:
        return None


def refuse(form: forms.BaseForm, refusal: Refusal) -> None:
    """Show a refusal in a form. After somebody else's change the next try is on their state, which is shown as well."""
    if isinstance(refusal, Stale):
        show_stored(form)
        data: Any = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        data[LOADED] = form[LOADED].initial
        form.data = data
    show_refusal(form, refusal)


def show_stored(form: forms.BaseForm) -> None:
    """Say at every field that differs from what is stored by now what that is."""
    for field in form.visible_fields():
        if field.name in form.changed_data:
            field.help_text = _("Now stored: %(value)s") % {"value": _in_words(field)}


def _in_words(field: forms.BoundField) -> str:
    """Return what is stored, as a person would read it off the field."""
    stored, choices = field.initial, getattr(field.field, "choices", None)
    if choices is not None:
        labels = {str(value): str(label) for value, label in choices}
        values = stored if isinstance(stored, Iterable) and not isinstance(stored, str) else [stored]
        return ", ".join(labels.get(str(value), str(value)) for value in values if value not in (None, "")) or "–"
    if isinstance(stored, bool):
        return _("yes") if stored else _("no")
    if isinstance(stored, date):
        return day(stored)
    return "–" if stored in (None, "") else str(stored)
