"""Roles of the library: the list, one role with what it asks for, new, edit, delete."""

from copy import copy
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from learners.forms.library import RoleForm
from learners.models import Role
from learners.pages.library_trail import of_role
from learners.pages.requirements import get_role, list_roles, requirements_of
from learners.services.requirements import delete_role, save_role
from learners.views.deletion import delete_or_ask
from learners.views.requirements import requirement_form, requirement_removal
from training.core.permissions import Permission, requires
from training.core.refusals import Conflict, Invalid, Refusal
from training.core.sorting import sort_of, sorted_by
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest, swaps
from training.views.library.answers import asked, go, told

LONGEST_TEXT = 100
COLUMNS = {"role": ("title",), "code": ("code",), "workers": ("workers",), "courses": ("courses",)}


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def roles(request: HtmxRequest) -> HttpResponse:
    """List roles with how many workers they have and how many courses they ask for; HTMX gets the list alone."""
    text = request.GET.get("q", "")[:LONGEST_TEXT]
    template = "partials/_roles.html" if swaps(request, "roles") else "roles.html"
    sort = sort_of(request.GET.get("sort", ""), COLUMNS)
    found = sorted_by(list_roles(text), sort, COLUMNS)
    return render(request, f"learners/{template}", {"roles": found, "text": text, "sort": sort})


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def role(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a role with what it asks for."""
    found = get_role(pk)
    context = {"role": found, "asker": found, "kind": "role", "lines": requirements_of(found)}
    return render(request, "learners/role.html", context)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_new(request: HtmxRequest) -> HttpResponse:
    """Add a role."""
    return _form(request, Role())


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change what a role is called."""
    return _form(request, get_role(pk))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_delete(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask once more, and delete a role; one that is in use says so."""
    return delete_or_ask(request, get_role(pk), partial(delete_role, role_id=pk, by=request.user))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_requirement_new(request: HtmxRequest, pk: int) -> HttpResponse:
    """Let a role ask for a further course."""
    return requirement_form(request, get_role(pk))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_requirement(request: HtmxRequest, pk: int, course_id: int) -> HttpResponse:
    """Change how a role asks for a course."""
    return requirement_form(request, get_role(pk), course_id)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_requirement_remove(request: HtmxRequest, pk: int, course_id: int) -> HttpResponse:
    """Let a role no longer ask for a course."""
    return requirement_removal(request, get_role(pk), course_id)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def role_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show what has happened to a role and to what it asks for."""
    found = get_role(pk)
    return told(request, of_role(found), of=(found.title, reverse("learners:role", args=[pk])))


def _form(request: HtmxRequest, stored: Role) -> HttpResponse:
    form = RoleForm(request.POST if request.method == "POST" else None, instance=copy(stored))
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            saved = save_role(role=form.instance, by=request.user, now=timezone.now(), loaded=loaded_by(form))
        except (Invalid, Conflict) as reason:
            refusal = reason
        else:
            messages.success(request, _("%(thing)s is saved.") % {"thing": saved})
            return go(request, "learners:role", saved.pk)
    heading, back = _("New role"), (_("Roles"), reverse("learners:roles"))
    if stored.pk is not None:
        heading = _("Edit %(thing)s") % {"thing": stored}
        back = (stored.title, reverse("learners:role", args=[stored.pk]))
    fields = "learners/partials/_role_fields.html"
    return asked(request, form, fields=fields, heading=heading, back=back, refusal=refusal)
