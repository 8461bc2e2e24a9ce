"""Deleting a role or an area: asked once more, and refused with the reason before anybody presses the button."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from learners.models import Area, Role
from learners.services.preview import try_out
from learners.views.requirements import kind_of
from training.htmx import HtmxRequest
from training.refusals import Conflict


def delete_or_ask(request: HtmxRequest, thing: Role | Area, delete: Callable[[], Any]) -> HttpResponse:
    """Delete on POST, else ask; what cannot be deleted says why, in both."""
    is_posted = request.method == "POST"
    try:
        if is_posted:
            delete()
        else:
            try_out(delete, today=timezone.localdate())
    except Conflict as refusal:
        return _question(request, thing, refusal=refusal.message, status=409 if is_posted else 200)
    if not is_posted:
        return _question(request, thing)
    messages.success(request, _("%(thing)s is deleted.") % {"thing": thing})
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(f"learners:{kind_of(thing)}s"))
    return redirect(f"learners:{kind_of(thing)}s")


def _question(request: HtmxRequest, thing: Role | Area, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Answer with the question: a dialog over the page that HTMX is on, else a page of its own."""
    where = "partials/_" if request.htmx else ""
    context = {"thing": thing, "kind": kind_of(thing), "refusal": refusal, "is_posted": request.method == "POST"}
    return render(request, f"learners/{where}deletion.html", context, status=status)
