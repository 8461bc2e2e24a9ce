"""What several lists of the library need: what is in use, searching by words, and what is booked."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Count, Model, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from training.models import Session
from training.selectors.sessions import Shown, in_state, with_title

Thing = TypeVar("Thing", bound=Model)


class InUse(TextChoices):
    """The entries of the strip above lists of trainers, venues and companies; the values stand in addresses."""

    ACTIVE = "active", _("In use")
    INACTIVE = "inactive", _("Not in use")
    ALL = "all", _("All")

    @property
    def condition(self) -> Q:
        """The condition of an entry of the strip; the list and the count beside the entry share it."""
        return Q(pk__isnull=False) if self is InUse.ALL else Q(is_active=self is InUse.ACTIVE)


def count_by_use(things: QuerySet[Thing]) -> dict[InUse, int]:
    """Return how many of `things` each entry of the strip holds, in one query."""
    counts = things.order_by().aggregate(**{shown.name: Count("pk", filter=shown.condition) for shown in InUse})
    return {shown: counts[shown.name] for shown in InUse}


def mentioning(things: QuerySet[Thing], text: str, *fields: str) -> QuerySet[Thing]:
    """Return those of `things` in which every word of `text` occurs in one of `fields`."""
    for word in text.split():
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__icontains": word})
        things = things.filter(found)
    return things


def coming_sessions(*, now: datetime, **holder: int) -> QuerySet[Session]:
    """Return the scheduled sessions that have not ended, the earliest first, with title, course, trainer and venue.

    Args:
        holder: `trainer_id`, `venue_id` or `course_id`, which narrows them.
    """
    sessions = Session.objects.filter(in_state(Shown.COMING, now=now), **holder)
    return with_title(sessions).select_related("course", "trainer", "venue").order_by("start_time", "pk")
