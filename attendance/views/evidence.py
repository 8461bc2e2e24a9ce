"""Evidence in the browser: upload, download, pictures of pages, and the check that a stored file is unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from attendance.pages.evidence import evidence_card
from attendance.pages.papers import line_of, papers
from attendance.pages.workspace import progress
from attendance.policies.sheet_findings import Told
from attendance.selectors.evidence import record_of_evidence, session_of_evidence, sheets, sign_off_of_evidence
from attendance.selectors.sheet_reading import sheet_told
from attendance.services.evidence import upload_evidence
from learners.evidence.page_images import Width, page_image
from learners.evidence.reads import log_download, log_preview
from learners.evidence.store import EvidenceAltered, EvidenceMissing, check_stored, open_stored
from learners.evidence.upload_names import FIELD
from learners.models import EvidenceUpload, Learner
from learners.selectors.evidence import sheets_of, sheets_of_session
from training.core.keys import key_of
from training.core.permissions import Permission, check_may, requires
from training.core.refusals import Conflict, Invalid, NotFound, Refusal, TooLarge, UnsupportedType
from training.core.web.answers import answer
from training.core.web.htmx import HtmxRequest
from training.core.web.middleware import SANDBOX
from training.models import Session
from training.selectors.sessions import get_session


@dataclass(frozen=True)
class Proof:
    """A stored file that the person may open, with the name it goes by and the page it belongs to.

    Args:
        door: whose evidence it is: "session", "record" or "sign_off"; `of` is the key of that.
        session: the session whose sheet it is; None for other files.
        learner: the worker about whom it is opened; None if it is about none in particular.
    """

    upload: EvidenceUpload
    name: str
    page: str
    door: str
    of: int
    session: Session | None = None
    learner: Learner | None = None


@requires(Permission.UPLOAD, Permission.READ_EVIDENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def session_evidence(request: HtmxRequest, pk: int) -> HttpResponseBase:
    """Take the signed sheet of a session, or hand it out."""
    return _upload(request, pk) if request.method == "POST" else _download(request, _proof_of_session(request, pk))


@requires(Permission.READ_EVIDENCE)
@require_safe
def session_evidence_view(request: HtmxRequest, pk: int) -> HttpResponse:
    """Open a session's sheet at the worker's line (E3)."""
    return _view(request, _proof_of_session(request, pk))


@requires(Permission.READ_EVIDENCE)
@require_safe
def session_evidence_page(request: HtmxRequest, pk: int, page: int) -> HttpResponse:
    """Show one page of a session's sheet as a picture."""
    return _page(request, _proof_of_session(request, pk), page)


@requires(Permission.READ_EVIDENCE)
@require_safe
def session_evidence_check(request: HtmxRequest, pk: int) -> HttpResponse:
    """Read a session's sheet again and say whether it matches its hash."""
    return _check(request, _proof_of_session(request, pk))


@requires(Permission.READ_EVIDENCE)
@require_safe
def record_evidence(request: HtmxRequest, pk: int) -> HttpResponseBase:
    """Hand out the file behind a training record: the newest correction, or the one that `?sheet=` names (E6)."""
    return _download(request, _proof_of_record(request, pk))


@requires(Permission.READ_EVIDENCE)
@require_safe
def record_evidence_view(request: HtmxRequest, pk: int) -> HttpResponse:
    """Open the file behind a training record at the worker's line (E3)."""
    return _view(request, _proof_of_record(request, pk))


@requires(Permission.READ_EVIDENCE)
@require_safe
def record_evidence_page(request: HtmxRequest, pk: int, page: int) -> HttpResponse:
    """Show one page of the file behind a training record as a picture."""
    return _page(request, _proof_of_record(request, pk), page)


@requires(Permission.READ_EVIDENCE)
@require_safe
def record_evidence_check(request: HtmxRequest, pk: int) -> HttpResponse:
    """Read the file behind a training record again and say whether it matches its hash."""
    return _check(request, _proof_of_record(request, pk))


@requires(Permission.READ_EVIDENCE)
@require_safe
def sign_off_evidence(request: HtmxRequest, pk: int) -> HttpResponseBase:
    """Hand out the sheet behind a practical sign-off that is owed, or the one that `?sheet=` names (E6)."""
    return _download(request, _proof_of_sign_off(request, pk))


@requires(Permission.READ_EVIDENCE)
@require_safe
def sign_off_evidence_view(request: HtmxRequest, pk: int) -> HttpResponse:
    """Open the sheet behind a practical sign-off at the worker's line (E3)."""
    return _view(request, _proof_of_sign_off(request, pk))


@requires(Permission.READ_EVIDENCE)
@require_safe
def sign_off_evidence_page(request: HtmxRequest, pk: int, page: int) -> HttpResponse:
    """Show one page of the sheet behind a practical sign-off as a picture."""
    return _page(request, _proof_of_sign_off(request, pk), page)


def _upload(request: HtmxRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    try:
        upload = upload_evidence(session_id=pk, files=request.FILES.getlist(FIELD), by=request.user, now=now)
    except (Invalid, TooLarge, UnsupportedType, Conflict) as refusal:
        return _refused(request, pk, refusal)
    is_news = upload.uploaded_at == now
    text = (
        _("The signed sheet is stored.") if is_news else _("This file is already stored as the sheet of this session.")
    )
    if not request.htmx:
        messages.success(request, text)
        return redirect("attendance:session", pk)
    session = get_session(pk, user=request.user)
    context: dict[str, Any] = {
        "session": session,
        "evidence": evidence_card(session),
        "progress": progress(session, now=timezone.now()),
        "text": text,
    }
    return render(request, "attendance/evidence.html#uploaded", context)


def _refused(request: HtmxRequest, pk: int, refusal: Refusal) -> HttpResponse:
    """Answer with the card and the reason in it. A browser without JavaScript gets the reason on a page of its own."""
    context: dict[str, Any] = {"evidence": evidence_card(session_of_evidence(pk)), "refusal": refusal}
    status = Conflict.status if isinstance(refusal, Conflict) else 422
    return answer(request, "attendance/evidence.html", part="card", status=status, **context)


def _proof_of_session(request: HtmxRequest, pk: int) -> Proof:
    session = session_of_evidence(pk)
    check_may(request.user, Permission.READ_EVIDENCE, session)
    upload = _wanted(request, sheets(session), otherwise=_("This session has no signed sheet yet."))
    page = reverse("attendance:session", args=[session.pk])
    return Proof(upload, session.reference, page, "session", session.pk, session)


def _proof_of_record(request: HtmxRequest, pk: int) -> Proof:
    record = record_of_evidence(pk)
    check_may(request.user, Permission.READ_EVIDENCE, record.session)
    otherwise = _("No upload is known for this record. Tell your administrator.")
    if record.extract_id is not None:
        otherwise = _("This record comes from the old register without a certificate, so there is no file to open.")
    upload = _wanted(request, sheets_of([record])[record.pk], otherwise=otherwise)
    name = record.session.reference if record.session else f"record-{record.pk}"
    page = reverse("attendance:worker", args=[record.learner_id])
    return Proof(upload, name, page, "record", record.pk, record.session, record.learner)


def _proof_of_sign_off(request: HtmxRequest, pk: int) -> Proof:
    """Return the sheet of the session, the newest correction first (E6): a sign-off that is owed has no record yet."""
    record = sign_off_of_evidence(pk)
    check_may(request.user, Permission.READ_EVIDENCE, record.session)
    signed = sheets_of_session(record.session_id, key=record.evidence_file_key, sha256=record.evidence_hash)
    otherwise = _("No upload is known for this sign-off. Tell your administrator.")
    upload = _wanted(request, signed, otherwise=otherwise)
    page = f"{reverse('attendance:verify')}?record={record.pk}"
    return Proof(upload, record.session.reference, page, "sign_off", record.pk, record.session, record.learner)


def _wanted(request: HtmxRequest, offered: Sequence[EvidenceUpload], *, otherwise: str) -> EvidenceUpload:
    """Return the sheet that `?sheet=` names, by default the first: the newest correction, else the original (E6).

    Raises:
        NotFound: there is no such sheet; `otherwise` is the sentence.
    """
    wanted = request.GET.get("sheet")
    for sheet in offered:
        if wanted in (None, str(sheet.pk)):
            return sheet
    raise NotFound(otherwise)


def _download(request: HtmxRequest, proof: Proof) -> FileResponse:
    """Hand out the file under a name of ours, because the ending of an uploaded name may not fit the content."""
    upload = proof.upload
    file = open_stored(key=upload.key, sha256=upload.sha256)
    log_download(upload=upload, learner=proof.learner, by=request.user, now=timezone.now())
    name = f"{proof.name}-evidence{PurePosixPath(upload.key).suffix}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=upload.content_type)


def _page(request: HtmxRequest, proof: Proof, page: int) -> HttpResponse:
    upload = proof.upload
    try:
        width = Width(key_of(request.GET.get("width", str(Width.PAGE.value))) or 0)
    except ValueError as error:
        raise Http404 from error
    if not 1 <= page <= upload.pages:
        raise Http404
    image = page_image(key=upload.key, sha256=upload.sha256, page=page, width=width)
    log_preview(upload=upload, learner=proof.learner, by=request.user, now=timezone.now())
    return HttpResponse(image, content_type="image/png", headers=SANDBOX)


def _view(request: HtmxRequest, proof: Proof) -> HttpResponse:
    """Show all pages as pictures; for a sheet also what its codes tell of the session (E8)."""
    line = line_of(proof.session, proof.learner)
    (paper,) = papers([proof.upload], session=proof.session, line=line)
    context: dict[str, Any] = {
        "proof": proof,
        "paper": paper,
        "line": line,
        "told": sheet_told(proof.session, proof.upload) if proof.session else Told(),
        "page_url": f"attendance:{proof.door}_evidence_page",
        "download_url": reverse(f"attendance:{proof.door}_evidence", args=[proof.of], query={"sheet": proof.upload.pk}),
    }
    return render(request, "attendance/evidence_view.html", context)


def _check(request: HtmxRequest, proof: Proof) -> HttpResponse:
    """Say whether the stored file is unchanged. If the store is down, nothing is said: the middleware answers that."""
    problem = ""
    try:
        check_stored(key=proof.upload.key, sha256=proof.upload.sha256)
    except (EvidenceAltered, EvidenceMissing) as refusal:
        problem = refusal.message
    return answer(request, "attendance/evidence_check.html", part="verdict", proof=proof, problem=problem)
