"""Planning a class: new, edit, a preview of its days, activate, stop, start again, delete."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from training.core.keys import key_of
from training.core.permissions import Permission, requires
from training.core.refusals import Invalid
from training.core.web.answers import answer, go
from training.core.web.forms import QuestionForm
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.pages import list_of, page_of
from training.forms.classes import NO_DAYS, ClassForm, StopForm
from training.models import ClassAttendanceSession, TrainingClass
from training.policies.classes import check_can_delete, check_can_edit, check_can_stop, counts_from, wrong_days
from training.policies.schedules import Schedule
from training.selectors.classes import CalendarDay, calendar_after, visible_class
from training.services.classes import (
    activate_class,
    create_class,
    delete_draft_class,
    edit_class,
    restart_class,
    stop_class,
)

Status = ClassAttendanceSession.Status
HELD = (Status.PENDING, Status.CAPTURED)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_new(request: HtmxRequest) -> HttpResponse:
    """Plan a class, as a draft or active at once."""
    form = ClassForm(posted(request))
    if form.is_valid():
        with form.refusing():
            made = create_class(plan=form.plan(), by=request.user, now=timezone.now(), activate=_activates(request))
            return _saved(request, made)
    return _answer(request, form)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change the plan of a draft or an active class; a draft may be made active in the same step."""
    training_class = visible_class(request.user, pk)
    check_can_edit(training_class)
    form = ClassForm(posted(request), training_class=training_class)
    if form.is_valid():
        with form.refusing():
            edited = edit_class(
                class_id=pk,
                changes=form.plan(),
                version=form.cleaned_data["version"],
                applies_from=form.cleaned_data.get("applies_from"),
                by=request.user,
                now=timezone.now(),
                activate=_activates(request),
            )
            return _saved(request, edited)
    return _answer(request, form)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_safe
def class_days_preview(request: HtmxRequest) -> HttpResponse:
    """Preview the days that follow from what is typed, blocked days with the reason (H1)."""
    pk = key_of(request.GET.get("class", ""))
    form = ClassForm(request.GET, training_class=visible_class(request.user, pk) if pk else None)
    form.is_valid()
    return render(request, "training/class_form.html#days", _preview(form))


@requires(Permission.PLAN_CLASSES)
@require_POST
def class_activate(request: HtmxRequest, pk: int) -> HttpResponse:
    """Make a draft active as it is; if something is missing, show that in its form."""
    training_class = visible_class(request.user, pk)
    try:
        training_class = activate_class(class_id=pk, by=request.user, now=timezone.now())
    except Invalid as refusal:
        form = ClassForm(ClassForm(training_class=training_class).initial, training_class=training_class)
        form.is_valid()
        form.refuse(refusal)
        return _answer(request, form)
    return _saved(request, training_class)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_stop(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the last day on which the class meets, and stop it."""
    training_class = visible_class(request.user, pk)
    form = StopForm(posted(request), initial={"stop_date": timezone.localdate()})
    if not form.is_bound:
        check_can_stop(training_class)
    if form.is_valid():
        stop_date = form.cleaned_data["stop_date"]
        with form.refusing():
            stop_class(class_id=pk, stop_date=stop_date, by=request.user, now=timezone.now())
            messages.success(request, _("The class is stopped. Meetings after that day are gone."))
            return go(request, page_of(TrainingClass, pk))
    return answer(request, "training/class_stop.html", part="dialog", form=form, training_class=training_class)


@requires(Permission.PLAN_CLASSES)
@require_POST
def class_restart(request: HtmxRequest, pk: int) -> HttpResponse:
    """Start a stopped class again; its meetings come back from today on."""
    visible_class(request.user, pk)
    restart_class(class_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("The class is active again. It has meetings again from today."))
    return go(request, page_of(TrainingClass, pk))


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_delete(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and delete a draft."""
    training_class = visible_class(request.user, pk)
    form = QuestionForm(posted(request))
    if not form.is_bound:
        check_can_delete(training_class)
    elif form.is_valid():
        with form.refusing():
            delete_draft_class(class_id=pk, by=request.user)
            messages.success(request, _("The draft is deleted."))
            return go(request, list_of(TrainingClass))
    return answer(request, "training/class_delete.html", part="dialog", form=form, training_class=training_class)


def _activates(request: HtmxRequest) -> bool:
    return request.POST.get("action") == "activate"


def _preview(form: ClassForm) -> dict[str, Any]:
    """Return the context of the preview: the days that follow from what is typed, as far as it can be understood."""
    today = timezone.localdate()
    days: list[CalendarDay] = []
    problems = [text for name in form.errors if name not in NO_DAYS for text in form.errors[name]]
    schedule, start, end = _typed(form, today=today)
    wrong = wrong_days(start, end, today=today)
    if schedule and start and end and not wrong:
        days = calendar_after(form.training_class, schedule, start=start, end=end)
    dates = {each.day for each in days}
    named = {*schedule.exceptions, *schedule.works_on} if schedule and days else set()
    held = [each for each in days if not each.blocked and (each.session is None or each.session.status in HELD)]
    return {
        "days": days,
        "meetings": len(held),
        "blocked": sum(bool(each.blocked) for each in days),
        "hours": sum(each.hours for each in held),
        "others": sorted(named - dates),
        "problems": [*dict.fromkeys([*problems, *(text for texts in wrong.values() for text in texts)])],
    }


def _typed(form: ClassForm, *, today: date) -> tuple[Schedule | None, date | None, date | None]:
    """Return the schedule from the day on which it would count, and the first and last day; None if not known."""
    stored = form.training_class
    before = Schedule.from_json(stored.schedule) if stored is not None and stored.schedule else None
    if not form.is_bound:
        return (before, stored.start_date, stored.end_date) if stored is not None else (None, None, None)
    typed = form.cleaned_data
    schedule: Schedule | None = typed.get("schedule")
    if schedule and before and stored and stored.status == TrainingClass.Status.ACTIVE:
        applies_from = typed.get("applies_from") or today
        since = counts_from(before, schedule, start=stored.start_date, applies_from=applies_from)
        schedule = schedule.counting_from(since)
    return schedule, typed.get("start_date"), typed.get("end_date")


def _answer(request: HtmxRequest, form: ClassForm) -> HttpResponse:
    context = {"training_class": form.training_class, **_preview(form)}
    return answer(request, "training/class_form.html", part="form", form=form, **context)


def _saved(request: HtmxRequest, training_class: TrainingClass) -> HttpResponse:
    is_active = training_class.status == TrainingClass.Status.ACTIVE
    messages.success(request, _("Saved. The class is active.") if is_active else _("Draft saved."))
    return go(request, page_of(TrainingClass, training_class.pk))
