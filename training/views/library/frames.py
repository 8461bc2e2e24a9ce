"""Pages that are alike for everything in the library: the list, the form, the question and the audit log.

The page of the form needs `heading` and `back`, the link to the page above it, and `fields`, a template, if its fields
do not simply stand below each other. The page of the question needs `heading`, `back`, and `words`, the template of its
text and buttons.
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
from training.models import Session
from training.papers.library_lists import LibraryRows

FORM = "training/library/form.html"
QUESTION = "training/library/question.html"
ROWS_PER_PAGE = 50
BOOKINGS_SHOWN = 10
NO_MATCH = _("Nothing matches. Search for fewer words, or look at all of them.")
SHOW_ALL = _("Show all")


@dataclass(frozen=True)
class ListPage:
    """The words of one list of the library.

    Attributes:
        name: the id of the element that HTMX swaps.
        table: the template of the table; it gets the rows as `lines`.
        heading: the title.
        searches: the label of the search, which says what it looks in.
        nothing: the text in place of an empty list.
        new: the label of the link that adds a row.
        new_at: the URL name of the page on which a row is added.
        no_match: the text in place of the list if nothing matches the search.
        show_all: the label of the link from there to the whole list.
        also, also_word: another list that can be taken away from here, and what it is; `word` then says what this is.
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
    word: str | Promise = ""
    also: str = ""
    also_word: str | Promise = ""


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
    """Answer with a list; HTMX gets the list alone, and the counts of its strip if it has one.

    Args:
        lines: the rows, as the template of the table shows them.
        typed: the content of the search field.
        text: what was searched for; empty if nothing was typed that makes sense.
        all_url: the address of the whole list; empty for the address of the page.
        context: `sort` if the list can be sorted, and what `filtered` adds.
    """
    context |= {"list": page, "lines": lines, "typed": typed, "text": text, "list_url": request.path}
    context["all_url"] = all_url or request.path
    return answer(request, "training/library/list.html", part="swapped", target=page.name, **context)


def filtered(
    request: HtmxRequest,
    page: ListPage,
    asked: LibraryRows,
    *,
    counts: Mapping[Any, int],
    columns: Columns,
    lines: Callable[[Sequence[Any]], Sequence[Any]] = list,
) -> HttpResponse:
    """Answer with one page of a list that has a strip.

    Args:
        asked: the filter, and all rows that match it, in the usual order.
        counts: how many rows each entry of the strip holds.
        columns: the columns by which the list can be sorted.
        lines: turns the rows of one page into what the template shows.
    """
    form = asked.form
    sort, shown = sort_of(request.GET.get("sort", ""), columns), form.shown()
    rows_of_page = Paginator(sorted_by(asked.rows, sort, columns), ROWS_PER_PAGE).get_page(request.GET.get("page"))
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
    """Return the context for the coming sessions on a page: the first ones, and the number of the others."""
    rows = list(bookings)
    return {"bookings": rows[:BOOKINGS_SHOWN], "more_bookings": len(rows) - BOOKINGS_SHOWN}


def library_log(request: HtmxRequest, sources: Sequence[Source], *, kind: str, pk: int, of: Link) -> HttpResponse:
    """Answer with the audit log of something in the library.

    Args:
        kind: what it is: "company" where the file of its log is called `company-log`.
        pk: the key of the thing.
        of: the link to its page.
    """
    above = (Link(str(_("Library")), reverse("training:library")),)
    return told(request, sources, of=of, above=above, exported=f"{kind}-log", export_query=f"?{kind}={pk}")
