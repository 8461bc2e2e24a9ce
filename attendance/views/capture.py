"""Capturing a meeting of a class, marking one with an exception, its detail, and voiding (H2 to H4)."""

from datetime import date
from typing import Any

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
from training.core.permissions import Permission, check_may, fresh, requires
from training.core.refusals import Conflict, Invalid, Refusal
from training.core.web.answers import answer, swapped_into
from training.core.web.forms import ReasonForm, RefusableForm
from training.core.web.htmx import HtmxRequest, posted
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
        if request.method != "POST":  # on POST the service checks this, and the form keeps what was typed
            check_can_capture(meeting, today=timezone.localdate())
    except Refusal as refusal:
        return _refused(request, training_class, day, refusal)
    progressions = list(in_progress_on(pk, day))
    form = CaptureForm(posted(request), progressions=progressions, scheduled=meeting.scheduled_hours)
    if form.is_valid():
        with form.refusing():
            captured = capture_session(
                class_id=pk,
                session_date=day,
                presences=form.presences(),
                notes=form.cleaned_data["notes"],
                by=request.user,
                now=timezone.now(),
            )
            return _done(request, training_class, day, _told(captured))
    return _ask(request, "capture", meeting, form)


@requires(Permission.CAPTURE)
@require_POST
def class_exception(request: HtmxRequest, pk: int, day: date) -> HttpResponse:
    """Mark a meeting, past or to come, as cancelled by the client or missed by the trainer (H3)."""
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
    """Show the hours that were logged for a meeting, by whom, and what was voided."""
    meeting = get_meeting(visible_class(request.user, pk), day)
    detail = meeting_detail(meeting)
    return answer(request, "attendance/class_meeting.html", part="dialog", detail=detail, **_about(meeting))


@fresh
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
    form = ReasonForm(posted(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        with form.refusing():
            void_capture(class_id=pk, session_date=day, reason=reason, by=request.user, now=timezone.now())
            text = _("Taken back. %(day)s can be recorded again.") % {"day": day_in_words(day)}
            return _done(request, training_class, day, text)
    return _ask(request, "void", meeting, form)


def _ask(request: HtmxRequest, name: str, meeting: ClassAttendanceSession, form: RefusableForm) -> HttpResponse:
    """Answer with the form of one step, as a dialog or a page.

    After a refusal the dialog comes with the month behind it, because something there may have changed meanwhile.
    """
    about = _about(meeting)
    if request.htmx and form.is_reply:
        about["board"] = _board(request, meeting.training_class, meeting.session_date)
    response = answer(request, f"attendance/class_{name}.html", part="dialog", form=form, **about)
    return swapped_into(response, f"{name}-form") if request.htmx and form.is_reply else response


def _about(meeting: ClassAttendanceSession) -> dict[str, Any]:
    training_class = meeting.training_class
    back = _month_url(training_class, meeting.session_date)
    return {"meeting": meeting, "training_class": training_class, "back": back}


def _month_url(training_class: TrainingClass, day: date) -> str:
    return f"{reverse('attendance:class', args=[training_class.pk])}?month={day:%Y-%m}"


def _done(request: HtmxRequest, training_class: TrainingClass, day: date, text: str) -> HttpResponse:
    """Say what was done. HTMX gets the month anew and closes the dialog; without HTMX the browser goes to the class."""
    if not request.htmx:
        messages.success(request, text)
        return redirect(_month_url(training_class, day))
    context = {"board": _board(request, training_class, day), "kind": "ok", "text": text, "is_over": True}
    return render(request, "attendance/class.html#told", context)


def _refused(request: HtmxRequest, training_class: TrainingClass, day: date, refusal: Refusal) -> HttpResponse:
    """Answer with the reason of a refusal. HTMX also gets the present month, because its page is out of date.

    Without HTMX the refusal is raised again, for the middleware.
    """
    if not request.htmx:
        raise refusal
    context = {"board": _board(request, training_class, day), "kind": "bad", "text": refusal.message}
    status = Conflict.status if isinstance(refusal, Conflict) else 422  # of refusals HTMX swaps in only 409 and 422
    return swapped_into(render(request, "attendance/class.html#told", context, status=status), "class-board")


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
