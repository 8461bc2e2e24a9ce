"""Putting a finalized session right: what it says of a worker, a record that counts for nothing, the right sheet."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from attendance.forms.corrections import CorrectingSheetForm, CorrectionForm
from attendance.pages.corrections import candidates
from attendance.pages.worker import get_worker
from attendance.policies.corrections import Result, check_is_finalized
from attendance.selectors.corrections import standing_of
from attendance.selectors.evidence import newest_sheet, record_of_evidence, session_of_evidence
from attendance.services.corrections import correct_record, revoke_seen
from attendance.services.evidence import correct_sheet
from learners.evidence.upload_names import FIELD
from learners.models import Learner
from learners.services.records import check_not_revoked, revoke_record
from training.core.keys import key_of
from training.core.permissions import Permission, requires
from training.core.refusals import Conflict, Invalid, Refusal, TooLarge, UnsupportedType
from training.core.web.forms import ReasonForm
from training.core.web.htmx import HtmxRequest, swaps
from training.models import Session


@requires(Permission.REVOKE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record_revoke(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask why, and let a record count for nothing from now on (R2, F6)."""
    record = record_of_evidence(pk)
    check_not_revoked(record)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            revoke_record(record_id=pk, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except (Invalid, Conflict) as refusal:
            return _asked(request, "record_revoke", form, refusal=refusal, record=record)
        back = reverse("attendance:worker", args=[record.learner_id])
        return _done(request, back, _("The record is revoked; compliance is up to date."))
    return _asked(request, "record_revoke", form, record=record)


@requires(Permission.CORRECT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_correct(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask what is right for the worker whom `?worker=` names, listed or not, and enter it (F9); without, ask for whom.

    What stands is revoked in the same step; it can also be revoked alone (F6).
    """
    session = session_of_evidence(pk)
    check_is_finalized(session)
    worker = key_of(request.GET.get("worker", ""))
    if worker is None:
        return _choose(request, session)
    learner = get_worker(worker)
    if request.method != "POST":
        return _ask_what_is_right(request, session, learner)
    form = _correction_form(session, learner, request.POST)
    if not form.is_valid():
        return _ask_what_is_right(request, session, learner, form)
    facts: dict[str, Any] = {
        "seen": form.seen(),
        "reason": form.cleaned_data["reason"],
        "by": request.user,
        "now": timezone.now(),
    }
    try:
        if form.only_revokes:
            revoke_seen(**facts)
        else:
            outcome = Result(form.cleaned_data["outcome"])
            correct_record(session_id=pk, learner_id=learner.pk, result=outcome, **facts)
    except (Invalid, Conflict) as refusal:
        return _ask_what_is_right(request, session, learner, form, refusal=refusal)
    text = _("The record of %(worker)s is corrected; compliance is up to date.") % {"worker": learner.name}
    return _done(request, reverse("attendance:session", args=[pk]), text)


@requires(Permission.CORRECT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_correct_sheet(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the right sheet and why, and put it before the one that is shown (E6)."""
    session = session_of_evidence(pk)
    check_is_finalized(session)
    newest = newest_sheet(session)
    seen = {"corrects": newest.pk if newest else None}
    form = CorrectingSheetForm(request.POST if request.method == "POST" else None, initial=seen)
    about = {"session": session, "newest": newest, "max_bytes": settings.EVIDENCE_MAX_BYTES}
    if form.is_valid():
        try:
            correct_sheet(
                session_id=pk,
                files=request.FILES.getlist(FIELD),
                corrects_id=form.cleaned_data["corrects"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=timezone.now(),
            )
        except Conflict as refusal:
            form = CorrectingSheetForm(initial={**seen, "reason": form.cleaned_data["reason"]})
            return _asked(request, "correcting_sheet", form, refusal=refusal, **about)
        except (Invalid, TooLarge, UnsupportedType) as refusal:
            return _asked(request, "correcting_sheet", form, refusal=refusal, **about)
        return _done(request, reverse("attendance:session", args=[pk]), _("The correcting sheet is stored."))
    return _asked(request, "correcting_sheet", form, **about)


def _choose(request: HtmxRequest, session: Session) -> HttpResponse:
    """Look for a worker who was not on the list; HTMX gets a dialog, then whom it found while somebody types."""
    text = request.GET.get("q", "")
    context = {"session": session, "text": text, "found": candidates(text)}
    if swaps(request, "correction-candidates"):
        return render(request, "attendance/partials/_correction_candidates.html", context)
    template = "attendance/partials/_correction_worker.html" if request.htmx else "attendance/correction_worker.html"
    return render(request, template, context)


def _correction_form(session: Session, learner: Learner, data: Any = None, **initial: Any) -> CorrectionForm:
    needs_sign_off = session.course_version is not None and session.course_version.requires_verification
    standing = standing_of(session, learner.pk)
    return CorrectionForm(data, standing=standing, needs_sign_off=needs_sign_off, initial=initial)


def _ask_what_is_right(
    request: HtmxRequest,
    session: Session,
    learner: Learner,
    form: CorrectionForm | None = None,
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """Somebody else's change is shown, and the question asked anew; the reason stays."""
    standing = standing_of(session, learner.pk)
    if isinstance(refusal, Conflict) and form is not None:
        form = _correction_form(session, learner, reason=form.cleaned_data["reason"])
    form = form or _correction_form(session, learner)
    about = {"session": session, "learner": learner, "standing": standing}
    return _asked(request, "correction", form, refusal=refusal, **about)


def _asked(
    request: HtmxRequest, name: str, form: ReasonForm, *, refusal: Refusal | None = None, **about: Any
) -> HttpResponse:
    """Answer with a question: a dialog over the page that HTMX is on, then its form alone; else a page of its own."""
    is_answer = form.is_bound or refusal is not None
    if refusal is not None and form.is_bound:
        form.refuse(refusal)
    status = 409 if isinstance(refusal, Conflict) else 422 if is_answer else 200
    where = "partials/_" if request.htmx else ""
    context = {"form": form, "refusal": refusal, "is_answer": is_answer, **about}
    return render(request, f"attendance/{where}{name}.html", context, status=status)


def _done(request: HtmxRequest, back: str, text: str) -> HttpResponse:
    """Tell it on the page that the person came from, which is loaded anew."""
    messages.success(request, text)
    return HttpResponseClientRefresh() if request.htmx else redirect(back)
