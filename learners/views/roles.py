"""Roles of the library: the list, one role with its requirements, new, edit, delete."""

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

from learners.forms.library import RoleForm
from learners.models import Role
from learners.pages.library_trail import of_role
from learners.pages.requirements import get_role, list_roles, requirements_of
from learners.papers.library_lists import ROLE_SORTS, text_of
from learners.services.requirements import delete_role, save_role
from learners.views.deletion import delete_or_ask
from learners.views.requirements import requirement_form, requirement_removal
from training.core.permissions import Permission, requires
from training.core.sorting import sort_of, sorted_by
from training.core.web.answers import answer, go
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.trails import Link
from training.views.library.frames import FORM, ListPage, library_log, listed

ROLES = ListPage(
    name="roles",
    table="learners/roles.html",
    heading=gettext_lazy("Roles"),
    searches=gettext_lazy("Title or code"),
    nothing=gettext_lazy("No roles yet. A role says which courses its workers need."),
    new=gettext_lazy("New role"),
    new_at="learners:role_new",
    no_match=gettext_lazy("No role matches."),
    show_all=gettext_lazy("Show all roles"),
    word=gettext_lazy("Roles"),
    also="requirements",
    also_word=gettext_lazy("What all roles and areas require"),
)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def roles(request: HtmxRequest) -> HttpResponse:
    """List roles with the numbers of their workers and of the courses they require; HTMX gets the list alone."""
    text, sort = text_of(request.GET), sort_of(request.GET.get("sort", ""), ROLE_SORTS)
    return listed(request, ROLES, sorted_by(list_roles(text), sort, ROLE_SORTS), typed=text, text=text, sort=sort)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def role(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a role with its requirements."""
    found = get_role(pk)
    context = {"role": found, "asker": found, "kind": "role", "lines": requirements_of(found)}
    return render(request, "learners/role.html", context)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_new(request: HtmxRequest) -> HttpResponse:
    """Add a role."""
    return _save(request, Role(), heading=_("New role"), back=Link(_("Roles"), reverse("learners:roles")))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Rename a role."""
    stored = get_role(pk)
    return _save(request, stored, heading=_("Edit %(thing)s") % {"thing": stored}, back=_page_of(stored))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_delete(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and delete a role; if it is in use, say so."""
    return delete_or_ask(request, get_role(pk), partial(delete_role, role_id=pk, by=request.user))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_requirement_new(request: HtmxRequest, pk: int) -> HttpResponse:
    """Let a role require one more course."""
    return requirement_form(request, get_role(pk))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_requirement(request: HtmxRequest, pk: int, course_id: int) -> HttpResponse:
    """Change how a role requires a course."""
    return requirement_form(request, get_role(pk), course_id)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_requirement_remove(request: HtmxRequest, pk: int, course_id: int) -> HttpResponse:
    """Let a role no longer require a course."""
    return requirement_removal(request, get_role(pk), course_id)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def role_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show the audit log of a role and its requirements."""
    found = get_role(pk)
    return library_log(request, of_role(found), kind="role", pk=pk, of=_page_of(found))


def _save(request: HtmxRequest, stored: Role, *, heading: str, back: Link) -> HttpResponse:
    """Save a new or stored role as it was typed and go to its page; else show the form."""
    form = RoleForm(posted(request), instance=copy(stored))
    if form.is_valid():
        with form.refusing():
            saved = save_role(role=form.instance, by=request.user, now=timezone.now(), loaded=loaded_by(form))
            messages.success(request, _("%(thing)s is saved.") % {"thing": saved})
            return go(request, "learners:role", saved.pk)
    return answer(request, FORM, part="form", form=form, heading=heading, back=back)


def _page_of(role: Role) -> Link:
    return Link(role.title, reverse("learners:role", args=[role.pk]))
