"""Entering a certificate from elsewhere as a training record (R1)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from learners.evidence.upload_names import FIELD
from learners.forms.external_records import ExternalRecordForm
from learners.models import Learner, TrainingRecord
from learners.services.external_records import record_external
from training.core.permissions import Permission, requires
from training.core.refusals import NotFound
from training.core.web.answers import answer, go
from training.core.web.htmx import HtmxRequest, posted, swaps
from training.core.web.pages import page_of


@requires(Permission.RECORD_EXTERNAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_record_new(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask what the certificate says, and record it.

    While somebody types, HTMX asks for the last day that the course gives. An address may fill in the course:
    `?course=3`.
    """
    learner = _learner(pk)
    if learner.merged_into is not None:
        return redirect("learners:worker_record_new", learner.merged_into.pk)
    if swaps(request, "expiry") and request.method != "POST":
        typed = ExternalRecordForm(request.GET)
        typed.propose_expiry()
        return render(request, "learners/record_form.html#expiry", {"form": typed})
    form = ExternalRecordForm(posted(request), initial={"course": request.GET.get("course")})
    if not form.is_bound:
        form.propose_expiry()
    if form.is_valid():
        with form.refusing():
            record = record_external(
                learner_id=learner.pk,
                training=form.training(),
                files=request.FILES.getlist(FIELD),
                by=request.user,
                now=timezone.now(),
            )
            return _recorded(request, record)
    page, limit = "learners/record_form.html", settings.EVIDENCE_MAX_BYTES
    return answer(request, page, part="fields", form=form, learner=learner, max_bytes=limit)


def _learner(pk: int) -> Learner:
    learner = Learner.objects.select_related("merged_into").filter(pk=pk).first()
    if learner is None:
        raise NotFound(_("There is no such worker. Search by name or badge."))
    return learner


def _recorded(request: HtmxRequest, record: TrainingRecord) -> HttpResponse:
    """Go back to the worker, with the certificate open."""
    messages.success(request, _("%(course)s is recorded.") % {"course": record.course_title})
    url = f"{page_of(Learner, record.learner_id)}?record={record.pk}"
    return go(request, url)
