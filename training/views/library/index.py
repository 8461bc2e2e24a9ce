"""The way into the library."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from training.htmx import HtmxRequest
from training.permissions import Permission, requires
from training.selectors.library import library_counts


@requires(Permission.READ_SITE)
@require_safe
def library(request: HtmxRequest) -> HttpResponse:
    """Show the sections of the library."""
    return render(request, "training/library/index.html", {"counts": library_counts().items()})
