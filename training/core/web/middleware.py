"""Headers for files that we have not written ourselves, or that are not meant to be shown as part of the site."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# With these headers a file runs nothing, loads nothing, and is treated as the type that we name.
SANDBOX = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def sandbox_attachments(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add the headers of `SANDBOX` to every attachment, whether a page, the API or Admin hands it out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.get("Content-Disposition", "").startswith("attachment"):
            for name, value in SANDBOX.items():
                response[name] = value
        return response

    return middleware
