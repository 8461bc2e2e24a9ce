"""The health page: how the site stands, for superusers (B2)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.pages.site_health import site_health as health_of_site
from training.core.permissions import Permission, requires


@requires(Permission.ADMINISTER)
@never_cache
@require_safe
def site_health(request: HttpRequest) -> HttpResponse:
    """Show what ran by the clock and what did not, jobs, the proof, the parts of the site, room and versions."""
    return render(request, "config/site_health.html", {"health": health_of_site(now=timezone.now())})
