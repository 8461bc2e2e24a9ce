"""Finalize: what it would do, and doing it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from attendance.selectors.workspace import progress
from attendance.services.finalize import FinalizeResult, finalize_session
from training.htmx import HtmxRequest
from training.permissions import Permission, requires
from training.selectors.sessions import get_session


@requires(Permission.FINALIZE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_finalize(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask (F5), then finalize (F2) and go back to the workspace, which is locked from now on."""
    if request.method == "POST":
        messages.success(request, _told(finalize_session(session_id=pk, by=request.user, now=timezone.now())))
        if request.htmx:
            return HttpResponseClientRedirect(reverse("attendance:session", args=[pk]))
        return redirect("attendance:session", pk)
    session = get_session(pk, user=request.user)
    context = {"session": session, "progress": progress(session, now=timezone.now())}
    template = "attendance/partials/_confirm.html" if request.htmx else "attendance/finalize.html"
    return render(request, template, context)


def _told(result: FinalizeResult) -> str:
    """Say what was made."""
    records = ngettext("%(count)d training record made.", "%(count)d training records made.", result.training_records)
    sentences = [_("Session finalized."), records % {"count": result.training_records}]
    if result.competency_records:
        pending = ngettext("%(count)d to verify.", "%(count)d to verify.", result.competency_records)
        sentences.append(pending % {"count": result.competency_records})
    return " ".join(sentences)
