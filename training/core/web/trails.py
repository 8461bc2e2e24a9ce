"""The page of an audit log: who changed what about a thing, and when."""

from collections.abc import Sequence
from typing import NamedTuple

from django.http import HttpResponse

from training.core.trail import Source, trail
from training.core.web.answers import answer
from training.core.web.htmx import HtmxRequest


class Link(NamedTuple):
    """The label of a link, and its address."""

    word: str
    url: str


def told(
    request: HtmxRequest,
    sources: Sequence[Source],
    *,
    of: Link,
    above: Sequence[Link] = (),
    exported: str = "",
    export_query: str = "",
    hides_from_where: bool = False,
) -> HttpResponse:
    """Answer with an audit log; HTMX gets the lines alone, and for "load more" the next ones.

    Args:
        sources: the tables and rows whose changes the log shows.
        of: the link to the page of the thing.
        above: the links to the pages above that one.
        exported: the name of the list by which the log can be taken away as a file (X1).
        export_query: what that list is asked for, with a question mark before it.
        hides_from_where: whether the lines leave out the network addresses of people.
    """
    lines = trail(sources, after=request.GET.get("after", ""))
    return answer(
        request,
        "trail.html",
        part="entries",
        trail=lines,
        trail_url=request.path,
        of=of,
        above=above,
        exported=exported,
        export_query=export_query,
        hides_from_where=hides_from_where,
    )
