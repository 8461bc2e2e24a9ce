"""Audit packs: of one worker, and of the workers of a filter of the matrix."""

from itertools import chain

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from attendance.pack import Pack, pack_of_worker, packed
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


def _download(request: HtmxRequest, pack: Pack) -> HttpResponseBase:
    """Answer with the first piece in hand: a store that is down then refuses the request, not breaks a download."""
    headers = {"Content-Disposition": f'attachment; filename="{pack.name}.zip"', "Cache-Control": "no-store"}
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip", headers=headers)
    pieces = packed(pack)
    first = next(pieces)
    return StreamingHttpResponse(chain([first], pieces), content_type="application/zip", headers=headers)
