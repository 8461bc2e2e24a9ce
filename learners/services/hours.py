"""Hours in the log: entered by hand or by programs (H5), taken back, and added up anew (H6)."""

from collections.abc import Collection
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import LearnerHoursLog, LearnerProgression
from learners.models.hours_rules import Hours
from learners.policies import hours as rules
from learners.selectors.learners import rows_of_people
from learners.services.progression import in_progress_of, person_key
from training.core.long_jobs import take_time
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid, check_found, check_reason
from training.core.transactions import acting, lock_row
from training.models import ClassAttendanceSession


class NoProgression(Invalid):
    """The worker is in no programme, or not in that class (400, H5)."""


def enter_hours(
    *,
    tracking_id: int,
    hours_trained: Hours,
    hours_present: Hours,
    log_date: date,
    notes: str = "",
    by: User,
    now: datetime,
) -> LearnerProgression:
    """Log hours of a programme that belong to no meeting, and return the programme with its new sums.

    Args:
        hours_trained, hours_present: with at most one decimal.

    Raises:
        NotFound: there is no such programme.
        NotPermitted: the person may not do this, or not for this class.
        ProgressionNotInThisState: it is on hold or completed.
        WrongHours: hours or day cannot be right; `errors` names the arguments. Nothing is logged.
    """
    with acting(by):
        # Locked, so that nobody puts it on hold or completes it meanwhile.
        lock_row(LearnerProgression.objects.all(), tracking_id, no_key=True)
        programmes = LearnerProgression.objects.select_related("training_class__agent", "learner__merged_into")
        found = check_found(programmes.filter(pk=tracking_id).first(), _("There is no such programme."))
        check_may(by, Permission.CAPTURE, found.training_class)
        rules.check_in_progress(found.status)
        rules.check_by_hand(
            trained=hours_trained,
            present=hours_present,
            day=log_date,
            started_on=found.start_date,
            left_on=found.learner.person.end_date,
            today=timezone.localdate(now),
        )
        manual = LearnerHoursLog.Source.MANUAL
        found.add_hours(hours_trained, hours_present, manual, notes.strip() or None, None, by, log_date=log_date)
        return found


def log_hours(  # noqa: PLR0917  # H5 fixes the order
    learner_id: int,
    hours_trained: Hours,
    hours_present: Hours,
    source: str = "manual",
    notes: str | None = None,
    session_id: int | None = None,
    created_by: User | int | None = None,
    *,
    log_date: date | None = None,
) -> bool:
    """Log hours of a worker, of a meeting or without one (H5). It asks for no permission: whoever calls it does.

    Args:
        hours_trained, hours_present: with at most one decimal.
        session_id: a meeting; the worker's programme in its class and its date count. Without a meeting the programme
            in progress and `log_date` count.
        source, notes, created_by, log_date: as for `LearnerProgression.add_hours`.

    Returns:
        True: they are logged.

    Raises:
        NoProgression: the worker is in no programme, or not in the class of the meeting.
        WrongHours, MeetingWasNotHeld: as `LearnerProgression.add_hours`.
    """
    with acting(created_by if isinstance(created_by, User) else None):
        person = person_key(learner_id)
        if session_id is None:
            progression = in_progress_of([person]).get(person)
        else:
            classes = ClassAttendanceSession.objects.filter(pk=session_id).values("training_class")
            own = LearnerProgression.objects.filter(rows_of_people([person]), training_class__in=classes)
            progression = own.order_by("-start_date", "-pk").first()
        if progression is None:
            raise NoProgression(
                _("The worker is in no programme. Start one, or choose the class meeting.")
                if session_id is None
                else _("The worker is not in the class of that meeting.")
            )
        return progression.add_hours(
            hours_trained, hours_present, source, notes, session_id, created_by, log_date=log_date
        )


def void_hours(*, log_id: int, reason: str, by: User, now: datetime) -> LearnerHoursLog:
    """Take back hours by a row with their exact negative; nothing is erased (invariant 6).

    Hours of a captured meeting are taken back only with all of it (H4).

    Args:
        log_id: key of the row in the log.

    Returns:
        the reversal.

    Raises:
        NotPermitted: the person is no superuser.
        NotFound: there is no such row.
        ReasonMissing: the reason is blank.
        HoursStay: they belong to a capture, are reversed already, or are a reversal (409).
    """
    check_may(by, Permission.VOID)
    reason = check_reason(reason, _("Say why these hours are taken back."))
    with acting(by):
        row = check_found(LearnerHoursLog.objects.filter(pk=log_id).first(), _("There are no such hours in the log."))
        if row.session_id is not None:  # locked before the progression, as captures do
            ClassAttendanceSession.objects.select_for_update(no_key=True).get(pk=row.session_id)
        LearnerProgression.objects.select_for_update(no_key=True).get(pk=row.progression_id)
        row = LearnerHoursLog.objects.select_related("session").get(pk=log_id)  # again, now under the locks
        rules.check_can_void_hours(
            is_of_capture=row.is_of_capture, is_reversed=row.is_reversed, is_reversal=row.is_reversal
        )
        reversal = row.negative(reason=reason, by=by, now=now)
        reversal.save()
        return reversal


def rebuild_sums(*, tracking_ids: Collection[int]) -> int:
    """Set the sums of these programmes to those of their log (H6).

    Returns:
        how many programmes had wrong sums.
    """
    with acting(None), connection.cursor() as cursor:
        take_time()
        list(LearnerProgression.objects.select_for_update(no_key=True).filter(pk__in=tracking_ids).order_by("pk"))
        cursor.execute(
            """
            UPDATE learner_lp_tracking progression
               SET hours_trained = trained, hours_present = present, hours_absent = trained - present,
                   updated_at = now()
              FROM (SELECT tracking_id, coalesce(sum(log.hours_trained), 0) AS trained,
                           coalesce(sum(log.hours_present), 0) AS present
                      FROM learner_lp_tracking LEFT JOIN learner_hours_log log USING (tracking_id)
                     WHERE tracking_id = ANY(%s) GROUP BY tracking_id) logged
             WHERE progression.tracking_id = logged.tracking_id
               AND (progression.hours_trained, progression.hours_present, progression.hours_absent)
                   IS DISTINCT FROM (trained, present, trained - present)
            """,
            [list(tracking_ids)],
        )
        return int(cursor.rowcount)
