"""Today: the page after signing in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.pages.first_steps import first_steps, is_empty_site
from attendance.pages.today import board, own_board
from training.core.permissions import Permission, may, requires
from training.selectors.jobs import count_troubles


@requires(Permission.READ_SITE, Permission.READ_SESSION)
@never_cache
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Show the state of the site; trainers see their own sessions instead. An empty site shows the first steps."""
    day, now = timezone.localdate(), timezone.now()
    if is_empty_site():
        return render(request, "attendance/first_steps.html", {"day": day, "steps": first_steps()})
    if not may(request.user, Permission.READ_SITE):
        own = own_board(user=request.user, today=day, now=now)
        return render(request, "attendance/today_of_trainer.html", {"board": own, "day": day})
    warning_days = settings.EXPIRY_WARNING_DAYS
    return render(
        request,
        "attendance/today.html",
        {
            "board": board(user=request.user, today=day, now=now, warning_days=warning_days),
            "day": day,
            "warning_days": warning_days,
            "troubles": count_troubles(now=now) if may(request.user, Permission.ADMINISTER) else 0,
        },
    )
