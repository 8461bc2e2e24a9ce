"""Requirements of a role or an area: add, change and remove one, each with a preview before it is saved (C6)."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.forms.library import RequirementForm
from learners.models import Area, Role
from learners.pages.requirements import get_requirement, requirements_of
from learners.services.requirements import delete_requirement, save_requirement
from learners.views.previews import preview_or_save, status_of, words_of
from training.core.web.answers import answer, go
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest, posted


def requirement_form(request: HtmxRequest, asker: Role | Area, course_id: int | None = None) -> HttpResponse:
    """Add a requirement, or change it: first it is typed, then previewed, then saved.

    Args:
        course_id: the course whose requirement is changed; None for a new one.
    """
    today = timezone.localdate()
    requirement = None if course_id is None else get_requirement(asker, course_id)
    asked = {line.requirement.course_id for line in requirements_of(asker)}
    form = RequirementForm(posted(request), asked=asked, requirement=requirement, today=today)
    step = None
    if form.is_valid():
        facts = {**form.facts, "loaded": loaded_by(form)}
        change = partial(save_requirement, asker=asker, **facts, by=request.user, now=timezone.now())
        with form.refusing():
            step = preview_or_save(request, change, today=today)
            if step.is_saved:
                messages.success(request, _("The requirement is saved.") + " " + words_of(step.outcome))
                return go(request, f"learners:{kind_of(asker)}", asker.pk)
    page, about = "learners/requirement_form.html", _about(asker)
    return answer(request, page, part="change", form=form, status=status_of(step), step=step, **about)


def requirement_removal(request: HtmxRequest, asker: Role | Area, course_id: int) -> HttpResponse:
    """Preview what happens if a course is no longer required; the button of the preview removes the requirement."""
    today = timezone.localdate()
    requirement = get_requirement(asker, course_id)
    change = partial(delete_requirement, asker=asker, course_id=course_id, by=request.user, now=timezone.now())
    step = preview_or_save(request, change, today=today)
    if step.is_saved:
        messages.success(request, _("The requirement is removed.") + " " + words_of(step.outcome))
        return go(request, f"learners:{kind_of(asker)}", asker.pk)
    page, about = "learners/requirement_removal.html", _about(asker)
    return answer(request, page, part="change", status=status_of(step), requirement=requirement, step=step, **about)


def kind_of(asker: Role | Area) -> str:
    """Return the word for a role or an area in the names of URLs."""
    return "role" if isinstance(asker, Role) else "area"


def _about(asker: Role | Area) -> dict[str, Any]:
    """Return the context of a page about a requirement: the role or area, and the address of its page."""
    kind = kind_of(asker)
    return {"asker": asker, "kind": kind, "back_url": reverse(f"learners:{kind}", args=[asker.pk])}
