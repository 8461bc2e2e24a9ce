"""Keeping workers: new, edit, status, badge, return (L1, L3), merge and undo (L2)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from learners.forms.workers import BadgeForm, ReturnForm, StatusForm, WorkerForm
from learners.models import Learner
from learners.pages.merging import merge_candidates, side_by_side
from learners.policies.workers import check_can_return, check_merged, check_not_merged
from learners.services.learners import change_learner, create_learner, replace_badge
from learners.services.merging import merge_workers, undo_merge
from learners.services.statuses import return_to_site, set_status
from training.core.keys import key_of
from training.core.permissions import Permission, may, requires
from training.core.refusals import Conflict, Invalid, NotFound
from training.core.web.forms import ReasonForm, RefusableForm
from training.core.web.htmx import HtmxRequest

LONGEST_TEXT = 100


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_new(request: HtmxRequest) -> HttpResponse:
    """Add a worker."""
    form = WorkerForm(request.POST if request.method == "POST" else None, today=timezone.localdate())

    def save() -> Learner:
        return create_learner(facts=form.facts(), areas=form.chosen_areas(), by=request.user, now=timezone.now())

    return _keep(request, form, save, _("%(worker)s is added."))


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change what is known about a worker."""
    learner = _get(pk)
    check_not_merged(learner)
    form = WorkerForm(
        request.POST if request.method == "POST" else None,
        learner=learner,
        today=timezone.localdate(),
        may_date_back=may(request.user, Permission.DATE_BACK_STATUS),
    )

    def save() -> Learner:
        return change_learner(
            learner_id=pk,
            facts=form.facts(),
            areas=form.chosen_areas(),
            version=form.loaded(),
            reason=form.cleaned_data.get("reason", ""),
            by=request.user,
            now=timezone.now(),
        )

    return _keep(request, form, save, _("%(worker)s is saved."))


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_status(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the new status and the reason, and set it (L1)."""
    learner = _get(pk)
    check_not_merged(learner)
    form = StatusForm(request.POST if request.method == "POST" else None, learner=learner)

    def save() -> Learner:
        typed = form.cleaned_data
        return set_status(
            learner_id=pk, status=typed["status"], reason=typed["reason"], by=request.user, now=timezone.now()
        )

    return _act(request, "status", learner, form, save, done=_("The status of %(worker)s is changed."))


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_badge(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the new badge, and give it (L3)."""
    learner = _get(pk)
    check_not_merged(learner)
    form = BadgeForm(request.POST if request.method == "POST" else None)

    def save() -> Learner:
        typed = form.cleaned_data
        return replace_badge(
            learner_id=pk,
            badge_id=typed["badge_id"],
            was_mistyped=typed["was_mistyped"],
            by=request.user,
            now=timezone.now(),
        )

    return _act(request, "badge", learner, form, save, done=_("The new badge: %(worker)s."))


@requires(Permission.KEEP_WORKERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_return(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for the new start, and let somebody work here again (L3)."""
    learner = _get(pk)
    check_can_return(learner)
    form = ReturnForm(
        request.POST if request.method == "POST" else None,
        learner=learner,
        today=timezone.localdate(),
        may_date_back=may(request.user, Permission.DATE_BACK_STATUS),
    )

    def save() -> Learner:
        typed = form.cleaned_data
        return return_to_site(
            learner_id=pk,
            start_date=typed["start_date"],
            company_id=typed["company"],
            role_id=typed["role"],
            reason=typed["reason"],
            by=request.user,
            now=timezone.now(),
        )

    return _act(request, "return", learner, form, save, done=_("%(worker)s is active again."))


@requires(Permission.MERGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_merge(request: HtmxRequest, pk: int) -> HttpResponse:
    """Find the other badge (`?q=`), show both side by side (`?with=`), and merge it into this one for a reason."""
    learner = _get(pk)
    check_not_merged(learner)
    other = _other(request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if other is not None and form.is_valid():
            try:
                survivor = merge_workers(
                    duplicate_id=other.pk,
                    survivor_id=pk,
                    reason=form.cleaned_data["reason"],
                    by=request.user,
                    now=timezone.now(),
                )
            except (Invalid, Conflict) as refusal:
                form.refuse(refusal)
                status = 422 if isinstance(refusal, Invalid) else refusal.status
            else:
                words = _("%(badge)s is merged: both badges are %(worker)s now.")
                messages.success(request, words % {"badge": other.badge_id, "worker": survivor.name})
                return _go(request, survivor)
    text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    context = {
        "learner": learner,
        "form": form,
        "text": text,
        "found": merge_candidates(learner, text) if text and other is None else None,
        "sides": side_by_side(learner, other) if other is not None and other.pk != pk else None,
        "other": other,
    }
    template = "learners/partials/_worker_merge.html" if request.htmx else "learners/worker_merge.html"
    return render(request, template, context, status=status)


@requires(Permission.MERGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def worker_unmerge(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask why, and take a merged badge apart from the worker into whom it was merged (L2)."""
    learner = _get(pk)
    check_merged(learner)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def save() -> Learner:
        return undo_merge(duplicate_id=pk, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())

    return _act(request, "unmerge", learner, form, save, done=_("%(worker)s stands alone again."))


def _get(pk: int) -> Learner:
    related = ("company", "role", "supervisor", "merged_into", "updated_by")
    learner = Learner.objects.select_related(*related).filter(pk=pk).first()
    if learner is None:
        raise NotFound(_("There is no such worker. Search by name or badge."))
    return learner


def _other(request: HtmxRequest) -> Learner | None:
    """Return the worker whom `?with=`, or the form, names as the other one."""
    key = key_of(request.POST.get("with") or request.GET.get("with"))
    return _get(key) if key else None


def _keep(request: HtmxRequest, form: WorkerForm, save: Callable[[], Learner], done: str) -> HttpResponse:
    """Save a valid form and lead to the worker, else answer with the form: HTMX gets it alone."""
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            learner = save()
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
            status = 422 if isinstance(refusal, Invalid) else refusal.status
        else:
            messages.success(request, done % {"worker": learner})
            return _go(request, learner)
    template = "learners/partials/_worker_form.html" if request.htmx else "learners/worker_form.html"
    return render(request, template, {"learner": form.learner, "form": form}, status=status)


def _act(
    request: HtmxRequest, act: str, learner: Learner, form: RefusableForm, save: Callable[[], Learner], *, done: str
) -> HttpResponse:
    """Save a valid form and lead to the worker, else ask: a dialog over the page that HTMX is on, or a page."""
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            saved = save()
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
            status = 422 if isinstance(refusal, Invalid) else refusal.status
        else:
            messages.success(request, done % {"worker": saved})
            return _go(request, saved)
    context: dict[str, Any] = {"learner": learner, "form": form, "act": act}
    template = "learners/partials/_worker_act.html" if request.htmx else "learners/worker_act.html"
    return render(request, template, context, status=status)


def _go(request: HtmxRequest, learner: Learner) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url("attendance:worker", learner.pk))
    return redirect("attendance:worker", learner.pk)
