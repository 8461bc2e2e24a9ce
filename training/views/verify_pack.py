"""The page that verifies an audit pack, for whoever has a pack and trusts this site more than the page in it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from training.core.permissions import public
from training.core.seals.verify_page.page import page_of_site


@public
@require_safe
def verify_pack(request: HttpRequest) -> HttpResponse:
    """Verify a pack that somebody drops on the page (T5).

    It is public because it tells nothing: it reads no table, and the pack stays in the browser.
    """
    return HttpResponse(page_of_site())
