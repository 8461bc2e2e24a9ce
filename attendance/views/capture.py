"""Capturing a meeting of a class, marking one with an exception, its detail, and voiding (H2 to H4)."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from attendance.forms.classes import CaptureForm
from attendance.pages.classes import ClassBoard, class_board, get_meeting, meeting_detail
from attendance.services.capture import Captured, capture_session, mark_exception, void_capture
from learners.selectors.progression import in_progress_on
from training.core.permissions import Permission, check_may, requires
from training.core.refusals import Conflict, Invalid, Refusal
from training.core.web.forms import ReasonForm
from training.core.web.htmx import HtmxRequest
from training.core.words import day as day_in_words
from training.models import ClassAttendanceSession, TrainingClass
from training.policies.meetings import check_can_capture, check_can_void
from training.selectors.classes import visible_class


@requires(Permission.CAPTURE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_capture(request: HtmxRequest, pk: int, day: date) -> HttpResponse:
    """Ask how long everybody was there, full hours first, and capture the meeting (H2)."""
    training_class = visible_class(request.user, pk)
    check_may(request.user, Permission.CAPTURE, training_class)
    try:
        meeting = get_meeting(training_class, day)
        if request.method != "POST":  # the service answers a post, and what was typed stays
            check_can_capture(meeting, today=timezone.localdate())
    except Refusal as refusal:
        return _refused(request, training_class, day, refusal)
    form = CaptureForm(
        request.POST if request.method == "POST" else None,
        progressions=list(in_progress_on(pk, day)),
        scheduled=meeting.scheduled_hours,
    )
    if form.is_valid():
        try:
            captured = capture_session(
                class_id=pk,
                session_date=day,
                presences=form.presences(),
                notes=form.cleaned_data["notes"],
                by=request.user,
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
            return _asked(request, "capture", meeting, form, status=_status(refusal))
        else:
            return _done(request, training_class, day, _told(captured))
    return _asked(request, "capture", meeting, form, status=422 if form.is_bound else 200)


@requires(Permission.CAPTURE)
@require_POST
def class_exception(request: HtmxRequest, pk: int, day: date) -> HttpResponse:
    """Mark a meeting, a future one too, as cancelled by the client or as missed by the agent (H3)."""
    training_class = visible_class(request.user, pk)
    status = request.POST.get("status", "")
    try:
        meeting = mark_exception(class_id=pk, session_date=day, status=status, by=request.user, now=timezone.now())
    except (Invalid, Conflict) as refusal:
        return _refused(request, training_class, day, refusal)
    words = {"day": day_in_words(day), "what": ClassAttendanceSession.Status(meeting.status).label}
    return _done(request, training_class, day, _("%(day)s: %(what)s. No hours are recorded.") % words)


@requires(Permission.READ_CLASS)
@never_cache
@require_safe
def class_meeting(request: HtmxRequest, pk: int, day: date) -> HttpResponse:
    """Show what was logged for a meeting, by whom, and what was voided."""
    meeting = get_meeting(visible_class(request.user, pk), day)
    return _render(request, "meeting", meeting, {"detail": meeting_detail(meeting)})


@requires(Permission.VOID)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_void(request: HtmxRequest, pk: int, day: date) -> HttpResponse:
    """Ask why, and void the capture or exception; the meeting is pending again (H4)."""
    training_class = visible_class(request.user, pk)
    try:
        meeting = get_meeting(training_class, day)
        if request.method != "POST":
            check_can_void(meeting)
    except Refusal as refusal:
        return _refused(request, training_class, day, refusal)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            void_capture(class_id=pk, session_date=day, reason=reason, by=request.user, now=timezone.now())
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
            return _asked(request, "void", meeting, form, status=_status(refusal))
        else:
            text = _("Taken back. %(day)s can be recorded again.") % {"day": day_in_words(day)}
            return _done(request, training_class, day, text)
    return _asked(request, "void", meeting, form, status=422 if form.is_bound else 200)


def _asked(
    request: HtmxRequest, name: str, meeting: ClassAttendanceSession, form: forms.Form, *, status: int
) -> HttpResponse:
    """Answer with a question: a dialog over the page that HTMX is on, else a page of its own.

    What was refused comes back with the month behind the dialog, which may be another one by now.
    """
    context: dict[str, Any] = {"form": form}
    if request.htmx and form.is_bound:
        context["board"] = _board(request, meeting.training_class, meeting.session_date)
    response = _render(request, name, meeting, context, status=status)
    if request.htmx and form.is_bound:
        response["HX-Retarget"], response["HX-Reswap"] = f"#{name}-form", "outerHTML"
    return response


def _render(
    request: HtmxRequest, name: str, meeting: ClassAttendanceSession, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    training_class = meeting.training_class
    where = "partials/_" if request.htmx else ""
    context = {
        "meeting": meeting,
        "training_class": training_class,
        "back": _month_url(training_class, meeting.session_date),
        **context,
    }
    return render(request, f"attendance/{where}class_{name}.html", context, status=status)


def _month_url(training_class: TrainingClass, day: date) -> str:
    return f"{reverse('attendance:class', args=[training_class.pk])}?month={day:%Y-%m}"


def _done(request: HtmxRequest, training_class: TrainingClass, day: date, text: str) -> HttpResponse:
    """Tell it: HTMX gets the month anew and closes the dialog, a browser goes to the class."""
    if not request.htmx:
        messages.success(request, text)
        return redirect(_month_url(training_class, day))
    context = {"board": _board(request, training_class, day), "kind": "ok", "text": text, "is_over": True}
    return render(request, "attendance/partials/_class_done.html", context)


def _refused(request: HtmxRequest, training_class: TrainingClass, day: date, refusal: Refusal) -> HttpResponse:
    """Tell why not; HTMX gets the month as it is by now as well, for the page that asked is out of date."""
    if not request.htmx:
        raise refusal
    context = {"board": _board(request, training_class, day), "kind": "bad", "text": refusal.message}
    response = render(request, "attendance/partials/_class_done.html", context, status=_status(refusal))
    response["HX-Retarget"], response["HX-Reswap"] = "#class-board", "outerHTML"
    return response


def _status(refusal: Refusal) -> int:
    """A form is swapped in with 409 where the state stands in the way, else with 422."""
    return Conflict.status if isinstance(refusal, Conflict) else 422


def _board(request: HtmxRequest, training_class: TrainingClass, day: date) -> ClassBoard:
    return class_board(training_class, month=day, user=request.user, today=timezone.localdate())


def _told(captured: Captured) -> str:
    """Say what was logged."""
    sentence = ngettext(
        "Hours of %(day)s are recorded: %(present)s of %(trained)s hours for %(count)d worker.",
        "Hours of %(day)s are recorded: %(present)s of %(trained)s hours for %(count)d workers.",
        captured.learners,
    )
    return sentence % {
        "day": day_in_words(captured.session.session_date),
        "present": f"{captured.hours_present.normalize():f}",
        "trained": f"{captured.hours_trained.normalize():f}",
        "count": captured.learners,
    }
