"""ZIP files that a job makes, never a GET: audit packs of one worker or of a filter of the matrix; a person's data."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from attendance.pages.worker import get_worker
from attendance.tasks import PACK, PERSON, WORKER, pack_asked_for, person_asked_for
from training.core.permissions import Permission, check_may, requires
from training.core.web.htmx import HtmxRequest
from training.views.jobs import ask_and_show


@requires(Permission.READ_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def worker_pack(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the audit pack of a worker, as of today or `?on=`; for a merged badge that of the survivor (L2).

    A GET goes to the profile, where the button is.
    """
    check_may(request.user, Permission.READ_EVIDENCE)
    learner = get_worker(pk)
    person = learner.merged_into_id or pk
    if request.method != "POST":
        return redirect(reverse("attendance:worker", args=[person], query=request.GET))
    query = QueryDict(mutable=True)
    query[WORKER] = str(person)
    if on := request.GET.get("on"):
        query["on"] = on
    return _ask(request, query)


@requires(Permission.EXPORT_PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def worker_data(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for all that is stored about a worker (X5); for a merged badge about the survivor (L2).

    A GET goes to the profile, where the button is.
    """
    query = QueryDict(mutable=True)
    query[WORKER] = str(pk)
    learner, title = person_asked_for(query)
    if request.method != "POST":
        return redirect("attendance:worker", learner.pk)
    query[WORKER] = str(learner.pk)
    return ask_and_show(request, kind=PERSON.name, title=title, query=query.urlencode())


@requires(Permission.READ_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def matrix_pack(request: HtmxRequest) -> HttpResponse:
    """Ask for the audit pack of all workers who match a filter of the matrix, in the order of the matrix.

    A GET goes to the matrix, where the button is.
    """
    check_may(request.user, Permission.READ_EVIDENCE)
    if request.method != "POST":
        return redirect(reverse("attendance:matrix", query=request.GET))
    return _ask(request, request.GET)


def _ask(request: HtmxRequest, query: QueryDict) -> HttpResponse:
    _pack, title = pack_asked_for(query, by=request.user, now=timezone.now())
    return ask_and_show(request, kind=PACK.name, title=title, query=query.urlencode())
