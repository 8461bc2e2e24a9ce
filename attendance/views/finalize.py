"""Finalize: the question that says what it would do, and the step itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from attendance.pages.finalize import told_second_lines
from attendance.pages.workspace import progress
from attendance.policies.finalize import ChangedSinceAsked, SheetNotConfirmed
from attendance.selectors.finalize import list_state
from attendance.services.finalize import FinalizeResult, finalize_session
from training.core.permissions import Permission, requires
from training.core.web.answers import answer, go
from training.core.web.htmx import HtmxRequest
from training.models import Session
from training.selectors.sessions import get_session


@requires(Permission.FINALIZE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_finalize(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask (F5), then finalize (F2) and go back to the workspace, which is locked from then on.

    The question comes again, with the new numbers, if they have changed since they were shown. It also comes again if
    the sheet seems to be the wrong one and the person has not confirmed having looked at it (E8).
    """
    session = get_session(pk, user=request.user)
    if request.method != "POST":
        return _question(request, session)
    try:
        result = finalize_session(
            session_id=pk,
            by=request.user,
            now=timezone.now(),
            confirmed=request.POST.get("confirmed"),
            sheet_confirmed=request.POST.get("sheet_confirmed", ""),
        )
    except (ChangedSinceAsked, SheetNotConfirmed) as refusal:
        return _question(request, get_session(pk, user=request.user), refusal=refusal)
    messages.success(request, _told(result))
    return go(request, "attendance:session", pk)


def _question(
    request: HtmxRequest, session: Session, *, refusal: ChangedSinceAsked | SheetNotConfirmed | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "session": session,
        "confirmed": list_state(session),  # before the numbers, so that a change between the two is noticed
        "progress": progress(session, now=timezone.now()),
        "refusal": refusal,
    }
    status = 200 if refusal is None else 422 if isinstance(refusal, SheetNotConfirmed) else refusal.status
    response = answer(request, "attendance/finalize.html", part="dialog", status=status, **context)
    if request.htmx:
        response["HX-Retarget"] = "#dialogs"
        response["HX-Reswap"] = "innerHTML"
    return response


def _told(result: FinalizeResult) -> str:
    """Say which records were made."""
    records = ngettext("%(count)d training record made.", "%(count)d training records made.", result.training_records)
    sentences = [_("Session finalized."), records % {"count": result.training_records}]
    if result.competency_records:
        pending = ngettext("%(count)d to verify.", "%(count)d to verify.", result.competency_records)
        sentences.append(pending % {"count": result.competency_records})
    return " ".join([*sentences, told_second_lines(result.second_lines)]).strip()
