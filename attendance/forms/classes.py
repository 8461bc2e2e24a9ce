"""What the pages of classes send: filters, the hours of a meeting, who takes part, and what is exported."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.pages.classes import ClassFilter, ShownClasses
from attendance.pages.hours import COLUMNS, HoursColumn
from attendance.services.capture import Presence
from learners.models import LearnerProgression, ProgressionEvent
from learners.services.progression import Collision
from training.core.keys import keys_among
from training.core.web.fields import LONGEST_REASON, DayField, ReasonField, RowField, offer
from training.core.web.forms import RefusableForm
from training.forms.sessions import course_choices
from training.models import Company, Trainer

HOURS = "hours-"  # the key of the worker follows


def _hours_input() -> forms.NumberInput:
    return forms.NumberInput(attrs={"min": 0, "step": "0.5"})


class ClassFilterForm(forms.Form):
    """The filters above the list. A value that makes no sense is ignored.

    Attributes:
        usually: the entry of the status strip that counts if none is chosen.
    """

    usually = ShownClasses.ACTIVE

    show = forms.ChoiceField(label=gettext_lazy("Classes"), required=False, choices=ShownClasses)
    q = forms.CharField(label=gettext_lazy("Class code"), required=False, max_length=50)
    client = RowField(label=gettext_lazy("Client"), required=False)
    course = RowField(label=gettext_lazy("Course"), required=False)
    agent = RowField(label=gettext_lazy("Trainer"), required=False)

    def __init__(self, *args: Any, sees_everything: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = Company.objects.filter(classes__isnull=False).distinct()
        offer(self, "client", clients.values_list("pk", "name"), nothing=_("Any client"))
        offer(self, "course", course_choices(), nothing=_("Any course"))
        if sees_everything:
            agents = [(agent.pk, str(agent)) for agent in Trainer.objects.all()]
            offer(self, "agent", agents, nothing=_("Any trainer"))
        else:
            del self.fields["agent"]

    @property
    def choosers(self) -> list[forms.BoundField]:
        """The fields that are chosen from lists."""
        return [self[name] for name in ("client", "course", "agent") if name in self.fields]

    def shown(self) -> ShownClasses:
        """Return the chosen entry of the status strip; by default all states if a code is searched for."""
        self.is_valid()
        asked = self.cleaned_data
        return ShownClasses(asked.get("show") or (ShownClasses.ALL if asked.get("q") else self.usually))

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


class CaptureForm(RefusableForm, forms.Form):
    """The hours of everybody in progress, all of them full until somebody says otherwise (H2).

    The form hands the hours over as they were typed; the service checks them.
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
        for number, each in enumerate(progressions):
            label = _("Hours present: %(worker)s") % {"worker": each.learner.name}
            widget = forms.NumberInput(
                attrs={"min": 0, "max": most, "step": "0.5", "aria-label": label, "autofocus": not number}
            )
            field = forms.CharField(required=False, initial=most, max_length=20, widget=widget)
            self.fields[f"{HOURS}{each.learner_id}"] = field

    @property
    def rows(self) -> Iterator[tuple[LearnerProgression, forms.BoundField]]:
        """Everybody in progress, each with the field for the hours."""
        for each in self.progressions:
            yield each, self[f"{HOURS}{each.learner_id}"]

    def presences(self) -> list[Presence]:
        """Return the hours of everybody whom the page showed, including those who are no longer in progress."""
        named = {name.removeprefix(HOURS): hours for name, hours in self.data.items() if name.startswith(HOURS)}
        return [Presence(key, named[str(key)].strip().replace(",", ".")) for key in keys_among(named)]

    def place_of(self, name: str) -> str:
        return f"{HOURS}{name}"  # the service reports errors by the key of the worker


class MonthForm(forms.Form):
    """Which month of a class is shown. If none is asked for, or it is not a month, the page chooses."""

    month = forms.DateField(required=False, input_formats=["%Y-%m"])

    def month_or_none(self) -> date | None:
        """Return the first day of the month that was asked for; None if none was."""
        self.is_valid()
        asked: date | None = self.cleaned_data.get("month")
        return asked


class StartForm(RefusableForm, forms.Form):
    """Who takes part in a class, from which day on, and what happens to another programme that they are in (H7)."""

    start_date = DayField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("The first day that counts. Start workers who join later in a second step."),
    )
    on_collision = forms.ChoiceField(
        label=gettext_lazy("Workers who are in another programme"),
        choices=(
            (Collision.REFUSE, gettext_lazy("Start nobody, so that I can decide")),
            (Collision.HOLD, gettext_lazy("Put the other programme on hold")),
        ),
        initial=Collision.REFUSE,
        widget=forms.RadioSelect,
    )
    learner = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Workers"),
        coerce=int,
        error_messages={"required": gettext_lazy("Choose at least one worker.")},
    )

    def __init__(self, data: QueryDict | None = None, *, ticked: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        # The service checks whether these workers exist.
        self.chosen = keys_among(ticked)
        self.fields["learner"].choices = [(key, key) for key in self.chosen]  # type: ignore[attr-defined]

    @property
    def http_status(self) -> int:
        """200, or 422 and never 409: of a worker in another programme the form asks what happens to that programme."""
        return 422 if self.is_bound and not self.is_valid() else 200


class StepForm(RefusableForm, forms.Form):
    """From which day on a programme is held, resumed or completed, and why (H7)."""

    effective_date = DayField(label=gettext_lazy("Effective from"))
    reason = ReasonField(required=False, rows=2)
    holds_other = forms.BooleanField(
        label=gettext_lazy("Put another programme in progress on hold"),
        required=False,
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != ProgressionEvent.Kind.RESUMED:
            del self.fields["holds_other"]


class ByHandForm(RefusableForm, forms.Form):
    """Hours of a worker that belong to no meeting (H5). The service checks the hours and the day."""

    log_date = DayField(label=gettext_lazy("Day"))
    hours_trained = forms.CharField(label=gettext_lazy("Hours trained"), max_length=20, widget=_hours_input())
    hours_present = forms.CharField(
        label=gettext_lazy("Hours present"),
        required=False,
        max_length=20,
        widget=_hours_input(),
        help_text=gettext_lazy("Leave empty for all of them."),
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Why these hours belong to no meeting, for example a lesson that was made up."),
    )

    def entered(self) -> dict[str, Any]:
        """Return what a valid form logs, by the argument names of the service; empty hours present mean all."""
        typed = self.cleaned_data
        trained = typed["hours_trained"].replace(",", ".")
        return {
            "log_date": typed["log_date"],
            "hours_trained": trained,
            "hours_present": typed["hours_present"].replace(",", ".") or trained,
            "notes": typed["notes"],
        }


class ExportForm(ClassFilterForm):
    """Which hours are exported: the filters of the list, the days, the columns and the kind of file."""

    usually = ShownClasses.ALL

    first = DayField(label=gettext_lazy("From"), required=False)
    last = DayField(label=gettext_lazy("To"), required=False)
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns"),
        choices=[(column.name, column.title) for column in COLUMNS],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Without badge, worker and employer there is one row for each class and month."),
        error_messages={"required": gettext_lazy("Choose at least one column.")},
    )
    format = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=(("xlsx", "Excel"), ("csv", "CSV")),
        initial="xlsx",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["columns"] = [column.name for column in COLUMNS]

    def clean(self) -> dict[str, Any]:
        """Check that the last day is not before the first one."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _("This day is before the first one. Enter that day or a later one."))
        return self.cleaned_data

    def chosen(self) -> list[HoursColumn]:
        """Return the columns of a valid form, in their usual order."""
        return [column for column in COLUMNS if column.name in self.cleaned_data["columns"]]
