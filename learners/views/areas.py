"""Areas of the library: the tree, one area with its own and inherited requirements, new, edit, move, delete."""

from copy import copy
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from learners.forms.library import AreaForm
from learners.models import Area
from learners.pages.library_trail import of_area
from learners.pages.requirements import area_page, get_area, list_areas
from learners.papers.library_lists import text_of
from learners.policies.outcome import NOTHING_TURNS
from learners.selectors.learners import with_areas_inside
from learners.services.requirements import delete_area, save_area
from learners.views.deletion import delete_or_ask
from learners.views.previews import PreviewStep, preview_or_save, save_if_seen, status_of, words_of
from learners.views.requirements import requirement_form, requirement_removal
from training.core.keys import key_of
from training.core.permissions import Permission, requires
from training.core.web.answers import answer, go
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.trails import Link
from training.views.library.frames import FORM, ListPage, library_log, listed

AREAS = ListPage(
    name="areas",
    table="learners/areas.html",
    heading=gettext_lazy("Areas"),
    searches=gettext_lazy("Name"),
    nothing=gettext_lazy("No areas yet. An area says which courses everybody in it needs."),
    new=gettext_lazy("New area"),
    new_at="learners:area_new",
    no_match=gettext_lazy("No area matches."),
    show_all=gettext_lazy("Show all areas"),
)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def areas(request: HtmxRequest) -> HttpResponse:
    """Show the tree of areas with how many workers are in each; HTMX gets the tree alone."""
    text = text_of(request.GET)
    return listed(request, AREAS, list_areas(text), typed=text, text=text)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def area(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show an area: its requirements, those of the areas around it, and the areas that lie in it."""
    found = get_area(pk)
    page = area_page(found)
    context = {"page": page, "asker": found, "kind": "area", "lines": page.lines}
    return render(request, "learners/area.html", context)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def area_new(request: HtmxRequest) -> HttpResponse:
    """Add an area; `?parent=` proposes the area in which it lies."""
    parent = key_of(request.GET.get("parent", ""))
    stored = Area(parent=get_area(parent) if parent else None)
    form = AreaForm(posted(request), instance=copy(stored))
    if form.is_valid():
        with form.refusing():
            saved = save_area(area=form.instance, by=request.user, now=timezone.now())
            messages.success(request, _("%(thing)s is saved.") % {"thing": saved})
            return go(request, "learners:area", saved.pk)
    heading, back = _("New area"), Link(_("Areas"), reverse("learners:areas"))
    return answer(request, FORM, part="form", form=form, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def area_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Rename an area, or move it in the tree; a move first shows whose answer changes, and is then saved."""
    today = timezone.localdate()
    stored = get_area(pk)
    form = AreaForm(posted(request), instance=copy(stored), inside=with_areas_inside(pk))
    step: PreviewStep | None = None
    if form.is_valid():
        change = partial(save_area, area=form.instance, by=request.user, now=timezone.now(), loaded=loaded_by(form))
        with form.refusing():
            if form.moves or "seen" in request.POST:
                step = preview_or_save(request, change, today=today)
            else:  # a new name changes no answer, unless the area was moved meanwhile or answers have run out (C7)
                step = save_if_seen(change, seen=NOTHING_TURNS.fingerprint, today=today)
            if step.is_saved:
                said = _("%(thing)s is saved.") % {"thing": form.instance}
                messages.success(request, f"{said} {words_of(step.outcome)}" if form.moves else said)
                return go(request, "learners:area", pk)
    page, back_url = "learners/area_form.html", reverse("learners:area", args=[pk])
    status = status_of(step)
    return answer(request, page, part="change", form=form, status=status, area=stored, step=step, back_url=back_url)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def area_delete(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and delete an area; if it is in use, say so."""
    return delete_or_ask(request, get_area(pk), partial(delete_area, area_id=pk, by=request.user))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def area_requirement_new(request: HtmxRequest, pk: int) -> HttpResponse:
    """Let an area require one more course."""
    return requirement_form(request, get_area(pk))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def area_requirement(request: HtmxRequest, pk: int, course_id: int) -> HttpResponse:
    """Change how an area requires a course."""
    return requirement_form(request, get_area(pk), course_id)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def area_requirement_remove(request: HtmxRequest, pk: int, course_id: int) -> HttpResponse:
    """Let an area no longer require a course."""
    return requirement_removal(request, get_area(pk), course_id)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def area_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show the audit log of an area and its requirements."""
    found = get_area(pk)
    return library_log(
        request, of_area(found), kind="area", pk=pk, of=Link(found.name, reverse("learners:area", args=[pk]))
    )
