"""Pages that the things of the library have alike: the list, the form, the question and the audit log.

The form wants `heading` and `back`, which is the page above it, and `fields` where it has more than one field under the
other. The question wants `heading`, `back`, and in `words` what it says with its buttons.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from training.core.sorting import Columns, sort_of, sorted_by
from training.core.trail import Source
from training.core.web.answers import answer
from training.core.web.htmx import HtmxRequest
from training.core.web.trails import Link, told
from training.forms.library import LibraryFilterForm
from training.models import Session

FORM = "training/library/form.html"
QUESTION = "training/library/question.html"
ROWS_PER_PAGE = 50
BOOKINGS_SHOWN = 10
NO_MATCH = _("Nothing matches. Search for fewer words, or look at all of them.")
SHOW_ALL = _("Show all")


@dataclass(frozen=True)
class ListPage:
    """What one list of the library says, in words.

    Attributes:
        name: of the element that HTMX swaps.
        table: the template of its rows, which are its `lines`.
        heading: its title.
        searches: by what its search finds things.
        nothing: what stands in place of an empty list.
        new: the word for adding one.
        new_at: the URL name of the page where one is added.
        no_match: what stands in place of a list where nothing matches the search.
        show_all: the word that leads from there to the whole list.
    """

    name: str
    table: str
    heading: str | Promise
    searches: str | Promise
    nothing: str | Promise
    new: str | Promise
    new_at: str
    no_match: str | Promise = NO_MATCH
    show_all: str | Promise = SHOW_ALL


def listed(
    request: HtmxRequest,
    page: ListPage,
    lines: Sequence[Any] | QuerySet[Any],
    /,
    *,
    typed: str,
    text: str,
    all_url: str = "",
    **context: Any,
) -> HttpResponse:
    """Answer with a list; HTMX gets the list alone, with the counts of its strip beside it, if it has one.

    Args:
        typed: what stands in the search.
        text: what was searched for; empty where nothing that means something was typed.
        all_url: where the whole list is; empty for the address of the page.
        context: `sort`, where the list can be sorted, and what `filtered` gives.
    """
    context |= {"list": page, "lines": lines, "typed": typed, "text": text, "list_url": request.path}
    context["all_url"] = all_url or request.path
    return answer(request, "training/library/list.html", part="swapped", target=page.name, **context)


def filtered(
    request: HtmxRequest,
    page: ListPage,
    rows: QuerySet[Any],
    *,
    form: LibraryFilterForm,
    counts: Mapping[Any, int],
    columns: Columns,
    lines: Callable[[Sequence[Any]], Sequence[Any]] = list,
) -> HttpResponse:
    """Answer with one page of a list that has a strip.

    Args:
        counts: how many rows each entry of the strip holds.
        columns: by which the list can be sorted; `rows` come in its usual order.
        lines: makes what is shown from the rows of one page.
    """
    sort, shown = sort_of(request.GET.get("sort", ""), columns), form.shown()
    rows_of_page = Paginator(sorted_by(rows, sort, columns), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return listed(
        request,
        page,
        lines(list(rows_of_page.object_list)),
        typed=form["q"].value() or "",
        text=form.text,
        all_url=f"{request.path}?show=all",
        sort=sort,
        page=rows_of_page,
        counts=counts.items(),
        shown=shown,
        chosen=shown.value if form["show"].value() else "",
    )


def first_of(bookings: Sequence[Session] | QuerySet[Session]) -> dict[str, Any]:
    """Return what the page of one thing shows of its coming sessions: the first ones, and how many follow."""
    rows = list(bookings)
    return {"bookings": rows[:BOOKINGS_SHOWN], "more_bookings": len(rows) - BOOKINGS_SHOWN}


def library_log(request: HtmxRequest, sources: Sequence[Source], *, of: Link) -> HttpResponse:
    """Answer with the audit log of a thing of the library."""
    return told(request, sources, of=of, above=(Link(str(_("Library")), reverse("training:library")),))
