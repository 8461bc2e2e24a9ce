"""The forms of workers: new, edit, status, badge, return, merge."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import DateField, ForeignKey, Q
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.forms.filters import area_choices
from learners.models import Learner, LearnerArea, Role, WorkerNumber
from learners.policies.worker_fields import WORKER_FIELDS, Card, WorkerField, attribute_of, fields_in
from learners.policies.workers import STATUS_STEPS
from learners.selectors.learners import find_by_badge
from learners.services.identity import NUMBER_FIELD
from learners.services.learners import LearnerFacts, status_since
from training.core.web.fields import DayField, ReasonField, RowField, needed, offer
from training.core.web.forms import RefusableForm, remember
from training.core.words import day as day_in_words
from training.models import Company


class WorkerForm(RefusableForm, forms.Form):
    """Everything that is known about a worker. The first badge is typed here; `BadgeForm` changes it later.

    Args:
        learner: the one that is edited; None for a new one.
        today: the day from which a newly ticked area counts, unless another day is typed.
        may_date_back: whether this person may enter an end before the last change of status, with a reason (C8).
    """

    badge_id = forms.CharField(min_length=3, max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    supervisor = forms.CharField(required=False, max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    areas = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Areas"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    areas_from = DayField(
        label=gettext_lazy("New areas count from"),
        required=False,
        help_text=gettext_lazy("Areas that were already ticked keep their day."),
    )
    reason = ReasonField(
        required=False,
        help_text=gettext_lazy("Needed only if the end date is before the last change of status."),
    )

    places = {attribute_of(field): field.name for field in WORKER_FIELDS}

    def __init__(
        self, data: Any = None, *, learner: Learner | None = None, today: date, may_date_back: bool = False
    ) -> None:
        self.learner, self.today = learner, today
        self.assigned = _assigned(learner)
        super().__init__(data, initial=_initial(learner, self.assigned, today))
        for field in WORKER_FIELDS:
            if field.card is not None:
                self.fields[field.name] = _form_field(field, self.fields.get(field.name))
        self.fields["role_assigned_at"].help_text = (
            _("If left empty: the start date.")
            if learner is None
            else _("Another role counts from today, unless you enter another day.")
        )
        numbers = _numbers(learner)
        self.kinds = {f"number_{place}": kind for place, kind in enumerate(_kinds(numbers))}
        for name, kind in self.kinds.items():
            self.fields[name] = forms.CharField(label=kind, required=False, max_length=50, initial=numbers.get(kind))
        needed(self, _("one of the two names is needed"), "first_name", "last_name")
        needed(self, _("sometimes needed, see below"), "reason")
        remember(self, learner)
        if learner is not None:
            del self.fields["badge_id"]
        if learner is None or not may_date_back or status_since(learner) is None:
            del self.fields["reason"]
        companies = Company.objects.filter(Q(is_active=True) | Q(pk=learner.company_id if learner else None))
        offer(self, "company", companies.values_list("pk", "name"), nothing=_("Choose an employer"))
        offer(self, "role", Role.objects.values_list("pk", "title"), nothing=_("Choose a role"))
        offer(self, "areas", area_choices())

    def clean_supervisor(self) -> int | None:
        """Return the key of the worker with the badge that was typed; None if it is empty."""
        badge = self.cleaned_data["supervisor"].strip()
        if not badge:
            return None
        found = find_by_badge(badge)
        if found is None:
            raise forms.ValidationError(_("Nobody has the badge %(badge)s.") % {"badge": badge})
        return found.pk

    def facts(self) -> LearnerFacts:
        """Return what a valid form says. The day of the role is left out unless the service is to change it."""
        facts: Any = {
            attribute_of(field): self.cleaned_data[field.name] for field in WORKER_FIELDS if field.name in self.fields
        }
        if not facts["role_assigned_at"] or not self._says_when_the_role_counts():
            del facts["role_assigned_at"]
        return facts  # type: ignore[no-any-return]  # the declared fields are those of LearnerFacts

    def typed_numbers(self) -> dict[str, str]:
        """Return the other numbers that were typed into a valid form, by kind; an empty one is to be removed."""
        return {kind: self.cleaned_data[name] for name, kind in self.kinds.items()}

    def place_of(self, name: str) -> str:
        """Return the field at which an error is shown, that of a number by its kind."""
        kind = name.removeprefix(NUMBER_FIELD)
        return next((place for place, each in self.kinds.items() if each == kind), super().place_of(name))

    @property
    def numbers(self) -> list[forms.BoundField]:
        """The fields of the other numbers."""
        return [self[name] for name in self.kinds]

    @property
    def person(self) -> Iterator[list[forms.BoundField]]:
        """The rows of the card about the person."""
        return self._rows(Card.PERSON)

    @property
    def work(self) -> Iterator[list[forms.BoundField]]:
        """The rows of the card about the work."""
        return self._rows(Card.WORK)

    def _rows(self, card: Card) -> Iterator[list[forms.BoundField]]:
        for row in fields_in(card):
            if shown := [self[field.name] for field in row if field.name in self.fields]:
                yield shown

    def chosen_areas(self) -> dict[int, date]:
        """Return the ticked areas by key, each with the day from which it counts."""
        typed = self.cleaned_data
        since = typed["areas_from"] or (typed["start_date"] if self.learner is None else self.today)
        return {area: self.assigned.get(area, since) for area in typed["areas"]}

    def _says_when_the_role_counts(self) -> bool:
        """Tell whether the typed day is that of the role: one that was not touched belongs to the role before."""
        return self.learner is None or "role" not in self.changed_data or "role_assigned_at" in self.changed_data


class StatusForm(RefusableForm, forms.Form):
    """Another status, and why (L1).

    Args:
        learner: the worker; only statuses are offered that may be set by hand.
    """

    status = forms.ChoiceField(label=gettext_lazy("New status"), widget=forms.RadioSelect)
    reason = ReasonField(help_text=gettext_lazy("It is shown on the worker's page and in the audit log."))

    def __init__(self, data: Any = None, *, learner: Learner) -> None:
        steps = STATUS_STEPS[learner.status]
        super().__init__(data, initial={"status": steps[0]})
        labels = dict(Learner.Status.choices)
        offer(self, "status", ((step.value, str(labels[step])) for step in steps))


class BadgeForm(RefusableForm, forms.Form):
    """Another badge (L3)."""

    badge_id = forms.CharField(
        label=gettext_lazy("New badge"),
        min_length=3,
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    was_mistyped = forms.TypedChoiceField(
        label=gettext_lazy("The old badge"),
        coerce=lambda value: value == "mistyped",
        choices=(
            ("replaced", gettext_lazy("was correct: it still finds this worker, and nobody else can get it")),
            ("mistyped", gettext_lazy("was a typing mistake: remove it, it may belong to somebody else")),
        ),
        initial="replaced",
        widget=forms.RadioSelect,
    )


class ReturnForm(RefusableForm, forms.Form):
    """The return of a worker to the site (L3): the day, the role and the employer.

    Args:
        may_date_back: whether this person may enter a start before the last change of status, with a reason (C8).
    """

    start_date = DayField(
        label=gettext_lazy("New start date"),
        help_text=gettext_lazy("Grace periods count from this day. Records from before still count."),
    )
    company = RowField(label=gettext_lazy("Employer"))
    role = RowField(label=gettext_lazy("Role"))
    reason = ReasonField(required=False)

    def __init__(self, data: Any = None, *, learner: Learner, today: date, may_date_back: bool) -> None:
        initial = {"start_date": today, "company": learner.company_id, "role": learner.role_id}
        super().__init__(data, initial=initial)
        since = status_since(learner)
        self.fields["reason"].help_text = _("It is shown in the audit log.")
        if since is not None:
            words = {"day": day_in_words(since)}
            self.fields["start_date"].help_text = format_lazy(
                "{} {}", self.fields["start_date"].help_text, _("The status last changed on %(day)s.") % words
            )
            if may_date_back:
                needed(self, _("sometimes needed, see below"), "reason")
                self.fields["reason"].help_text = (
                    _(
                        "Needed if the start is before %(day)s: the worker's past status changes for the days in "
                        "between."
                    )
                    % words
                )
        companies = Company.objects.filter(Q(is_active=True) | Q(pk=learner.company_id))
        offer(self, "company", companies.values_list("pk", "name"), nothing=_("Choose an employer"))
        offer(self, "role", Role.objects.values_list("pk", "title"), nothing=_("Choose a role"))


def _assigned(learner: Learner | None) -> dict[int, date]:
    """Return the keys of the areas in which a worker works, each with the day from which it counts."""
    links = LearnerArea.objects.filter(learner=learner) if learner else LearnerArea.objects.none()
    return dict(links.values_list("area", "assigned_at"))


def _numbers(learner: Learner | None) -> dict[str, str]:
    """Return the other numbers of a worker by kind."""
    stored = WorkerNumber.objects.filter(learner=learner) if learner else WorkerNumber.objects.none()
    return dict(stored.values_list("kind", "value"))


def _kinds(numbers: Mapping[str, str]) -> list[str]:
    """Return the kinds of numbers that are asked for, and those that the worker has besides."""
    return list(dict.fromkeys([*settings.WORKER_NUMBER_KINDS, *numbers]))


def _initial(learner: Learner | None, assigned: Mapping[int, date], today: date) -> dict[str, Any]:
    if learner is None:
        return {"start_date": today}
    stored = {field.name: getattr(learner, attribute_of(field)) for field in WORKER_FIELDS}
    supervisor = learner.supervisor.badge_id if learner.supervisor else ""
    return {**stored, "supervisor": supervisor, "areas": list(assigned)}


def _form_field(field: WorkerField, made: forms.Field | None) -> forms.Field:
    """Return the form's field for a field of `Learner`.

    Args:
        made: the field that the form has already, because it is typed in another way than it is stored; else None.
    """
    stored: Any = Learner._meta.get_field(field.name)
    shown = {
        "label": field.label or capfirst(str(stored.verbose_name)),
        "help_text": field.help_text,
        "required": bool(field.missing),
    }
    if made is not None:
        for name, value in shown.items():
            setattr(made, name, value)
    elif isinstance(stored, ForeignKey):
        made = RowField(**shown)
    elif isinstance(stored, DateField):
        made = DayField(**shown)
    else:
        made = stored.formfield(**shown)
    if field.missing:
        made.error_messages["required"] = str(field.missing)
    return made
