"""The first page of the library."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from training.core.permissions import Permission, requires
from training.core.web.htmx import HtmxRequest
from training.pages.library import library_counts


@requires(Permission.READ_SITE)
@require_safe
def library(request: HtmxRequest) -> HttpResponse:
    """Show the sections of the library."""
    return render(request, "training/library/index.html", {"counts": library_counts().items()})
