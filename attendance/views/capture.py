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

from attendance.class_forms import CaptureForm, VoidForm
from attendance.selectors.classes import class_board, get_meeting, meeting_detail
from attendance.services.capture import Captured, capture_session, mark_exception, void_capture
from learners.selectors.progression import in_progress_on
from training.class_policies import check_can_capture, check_can_void
from training.htmx import HtmxRequest
from training.models import ClassAttendanceSession, TrainingClass
from training.permissions import Permission, check_may, requires
from training.refusals import Invalid
from training.selectors.classes import visible_class
from training.templatetags.ui import day as day_in_words


@requires(Permission.CAPTURE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_capture(request: HtmxRequest, pk: int, day: date) -> HttpResponse:
    """Ask how long everybody was there, full hours first, and capture the meeting (H2)."""
    training_class = visible_class(request.user, pk)
    check_may(request.user, Permission.CAPTURE, training_class)
    meeting = get_meeting(training_class, day)
    check_can_capture(meeting, today=timezone.localdate())
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
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _done(request, training_class, day, _told(captured))
    return _asked(request, "capture", meeting, form)


@requires(Permission.CAPTURE)
@require_POST
def class_exception(request: HtmxRequest, pk: int, day: date) -> HttpResponse:
    """Mark a meeting, a future one too, as cancelled by the client or as missed by the agent (H3)."""
    training_class = visible_class(request.user, pk)
    status = request.POST.get("status", "")
    meeting = mark_exception(class_id=pk, session_date=day, status=status, by=request.user, now=timezone.now())
    words = {"day": day_in_words(day), "what": ClassAttendanceSession.Status(meeting.status).label}
    return _done(request, training_class, day, _("%(day)s: %(what)s. No hours are logged.") % words)


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
    meeting = get_meeting(training_class, day)
    check_can_void(meeting)
    form = VoidForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        void_capture(class_id=pk, session_date=day, reason=reason, by=request.user, now=timezone.now())
        text = _("Voided. %(day)s can be captured again.") % {"day": day_in_words(day)}
        return _done(request, training_class, day, text)
    return _asked(request, "void", meeting, form)


def _asked(request: HtmxRequest, name: str, meeting: ClassAttendanceSession, form: forms.Form) -> HttpResponse:
    """Answer with a question: a dialog over the page that HTMX is on, else a page of its own."""
    response = _render(request, name, meeting, {"form": form}, status=422 if form.is_bound else 200)
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
    board = class_board(training_class, month=day, user=request.user, today=timezone.localdate())
    return render(request, "attendance/partials/_class_done.html", {"board": board, "text": text})


def _told(captured: Captured) -> str:
    """Say what was logged."""
    sentence = ngettext(
        "%(day)s is captured: %(present)s of %(trained)s hours for %(count)d worker.",
        "%(day)s is captured: %(present)s of %(trained)s hours for %(count)d workers.",
        captured.learners,
    )
    return sentence % {
        "day": day_in_words(captured.session.session_date),
        "present": f"{captured.hours_present.normalize():f}",
        "trained": f"{captured.hours_trained.normalize():f}",
        "count": captured.learners,
    }
