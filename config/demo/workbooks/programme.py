"""Plans and lists of training: sessions to come, the marks of one that was held, classes and their hours."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from attendance.models import SessionAttendee
from config.demo.workbooks.sheets import new_book
from learners.models import LearnerHoursLog, LearnerProgression
from training.models import ClassAttendanceSession, Session, TrainingClass

HELD: Mapping[str, str] = {
    ClassAttendanceSession.Status.CAPTURED: "held",
    ClassAttendanceSession.Status.CLIENT_CANCELLED: "client cancelled",
    ClassAttendanceSession.Status.AGENT_ABSENT: "trainer absent",
}


def write_sessions(path: Path) -> None:
    """Write the plan: every session that is still to be finalized."""
    rows = []
    for session in open_sessions():
        start, end = (timezone.localtime(each) for each in (session.start_time, session.end_time) if each)
        trainer, venue = session.trainer, session.venue
        rows.append(
            (
                *(start.date(), start.time(), end.time(), (end - start).seconds // 60, session.course.code),
                *(f"{trainer.first_name} {trainer.last_name}" if trainer else None, venue.name if venue else None),
            )
        )
    head = ("Date", "From", "To", "Duration (min)", "Course", "Trainer", "Room")
    with new_book(path) as pen:
        pen.table("Training plan", head, rows)


def open_sessions() -> list[Session]:
    """Return the scheduled sessions in the order of the plan."""
    scheduled = Session.objects.filter(status=Session.Status.SCHEDULED, deleted_at=None)
    return list(scheduled.select_related("course", "trainer", "venue").order_by("start_time", "pk"))


def held_session(now: datetime) -> Session | None:
    """Return the session that is over and whose list is marked, but which nobody has finalized yet."""
    over = Session.objects.filter(status=Session.Status.SCHEDULED, end_time__lt=now, deleted_at=None)
    return over.exclude(attendees__marked_at=None).filter(attendees__isnull=False).order_by("start_time").first()


def write_marks(path: Path, session: Session) -> None:
    """Write the list of a session with the marks that its trainer has typed into a spreadsheet."""
    lines = SessionAttendee.objects.filter(session=session, marked_at__isnull=False)
    rows = [
        (
            *(line.learner.badge_id, f"{line.learner.last_name}, {line.learner.first_name}", _yes(line.is_present)),
            *(_yes(line.has_passed) if line.is_present else None, line.remarks),
        )
        for line in lines.select_related("learner").order_by("line")
    ]
    with new_book(path) as pen:
        pen.table("Attendance", ("Badge", "Name", "Present", "Passed", "Remarks"), rows)


def write_classes(path: Path) -> None:
    """Write the classes that have a code."""
    classes = TrainingClass.objects.exclude(class_code=None).select_related("client", "course", "agent", "venue")
    rows: list[tuple[Any, ...]] = [
        (
            *(each.class_code, each.client and each.client.name, each.class_type, each.course and each.course.code),
            *(each.agent and f"{each.agent.first_name} {each.agent.last_name}", each.venue and each.venue.name),
            *(each.start_date, each.end_date, each.course_hours),
        )
        for each in classes.order_by("class_code")
    ]
    head = (
        *("Class code", "Client", "Class type", "Course", "Trainer", "Venue", "Start date", "End date"),
        "Course hours",
    )
    with new_book(path) as pen:
        pen.table("Classes", head, rows)


def write_hours(path: Path) -> None:
    """Write the hours that were recorded for the meetings of the classes."""
    since = {
        (class_id, learner_id): start
        for class_id, learner_id, start in LearnerProgression.objects.exclude(training_class=None).values_list(
            "training_class_id", "learner_id", "start_date"
        )
    }
    logged = LearnerHoursLog.objects.filter(session__isnull=False, reversal_of=None, reversal=None)
    rows = [
        (
            *(log.training_class.class_code, log.log_date, log.learner.badge_id),
            *(f"{log.learner.last_name}, {log.learner.first_name}", log.hours_trained, log.hours_present),
            *(HELD[log.session.status] if log.session else None, since.get((log.training_class_id, log.learner_id))),
        )
        for log in logged.select_related("training_class", "learner", "session").order_by(
            "training_class__class_code", "log_date", "learner__badge_id"
        )
    ]
    head = (
        *("Class code", "Meeting date", "Badge", "Name", "Hours", "Hours attended", "Status"),
        "In the class since",
    )
    with new_book(path) as pen:
        pen.table("Hours", head, rows)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
