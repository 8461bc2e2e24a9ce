"""Entering a certificate from elsewhere as a training record (R1)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from learners.evidence.upload_names import FIELD
from learners.forms.external_records import ExternalRecordForm
from learners.models import Learner, TrainingRecord
from learners.services.external_records import record_external
from training.core.permissions import Permission, requires
from training.core.refusals import Conflict, Invalid, NotFound, TooLarge, UnsupportedType
from training.core.web.htmx import HtmxRequest, swaps


@requires(Permission.RECORD_EXTERNAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_record_new(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask what the certificate says, and record it; while it is typed, HTMX asks for the last day by the course.

    An address may fill in the course: `?course=3`.
    """
    learner = _learner(pk)
    if learner.merged_into is not None:
        return redirect("learners:worker_record_new", learner.merged_into.pk)
    if request.method != "POST":
        is_typed = swaps(request, "expiry")
        form = (
            ExternalRecordForm(request.GET)
            if is_typed
            else ExternalRecordForm(initial={"course": request.GET.get("course")})
        )
        form.propose_expiry()
        return _form(request, learner, form, part="expiry" if is_typed else "fields")
    form = ExternalRecordForm(request.POST)
    if form.is_valid():
        try:
            record = record_external(
                learner_id=learner.pk,
                training=form.training(),
                files=request.FILES.getlist(FIELD),
                by=request.user,
                now=timezone.now(),
            )
        except (Invalid, Conflict, TooLarge, UnsupportedType) as refusal:
            form.refuse(refusal)
            return _form(request, learner, form, status=409 if isinstance(refusal, Conflict) else 422)
        return _recorded(request, record)
    return _form(request, learner, form, status=422)


def _learner(pk: int) -> Learner:
    learner = Learner.objects.select_related("merged_into").filter(pk=pk).first()
    if learner is None:
        raise NotFound(_("There is no such worker. Search by name or badge."))
    return learner


def _form(
    request: HtmxRequest, learner: Learner, form: ExternalRecordForm, *, part: str = "fields", status: int = 200
) -> HttpResponse:
    """Answer with the form; HTMX gets a part of it, so that a chosen file stays chosen."""
    template = f"learners/partials/_record_{part}.html" if request.htmx else "learners/record_form.html"
    context = {"learner": learner, "form": form, "max_bytes": settings.EVIDENCE_MAX_BYTES}
    return render(request, template, context, status=status)


def _recorded(request: HtmxRequest, record: TrainingRecord) -> HttpResponse:
    """Go back to the worker, with the certificate open."""
    messages.success(request, _("%(course)s is recorded.") % {"course": record.course_title})
    url = f"{reverse('attendance:worker', args=[record.learner_id])}?record={record.pk}"
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
