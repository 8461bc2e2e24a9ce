"""Audit packs: of one worker, and of the workers of a filter of the matrix."""

from collections.abc import Iterator
from itertools import chain

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from attendance.matrix_forms import MatrixForm
from attendance.pack import Pack, pack_of_worker, pack_of_workers, packed
from attendance.selectors.matrix import matrix_keys
from attendance.selectors.matrix_details import get_course
from attendance.selectors.worker import get_worker
from learners.selectors.as_of import day_of
from training.htmx import HtmxRequest
from training.permissions import Permission, check_may, requires


@requires(Permission.READ_SITE)
@require_safe
def worker_pack(request: HtmxRequest, pk: int) -> HttpResponseBase:
    """Hand out the audit pack of a worker, today's or that of `?on=`; a merged badge leads to the survivor's (L2)."""
    check_may(request.user, Permission.READ_EVIDENCE)
    learner = get_worker(pk)
    if learner.merged_into_id is not None:
        return redirect(reverse("attendance:worker_pack", args=[learner.merged_into_id], query=request.GET))
    now = timezone.now()
    on = day_of(request.GET.get("on", ""), today=timezone.localdate(now))
    return _download(request, pack_of_worker(learner, on=on, by=request.user, now=now))


@requires(Permission.READ_SITE)
@require_safe
def matrix_pack(request: HtmxRequest) -> HttpResponseBase:
    """Hand out the audit pack of all workers of a filter of the matrix, in the matrix's order."""
    check_may(request.user, Permission.READ_EVIDENCE)
    now = timezone.now()
    on = day_of(request.GET.get("on", ""), today=timezone.localdate(now))
    form = MatrixForm(request.GET)
    wanted = form.wanted_matrix(on=on)
    people = matrix_keys(wanted, now=now, warning_days=settings.EXPIRY_WARNING_DAYS)
    subject = ", ".join(_filter_in_words(form, wanted.red_course))
    return _download(request, pack_of_workers(people, subject=subject, on=on, by=request.user, now=now))


def _filter_in_words(form: MatrixForm, red_course: int | None) -> Iterator[str]:
    if form.cleaned_data.get("q"):
        yield _("“%(text)s”") % {"text": form.cleaned_data["q"]}
    for field in (form[name] for name in ("person", "status", "company", "role", "area")):
        chosen = form.cleaned_data.get(field.name) or ""
        if chosen or field.name == "person":  # ACTIVE workers unless others are asked for
            words = str(dict(field.field.choices)[chosen]).lstrip("– ")  # type: ignore[attr-defined]
            yield words if field.name in ("person", "status") else f"{field.label}: {words}"
    if red_course is not None:
        yield _("not cleared for %(course)s") % {"course": get_course(red_course).code}


def _download(request: HtmxRequest, pack: Pack) -> HttpResponseBase:
    """Answer with the first piece in hand: a store that is down then refuses the request, not breaks a download."""
    headers = {
        "Content-Disposition": f'attachment; filename="{pack.name}.zip"',
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",  # nginx hands on what there is, so that the browser shows progress
    }
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip", headers=headers)
    pieces = packed(pack)
    first = next(pieces)
    return StreamingHttpResponse(chain([first], pieces), content_type="application/zip", headers=headers)
