"""How the pages of the library answer: a list, a form, a question, the way on, and the audit trail."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from training.core.refusals import Invalid, Refusal
from training.core.sorting import Columns, sort_of, sorted_by
from training.core.trail import Source, trail
from training.core.web.forms import RefusableForm
from training.core.web.htmx import HtmxRequest, swaps
from training.forms.library import LibraryFilterForm
from training.models import Session

ROWS_PER_PAGE = 50
BOOKINGS_SHOWN = 10
Link = tuple[str, str]  # a word and its address


def listed(
    request: HtmxRequest,
    name: str,
    rows: QuerySet[Any],
    *,
    form: LibraryFilterForm,
    counts: Mapping[Any, int],
    columns: Columns,
    lines: Callable[[Sequence[Any]], Sequence[Any]] = list,
) -> HttpResponse:
    """Answer with a page of a list; HTMX gets the list alone, with the counts beside it.

    Args:
        name: of the list: its template, its element and its URL name.
        counts: how many rows each entry of the strip holds.
        columns: by which the list can be sorted; `rows` come in its usual order.
        lines: makes what is shown from the rows of one page.
    """
    sort = sort_of(request.GET.get("sort", ""), columns)
    page = Paginator(sorted_by(rows, sort, columns), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "sort": sort,
        "shown": form.shown(),
        "counts": counts.items(),
        "page": page,
        "lines": lines(list(page.object_list)),
        "is_narrowed": bool(form.text),
        "list_name": name,
        "list_template": f"training/library/partials/_{name}.html",
        "list_url": request.path,
    }
    template = "partials/_list.html" if swaps(request, name) else f"{name}.html"
    return render(request, f"training/library/{template}", context)


def shown(
    request: HtmxRequest, name: str, *, bookings: Sequence[Session] | QuerySet[Session] = (), **context: Any
) -> HttpResponse:
    """Answer with the page of one thing.

    Args:
        name: of its template, its URL names and its filter in the list of sessions.
        bookings: its coming sessions; the first ones are shown.
    """
    rows = list(bookings)
    context |= {"bookings": rows[:BOOKINGS_SHOWN], "more_bookings": len(rows) - BOOKINGS_SHOWN}
    return render(request, f"training/library/{name}.html", context)


def asked(
    request: HtmxRequest,
    form: RefusableForm,
    *,
    fields: str,
    heading: str,
    back: Link,
    refusal: Refusal | None = None,
    **context: Any,
) -> HttpResponse:
    """Answer with a form; HTMX gets it alone. What was typed stays, a refusal stands at the fields that it names.

    Args:
        fields: the template of its fields: a path, or the name in `_<name>_fields.html` of this library.
        back: where "leave without saving" leads, and the crumb above.
    """
    status = 200
    if refusal is not None:
        form.refuse(refusal)
    if form.is_bound:
        status = 422 if refusal is None or refusal.status == Invalid.status else refusal.status
    template = "partials/_form.html" if request.htmx else "form.html"
    context |= {
        "form": form,
        "fields_template": fields if "/" in fields else f"training/library/partials/_{fields}_fields.html",
        "heading": heading,
        "back_word": back[0],
        "back_url": back[1],
    }
    return render(request, f"training/library/{template}", context, status=status)


def question(request: HtmxRequest, words: str, *, heading: str, back: Link, **context: Any) -> HttpResponse:
    """Ask once more: a dialog over the page that HTMX is on, else a page of its own.

    Args:
        words: the template of what it says and of its button.
    """
    template = "partials/_question.html" if request.htmx else "question.html"
    context |= {
        "question_template": words,
        "heading": heading,
        "back_word": back[0],
        "back_url": back[1],
    }
    return render(request, f"training/library/{template}", context)


def go(request: HtmxRequest, where: str, *args: Any) -> HttpResponse:
    """Lead to another page, by its URL name."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(where, *args))
    return redirect(where, *args)


def told(request: HtmxRequest, sources: Sequence[Source], *, of: Link) -> HttpResponse:
    """Answer with the audit trail of a thing; HTMX gets the lines alone, and for "load more" those that follow."""
    template = "partials/_trail.html" if request.htmx else "training/library/trail.html"
    lines = trail(sources, after=request.GET.get("after", ""))
    context = {"trail": lines, "trail_url": request.path, "of": of[0], "back_url": of[1]}
    return render(request, template, context)
