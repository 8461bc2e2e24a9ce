"""Putting practical sign-offs right from the worker's page: revoked with a reason, and tried again (V2)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from attendance.selectors.evidence import sign_off_of_evidence
from learners.models import CompetencyRecord
from learners.services.competency import open_further_attempt, revoke_sign_off
from training.core.permissions import Permission, requires
from training.core.refusals import Conflict, Invalid
from training.core.web.forms import ReasonForm
from training.core.web.htmx import HtmxRequest


@requires(Permission.REVOKE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_off_revoke(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask why, and revoke a sign-off with the record that it made."""
    record = sign_off_of_evidence(pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            revoke_sign_off(record_id=pk, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except (Invalid, Conflict) as refusal:
            form.add_error(None, refusal.message)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            text = _("The sign-off is revoked. A further attempt can be opened below.")
            return _back(request, record, text)
    return _question(request, record, form, status=status)


@requires(Permission.VERIFY)
@require_POST
def sign_off_attempt(request: HtmxRequest, pk: int) -> HttpResponse:
    """Put the worker into the verification queue once more."""
    record = open_further_attempt(record_id=pk, by=request.user, now=timezone.now())
    return _back(request, record, _("A further attempt is open. It is in the queue of practical sign-offs."))


def _question(request: HtmxRequest, record: CompetencyRecord, form: ReasonForm, *, status: int) -> HttpResponse:
    """Answer with a dialog over the page that HTMX is on, else with a page of its own."""
    where = "partials/_" if request.htmx else ""
    context = {"record": record, "form": form, "back": _worker_url(record)}
    response = render(request, f"attendance/{where}sign_off_revoke.html", context, status=status)
    if request.htmx and form.is_bound:
        response["HX-Retarget"], response["HX-Reswap"] = "#revoke-form", "outerHTML"
    return response


def _back(request: HtmxRequest, record: CompetencyRecord, text: str) -> HttpResponse:
    """Show the worker's page anew; HTMX is on it already, and stays where it is."""
    messages.success(request, text)
    return HttpResponseClientRefresh() if request.htmx else redirect(_worker_url(record))


def _worker_url(record: CompetencyRecord) -> str:
    worker = record.learner.merged_into_id or record.learner_id
    return f"{reverse('attendance:worker', args=[worker])}#sign-offs"
