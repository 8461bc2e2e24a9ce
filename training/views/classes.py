"""Planning a class: new, edit, the days that follow while it is typed, activate, stop, start again, delete."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from training.core.keys import key_of
from training.core.permissions import Permission, requires
from training.core.refusals import Conflict, Invalid, show_refusal
from training.core.web.htmx import HtmxRequest
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
    """Plan a class: a draft, or active at once."""
    if request.method != "POST":
        return _form(request, ClassForm())
    form = ClassForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        made = create_class(plan=form.plan(), by=request.user, now=timezone.now(), activate=_activates(request))
    except (Invalid, Conflict) as refusal:
        return _refused(request, form, refusal)
    return _saved(request, made)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change the plan of a draft or an active class; a draft may be made active in the same step."""
    training_class = visible_class(request.user, pk)
    check_can_edit(training_class)
    if request.method != "POST":
        return _form(request, ClassForm(training_class=training_class))
    form = ClassForm(request.POST, training_class=training_class)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        training_class = edit_class(
            class_id=pk,
            changes=form.plan(),
            version=form.cleaned_data["version"],
            applies_from=form.cleaned_data.get("applies_from"),
            by=request.user,
            now=timezone.now(),
            activate=_activates(request),
        )
    except (Invalid, Conflict) as refusal:
        return _refused(request, form, refusal)
    return _saved(request, training_class)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_safe
def class_days_preview(request: HtmxRequest) -> HttpResponse:
    """Show the days that follow from what is typed, blocked ones with the reason (H1)."""
    pk = key_of(request.GET.get("class", ""))
    form = ClassForm(request.GET, training_class=visible_class(request.user, pk) if pk else None)
    form.is_valid()
    return render(request, "training/partials/_class_days.html", _preview(form))


@requires(Permission.PLAN_CLASSES)
@require_POST
def class_activate(request: HtmxRequest, pk: int) -> HttpResponse:
    """Make a draft active as it is; what it lacks is shown in its form."""
    training_class = visible_class(request.user, pk)
    try:
        training_class = activate_class(class_id=pk, by=request.user, now=timezone.now())
    except Invalid as refusal:
        form = ClassForm(ClassForm(training_class=training_class).initial, training_class=training_class)
        form.is_valid()
        return _refused(request, form, refusal)
    return _saved(request, training_class)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_stop(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the last day held, and stop the class."""
    training_class = visible_class(request.user, pk)
    form = StopForm(request.POST if request.method == "POST" else None, initial={"stop_date": timezone.localdate()})
    if not form.is_bound:
        check_can_stop(training_class)
    if form.is_valid():
        stop_date = form.cleaned_data["stop_date"]
        try:
            stop_class(class_id=pk, stop_date=stop_date, by=request.user, now=timezone.now())
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The class is stopped. Meetings after that day are gone."))
            return _go(request, "attendance:class", pk)
    return _question(request, "stop", training_class, form)


@requires(Permission.PLAN_CLASSES)
@require_POST
def class_restart(request: HtmxRequest, pk: int) -> HttpResponse:
    """Start a stopped class again; its meetings come back from today on."""
    visible_class(request.user, pk)
    restart_class(class_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("The class is active again. It has meetings again from today."))
    return _go(request, "attendance:class", pk)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_delete(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask once more, and delete a draft."""
    training_class = visible_class(request.user, pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        check_can_delete(training_class)
    elif form.is_valid():
        try:
            delete_draft_class(class_id=pk, by=request.user)
        except Conflict as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The draft is deleted."))
            return _go(request, "attendance:classes")
    return _question(request, "delete", training_class, form)


def _activates(request: HtmxRequest) -> bool:
    return request.POST.get("action") == "activate"


def _preview(form: ClassForm) -> dict[str, Any]:
    """Return the days of what is typed, as far as it can be understood."""
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
    """Return the schedule from the day on which it would count, and first and last day."""
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


def _form(request: HtmxRequest, form: ClassForm, *, status: int = 200) -> HttpResponse:
    """Answer with the form: HTMX gets it alone, without what stands around it."""
    template = "training/partials/_class_form.html" if request.htmx else "training/class_form.html"
    context = {"form": form, "training_class": form.training_class, **_preview(form)}
    return render(request, template, context, status=status)


def _refused(request: HtmxRequest, form: ClassForm, refusal: Invalid | Conflict) -> HttpResponse:
    form.refuse(refusal)
    return _form(request, form, status=422 if isinstance(refusal, Invalid) else refusal.status)


def _saved(request: HtmxRequest, training_class: TrainingClass) -> HttpResponse:
    is_active = training_class.status == TrainingClass.Status.ACTIVE
    messages.success(request, _("Saved. The class is active.") if is_active else _("Draft saved."))
    return _go(request, "attendance:class", training_class.pk)


def _question(request: HtmxRequest, name: str, training_class: TrainingClass, form: forms.Form) -> HttpResponse:
    """Answer with a question: a dialog over the page that HTMX is on, else a page of its own."""
    where = "partials/_" if request.htmx else ""
    context = {"training_class": training_class, "form": form}
    return render(request, f"training/{where}class_{name}.html", context, status=422 if form.is_bound else 200)


def _go(request: HtmxRequest, where: str, *args: Any) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(where, *args))
    return redirect(where, *args)
