"""Who looked at who read, signed in or used what: each look of a superuser is written down (N6).

Pages of ours say so with `@logged_look`; those of Django Admin are named here. What is taken away as a file is written
down as every file is (X1).
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from config.models import LoggedLook
from training.core.permissions import Permission, may

# Admin's pages for these tables tell sign-ins, reads or last uses.
IN_ADMIN = frozenset(
    {
        "auth_user",
        "axes_accessattempt",
        "axes_accesslog",
        "config_apitoken",
        "config_loggedlook",
        "config_signin",
        "learners_evidenceread",
        "training_filedownload",
    }
)


class LookMiddleware:
    """Write down the look after the page was shown, and not where it was refused or led elsewhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "GET" and response.status_code == HTTPStatus.OK and is_look(request):
            assert request.user.pk is not None  # noqa: S101  # a superuser
            LoggedLook.objects.create(
                at=timezone.now(),
                by_id=request.user.pk,
                path=request.path[:200],
                query=request.GET.urlencode()[:500],
            )
        return response


def is_look(request: HttpRequest) -> bool:
    """Tell whether the page of a request told a superuser who read, signed in or used what."""
    match = request.resolver_match
    if match is None or not may(request.user, Permission.ADMINISTER):
        return False
    if "admin" in match.app_names:
        return (match.url_name or "").rpartition("_")[0] in IN_ADMIN
    return getattr(match.func, "is_look", False)
