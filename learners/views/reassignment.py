"""Give another role or area to the workers who were chosen in the list: first a preview, then saved for all."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from learners.forms.filters import WorkerFilterForm
from learners.forms.reassignment import Deed, ReassignForm, asked_deed, chosen_workers
from learners.models import Learner
from learners.pages.outcomes import ToldOutcome, chosen_people
from learners.selectors.learners import workers_of
from learners.views.previews import preview_or_save, status_of, words_of
from training.core.permissions import Permission, requires
from training.core.refusals import Invalid
from training.core.web.answers import answer, go
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.pages import list_of

MOST_NAMED = 10


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def workers_change(request: HtmxRequest) -> HttpResponse:
    """Ask which role or area the chosen workers get or lose, preview it, and save it for all of them or nobody.

    The list sends the ticked rows in `learner`, or its filter with the number of workers who matched in `everyone`.
    """
    today = timezone.localdate()
    is_posted = request.method == "POST"
    try:
        deed = asked_deed(request.POST if is_posted else request.GET)
        learner_ids = chosen_workers(request.POST) if is_posted else _chosen_in_list(request.GET)
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return go(request, list_of(Learner))
    form = ReassignForm(posted(request), deed=deed, learner_ids=learner_ids, today=today)
    step = None
    if form.is_valid():
        with form.refusing():
            step = preview_or_save(request, form.change(by=request.user, now=timezone.now()), today=today)
            if step.is_saved:
                messages.success(request, _said(step.outcome))
                return go(request, _list_of(form))
    matched = request.GET.get("everyone")
    return answer(
        request,
        "learners/workers_change.html",
        part="change",
        form=form,
        status=status_of(step) or (422 if form.errors else None),
        deed=deed,
        step=step,
        total=len(learner_ids),
        chosen=chosen_people(learner_ids, most=MOST_NAMED),
        matched_before=matched if matched and matched != str(len(learner_ids)) else "",
    )


def _chosen_in_list(data: QueryDict) -> list[int]:
    """Return the keys of the ticked workers, or of all who match the filter of the list now.

    Raises:
        Invalid: nobody was ticked, or nobody matches any more.
    """
    if "everyone" not in data:
        return chosen_workers(data)
    wanted = WorkerFilterForm(data).wanted()
    found = workers_of(wanted, today=timezone.localdate(), warning_days=settings.EXPIRY_WARNING_DAYS)
    learner_ids = sorted(found.values_list("pk", flat=True))
    if not learner_ids:
        raise Invalid(_("Nobody matches any more. Choose workers from the list as it is now."))
    return learner_ids


def _said(outcome: ToldOutcome) -> str:
    count = outcome.outcome.concerned
    text = ngettext("%(count)d worker changed.", "%(count)d workers changed.", count) % {"count": count}
    return f"{text} {words_of(outcome)}"


def _list_of(form: ReassignForm) -> str:
    """Return the address of the list of workers, filtered by the role or area that was given."""
    query = "" if form.deed is Deed.LEAVE else f"?{'role' if form.deed is Deed.ROLE else 'area'}={form.target}"
    return list_of(Learner) + query
