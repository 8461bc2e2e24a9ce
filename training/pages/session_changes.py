"""What somebody else has changed of a session's plan, for whoever had an earlier version before them (S3)."""

from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.timezone import localtime

from training.core.trail import Change
from training.core.words import NOTHING, moment
from training.models import Session

PLANNED_FACTS = ("course", "trainer", "venue", "start_time", "end_time", "status")


def changed_since(session: Session, version: int) -> list[Change]:
    """Return which planned facts differ from those of an earlier version, for the person who had loaded it (S3)."""
    events = Session.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    before = (
        events.select_related("course", "trainer", "venue")
        .filter(pgh_obj_id=session.pk, version=version)
        .order_by("-pgh_id")
        .first()
    )
    if before is None:
        return []
    changes = []
    for name in PLANNED_FACTS:
        if getattr(before, name) != getattr(session, name):
            label = capfirst(str(Session._meta.get_field(name).verbose_name))  # type: ignore[union-attr]  # plain fields
            changes.append(Change(label, _fact(before, name), _fact(session, name)))
    return changes


def _fact(row: Any, name: str) -> str:
    value = getattr(row, name)
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return moment(localtime(value))
    return str(row.get_status_display() if name == "status" else value)
