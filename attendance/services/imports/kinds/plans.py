"""What plans of sessions can name, and a plan in the words of the columns of an import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from attendance.policies.import_states import SaidStatus
from training.core.sameness import same_text
from training.models import Course, CourseVersion, Session, Trainer, TrainerQualification, Venue

# What a row says of a session that has a status.
SAID_STATUS: Mapping[str, SaidStatus] = {
    Session.Status.DRAFT: SaidStatus.DRAFT,
    Session.Status.SCHEDULED: SaidStatus.SCHEDULED,
    Session.Status.COMPLETED: SaidStatus.COMPLETED,
    Session.Status.CANCELLED: SaidStatus.CANCELLED,
}


@dataclass(frozen=True)
class Plannable:
    """Courses, trainers and venues, all of them, by key; a site has few.

    Attributes:
        versions: by key of the course, its published version.
        qualifications: by keys of trainer and course.
        trainer_names: by key, the name; where several have one, it says which is meant.
    """

    courses: Mapping[int, Course]
    versions: Mapping[int, CourseVersion]
    trainers: Mapping[int, Trainer]
    venues: Mapping[int, Venue]
    qualifications: Mapping[tuple[int, int], TrainerQualification]
    trainer_names: Mapping[int, str]

    @classmethod
    def read(cls) -> "Plannable":
        """Read them, in five queries."""
        published = CourseVersion.objects.filter(status=CourseVersion.Status.PUBLISHED)
        trainers = Trainer.objects.in_bulk()
        return cls(
            courses=Course.objects.filter(deleted_at__isnull=True).in_bulk(),
            versions={each.course_id: each for each in published},
            trainers=trainers,
            venues=Venue.objects.in_bulk(),
            qualifications={(each.trainer_id, each.course_id): each for each in TrainerQualification.objects.all()},
            trainer_names=_told_apart(list(trainers.values())),
        )

    def shown(self, session: Session) -> dict[str, Any]:
        """Return the plan of a session by column of the kind "sessions"; what is empty is not there."""
        start = timezone.localtime(session.start_time) if session.start_time else None
        end = timezone.localtime(session.end_time) if session.end_time else None
        found: dict[str, Any] = {
            "course": str(session.course),
            "day": start.date() if start else None,
            "starts_at": start.time() if start else None,
            "ends_at": end.time() if end else None,
            "trainer": None if session.trainer_id is None else self.trainer_names[session.trainer_id],
            "venue": None if session.venue_id is None else self.venues[session.venue_id].name,
            "status": SAID_STATUS[session.status].value,
        }
        if start and end and end.date() != start.date():
            assert session.start_time is not None and session.end_time is not None  # noqa: PT018, S101  # they are shown
            found["duration"] = (session.end_time - session.start_time) // timedelta(minutes=1)
        return {name: value for name, value in found.items() if value is not None}

    def trainer_called(self, name: str) -> int | None:
        """Return the key of the trainer of a name as it is shown; None for no name.

        Raises:
            LookupError: there is not exactly one.
        """
        return _only(name, self.trainer_names)

    def venue_called(self, name: str) -> int | None:
        """Return the key of the venue of a name as it is shown; None for no name.

        Raises:
            LookupError: there is not exactly one.
        """
        return _only(name, {key: each.name for key, each in self.venues.items()})


def identity_of(shown: Mapping[str, Any]) -> str:
    """Return by what people know a session that has no reference yet."""
    day: date | None = shown.get("day")
    clock = shown.get("starts_at")
    parts = (shown.get("course"), day.isoformat() if day else None, f"{clock:%H:%M}" if clock else None)
    return " ".join(str(each) for each in (*parts, shown.get("trainer"), shown.get("venue")) if each)


def _told_apart(trainers: Sequence[Trainer]) -> Mapping[int, str]:
    count: dict[str, int] = {}
    for each in trainers:
        count[same_text(str(each))] = count.get(same_text(str(each)), 0) + 1
    return {
        each.pk: str(each) if count[same_text(str(each))] == 1 or not each.email else f"{each} ({each.email})"
        for each in trainers
    }


def _only(name: str, names: Mapping[int, str]) -> int | None:
    found = [key for key, each in names.items() if each == name]
    if name and len(found) != 1:
        raise LookupError(name)
    return found[0] if name else None
