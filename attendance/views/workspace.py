"""The workspace of a session: picker, attendance grid, and the parts that every change updates."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from attendance.forms.lists import PickerForm, act_key, everybody, learner_ids, line_number, taken_back, typed_marks
from attendance.pages.corrections import corrections_of
from attendance.pages.list_acts import names_of, offer_of, what_of
from attendance.pages.picker import Picker, picker
from attendance.pages.register import RegisterRow, register
from attendance.pages.workspace import progress, workspace
from attendance.policies.lists import check_can_mark, check_list_is_open
from attendance.services.attendees import Added, add_attendees, duplicate_session, plan_repeat, remove_attendee
from attendance.services.list_acts import Undone, undo_act
from attendance.services.marking import Mark, NotOnTheList, StaleMarks, StaleRow, save_list, save_marks
from training.core.permissions import Permission, check_may, may, name_of, requires
from training.core.refusals import Invalid, Refusal
from training.core.web.htmx import HtmxRequest
from training.models import Session
from training.policies.sessions import allows
from training.selectors.sessions import get_session

FULL_WEEK_MINUTES = 40 * 60  # the full length of the bar of a trainer's load


@requires(Permission.READ_SESSION)
@never_cache
@require_safe
def session(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show the workspace."""
    return _page(request, _session(request, pk, Permission.READ_SESSION))


@requires(Permission.ADD_WALK_IN)
@never_cache
@require_safe
def session_candidates(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who could be added; without HTMX that is part of the page."""
    session = _session(request, pk, Permission.ADD_WALK_IN)
    if not request.htmx:
        return redirect(f"{reverse('attendance:session', args=[pk])}?{request.GET.urlencode()}")
    listed = session.attendees.count()
    context = {"session": session, "picker": _picker(request, session, request.GET, listed=listed)}
    return render(request, "attendance/session_picker.html#candidates", context)


@requires(Permission.ADD_WALK_IN)
@require_POST
def session_add(request: HtmxRequest, pk: int) -> HttpResponse:
    """Add workers to the list; HTMX gets the new rows and the next candidates."""
    added = add_attendees(
        session_id=pk, learner_ids=learner_ids(request.POST.getlist("learner")), by=request.user, now=timezone.now()
    )
    if not request.htmx:
        tell = messages.warning if added.capacity_warning else messages.success
        tell(request, _told(added))
        state = PickerForm(request.POST).wanted().query()
        return redirect(f"{reverse('attendance:session', args=[pk])}{state}")
    session, now = get_session(pk, user=request.user), timezone.now()
    moving = _moving(request, session)
    context = {
        **moving,
        "offer": offer_of(session, user=request.user, now=now),
        "picker": _picker(request, session, request.POST, listed=moving["progress"].preview.facts.listed),
        "rows": register(session, after_line=line_number(request.POST), now=now, warning_days=_warning_days()),
        "text": _told(added),
        "kind": "warn" if added.capacity_warning else "ok",
    }
    return render(request, "attendance/session_grid.html#added", context)


@requires(Permission.REMOVE_ATTENDEE)
@require_POST
def session_remove(request: HtmxRequest, pk: int) -> HttpResponse:
    """Take a worker off the list (P5). HTMX removes the row, offers to undo that, and loads the picker again."""
    (learner_id,) = learner_ids(request.POST.getlist("learner")[:1])
    remove_attendee(session_id=pk, learner_id=learner_id, by=request.user, now=timezone.now())
    if not request.htmx:
        messages.success(request, _("Taken off the list."))
        return redirect("attendance:session", pk)
    session = get_session(pk, user=request.user)
    offer = offer_of(session, user=request.user, now=timezone.now())
    context = {**_moving(request, session), "offer": offer}
    response = render(request, "attendance/session_grid.html#removed", context)
    response["HX-Trigger"] = "list-changed"
    return response


@requires(Permission.MARK, Permission.ADD_WALK_IN, Permission.REMOVE_ATTENDEE)
@require_POST
def session_undo(request: HtmxRequest, pk: int) -> HttpResponse:
    """Undo the last act on the list (A1); HTMX gets all rows as they are now."""
    undone = undo_act(session_id=pk, act_id=act_key(request.POST), by=request.user, now=timezone.now())
    if not request.htmx:
        tell = messages.warning if undone.left else messages.success
        tell(request, _told_undone(undone))
        return redirect("attendance:session", pk)
    session = get_session(pk, user=request.user)
    context = {"text": _told_undone(undone), "kind": "warn" if undone.left else "ok"}
    response = _rows_again(request, session, **context)
    response["HX-Trigger"] = "list-changed"
    return response


@requires(Permission.MARK)
@never_cache
@require_safe
def session_mark(request: HtmxRequest, pk: int, learner_id: int) -> HttpResponse:
    """Show one row again as it is stored."""
    session = _session(request, pk, Permission.MARK)
    context = {"session": session, "rows": [_row(session, learner_id)], "learner_id": learner_id}
    return render(request, "attendance/session_grid.html#row-again", context | _grants(request, session))


@requires(Permission.MARK)
@require_POST
def session_marks(request: HtmxRequest, pk: int) -> HttpResponse:
    """Save marks or take them back.

    HTMX sends one row as soon as it is changed. A button marks everybody alike. A browser without JavaScript sends all
    rows at once.
    """
    session = _session(request, pk, Permission.MARK)
    typed, what, back = typed_marks(request.POST), everybody(request.POST), taken_back(request.POST)
    if request.htmx and back is not None:
        return _take_back(request, session, back)
    if request.htmx and what is None:
        return _save_row(request, session, typed)
    marks = [mark for mark in typed if not mark.is_untouched]
    if back is not None:
        marks = [*(mark for mark in marks if mark.learner_id != back.learner_id), back]
    try:
        count = save_list(session_id=pk, marks=marks, everybody=what, by=request.user, now=timezone.now())
    except StaleMarks as refusal:
        return _page(request, session, typed=typed, stale=refusal)
    if not request.htmx:
        text = ngettext("%(count)d row saved.", "%(count)d rows saved.", count) % {"count": count}
        messages.success(request, text)
        return redirect("attendance:session", pk)
    return _rows_again(request, session)


@requires(Permission.PLAN)
@require_POST
def session_duplicate(request: HtmxRequest, pk: int) -> HttpResponse:
    """Copy a session to a new draft (S8) and go there."""
    draft = duplicate_session(session_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("This is the copy. Give it a day and a time, then schedule it."))
    return redirect("attendance:session", draft.pk)


@requires(Permission.PLAN)
@require_POST
def session_repeat(request: HtmxRequest, pk: int) -> HttpResponse:
    """Plan another session for those who were absent or failed, and go there."""
    draft = plan_repeat(session_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("This is the repeat. Give it a day and a time, then schedule it."))
    return redirect("attendance:session", draft.pk)


def _session(request: HtmxRequest, pk: int, permission: Permission) -> Session:
    session = get_session(pk, user=request.user)
    check_may(request.user, permission, session)
    return session


def _page(
    request: HtmxRequest, session: Session, *, typed: Collection[Mark] = (), stale: StaleMarks | None = None
) -> HttpResponse:
    """Render the workspace. Marks that could not be saved are still in their fields, with the reason above."""
    now = timezone.now()
    shown = workspace(session, now=now, warning_days=_warning_days())
    context: dict[str, Any] = {
        "session": session,
        "workspace": shown,
        "progress": shown.progress,
        "evidence": shown.evidence,
        "rows": _as_typed(shown.rows, typed, stale) if stale else shown.rows,
        "stale": stale,
        "corrections": corrections_of(session) if session.is_finalized else [],
        "full_week_minutes": FULL_WEEK_MINUTES,
        "offer": offer_of(session, user=request.user, now=now),
        **_grants(request, session),
    }
    if context["may_add"]:
        listed = shown.progress.preview.facts.listed
        context["picker"] = _picker(request, session, request.GET, listed=listed)
    return render(request, "attendance/session.html", context, status=stale.status if stale else 200)


def _moving(request: HtmxRequest, session: Session) -> dict[str, Any]:
    """Return the context of the parts that are swapped after every change."""
    return {"session": session, "progress": progress(session, now=timezone.now()), **_grants(request, session)}


def _rows_again(request: HtmxRequest, session: Session, **context: str) -> HttpResponse:
    """Render all rows, and the parts that every change updates, after a step that may change any row."""
    now = timezone.now()
    rows = register(session, now=now, warning_days=_warning_days())
    offer = offer_of(session, user=request.user, now=now)
    shown = {**_moving(request, session), "rows": rows, "offer": offer, **context}
    return render(request, "attendance/session_grid.html#rows-again", shown)


def _grants(request: HtmxRequest, session: Session) -> dict[str, bool | str]:
    """Return what this person may do with the list in its present state.

    `too_early` is the reason why nobody can be marked yet (A1); empty once they can.
    """
    is_open = allows(lambda: check_list_is_open(session))
    return {
        "too_early": _too_early(session) if is_open else "",
        "may_add": is_open and may(request.user, Permission.ADD_WALK_IN, session),
        "may_mark": is_open and may(request.user, Permission.MARK, session),
        "may_remove": is_open and may(request.user, Permission.REMOVE_ATTENDEE, session),
        "reads_site": may(request.user, Permission.READ_SITE),
    }


def _too_early(session: Session) -> str:
    try:
        check_can_mark(session, now=timezone.now(), minutes_before=settings.MARKING_OPENS_MINUTES)
    except Refusal as refusal:
        return refusal.message
    return ""


def _picker(request: HtmxRequest, session: Session, data: QueryDict, *, listed: int) -> Picker:
    return picker(
        session,
        PickerForm(data).wanted(),
        listed=listed,
        offers_list=may(request.user, Permission.READ_SITE),
        now=timezone.now(),
        warning_days=_warning_days(),
    )


def _save_row(request: HtmxRequest, session: Session, typed: Collection[Mark]) -> HttpResponse:
    """Save a row. Answer with its last cell and the parts that it updates, or with both values if it is stale (A1)."""
    if len(typed) != 1:
        raise Invalid(_("This row is incomplete. Reload the page and mark it again."))
    (mark,) = typed
    try:
        save_marks(session_id=session.pk, marks=typed, by=request.user, now=timezone.now())
    except StaleMarks as refusal:
        return _conflict(request, session, refusal.rows[0])
    row = _row(session, mark.learner_id)
    context = {**_moving(request, session), "row": row, "is_resolved": "resolves" in request.POST}
    return render(request, "attendance/session_grid.html#saved", context)


def _take_back(request: HtmxRequest, session: Session, mark: Mark) -> HttpResponse:
    """Take one mark back and answer with the row, or with both values if it is stale (A1)."""
    try:
        save_marks(session_id=session.pk, marks=[mark], by=request.user, now=timezone.now())
    except StaleMarks as refusal:
        return _conflict(request, session, refusal.rows[0])
    row = _row(session, mark.learner_id)
    context = {**_moving(request, session), "rows": [row], "learner_id": mark.learner_id}
    return render(request, "attendance/session_grid.html#taken-back", context)


def _row(session: Session, learner_id: int) -> RegisterRow:
    rows = register(session, learner_ids=[learner_id], now=timezone.now(), warning_days=_warning_days())
    if not rows:
        raise NotOnTheList(_("This worker is not on the list any more. Reload the page."))
    return rows[0]


def _conflict(request: HtmxRequest, session: Session, stale: StaleRow) -> HttpResponse:
    """Show both values below the row, which keeps what was typed; they replace values that were shown there before."""
    context = {"session": session, "stale": stale}
    response = render(request, "attendance/session_grid.html#conflict", context, status=StaleMarks.status)
    response["HX-Retarget"] = "closest tr"
    response["HX-Reswap"] = "outerHTML" if "resolves" in request.POST else "afterend"
    return response


def _as_typed(rows: list[RegisterRow], typed: Collection[Mark], stale: StaleMarks) -> list[RegisterRow]:
    """Return the rows with what was typed and with their present versions, so that saving again means "keep mine"."""
    marks = {mark.learner_id: mark for mark in typed}
    changed = {row.mark.learner_id: row for row in stale.rows}
    return [
        replace(
            row,
            is_present=bool(mark.is_present),
            has_passed=bool(mark.is_present) and mark.has_passed,
            remarks=row.remarks if mark.remarks is None else mark.remarks,
            stale=changed.get(mark.learner_id),
        )
        if (mark := marks.get(row.learner.pk))
        else row
        for row in rows
    ]


def _told(added: Added) -> str:
    """Say how many were added, how many were on the list already (P3), and whether the venue is too small (S7)."""
    sentences = [ngettext("%(count)d added.", "%(count)d added.", added.added) % {"count": added.added}]
    if added.already_listed:
        sentences.append(
            ngettext("%(count)d was on the list already.", "%(count)d were on the list already.", added.already_listed)
            % {"count": added.already_listed}
        )
    return " ".join([*sentences, added.capacity_warning]).strip()


def _told_undone(undone: Undone) -> str:
    """Say what was undone, and whose rows were left as they are."""
    what = what_of(undone.act)
    if undone.was_undone and undone.act.undone_by is not None:
        return _("Undone already, by %(who)s: %(what)s.") % {"who": name_of(undone.act.undone_by), "what": what}
    sentences = [_("Undone: %(what)s.") % {"what": what}]
    if undone.left:
        names = names_of(undone.left, of=len(undone.left))
        sentences.append(_("Changed since, so left as it is: %(names)s.") % {"names": names})
    return " ".join(sentences)


def _warning_days() -> int:
    days: int = settings.EXPIRY_WARNING_DAYS
    return days
