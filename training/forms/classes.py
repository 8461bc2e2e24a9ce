"""The forms that plan a class: client, course and agent, the first and last day, and the times of its days."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.core.keys import day_of_text
from training.core.web.fields import Choices, DayField, RowField, needed, offer
from training.core.web.forms import RefusableForm
from training.forms.sessions import course_choices
from training.models import Company, Trainer, TrainingClass
from training.policies.classes import NEEDED
from training.policies.schedules import LAST_DAY, BadSchedule, Frequency, Interval, Schedule, check_schedule
from training.selectors.availability import offered_venues
from training.services.classes import ClassPlan

FIXED_LATER = ("client", "course")  # cannot be changed once the class is active
NO_DAYS = {"client", "class_type", "course", "agent", "venue", "course_hours", "version", "__all__"}
WEEK = range(1, 8)
TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})", re.ASCII)


class ClassForm(RefusableForm, forms.Form):
    """A new class, or the plan of an existing one. A draft may lack everything.

    Args:
        training_class: the one that is edited; None for a new one.
    """

    client = RowField(label=gettext_lazy("Client"), required=False)
    class_type = forms.CharField(label=gettext_lazy("Class type"), required=False, max_length=50)
    course = RowField(label=gettext_lazy("Course"), required=False)
    agent = RowField(label=gettext_lazy("Trainer"), required=False)
    venue = RowField(label=gettext_lazy("Venue"), required=False)
    course_hours = forms.DecimalField(
        label=gettext_lazy("Course hours"),
        required=False,
        max_digits=7,
        decimal_places=1,
        min_value=Decimal("0.1"),
        help_text=gettext_lazy("Hours a worker needs for 100 % progress. If left empty: the duration of the course."),
    )
    start_date = DayField(label=gettext_lazy("First day"), required=False)
    end_date = DayField(label=gettext_lazy("Last day"), required=False)
    frequency = forms.ChoiceField(label=gettext_lazy("Repeats"), choices=Frequency)
    month_days = forms.CharField(
        label=gettext_lazy("Days of the month"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One in each line, with its times: 15 08:00–12:00. For the last day: last 08:00–12:00."),
    )
    exceptions = forms.CharField(
        label=gettext_lazy("Days without a meeting"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One in each line, with the reason: 2026-12-24 Works closed."),
    )
    works_on = forms.CharField(
        label=gettext_lazy("Public holidays on which the class meets"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Their dates, such as 2026-10-03."),
    )
    applies_from = DayField(
        label=gettext_lazy("Changed days or times apply from"),
        required=False,
        help_text=gettext_lazy("If left empty: from today. Earlier meetings stay as they are."),
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, training_class: TrainingClass | None = None, **kwargs: Any) -> None:
        initial = {**({} if training_class is None else initial_of(training_class)), **kwargs.pop("initial", {})}
        super().__init__(data, initial=initial, **kwargs)
        self.training_class = training_class
        for day in WEEK:
            field = forms.CharField(label=str(WEEKDAYS[day - 1]), required=False, max_length=200)
            field.widget.attrs["placeholder"] = "08:00–12:00"
            self.fields[f"day_{day}"] = field
        self._offer("client", Company.objects.filter(is_active=True), _("No client yet"))
        offer(self, "course", course_choices(), nothing=_("No course yet"))
        self._offer("agent", Trainer.objects.filter(is_active=True), _("No trainer yet"))
        self._offer("venue", offered_venues(), _("No venue"))
        if training_class is None:
            del self.fields["version"]
        else:
            self.fields["version"].required = True
        if training_class is None or training_class.status == TrainingClass.Status.DRAFT:
            del self.fields["applies_from"]
            needed(self, _("needed to activate"), *NEEDED)
        else:
            for name in NEEDED.keys() & self.fields.keys():
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = NEEDED[name]
            for name in FIXED_LATER:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Cannot be changed in an active class.")

    @property
    def week_days(self) -> Iterator[forms.BoundField]:
        """The fields with the times of Monday to Sunday."""
        for day in WEEK:
            yield self[f"day_{day}"]

    def clean(self) -> dict[str, Any]:
        """Put frequency, days and times together as `schedule`; None if none was typed."""
        cleaned = self.cleaned_data
        cleaned["schedule"] = None
        days = self._days()
        exceptions, works_on = self._exceptions(), self._dates("works_on")
        if days and not self.errors.keys() - NO_DAYS:
            stored = self.training_class.schedule if self.training_class else None
            since = Schedule.from_json(stored).since if stored else None
            schedule = Schedule(Frequency(cleaned["frequency"]), days, exceptions, frozenset(works_on), since)
            try:
                check_schedule(schedule)
            except BadSchedule as refusal:
                self.refuse(refusal)
            else:
                cleaned["schedule"] = schedule
        return cleaned

    def plan(self) -> ClassPlan:
        """Return the plan of a valid form."""
        cleaned = self.cleaned_data
        return ClassPlan(
            client_id=cleaned["client"],
            class_type=cleaned["class_type"],
            course_id=cleaned["course"],
            agent_id=cleaned["agent"],
            venue_id=cleaned["venue"],
            course_hours=cleaned["course_hours"],
            start_date=cleaned["start_date"],
            end_date=cleaned["end_date"],
            schedule=cleaned["schedule"],
        )

    def place_of(self, name: str) -> str:
        places = {"days": self._first_day_field, "times": self._first_day_field, "schedule": "frequency"}
        return places.get(name, name)

    # Choices

    def _offer(self, name: str, offered: Any, nothing: str) -> None:
        """Offer rows that are in use, and the one that is chosen already even if it is not."""
        choices: Choices = [(thing.pk, str(thing)) for thing in offered]
        chosen = getattr(self.training_class, name, None)
        if chosen is not None and chosen.pk not in dict(choices):
            choices.append((chosen.pk, str(chosen)))
        offer(self, name, choices, nothing=nothing)

    # Values

    @property
    def _is_monthly(self) -> bool:
        return self.cleaned_data.get("frequency") == Frequency.MONTHLY

    @property
    def _first_day_field(self) -> str:
        if self._is_monthly:
            return "month_days"
        typed = (f"day_{day}" for day in WEEK if self.cleaned_data.get(f"day_{day}"))
        return next(typed, "day_1")

    def _days(self) -> dict[int, tuple[Interval, ...]]:
        if self._is_monthly:
            return self._month_days()
        typed = {day: self._times(f"day_{day}", self.cleaned_data.get(f"day_{day}") or "") for day in WEEK}
        return {day: times for day, times in typed.items() if times}

    def _month_days(self) -> dict[int, tuple[Interval, ...]]:
        """Return the times by day of the month, typed as lines such as "15 08:00–12:00"."""
        last = {"last", _("last").casefold()}
        found: dict[int, tuple[Interval, ...]] = {}
        for line in filter(str.strip, (self.cleaned_data.get("month_days") or "").splitlines()):
            word, _space, times = line.strip().partition(" ")
            is_number = word.isascii() and word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31
            if not is_number and word.casefold() not in last:
                words = {"line": line.strip()[:40]}
                text = _("“%(line)s” does not begin with a day from 1 to 31, or “last”.")
                self.add_error("month_days", text % words)
                return {}
            day = int(word) if is_number else LAST_DAY
            found[day] = found.get(day, ()) + self._times("month_days", times)
        return found

    def _times(self, name: str, typed: str) -> tuple[Interval, ...]:
        """Return the intervals typed as 08:00–12:00, 13:00–15:30."""
        found = []
        for part in filter(str.strip, re.split("[,;]", typed)):
            match = TIMES.fullmatch(part.strip())
            try:
                if match is None:
                    raise ValueError
                start_hour, start_minute, end_hour, end_minute = (int(number) for number in match.groups())
                # People write 24:00 for the midnight at the end of a day.
                end = time(0 if (end_hour, end_minute) == (24, 0) else end_hour, end_minute)
                found.append(Interval(time(start_hour, start_minute), end))
            except ValueError:
                self.add_error(name, _("Enter times such as 08:00–12:00, several with a comma between them."))
                return ()
        return tuple(found)

    def _exceptions(self) -> Mapping[date, str]:
        found: dict[date, str] = {}
        for line in filter(str.strip, (self.cleaned_data.get("exceptions") or "").splitlines()):
            word, _space, reason = line.strip().partition(" ")
            words = {"line": line.strip()[:40]}
            try:
                day = day_of_text(word.rstrip(":,"))
            except ValueError:
                self.add_error("exceptions", _("“%(line)s” does not begin with a date such as 2026-12-24.") % words)
                continue
            if day in found:
                self.add_error("exceptions", _("“%(line)s”: this date is entered twice. Remove one of them.") % words)
            found[day] = reason.strip()
        return found

    def _dates(self, name: str) -> list[date]:
        found = []
        for word in filter(None, re.split(r"[,;\s]+", self.cleaned_data.get(name) or "")):
            try:
                found.append(day_of_text(word))
            except ValueError:
                words = {"word": word[:20]}
                self.add_error(name, _("“%(word)s” is not a date. Enter dates such as 2026-10-03.") % words)
        return found


class StopForm(RefusableForm, forms.Form):
    """The last day on which a class meets."""

    stop_date = DayField(label=gettext_lazy("Last day held"))


def initial_of(training_class: TrainingClass) -> dict[str, Any]:
    """Return what the form of a stored class shows."""
    shown: dict[str, Any] = {
        "client": training_class.client_id,
        "class_type": training_class.class_type,
        "course": training_class.course_id,
        "agent": training_class.agent_id,
        "venue": training_class.venue_id,
        "course_hours": training_class.course_hours,
        "start_date": training_class.start_date,
        "end_date": training_class.end_date,
        "version": training_class.version,
    }
    stored = training_class.schedule
    return shown | (_initial_days(Schedule.from_json(stored)) if stored else {"frequency": Frequency.WEEKLY.value})


def _initial_days(schedule: Schedule) -> dict[str, Any]:
    def times(day: int) -> str:
        return ", ".join(str(each) for each in sorted(schedule.days[day]))

    typed: dict[str, str] = {f"day_{day}": times(day) for day in schedule.days}
    if schedule.frequency == Frequency.MONTHLY:
        lines = (f"{_('last') if day == LAST_DAY else day} {times(day)}" for day in schedule.in_order)
        typed = {"month_days": "\n".join(lines)}
    return {
        "frequency": schedule.frequency.value,
        **typed,
        "exceptions": "\n".join(f"{day} {reason}" for day, reason in sorted(schedule.exceptions.items())),
        "works_on": ", ".join(day.isoformat() for day in sorted(schedule.works_on)),
    }
