"""Any list as a CSV or Excel file (X1)."""

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from training.core.permissions import Permission, requires
from training.core.web.htmx import HtmxRequest
from training.papers.lists import FORMAT, ask_list, format_of, list_of_name
from training.services.job_kinds import Product, untold
from training.services.jobs import log_taken
from training.views.jobs import ask_and_show


@requires(Permission.READ_SITE, Permission.READ_SESSION, Permission.READ_CLASS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def list_export(request: HtmxRequest, name: str) -> HttpResponseBase:
    """Give all rows of a list as a file: at once if they are few, else a job makes it.

    The query is that of the list's page. A GET goes to that page, where the button is.
    """
    exported = list_of_name(name)
    exported.check(request.user)
    if request.method != "POST":
        return redirect(exported.page(request.GET))
    query = request.GET.copy()
    query[FORMAT] = format_of(request.POST)
    asked = ask_list(exported, query, by=request.user, now=timezone.now())
    kind = exported.kind_for(request.user)
    if asked.is_long:
        return ask_and_show(request, kind=kind, title=asked.title, query=query.urlencode())
    return hand_over(request, asked.make(tell=untold), kind=kind, query=query.urlencode())


def hand_over(request: HtmxRequest, product: Product, *, kind: str, query: str) -> FileResponse:
    """Answer with a file that was made while the page waited, and write down who took it (X1).

    Args:
        kind: the kind of job that would have made it.
        query: what was asked for.
    """
    log_taken(product=product, kind=kind, query=query, by=request.user, now=timezone.now())
    return FileResponse(product.file, as_attachment=True, filename=product.name, content_type=product.content_type)
