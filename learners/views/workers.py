"""Keeping workers: new, edit, status, badge, return (L1, L3), merge and undo (L2)."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from learners.forms.workers import BadgeForm, ReturnForm, StatusForm, WorkerForm
from learners.models import Learner
from learners.pages.merging import merge_candidates, side_by_side
from learners.policies.workers import check_can_return, check_merged, check_not_merged
from learners.services.learners import create_learner, edit_learner, replace_badge
from learners.services.merging import merge_workers, undo_merge
from learners.services.statuses import return_to_site, set_status
from training.core.keys import key_of
from training.core.permissions import Permission, fresh, may, requires
from training.core.refusals import NotFound
from training.core.web.answers import answer, go
from training.core.web.forms import ReasonForm, loaded_by
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.pages import page_of

ACT = "learners/worker_act.html"
LONGEST_TEXT = 100


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_new(request: HtmxRequest) -> HttpResponse:
    """Add a worker."""
    form = WorkerForm(posted(request), today=timezone.localdate())
    if form.is_valid():
        with form.refusing():
            made = create_learner(
                facts=form.facts(),
                areas=form.chosen_areas(),
                numbers=form.typed_numbers(),
                confirmed=form.confirmed,
                by=request.user,
                now=timezone.now(),
            )
            return _done(request, made, _("%(worker)s is added."))
    return answer(request, "learners/worker_form.html", part="form", form=form)


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change what is known about a worker."""
    learner = _get(pk)
    check_not_merged(learner)
    form = WorkerForm(
        posted(request),
        learner=learner,
        today=timezone.localdate(),
        may_date_back=may(request.user, Permission.DATE_BACK_STATUS),
    )
    if form.is_valid():
        with form.refusing():
            changed = edit_learner(
                learner_id=pk,
                facts=form.facts(),
                areas=form.chosen_areas(),
                numbers=form.typed_numbers(),
                confirmed=form.confirmed,
                version=loaded_by(form),
                reason=form.cleaned_data.get("reason", ""),
                by=request.user,
                now=timezone.now(),
            )
            return _done(request, changed, _("%(worker)s is saved."))
    return answer(request, "learners/worker_form.html", part="form", form=form, learner=learner)


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_status(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the new status and the reason, and set it (L1)."""
    learner = _get(pk)
    check_not_merged(learner)
    form = StatusForm(posted(request), learner=learner)
    if form.is_valid():
        typed = form.cleaned_data
        with form.refusing():
            changed = set_status(
                learner_id=pk, status=typed["status"], reason=typed["reason"], by=request.user, now=timezone.now()
            )
            return _done(request, changed, _("The status of %(worker)s is changed."))
    return answer(request, ACT, part="dialog", form=form, act="status", learner=learner)


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_badge(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the new badge, and give it (L3)."""
    learner = _get(pk)
    check_not_merged(learner)
    form = BadgeForm(posted(request))
    if form.is_valid():
        typed = form.cleaned_data
        with form.refusing():
            changed = replace_badge(
                learner_id=pk,
                badge_id=typed["badge_id"],
                was_mistyped=typed["was_mistyped"],
                confirmed=form.confirmed,
                by=request.user,
                now=timezone.now(),
            )
            return _done(request, changed, _("The new badge: %(worker)s."))
    return answer(request, ACT, part="dialog", form=form, act="badge", learner=learner)


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_return(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the new start date, and let a worker come back to the site (L3)."""
    learner = _get(pk)
    check_can_return(learner)
    form = ReturnForm(
        posted(request),
        learner=learner,
        today=timezone.localdate(),
        may_date_back=may(request.user, Permission.DATE_BACK_STATUS),
    )
    if form.is_valid():
        typed = form.cleaned_data
        with form.refusing():
            returned = return_to_site(
                learner_id=pk,
                start_date=typed["start_date"],
                company_id=typed["company"],
                role_id=typed["role"],
                reason=typed["reason"],
                by=request.user,
                now=timezone.now(),
            )
            return _done(request, returned, _("%(worker)s is active again."))
    return answer(request, ACT, part="dialog", form=form, act="return", learner=learner)


@fresh
@requires(Permission.MERGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_merge(request: HtmxRequest, pk: int) -> HttpResponse:
    """Find the other badge (`?q=`), show both side by side (`?with=`), and merge it with a reason (L2)."""
    learner = _get(pk)
    check_not_merged(learner)
    other = _other(request)
    form = ReasonForm(posted(request))
    if form.is_valid() and other is not None:
        with form.refusing():
            survivor = merge_workers(
                duplicate_id=other.pk,
                survivor_id=pk,
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=timezone.now(),
            )
            words = _("%(badge)s is merged: both badges are %(worker)s now.")
            messages.success(request, words % {"badge": other.badge_id, "worker": survivor.name})
            return go(request, page_of(Learner, survivor.pk))
    text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    return answer(
        request,
        "learners/worker_merge.html",
        part="merge",
        form=form,
        status=422 if form.is_bound and other is None else None,
        learner=learner,
        text=text,
        found=merge_candidates(learner, text) if text and other is None else None,
        sides=side_by_side(learner, other) if other is not None and other.pk != pk else None,
        other=other,
    )


@fresh
@requires(Permission.MERGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_unmerge(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and undo the merge of a badge (L2)."""
    learner = _get(pk)
    check_merged(learner)
    form = ReasonForm(posted(request))
    if form.is_valid():
        with form.refusing():
            alone = undo_merge(duplicate_id=pk, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
            return _done(request, alone, _("%(worker)s stands alone again."))
    return answer(request, ACT, part="dialog", form=form, act="unmerge", learner=learner)


def _get(pk: int) -> Learner:
    related = ("company", "role", "supervisor", "merged_into", "updated_by")
    learner = Learner.objects.select_related(*related).filter(pk=pk).first()
    if learner is None:
        raise NotFound(_("There is no such worker. Search by name or badge."))
    return learner


def _other(request: HtmxRequest) -> Learner | None:
    """Return the worker whom `?with=` or the form names as the other one; None if neither does."""
    key = key_of(request.POST.get("with") or request.GET.get("with"))
    return _get(key) if key else None


def _done(request: HtmxRequest, learner: Learner, words: str) -> HttpResponse:
    """Say what was done with a worker, and go to that worker's page."""
    messages.success(request, words % {"worker": learner})
    return go(request, page_of(Learner, learner.pk))
