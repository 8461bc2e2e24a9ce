"""The certificate of a training record, and the address that its code holds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from attendance.certificate import file_name, print_certificate
from attendance.policies import check_has_certificate
from attendance.selectors.certificate import certificate_of, get_record
from training.permissions import Permission, check_may, may, requires


@requires(Permission.READ_EVIDENCE)
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the record: the worker's page opened at it; a trainer, who has no such page, gets the session."""
    found = get_record(pk)
    check_may(request.user, Permission.READ_EVIDENCE, found.session)
    if not may(request.user, Permission.READ_SITE):
        return redirect("attendance:session", found.session_id)
    page = reverse("attendance:worker", args=[found.learner.merged_into_id or found.learner_id])
    return redirect(f"{page}?record={found.pk}#sheet")


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
