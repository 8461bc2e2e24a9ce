"""The history of the whole site, for superusers; each look is written down (N5, N6)."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.papers.history import asked_history, history_form
from training.core.permissions import Permission, logged_look, requires
from training.core.refusals import Refusal
from training.core.trail import Trail, trail
from training.core.web.answers import answer
from training.core.web.htmx import HtmxRequest


@requires(Permission.ADMINISTER)
@logged_look
@never_cache
@require_safe
def history(request: HtmxRequest) -> HttpResponse:
    """Show what happened on the site, the newest first: by person, thing, day and kind."""
    form = history_form(request.GET)
    problem, lines = "", Trail((), "")
    try:
        asked = asked_history(form)
        lines = trail(asked.sources, after=request.GET.get("after", ""), only=asked.only)
    except Refusal as refusal:
        problem = refusal.message
    is_more = bool(request.htmx) and "after" in request.GET
    return answer(
        request,
        "config/history.html",
        part="lines" if is_more else "list",
        form=form,
        status=200,
        trail=lines,
        problem=problem,
        trail_url=request.path,
        is_narrowed=any(request.GET.values()),
    )
