"""The form that plans a session, with days and times of the site; and the filters of sessions."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.core.keys import key_of
from training.core.web.fields import WITHIN_REASON, Choices, ClockInput, DayField, ReasonField, RowField, needed, offer
from training.core.web.forms import RefusableForm, understood
from training.models import Course, Session, Trainer, Venue
from training.pages.trainer_choices import load_label, trainer_choices
from training.policies.moments import moment_of
from training.selectors.availability import booked_minutes, offered_venues
from training.selectors.courses import bookable_versions, course_title, published_version
from training.selectors.sessions import SessionFilter, Shown
from training.services.sessions import Plan

SCHEDULED_WITH = ("day", "start", "end", "trainer", "venue")  # needed to schedule (S2)


class SessionForm(RefusableForm, forms.Form):
    """A new session, or the plan of an existing one. Choices that are stored already are offered as well.

    Args:
        session: the one that is edited; None for a new one.
        today: the day whose week counts for the load of trainers until a day is typed.
    """

    course = RowField(label=gettext_lazy("Course"), error_messages={"required": gettext_lazy("Choose a course.")})
    day = DayField(label=gettext_lazy("Day"), required=False)
    start = forms.TimeField(label=gettext_lazy("Start"), required=False, widget=ClockInput)
    end = forms.TimeField(label=gettext_lazy("End"), required=False, widget=ClockInput)
    last_day = DayField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Only if it ends on another day."),
    )
    trainer = RowField(label=gettext_lazy("Trainer"), required=False)
    venue = RowField(label=gettext_lazy("Venue"), required=False)
    reason = ReasonField(
        label=gettext_lazy("Reason for the change"),
        required=False,
        rows=2,
        help_text=gettext_lazy(
            "Needed because attendance is marked or a signed sheet is stored: why trainer, venue or time change."
        ),
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    shows_stored = False  # the page itself lists what somebody else changed

    def __init__(self, data: Any = None, *, session: Session | None = None, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.session = session
        if session is None or not session.has_mark_or_evidence:
            del self.fields["reason"]
        if session is None:
            del self.fields["version"]
        else:
            self.fields["version"].required = True
        if session is None or session.status == Session.Status.DRAFT:
            needed(self, _("needed to schedule"), *SCHEDULED_WITH)
        else:
            needed(self, _("needed"), *SCHEDULED_WITH)
        needed(self, _("needed if trainer, venue or time change"), "reason")
        offer(self, "course", self._courses())
        offer(self, "trainer", self._trainers(today))
        offer(self, "venue", self._venues())

    def clean(self) -> dict[str, Any]:
        """Put days and times together as the moments `start_time` and `end_time`; None if day or time is missing."""
        cleaned = self.cleaned_data
        day, start, end = (cleaned.get(name) for name in ("day", "start", "end"))
        if start and not day and "day" not in self.errors:
            self.add_error("day", _("Enter the day."))
        if day and not start and "start" not in self.errors:
            self.add_error("start", _("Enter the start time, or leave the day empty."))
        if end and not start and not day and not {"start", "day"} & set(self.errors):
            self.add_error("start", _("Enter the day and the start time as well."))
        cleaned["start_time"] = self._moment("start", day, start)
        cleaned["end_time"] = self._moment("end", cleaned.get("last_day") or day, end)
        return cleaned

    def plan(self) -> Plan:
        """Return the plan of a valid form."""
        cleaned = self.cleaned_data
        return Plan(
            course_id=cleaned["course"],
            trainer_id=cleaned["trainer"],
            venue_id=cleaned["venue"],
            start_time=cleaned["start_time"],
            end_time=cleaned["end_time"],
        )

    def typed_plan(self) -> Plan:
        """Return as much of the plan as can be understood while somebody is still typing."""
        self.is_valid()
        cleaned = self.cleaned_data
        plan = Plan(start_time=cleaned.get("start_time"), end_time=cleaned.get("end_time"))
        if cleaned.get("course"):
            plan["course_id"] = cleaned["course"]
        return plan | Plan(trainer_id=cleaned.get("trainer"), venue_id=cleaned.get("venue"))

    def propose_end(self) -> bool:
        """Fill in an empty end from the length of the course, if that is on the same day. Return whether it did."""
        start, chosen = understood(self, "start"), self._chosen("course")
        version = published_version(chosen) if start and chosen and not self["end"].value() else None
        if version is None:
            return False
        end = datetime.combine(date.min, start) + timedelta(minutes=version.duration_minutes)
        if end.date() != date.min:
            return False
        self.put("end", f"{end:%H:%M}")
        return True

    def place_of(self, name: str) -> str:
        start = "start" if self.cleaned_data.get("day") else "day"
        return {"start_time": start, "end_time": "end"}.get(name, name)

    # Choices

    def _chosen(self, name: str) -> int | None:
        """Return the key that is in a field now, typed or stored; None if there is none."""
        return key_of(str(self[name].value() or ""))

    def _courses(self) -> Choices:
        versions = bookable_versions()
        choices: Choices = [(version.course_id, f"{version.course.code} {version.title}") for version in versions]
        chosen = self._chosen("course")
        if chosen and chosen not in dict(choices):
            choices += [
                (course.pk, _("%(code)s (no published version)") % {"code": course})
                for course in Course.objects.filter(pk=chosen)
            ]
        return [("", _("Choose a course")), *choices]

    def _trainers(self, today: date) -> Choices:
        on = understood(self, "day") or today
        offered = trainer_choices(course_id=self._chosen("course"), on=on)
        choices: Choices = [(choice.trainer.pk, choice.label) for choice in offered]
        chosen = self._chosen("trainer")
        if chosen and chosen not in dict(choices):
            minutes = booked_minutes(trainer_ids=[chosen], week_of=on)[chosen]
            choices += [
                (trainer.pk, _("%(name)s – not available for this course") % {"name": load_label(trainer, minutes)})
                for trainer in Trainer.objects.filter(pk=chosen)
            ]
        return [("", _("No trainer yet")), *choices]

    def _venues(self) -> Choices:
        venues = list(offered_venues())
        chosen = self._chosen("venue")
        if chosen and chosen not in {venue.pk for venue in venues}:
            venues += Venue.objects.filter(pk=chosen)
        seats = _("%(name)s (%(capacity)d seats)")
        choices: Choices = [(venue.pk, seats % {"name": venue, "capacity": venue.capacity}) for venue in venues]
        return [("", _("No venue yet")), *choices]

    # Values

    # Times of the site

    def _moment(self, field: str, day: date | None, clock: time | None) -> datetime | None:
        """Return the moment of a day and time. One that was not changed keeps the seconds of the stored one."""
        if day is None or clock is None:
            return None
        stored = getattr(self.session, f"{field}_time", None)
        if stored is not None:
            shown = timezone.localtime(stored)
            if (shown.date(), shown.time().replace(second=0, microsecond=0)) == (day, clock):
                return stored  # type: ignore[no-any-return]  # a field of Session
        try:
            return moment_of(day, clock)
        except forms.ValidationError as error:
            self.add_error(field, error)
            return None


def initial_of(session: Session) -> dict[str, Any]:
    """Return what the form of a stored session shows."""
    start = timezone.localtime(session.start_time) if session.start_time else None
    end = timezone.localtime(session.end_time) if session.end_time else None
    ends_another_day = end is not None and (start is None or end.date() != start.date())
    return {
        "course": session.course_id,
        "trainer": session.trainer_id,
        "venue": session.venue_id,
        "day": start and start.date(),
        "start": start and start.time().replace(second=0, microsecond=0),
        "end": end and end.time().replace(second=0, microsecond=0),
        "last_day": end.date() if end and ends_another_day else None,
        "version": session.version,
    }


class SessionFilterForm(forms.Form):
    """The filters above the list and the week. A value that makes no sense is ignored."""

    show = forms.ChoiceField(required=False, choices=Shown)
    q = forms.CharField(label=gettext_lazy("Reference, course, trainer or venue"), required=False, max_length=100)
    course = RowField(label=gettext_lazy("Course"), required=False)
    trainer = RowField(label=gettext_lazy("Trainer"), required=False)
    venue = RowField(label=gettext_lazy("Venue"), required=False)
    first = DayField(label=gettext_lazy("From"), required=False)
    last = DayField(label=gettext_lazy("To"), required=False)

    week_of = forms.DateField(required=False, validators=WITHIN_REASON)

    def __init__(self, *args: Any, sees_everything: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "course", course_choices(), nothing=_("Any course"))
        offer(self, "venue", Venue.objects.values_list("pk", "name"), nothing=_("Any venue"))
        if sees_everything:
            trainers = ((trainer.pk, str(trainer)) for trainer in Trainer.objects.all())
            offer(self, "trainer", trainers, nothing=_("Any trainer"))
        else:
            del self.fields["trainer"]

    @property
    def choosers(self) -> list[forms.BoundField]:
        """The fields that are chosen from lists."""
        return [self[name] for name in ("course", "trainer", "venue") if name in self.fields]

    def shown(self) -> Shown:
        """Return the chosen entry of the status strip, by default the open sessions, which people need most."""
        self.is_valid()
        return Shown(self.cleaned_data.get("show") or Shown.OPEN)

    def asked_day(self) -> date | None:
        """Return the day whose week is asked for; None if none is."""
        self.is_valid()
        day: date | None = self.cleaned_data.get("week_of")
        return day

    def wanted(self) -> SessionFilter:
        """Return the filter that was asked for."""
        self.is_valid()
        asked = self.cleaned_data
        return SessionFilter(
            course_id=asked.get("course"),
            trainer_id=asked.get("trainer"),
            venue_id=asked.get("venue"),
            first=asked.get("first"),
            last=asked.get("last"),
            text=asked.get("q", ""),
        )


def course_choices() -> Choices:
    """Return every course that is not deleted, published or not, with its title."""
    courses = Course.objects.filter(deleted_at__isnull=True)
    courses = courses.annotate(title=Coalesce(course_title("pk"), Value("")))
    return [(pk, f"{code} {title}".strip()) for pk, code, title in courses.values_list("pk", "code", "title")]
