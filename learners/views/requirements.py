"""What a role or an area asks for: add, change, remove, each shown before it is saved (C6)."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.forms.library import RequirementForm
from learners.models import Area, Role
from learners.pages.requirements import get_requirement, requirements_of
from learners.services.requirements import delete_requirement, save_requirement
from learners.views.previews import preview_or_save, status_of, words_of
from training.core.refusals import Conflict, Invalid, NotFound
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest
from training.views.library.answers import go


def requirement_form(request: HtmxRequest, asker: Role | Area, course_id: int | None = None) -> HttpResponse:
    """Ask for a course, or change how it is asked: typed, then previewed, then saved."""
    today = timezone.localdate()
    requirement = None if course_id is None else get_requirement(asker, course_id)
    asked = {line.requirement.course_id for line in requirements_of(asker)}
    form = RequirementForm(
        request.POST if request.method == "POST" else None, asked=asked, requirement=requirement, today=today
    )
    step, refusal = None, None
    if form.is_valid():
        facts = {**form.facts, "loaded": loaded_by(form)}
        change = partial(save_requirement, asker=asker, **facts, by=request.user, now=timezone.now())
        try:
            step = preview_or_save(request, change, today=today)
        except (Invalid, Conflict, NotFound) as reason:
            refusal = reason
            form.refuse(reason)
        else:
            if step.is_saved:
                messages.success(request, _("The requirement is saved.") + " " + words_of(step.outcome))
                return go(request, f"learners:{kind_of(asker)}", asker.pk)
    context = {"asker": asker, "kind": kind_of(asker), "form": form, "step": step}
    template = "partials/_requirement_form.html" if request.htmx else "requirement_form.html"
    return render(request, f"learners/{template}", context, status=status_of(step, form=form, refusal=refusal))


def requirement_removal(request: HtmxRequest, asker: Role | Area, course_id: int) -> HttpResponse:
    """Show who turns when a course is no longer asked for, and remove the requirement on its button."""
    today = timezone.localdate()
    requirement = get_requirement(asker, course_id)
    change = partial(delete_requirement, asker=asker, course_id=course_id, by=request.user, now=timezone.now())
    step = preview_or_save(request, change, today=today)
    if step.is_saved:
        messages.success(request, _("The requirement is removed.") + " " + words_of(step.outcome))
        return go(request, f"learners:{kind_of(asker)}", asker.pk)
    context = {"asker": asker, "kind": kind_of(asker), "requirement": requirement, "step": step}
    template = "partials/_requirement_removal.html" if request.htmx else "requirement_removal.html"
    return render(request, f"learners/{template}", context, status=status_of(step))


def kind_of(asker: Role | Area) -> str:
    """Return what stands in the URL names of a role or an area."""
    return "role" if isinstance(asker, Role) else "area"
