"""Forms that show what a service refused, and that know which state of a stored row a person has before them.

The form of a stored row has a hidden field with the time of the row's last change when the form was loaded
(`remember`). The service compares that time with the row that it has locked. If it refuses with `Stale`, what was typed
stays, each field that differs says what is stored now, and sending the form again replaces the stored values.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from training.core.audited import Authored
from training.core.questions import ConfirmationNeeded
from training.core.refusals import Conflict, Invalid, Refusal, Stale
from training.core.web.fields import ReasonField
from training.core.words import day

LOADED = "loaded"
VERSION = "version"
CONFIRMED = "confirmed"


class RefusableForm(forms.BaseForm):
    """A form that shows what a service refused, at the fields that the refusal names.

    Among the bases of a class it comes before `Form` or `ModelForm`.

    Attributes:
        places: the field of this form by the name that the service uses for it, if the two differ.
        shows_stored: whether fields say what is stored now after somebody else's change.
        showable: the kinds of refusal that the form can show; any other one is answered by a page of its own.
        refusal: the last refusal; None if there was none. If it asks something (`ConfirmationNeeded`), the form shows
            the question with a box to confirm it (`partials/_form_errors.html`).
    """

    places: ClassVar[Mapping[str, str]] = {}
    shows_stored: ClassVar[bool] = True
    showable: ClassVar[tuple[type[Refusal], ...]] = (Invalid, Conflict)
    refusal: Refusal | None = None

    @property
    def http_status(self) -> int:
        """The HTTP status of a page with this form: 409 after a conflict, 422 after other errors, else 200.

        HTMX swaps in answers with these three statuses and no others.
        """
        if isinstance(self.refusal, Conflict):
            return self.refusal.status
        return 422 if self.refusal is not None or (self.is_bound and not self.is_valid()) else 200

    @property
    def question(self) -> ConfirmationNeeded | None:
        """What the service asks before it does this; None if it asks nothing."""
        return self.refusal if isinstance(self.refusal, ConfirmationNeeded) else None

    @property
    def confirmed(self) -> str:
        """The word of the question that the person confirmed; empty if none was."""
        return str(self.data.get(CONFIRMED, ""))

    @property
    def is_reply(self) -> bool:
        """Whether the form is the answer to one that was sent: with what was typed, or a new one with a refusal."""
        return self.is_bound or self.refusal is not None

    def refusing(self) -> "Refusing":
        """Return a context manager for the call of a service.

        It catches refusals that the form can show and shows them here; the view goes on after the block.
        """
        return Refusing(self)

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at the fields that it names, or above the form. What was typed stays.

        A new form, which is not bound, can show it as well.
        """
        self.refusal = refusal
        if not self.is_bound:
            self.cleaned_data: dict[str, Any] = {}  # Django's add_error removes wrong values from it
        elif isinstance(refusal, Stale):
            self._go_on_from(refusal)
        for name, texts in refusal.errors.items():
            self.show(self.place_of(name), texts)
        if not refusal.errors:
            self.add_error(None, refusal.message)

    def place_of(self, name: str) -> str:
        """Return the name of the field at which errors are shown that the service reports for `name`."""
        return self.places.get(name, name)

    def show(self, place: str, texts: Sequence[str]) -> None:
        """Show sentences at the field `place`, or above the form if it has no such field."""
        for text in texts:
            self.add_error(place if place in self.fields else None, text)

    def put(self, name: str, value: Any) -> None:
        """Replace what was typed into a field of a bound form."""
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
    """Catches what a service refuses and shows it in a form, if the form can show that kind of refusal."""

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


def understood(form: forms.BaseForm, name: str) -> Any:
    """Return the value of a field while somebody is still typing; None if it cannot be understood so far."""
    try:
        return form.fields[name].clean(form[name].value())
    except forms.ValidationError:
        return None


def remember(form: forms.BaseForm, row: Authored | None) -> None:
    """Add the hidden field that says which state of a stored row the form shows; a new row needs none."""
    if row is not None and row.pk is not None:
        loaded = row.updated_at.isoformat()
        form.fields[LOADED] = forms.CharField(required=False, widget=forms.HiddenInput, initial=loaded)


def loaded_by(form: forms.BaseForm) -> datetime | None:
    """Return `updated_at` of the row when the person loaded it, read from a valid form; None for a new row."""
    return loaded_in(form.cleaned_data)


def loaded_in(data: Mapping[str, Any]) -> datetime | None:
    """Return `updated_at` of the row when the person loaded it, read from what was sent; None if it is missing."""
    try:
        return datetime.fromisoformat(data.get(LOADED) or "")
    except ValueError:
        return None


def show_stored(form: forms.BaseForm) -> None:
    """Say what is stored now, at every field in which something else was typed."""
    for field in form.visible_fields():
        if field.name in form.changed_data:
            field.help_text = _("Now stored: %(value)s") % {"value": _in_words(field)}


def _in_words(field: forms.BoundField) -> str:
    """Return the stored value of a field in words, as the field shows it."""
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
