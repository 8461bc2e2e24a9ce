"""Deleting a role or an area: the page asks for confirmation, or says at once why it cannot be deleted."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import Area, Role
from learners.services.preview import try_out
from learners.views.requirements import kind_of
from training.core.refusals import Conflict
from training.core.web.answers import answer, go
from training.core.web.htmx import HtmxRequest
from training.core.web.trails import Link
from training.views.library.frames import QUESTION


def delete_or_ask(request: HtmxRequest, thing: Role | Area, delete: Callable[[], Any]) -> HttpResponse:
    """Delete on POST; else ask for confirmation, or say why deleting would be refused.

    Args:
        delete: deletes the thing; on GET it is tried out and rolled back.
    """
    kind = kind_of(thing)
    if request.method == "POST":
        delete()
        messages.success(request, _("%(thing)s is deleted.") % {"thing": thing})
        return go(request, f"learners:{kind}s")
    refusal = ""
    try:
        try_out(delete, today=timezone.localdate())
    except Conflict as reason:
        refusal = reason.message
    return answer(
        request,
        QUESTION,
        part="dialog",
        words="learners/deletion.html#asker",
        heading=_("Delete %(thing)s") % {"thing": thing},
        back=Link(str(thing), reverse(f"learners:{kind}", args=[thing.pk])),
        kind=kind,
        refusal=refusal,
    )
