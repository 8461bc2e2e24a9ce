"""A session that is planned for one worker, from the place where a page shows that the course is missing."""

from functools import partial

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from attendance.pages.worker import get_worker
from attendance.services.attendees import create_draft_for, create_scheduled_for
from training.core.permissions import Permission, requires
from training.core.web.htmx import HtmxRequest
from training.views.sessions import plan_anew


@requires(Permission.PLAN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_session_new(request: HtmxRequest, pk: int) -> HttpResponse:
    """Plan a session with this worker on its list. The address may fill in fields, as for any new session."""
    learner = get_worker(pk).person
    return plan_anew(
        request,
        draft=partial(create_draft_for, learner_ids=[learner.pk]),
        scheduled=partial(create_scheduled_for, learner_ids=[learner.pk]),
        listed=[learner],
    )
