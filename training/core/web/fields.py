"""The fields and inputs that forms share: days, clocks, reasons, and what is chosen from a list."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

LONGEST_REASON = 500
Choice = tuple[int | str, str]
Choices = list[Choice]
# A year of three or five digits is a typing error, and calculations with it may leave the range of `date`.
WITHIN_REASON = [
    MinValueValidator(date(1990, 1, 1), gettext_lazy("Check the year.")),
    MaxValueValidator(date(2190, 1, 1), gettext_lazy("Check the year.")),
]


class DayInput(forms.DateInput):
    """The browser's own calendar, which accepts and sends only ISO dates."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """The browser's own clock, to the minute."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class DayField(forms.DateField):
    """A day, chosen in the browser's calendar, in a plausible year."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=DayInput, validators=WITHIN_REASON, **options)


class RowField(forms.TypedChoiceField):
    """One row chosen from a list, as its key; None if nothing is chosen. `offer` sets the rows."""

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, empty_value=None, **options)


class ReasonField(forms.CharField):
    """The reason for a step.

    Args:
        rows: the height of its box, in lines.
    """

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Reason"))
        options.setdefault("error_messages", {"required": gettext_lazy("Enter the reason.")})
        super().__init__(max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": rows}), **options)


def offer(form: forms.BaseForm, name: str, choices: Iterable[Choice], *, nothing: str | Promise | None = None) -> None:
    """Set the choices of a field of a form.

    Args:
        name: the name of a choice field of the form.
        choices: the value and the words of each entry, in their order.
        nothing: the words of a first entry that chooses nothing; None for no such entry.
    """
    field = cast(forms.ChoiceField, form.fields[name])
    field.choices = [*([] if nothing is None else [("", nothing)]), *choices]


def needed(form: forms.BaseForm, when: str | Promise, *names: str) -> None:
    """Mark fields that are needed only sometimes: their labels say when, instead of "optional".

    This only informs; the service checks that they are filled in.

    Args:
        when: the words beside the label, such as "needed to schedule".
        names: the names of the fields; those that the form does not have are ignored.
    """
    for name in names:
        if name in form.fields:
            form.fields[name].needed_when = when  # type: ignore[attr-defined]  # read by partials/_field.html
