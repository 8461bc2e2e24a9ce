"""What views know about a request that has passed the middleware of HTMX and of permissions."""

from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request with a login that knows whether HTMX sent it. For type hints only."""

    htmx: HtmxDetails
    user: User


def swaps(request: HtmxRequest, target: str) -> bool:
    """Tell whether HTMX asks for the element `target` alone, and not for the page around it."""
    return bool(request.htmx) and request.htmx.target == target


def posted(request: HttpRequest) -> QueryDict | None:
    """Return the data of a POST, with which a form is bound; None for other methods."""
    return request.POST if request.method == "POST" else None
