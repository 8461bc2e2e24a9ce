"""What the pages of classes send: filters, the hours of a meeting, and why one is voided."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.selectors.classes import ClassFilter, Shown
from attendance.services.capture import Presence
from learners.models import LearnerProgression
from training.forms import LONGEST_REASON, course_choices
from training.models import Company, Trainer
from training.refusals import Refusal

HOURS = "hours-"  # and the key of the worker


class ClassFilterForm(forms.Form):
    """The filters above the list. A value that means nothing narrows nothing."""

    show = forms.ChoiceField(required=False, choices=Shown)
    q = forms.CharField(label=gettext_lazy("Class code"), required=False, max_length=50)
    client = forms.TypedChoiceField(label=gettext_lazy("Client"), required=False, coerce=int, empty_value=None)
    course = forms.TypedChoiceField(label=gettext_lazy("Course"), required=False, coerce=int, empty_value=None)
    agent = forms.TypedChoiceField(label=gettext_lazy("Agent"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, sees_everything: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = Company.objects.filter(classes__isnull=False).distinct()
        self.fields["client"].choices = [("", _("Any client")), *clients.values_list("pk", "name")]  # type: ignore[attr-defined]
        self.fields["course"].choices = [("", _("Any course")), *course_choices()]  # type: ignore[attr-defined]
        if sees_everything:
            agents = [(agent.pk, str(agent)) for agent in Trainer.objects.all()]
            self.fields["agent"].choices = [("", _("Any agent")), *agents]  # type: ignore[attr-defined]
        else:
            del self.fields["agent"]

    @property
    def choosers(self) -> list[forms.BoundField]:
        """The fields that are chosen from lists."""
        return [self[name] for name in ("client", "course", "agent") if name in self.fields]

    def shown(self) -> Shown:
        """Return which entry of the status strip is chosen; whoever looks for a code looks in all states."""
        self.is_valid()
        asked = self.cleaned_data
        return Shown(asked.get("show") or (Shown.ALL if asked.get("q") else Shown.ACTIVE))

    def wanted(self) -> ClassFilter:
        """Return the filter that was asked for."""
        self.is_valid()
        asked = self.cleaned_data
        return ClassFilter(
            code=asked.get("q", ""),
            client_id=asked.get("client"),
            course_id=asked.get("course"),
            agent_id=asked.get("agent"),
        )


class CaptureForm(forms.Form):
    """The hours of everybody in progress, all of them full until somebody says otherwise (H2).

    What hours may be is for the service to say; here they are what was typed.
    """

    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, progressions: Sequence[LearnerProgression], scheduled: Decimal) -> None:
        super().__init__(data)
        self.progressions = progressions
        most = f"{scheduled.normalize():f}"
        for each in progressions:
            label = _("Hours present: %(worker)s") % {"worker": each.learner.name}
            widget = forms.NumberInput(attrs={"min": 0, "max": most, "step": "0.5", "aria-label": label})
            field = forms.CharField(required=False, initial=most, max_length=20, widget=widget)
            self.fields[f"{HOURS}{each.learner_id}"] = field

    @property
    def rows(self) -> Iterator[tuple[LearnerProgression, forms.BoundField]]:
        for each in self.progressions:
            yield each, self[f"{HOURS}{each.learner_id}"]

    def presences(self) -> list[Presence]:
        """Return the hours of everybody whom the page showed, those who are no longer in progress as well."""
        named = {name.removeprefix(HOURS): hours for name, hours in self.data.items() if name.startswith(HOURS)}
        return [
            Presence(int(learner_id), str(hours).strip().replace(",", "."))
            for learner_id, hours in named.items()
            if learner_id.isdecimal()
        ]

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at the rows that it names, or above them."""
        for learner_id, texts in refusal.errors.items():
            place = f"{HOURS}{learner_id}"
            for text in texts:
                self.add_error(place if place in self.fields else None, text)
        if not refusal.errors:
            self.add_error(None, refusal.message)


class VoidForm(forms.Form):
    """Why a capture or an exception is void (H4)."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )


class MonthForm(forms.Form):
    """Which month of a class is shown; what is none is left to the page."""

    month = forms.DateField(required=False, input_formats=["%Y-%m"])

    def month_or_none(self) -> date | None:
        self.is_valid()
        asked: date | None = self.cleaned_data.get("month")
        return asked
