"""Planning a session: new, edit, schedule, cancel, delete, and the findings about a plan while it is typed."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from training.core.keys import key_of
from training.core.permissions import Permission, requires
from training.core.refusals import Invalid, Stale
from training.core.web.answers import answer, go
from training.core.web.forms import ReasonForm
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.pages import list_of, page_of
from training.forms.sessions import SessionForm, initial_of
from training.models import Session
from training.pages.findings import findings
from training.pages.session_changes import changed_since
from training.policies import sessions as policies
from training.selectors.availability import tentative
from training.selectors.sessions import get_session
from training.services.sessions import (
    cancel_session,
    create_draft,
    create_scheduled,
    delete_draft,
    edit_session,
    schedule_session,
)

PREFILLED = ("course", "trainer", "venue", "day", "start", "end")


@requires(Permission.PLAN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_new(request: HtmxRequest) -> HttpResponse:
    """Plan a session, as a draft or booked at once. An address may fill in fields: `?course=3&day=2026-10-22`."""
    return plan_anew(request, draft=create_draft, scheduled=create_scheduled)


def plan_anew(
    request: HtmxRequest,
    *,
    draft: Callable[..., Session],
    scheduled: Callable[..., Session],
    listed: Sequence[Any] = (),
) -> HttpResponse:
    """Ask for the plan of a new session, and create it with one of two services.

    Args:
        draft, scheduled: the services, such as `create_draft` and `create_scheduled`.
        listed: the workers who will be on its list; the page names them.
    """
    today = timezone.localdate()
    initial = {} if request.method == "POST" else _prefilled(request)
    form = SessionForm(posted(request), initial=initial, today=today)
    if form.is_valid():
        create = scheduled if _schedules(request) else draft
        with form.refusing():
            return _saved(request, create(**form.plan(), by=request.user, now=timezone.now()))
    return _answer(request, form, listed=listed)


@requires(Permission.PLAN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change the plan of a draft or scheduled session; a draft may be booked in the same step.

    An address may propose values as for a new session, such as a larger venue (`?venue=2`).
    """
    session = get_session(pk, user=request.user)
    policies.check_open(session)
    initial = {} if request.method == "POST" else initial_of(session) | _prefilled(request)
    form = SessionForm(posted(request), initial=initial, session=session, today=timezone.localdate())
    version = None
    if form.is_valid():
        version = form.cleaned_data["version"]
        change = schedule_session if _schedules(request) else edit_session
        with form.refusing():
            edited = change(
                session_id=pk,
                changes=form.plan(),
                version=version,
                reason=form.cleaned_data.get("reason", ""),
                by=request.user,
                now=timezone.now(),
            )
            return _saved(request, edited)
    if version is not None and isinstance(form.refusal, Stale):
        return _answer(request, form, is_stale=True, changes=changed_since(session, version))
    return _answer(request, form)


@requires(Permission.PLAN)
@require_POST
def session_schedule(request: HtmxRequest, pk: int) -> HttpResponse:
    """Book a draft as it is; if that is refused, show the reasons in its form."""
    session = get_session(pk, user=request.user)
    try:
        session = schedule_session(session_id=pk, by=request.user, now=timezone.now())
    except (Invalid, policies.Booked) as refusal:
        form = SessionForm(initial_of(session), session=session, today=timezone.localdate())
        form.is_valid()
        form.refuse(refusal)
        return _answer(request, form)
    return _saved(request, session)


@requires(Permission.PLAN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_cancel(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and cancel a session."""
    session = get_session(pk, user=request.user)
    policies.check_open(session)
    form = ReasonForm(posted(request))
    if form.is_valid():
        with form.refusing():
            cancel_session(session_id=pk, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
            messages.success(request, _("Cancelled. Trainer and venue are free again."))
            return go(request, page_of(Session, pk))
    return answer(request, "training/session_cancel.html", part="dialog", form=form, session=session)


@requires(Permission.PLAN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_delete(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and delete a draft."""
    session = get_session(pk, user=request.user)
    policies.check_can_delete(session)
    if request.method != "POST":
        return answer(request, "training/session_delete.html", part="dialog", session=session)
    delete_draft(session_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("The draft %(reference)s is deleted.") % {"reference": session.reference})
    return go(request, list_of(Session))


@requires(Permission.PLAN)
@never_cache
@require_safe
def session_findings(request: HtmxRequest) -> HttpResponse:
    """Show the findings about a plan while it is typed, and fill in an empty end from the length of the course."""
    form = _typed(request)
    end_is_proposed = form.session is None and form.propose_end()
    found = findings(
        **form.typed_plan(), exclude_session_id=form.session.pk if form.session else None, now=timezone.now()
    )
    context = {"form": form, "findings": found, "end_is_proposed": end_is_proposed}
    return render(request, "training/session_form.html#findings", context)


@requires(Permission.PLAN)
@never_cache
@require_safe
def session_trainers(request: HtmxRequest) -> HttpResponse:
    """Offer the trainers of the chosen course, with the load of the chosen week (S6)."""
    return render(request, "training/session_form.html#trainer", {"form": _typed(request)})


def _typed(request: HtmxRequest) -> SessionForm:
    """Return the form as it is filled in in the browser, bound to the session that `?session=` names, if any."""
    pk = key_of(request.GET.get("session", ""))
    session = get_session(pk, user=request.user) if pk else None
    return SessionForm(request.GET, session=session, today=timezone.localdate())


def _prefilled(request: HtmxRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in PREFILLED if name in request.GET}


def _schedules(request: HtmxRequest) -> bool:
    return request.POST.get("action") == "schedule"


def _answer(request: HtmxRequest, form: SessionForm, **context: Any) -> HttpResponse:
    return answer(request, "training/session_form.html", part="form", form=form, session=form.session, **context)


def _saved(request: HtmxRequest, session: Session) -> HttpResponse:
    is_booked = session.status == Session.Status.SCHEDULED
    messages.success(request, _("Saved and scheduled.") if is_booked else _("Draft saved."))
    for overlap in tentative(session):
        messages.warning(request, policies.overlap_sentence(overlap))
    return go(request, page_of(Session, session.pk))
