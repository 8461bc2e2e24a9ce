"""The certificate of a training record, all certificates of a session, and the address in their QR codes."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from attendance.papers.certificate import file_name, print_certificate
from attendance.policies.certificates import check_has_certificate
from attendance.selectors.certificate import certificate_of, get_record
from attendance.tasks import CERTIFICATES, SESSION, SITE, certificates_asked_for, certificates_title
from training.core.permissions import Permission, check_may, may, requires
from training.core.web.htmx import HtmxRequest
from training.selectors.sessions import get_session
from training.views.jobs import ask_and_show


@requires(Permission.READ_EVIDENCE)
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Redirect to the worker's page, opened at the record; trainers, who may not read that page, go to the session."""
    found = get_record(pk)
    check_may(request.user, Permission.READ_EVIDENCE, found.session)
    if not may(request.user, Permission.READ_SITE):
        return redirect("attendance:session", found.session_id)
    page = reverse("attendance:worker", args=[found.learner.merged_into_id or found.learner_id])
    return redirect(f"{page}?record={found.pk}#sheet")


@requires(Permission.READ_EVIDENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def session_certificates(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for all certificates of a session as one PDF, which a job makes.

    A GET goes to the session, where the button is.
    """
    if request.method != "POST":
        return redirect("attendance:session", get_session(pk, user=request.user).pk)
    query = QueryDict(mutable=True)
    query[SESSION], query[SITE] = str(pk), request.build_absolute_uri("/").rstrip("/")
    session, _certificates = certificates_asked_for(query, by=request.user)
    return ask_and_show(request, kind=CERTIFICATES.name, title=certificates_title(session), query=query.urlencode())


@requires(Permission.READ_EVIDENCE)
@require_safe
def record_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the PDF of a certificate."""
    found = get_record(pk)
    check_may(request.user, Permission.READ_EVIDENCE, found.session)
    check_has_certificate(found)
    address = request.build_absolute_uri(reverse("attendance:record", args=[found.pk]))
    names_role = may(request.user, Permission.READ_SITE)
    return HttpResponse(
        print_certificate(certificate_of(found), address=address, printed_at=timezone.now(), names_role=names_role),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{file_name(found)}"'},
    )
