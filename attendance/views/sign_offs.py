"""Correcting practical sign-offs from the worker's page: revoke one with a reason, and try again (V2)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from attendance.selectors.evidence import sign_off_of_evidence
from learners.models import CompetencyRecord
from learners.services.competency import open_further_attempt, revoke_sign_off
from training.core.permissions import Permission, fresh, requires
from training.core.web.answers import answer, stay, swapped_into
from training.core.web.forms import ReasonForm
from training.core.web.htmx import HtmxRequest, posted


@fresh
@requires(Permission.REVOKE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_off_revoke(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and revoke a sign-off together with the record that it made."""
    record = sign_off_of_evidence(pk)
    form = ReasonForm(posted(request))
    if form.is_valid():
        with form.refusing():
            revoke_sign_off(record_id=pk, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
            messages.success(request, _("The sign-off is revoked. A further attempt can be opened below."))
            return stay(request, _worker_url(record))
    about: dict[str, Any] = {"record": record, "back": _worker_url(record)}
    response = answer(request, "attendance/sign_off_revoke.html", part="dialog", form=form, **about)
    return swapped_into(response, "revoke-form") if request.htmx and form.is_reply else response


@requires(Permission.VERIFY)
@require_POST
def sign_off_attempt(request: HtmxRequest, pk: int) -> HttpResponse:
    """Put the worker into the verification queue once more."""
    record = open_further_attempt(record_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("A further attempt is open. It is in the queue of practical sign-offs."))
    return stay(request, _worker_url(record))


def _worker_url(record: CompetencyRecord) -> str:
    """Return the address of the sign-offs of the worker; of the survivor if the badge was merged."""
    worker = record.learner.merged_into_id or record.learner_id
    return f"{reverse('attendance:worker', args=[worker])}#sign-offs"
