"""Adding the certificate of a record that came from an old register without one (I7)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from learners.evidence.upload_names import FIELD
from learners.forms.certificates import CertificateForm
from learners.models import Learner
from learners.policies.registers import extract_shown
from learners.services.certificates import add_certificate, get_record_without_certificate
from training.core.permissions import Permission, requires
from training.core.web.answers import answer, go
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.pages import page_of


@requires(Permission.RECORD_EXTERNAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record_certificate_add(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show what the register said, and take the certificate."""
    record = get_record_without_certificate(pk)
    form = CertificateForm(posted(request))
    if form.is_valid():
        with form.refusing():
            files = request.FILES.getlist(FIELD)
            add_certificate(record_id=pk, files=files, by=request.user, now=timezone.now())
            messages.success(request, _("The certificate of %(course)s is added.") % {"course": record.course_title})
            return go(request, f"{page_of(Learner, record.learner_id)}?record={record.pk}")
    extract = extract_shown(record.extract.content) if record.extract else None
    page, limit = "learners/record_certificate_add.html", settings.EVIDENCE_MAX_BYTES
    return answer(request, page, part="file-error", form=form, record=record, extract=extract, max_bytes=limit)
