"""The list of training records, with its filters."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from learners.forms.records import RecordFilterForm
from learners.selectors.records import RecordFilter, records_wanted
from training.core.permissions import Permission, requires
from training.core.web.answers import answer
from training.core.web.htmx import HtmxRequest

ROWS_PER_PAGE = 50


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def records(request: HtmxRequest) -> HttpResponse:
    """List the records that match the filter, the newest first; HTMX gets the list alone."""
    filters = RecordFilterForm(request.GET)
    wanted = filters.wanted()
    page = Paginator(records_wanted(wanted), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return answer(
        request,
        "learners/records.html",
        part="swapped",
        target="records",
        filters=filters,
        is_narrowed=wanted != RecordFilter(),
        page=page,
        rows=list(page),
    )
