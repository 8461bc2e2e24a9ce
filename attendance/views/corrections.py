"""Correcting a finalized session: the result of a worker, a record that is revoked, the signed sheet."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

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
from training.core.permissions import Permission, fresh, requires
from training.core.refusals import Conflict
from training.core.web.answers import answer, stay
from training.core.web.forms import ReasonForm
from training.core.web.htmx import HtmxRequest, posted, swaps
from training.models import Session


@fresh
@requires(Permission.REVOKE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record_revoke(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and revoke a record (R2, F6)."""
    record = record_of_evidence(pk)
    check_not_revoked(record)
    form = ReasonForm(posted(request))
    if form.is_valid():
        with form.refusing():
            revoke_record(record_id=pk, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
            messages.success(request, _("The record is revoked; compliance is up to date."))
            return stay(request, "attendance:worker", record.learner_id)
    return answer(request, "attendance/record_revoke.html", part="dialog", form=form, record=record)


@fresh
@requires(Permission.CORRECT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_correct(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the right result of the worker whom `?worker=` names, on the list or not, and enter it (F9).

    The result that stands is revoked in the same step; it can also be revoked alone (F6). Without `?worker=` the page
    asks which worker is meant.
    """
    session = session_of_evidence(pk)
    check_is_finalized(session)
    worker = key_of(request.GET.get("worker", ""))
    if worker is None:
        return _choose(request, session)
    learner = get_worker(worker)
    form = _correction_form(session, learner, posted(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        with form.refusing():
            _correct(request, session, learner, form)
            text = _("The record of %(worker)s is corrected; compliance is up to date.") % {"worker": learner.name}
            messages.success(request, text)
            return stay(request, "attendance:session", pk)
        if isinstance(refusal := form.refusal, Conflict):  # asks again, about the result that stands now
            form = _correction_form(session, learner, reason=reason)
            form.refuse(refusal)
    about: dict[str, Any] = {"session": session, "learner": learner, "standing": form.standing}
    return answer(request, "attendance/session_correct.html", part="dialog", form=form, **about)


@fresh
@requires(Permission.CORRECT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_correct_sheet(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the right sheet and the reason, and show it before the present one from now on (E6).

    After an attempt HTMX gets only the fields, so that the chosen file stays chosen.
    """
    session = session_of_evidence(pk)
    check_is_finalized(session)
    newest = newest_sheet(session)
    seen = {"corrects": newest.pk if newest else None}
    form = CorrectingSheetForm(posted(request), initial=seen)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        with form.refusing():
            correct_sheet(
                session_id=pk,
                files=request.FILES.getlist(FIELD),
                corrects_id=form.cleaned_data["corrects"],
                reason=reason,
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, _("The correcting sheet is stored."))
            return stay(request, "attendance:session", pk)
        if isinstance(refusal := form.refusal, Conflict):  # asks again, about the newest sheet
            form = CorrectingSheetForm(initial={**seen, "reason": reason})
            form.refuse(refusal)
    return answer(
        request,
        "attendance/session_correct_sheet.html",
        part="fields" if form.is_reply else "dialog",
        form=form,
        session=session,
        newest=newest,
        max_bytes=settings.EVIDENCE_MAX_BYTES,
    )


def _choose(request: HtmxRequest, session: Session) -> HttpResponse:
    """Look for a worker who was not on the list. HTMX gets a dialog, and then the matches while somebody types."""
    text = request.GET.get("q", "")
    part = "candidates" if swaps(request, "correction-candidates") else "dialog"
    about: dict[str, Any] = {"session": session, "text": text, "found": candidates(text)}
    return answer(request, "attendance/session_correct_worker.html", part=part, **about)


def _correction_form(session: Session, learner: Learner, data: Any = None, **initial: Any) -> CorrectionForm:
    needs_sign_off = session.course_version is not None and session.course_version.requires_verification
    standing = standing_of(session, learner.pk)
    return CorrectionForm(data, standing=standing, needs_sign_off=needs_sign_off, initial=initial)


def _correct(request: HtmxRequest, session: Session, learner: Learner, form: CorrectionForm) -> None:
    """Revoke the result that stands, and write the one that a valid form says is right, if there is one."""
    facts: dict[str, Any] = {
        "seen": form.seen(),
        "reason": form.cleaned_data["reason"],
        "by": request.user,
        "now": timezone.now(),
    }
    if form.only_revokes:
        revoke_seen(**facts)
    else:
        outcome = Result(form.cleaned_data["outcome"])
        correct_record(session_id=session.pk, learner_id=learner.pk, result=outcome, **facts)
