"""Workers in classes: start, hold, resume and complete (H7), and hours that are entered by hand (H5)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from attendance.forms.classes import ByHandForm, StartForm, StepForm
from attendance.pages.progression import candidates_of_class, get_progression
from learners.models import LearnerProgression, ProgressionEvent
from learners.policies.hours import check_in_progress, check_step
from learners.services.hours import enter_hours
from learners.services.progression import Collision, Started, complete, hold, resume, start_progressions
from training.core.permissions import Permission, check_may, requires
from training.core.web.answers import answer, go, stay
from training.core.web.htmx import HtmxRequest, posted
from training.core.words import day as day_in_words
from training.models import TrainingClass
from training.selectors.classes import visible_class

Kind = ProgressionEvent.Kind


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_learners(request: HtmxRequest, pk: int) -> HttpResponse:
    """Find workers, and let them take part in a class. Ticked workers stay ticked while others are searched for."""
    training_class = visible_class(request.user, pk)
    sent = posted(request)
    ticked = (request.GET if sent is None else sent).getlist("learner")
    form = StartForm(sent, ticked=ticked, initial=_usual_day(training_class))
    if form.is_valid():
        with form.refusing():
            started = start_progressions(
                class_id=pk,
                learner_ids=form.cleaned_data["learner"],
                start_date=form.cleaned_data["start_date"],
                on_collision=Collision(form.cleaned_data["on_collision"]),
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, _told(started))
            return go(request, "attendance:class", pk)
    search = request.GET.get("q", "")
    return answer(
        request,
        "attendance/class_learners.html",
        part="candidates",
        target="candidates",
        form=form,
        training_class=training_class,
        search=search,
        candidates=candidates_of_class(training_class, search=search, chosen=form.chosen),
    )


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progression_hold(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask from which day on, and put a programme on hold."""
    return _step(request, pk, Kind.HELD)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progression_resume(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask from which day on, and resume a programme."""
    return _step(request, pk, Kind.RESUMED)


@requires(Permission.PLAN_CLASSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progression_complete(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the last day, and complete a programme."""
    return _step(request, pk, Kind.COMPLETED)


@requires(Permission.CAPTURE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progression_hours(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for a day and hours, and log them by hand (H5)."""
    progression = get_progression(pk)
    training_class = visible_class(request.user, progression.training_class_id)
    check_may(request.user, Permission.CAPTURE, training_class)
    form = ByHandForm(posted(request), initial={"log_date": timezone.localdate()})
    if not form.is_bound:
        check_in_progress(progression.status)
    if form.is_valid():
        entered = form.entered()
        with form.refusing():
            enter_hours(tracking_id=pk, **entered, by=request.user, now=timezone.now())
            words = {"worker": progression.learner.name, "day": day_in_words(entered["log_date"])}
            messages.success(request, _("%(worker)s: hours of %(day)s recorded.") % words)
            return stay(request, "attendance:class", progression.training_class_id)
    return answer(request, "attendance/progression_hours.html", part="dialog", form=form, progression=progression)


def _step(request: HtmxRequest, pk: int, kind: ProgressionEvent.Kind) -> HttpResponse:
    progression = get_progression(pk)
    form = StepForm(posted(request), kind=kind, initial={"effective_date": timezone.localdate()})
    if not form.is_bound:
        check_step(kind, status=progression.status)
    if form.is_valid():
        with form.refusing():
            _take(request, progression, kind, form)
            words = {"worker": progression.learner.name, "step": Kind(kind).label.lower()}
            messages.success(request, _("%(worker)s: %(step)s.") % words)
            return stay(request, "attendance:class", progression.training_class_id)
    about: dict[str, Any] = {"progression": progression, "kind": kind}
    return answer(request, "attendance/progression_step.html", part="dialog", form=form, **about)


def _take(request: HtmxRequest, progression: LearnerProgression, kind: str, form: StepForm) -> None:
    typed = form.cleaned_data
    day, reason, by, now = typed["effective_date"], typed["reason"], request.user, timezone.now()
    if kind == Kind.RESUMED:
        choice = Collision.HOLD if typed["holds_other"] else Collision.REFUSE
        resume(tracking_id=progression.pk, effective_date=day, reason=reason, on_collision=choice, by=by, now=now)
    else:
        step = hold if kind == Kind.HELD else complete
        step(tracking_id=progression.pk, effective_date=day, reason=reason, by=by, now=now)


def _usual_day(training_class: TrainingClass) -> dict[str, date]:
    """Return the day that the form proposes: today, or the first day if the class has not begun."""
    return {"start_date": max(timezone.localdate(), training_class.start_date or date.min)}


def _told(started: Started) -> str:
    """Say how many were started, and what happened to the others."""
    text = ngettext("%(count)d worker started.", "%(count)d workers started.", started.started)
    sentences = [text % {"count": started.started}]
    if started.already_in:
        sentences.append(_("Already in this class: %(count)d.") % {"count": started.already_in})
    if started.held:
        sentences.append(_("Put on hold elsewhere: %(count)d.") % {"count": started.held})
    return " ".join(sentences)
