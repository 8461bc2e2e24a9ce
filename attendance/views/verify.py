"""The verification queue: the signed sheet beside the fields, one worker after the other or several at once (V1).

Nearly every answer is the whole desk: the queue, the sheet of the one that is open, and its fields. HTMX gets it
without the page around it, so that swapping equals reloading.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from attendance.pages.verify import ROWS_PER_PAGE, desk
from learners.evidence.upload_names import FIELD
from learners.forms.sign_offs import TICKED, AssessmentForm, QueueFilterForm, SignOffForm, initial_of, ticked
from learners.policies.sign_offs import Assessment, worker_of
from learners.selectors.competency import QueueFilter, failed_or_revoked, lost_sign_offs, next_in_queue
from learners.selectors.learners import pending_sign_offs, sign_offs_owed
from learners.services.competency import sign_off
from training.core.keys import key_of
from training.core.permissions import Permission, requires
from training.core.refusals import Conflict, Invalid, NotFound, TooLarge, UnsupportedType
from training.core.web.answers import answer, swapped_into
from training.core.web.htmx import HtmxRequest


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def verify(request: HtmxRequest) -> HttpResponse:
    """Show the queue, the oldest first, with the sign-off open that `?record=` names, by default the first."""
    return _answer(request, record_id=key_of(request.GET.get("record", "")), chosen=ticked(request.GET))


@requires(Permission.VERIFY)
@never_cache
@require_POST
def verify_one(request: HtmxRequest, pk: int) -> HttpResponse:
    """Sign one worker off as competent or not, and open the next."""
    chosen = [key for key in ticked(request.POST) if key != pk]
    form = SignOffForm(request.POST)
    if not form.is_valid():
        return _answer(request, record_id=pk, form=form)
    assessment = form.assessment()
    proof = request.FILES.getlist(FIELD)
    try:
        (record,) = sign_off(record_ids=[pk], assessment=assessment, proof=proof, by=request.user, now=timezone.now())
    except (Invalid, TooLarge, UnsupportedType) as refusal:
        form.refuse(refusal)
        return _answer(request, record_id=pk, form=form)
    except Conflict as conflict:
        return _answer(request, record_id=pk, form=form, chosen=chosen, conflict=conflict)
    words = {"worker": worker_of(record), "course": record.course_version.title}
    following = next_in_queue(pk, _filters(request).wanted())
    return _signed(request, following, _told(assessment) % words, chosen=chosen)


@requires(Permission.VERIFY)
@never_cache
@require_POST
def verify_many(request: HtmxRequest) -> HttpResponse:
    """Give all ticked workers the same result, competent or not: all of them or nobody."""
    open_id = key_of(request.GET.get("record", ""))
    chosen = ticked(request.POST)
    form = AssessmentForm(request.POST, auto_id="many_%s")
    if not form.is_valid():
        return _answer(request, record_id=open_id, many=form, chosen=chosen)
    assessment = form.assessment()
    try:
        signed = sign_off(record_ids=chosen, assessment=assessment, by=request.user, now=timezone.now())
    except (Invalid, NotFound) as refusal:
        form.refuse(refusal)
        return _answer(request, record_id=open_id, many=form, chosen=chosen)
    except Conflict as conflict:
        return _answer(request, record_id=open_id, many=form, chosen=chosen, conflict=conflict)
    text = _told_of_many(assessment, len(signed))
    return _signed(request, None if open_id in chosen else open_id, text)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def verify_history(request: HtmxRequest) -> HttpResponse:
    """List failed attempts and revoked sign-offs, the latest decision first; HTMX gets the list alone."""
    filters = QueueFilterForm(request.GET, among=lost_sign_offs())
    wanted = filters.wanted()
    page = Paginator(failed_or_revoked(wanted), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return answer(
        request,
        "attendance/verify_history.html",
        part="swapped",
        target="history",
        filters=filters,
        is_narrowed=wanted != QueueFilter(),
        page=page,
        records=list(page),
    )


def _filters(request: HtmxRequest) -> QueueFilterForm:
    return QueueFilterForm(request.GET, among=pending_sign_offs())


def _told(assessment: Assessment) -> str:
    if assessment.is_competent:
        return _("%(worker)s is signed off as competent: %(course)s.")
    return _("%(worker)s is not competent: %(course)s. The attempt is kept.")


def _told_of_many(assessment: Assessment, count: int) -> str:
    if assessment.is_competent:
        text = ngettext(
            "%(count)d worker is signed off as competent.", "%(count)d workers are signed off as competent.", count
        )
    else:
        text = ngettext(
            "%(count)d worker is not competent. The attempt is kept.",
            "%(count)d workers are not competent. The attempts are kept.",
            count,
        )
    return text % {"count": count}


def _signed(request: HtmxRequest, following: int | None, text: str, *, chosen: Sequence[int] = ()) -> HttpResponse:
    """Say what was done, and open the next in line."""
    address = _address(request, following)
    if not request.htmx:
        messages.success(request, text)
        return redirect(address)
    response = _answer(request, record_id=following, chosen=chosen, told=text)
    response["HX-Replace-Url"] = address
    return response


def _answer(
    request: HtmxRequest,
    *,
    record_id: int | None,
    form: SignOffForm | None = None,
    many: AssessmentForm | None = None,
    chosen: Sequence[int] = (),
    conflict: Conflict | None = None,
    told: str = "",
) -> HttpResponse:
    """Answer with the desk. Bad input about one worker swaps in the fields alone, so that a chosen file stays chosen.

    Args:
        record_id: the key of the sign-off that is open; None for the first in the queue.
        form: what was sent about one worker.
        many: what was sent about all that are ticked.
        chosen: keys of the rows that stay ticked.
        conflict: the refusal that the head of the desk shows.
        told: what was done, shown in a toast.
    """
    filters = _filters(request)
    wanted, today = filters.wanted(), timezone.localdate()
    board = desk(wanted, record_id=record_id, page=request.GET.get("page"), today=today)
    by, opened = request.user, board.opened
    context: dict[str, Any] = {
        "desk": board,
        "page": board.page,
        "filters": filters,
        "is_narrowed": wanted != QueueFilter(),
        "many": many or AssessmentForm(initial=initial_of(None, by=by, today=today), auto_id="many_%s"),
        "chosen": chosen,
        "refusal": conflict.message if conflict else board.gone,
        "told": told,
        "waiting": sign_offs_owed() if told else None,
        "holds_focus": request.method == "POST" or "record" in request.GET,
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
    }
    sent = form or many
    is_bad_input = form is not None and conflict is None
    response = answer(
        request,
        "attendance/verify.html",
        part="fields" if is_bad_input else "desk",
        form=form or SignOffForm(initial=initial_of(opened.record if opened else None, by=by, today=today)),
        status=conflict.status if conflict else sent.http_status if sent else 200,
        **context,
    )
    return swapped_into(response, "verify-fields") if request.htmx and is_bad_input else response


def _address(request: HtmxRequest, record_id: int | None) -> str:
    """Return the address of the page with the same filter and another sign-off open.

    Args:
        record_id: the key of that sign-off; None for the first in the queue.
    """
    query = request.GET.copy()
    for name in ("record", TICKED):
        query.pop(name, None)
    if record_id is not None:
        query.pop("page", None)
        query["record"] = str(record_id)
    return f"{reverse('attendance:verify')}?{query.urlencode()}" if query else reverse("attendance:verify")
