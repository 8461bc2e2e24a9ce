"""Hours that somebody enters by hand, for a programme in progress (H5)."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from learners import hours as rules
from learners.models import LearnerHoursLog, LearnerProgression
from training.permissions import Permission, check_may
from training.refusals import database_refusals


def enter_hours(
    *,
    tracking_id: int,
    hours_trained: rules.Hours,
    hours_present: rules.Hours,
    log_date: date,
    notes: str = "",
    by: User,
    now: datetime,
) -> LearnerProgression:
    """Log hours of a programme without a meeting, and return it with its new sums.

    Raises:
        ProgressionNotFound.
        NotPermitted: not granted, or not the trainer's own class.
        ProgressionNotInThisState: it is on hold or completed.
        WrongHours: hours or day cannot be; `errors` by argument. Nothing is logged.
    """
    with database_refusals(), transaction.atomic():
        # Locked, so that nobody holds or completes it meanwhile.
        locked = LearnerProgression.objects.select_for_update(of=("self",), no_key=True)
        found = locked.select_related("training_class__agent").filter(pk=tracking_id).first()
        if found is None:
            raise rules.ProgressionNotFound(_("There is no such programme of a worker."))
        check_may(by, Permission.CAPTURE, found.training_class)
        rules.check_in_progress(found.status)
        rules.check_by_hand(
            trained=hours_trained,
            present=hours_present,
            day=log_date,
            started_on=found.start_date,
            today=timezone.localdate(now),
        )
        manual = LearnerHoursLog.Source.MANUAL
        found.add_hours(hours_trained, hours_present, manual, notes.strip() or None, None, by, log_date=log_date)
        return found
