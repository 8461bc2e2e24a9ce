"""How files reach a browser that we have not written, or not for being shown inside the site."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# They run nothing, ask for nothing, and are what we say they are, wherever they are opened.
SANDBOX = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def sandbox_attachments(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Send these headers with every attachment, whichever page, operation or admin hands it out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.get("Content-Disposition", "").startswith("attachment"):
            for name, value in SANDBOX.items():
                response[name] = value
        return response

    return middleware
