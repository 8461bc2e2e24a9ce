"""What views may expect of a request once the middlewares of HTMX and of permissions have seen it."""

from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request of somebody who is logged in, which knows whether HTMX sent it. For type hints only."""

    htmx: HtmxDetails
    user: User


def swaps(request: HtmxRequest, target: str) -> bool:
    """Tell whether HTMX asks for the element `target` alone, and not for the page around it."""
    return bool(request.htmx) and request.htmx.target == target


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form sent, to bind it with; None where the page is only asked for."""
    return request.POST if request.method == "POST" else None
