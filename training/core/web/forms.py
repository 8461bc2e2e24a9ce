"""Forms that show what a service refused, and that know which state of a stored row a person has before them.

A form of a stored row carries in a hidden field when the row was changed last before the person loaded it
(`remember`). The service compares that under its lock. If it refuses with `Stale`, what was typed stays, each field
that differs says what is stored now, and sending the form again replaces what it shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from training.core.audited import Authored
from training.core.refusals import Conflict, Invalid, Refusal, Stale
from training.core.web.fields import ReasonField
from training.core.words import day

LOADED = "loaded"
VERSION = "version"


class RefusableForm(forms.BaseForm):
    """Shows what a service refused at the fields that it names. Comes before `Form` or `ModelForm` among the bases.

    Attributes:
        places: the field of this form for a name that the service gives to it, where the two differ.
        shows_stored: whether fields say what is stored by now after somebody else's change.
        showable: the kinds of refusal that the form can show; any other one is for the whole page.
        refusal: what was refused last; None where nothing was.
    """

    places: ClassVar[Mapping[str, str]] = {}
    shows_stored: ClassVar[bool] = True
    showable: ClassVar[tuple[type[Refusal], ...]] = (Invalid, Conflict)
    refusal: Refusal | None = None

    @property
    def http_status(self) -> int:
        """The HTTP status of a page with this form: 200, of what can be put right in it 422, of a conflict 409.

        HTMX swaps in a form with one of these, and nothing with another status.
        """
        if isinstance(self.refusal, Conflict):
            return self.refusal.status
        return 422 if self.refusal is not None or (self.is_bound and not self.is_valid()) else 200

    @property
    def is_reply(self) -> bool:
        """Whether it answers somebody who has sent it: with what they typed, or anew with what was refused."""
        return self.is_bound or self.refusal is not None

    def refusing(self) -> "Refusing":
        """Around the call of a service: what it refuses is shown here, and the view goes on after the block."""
        return Refusing(self)

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at the fields that it names, or above the form. What was typed stays.

        A form that is asked anew, and so is not bound, shows it as well.
        """
        self.refusal = refusal
        if not self.is_bound:
            self.cleaned_data: dict[str, Any] = {}  # Django's add_error takes from it what is wrong
        elif isinstance(refusal, Stale):
            self._go_on_from(refusal)
        for name, texts in refusal.errors.items():
            self.show(self.place_of(name), texts)
        if not refusal.errors:
            self.add_error(None, refusal.message)

    def place_of(self, name: str) -> str:
        """Return the field that shows what is wrong with what the service calls `name`."""
        return self.places.get(name, name)

    def show(self, place: str, texts: Sequence[str]) -> None:
        """Put sentences at a field; above the form where it has no such field."""
        for text in texts:
            self.add_error(place if place in self.fields else None, text)

    def put(self, name: str, value: Any) -> None:
        """Let a bound form say something else than what was typed."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict or a dict
        data[name] = value
        self.data = data

    def _go_on_from(self, refusal: Stale) -> None:
        if self.shows_stored:
            show_stored(self)
        for name in {LOADED, VERSION} & self.fields.keys():
            shown = self[name].initial
            self.put(name, (refusal.conflict or {}).get("theirs", "") if shown is None else shown)


class Refusing:
    """Puts what a service refuses into a form, as far as the form can show it."""

    def __init__(self, form: RefusableForm) -> None:
        self.form = form

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, self.form.showable):
            return False
        self.form.refuse(error)
        return True


class QuestionForm(RefusableForm, forms.Form):
    """A question that is answered by its button alone."""


class ReasonForm(QuestionForm):
    """A question that is answered with a reason."""

    reason = ReasonField()


def remember(form: forms.BaseForm, row: Authored | None) -> None:
    """Add the hidden field that says which state of a stored row the form shows; a new row needs none."""
    if row is not None and row.pk is not None:
        loaded = row.updated_at.isoformat()
        form.fields[LOADED] = forms.CharField(required=False, widget=forms.HiddenInput, initial=loaded)


def loaded_by(form: forms.BaseForm) -> datetime | None:
    """Return `updated_at` of the row when the person loaded it, from a valid form; None for a new row."""
    return loaded_in(form.cleaned_data)


def loaded_in(data: Mapping[str, Any]) -> datetime | None:
    """Return `updated_at` of the row when the person loaded it, from what was sent; None where it is not in there."""
    try:
        return datetime.fromisoformat(data.get(LOADED) or "")
    except ValueError:
        return None


def show_stored(form: forms.BaseForm) -> None:
    """Say at every field that differs from what is stored now what is stored."""
    for field in form.visible_fields():
        if field.name in form.changed_data:
            field.help_text = _("Now stored: %(value)s") % {"value": _in_words(field)}


def _in_words(field: forms.BoundField) -> str:
    """Return what is stored in the words in which the field shows it."""
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
