"""The facts that the sign-in sheet of a session prints."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from training.core.refusals import check_found
from training.models import CourseVersion, Session


@dataclass(frozen=True)
class SheetContents:
    """A session, the title of its course, and its list in the order of the lines."""

    session: Session
    course_title: str
    attendees: list[SessionAttendee]


def sheet_of(session_id: int) -> SheetContents:
    """Return the sheet of a session in any state. A draft shows the course version that it would pin today.

    Raises:
        NotFound: the session does not exist or is deleted.
    """
    session = check_found(
        Session.objects.select_related("course", "course_version", "trainer", "venue")
        .filter(pk=session_id, deleted_at__isnull=True)
        .first(),
        _("There is no such session; it may have been deleted."),
    )
    version = session.course_version or session.course.versions.filter(status=CourseVersion.Status.PUBLISHED).first()
    attendees = SessionAttendee.objects.filter(session=session).select_related(
        "learner__company", "learner__role", "company", "role"
    )
    return SheetContents(session, version.title if version else "", list(attendees.order_by("line")))
