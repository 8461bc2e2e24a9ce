"""Which tables hold the history of a thing of the library."""

from collections.abc import Sequence

from training.core.trail import Source
from training.models import Company, Course, CoursePrerequisite, CourseVersion, Trainer, TrainerQualification, Venue


def of_course(course: Course) -> Sequence[Source]:
    """Return the sources of the history of a course, its versions and their prerequisites."""
    versions = list(course.versions.values_list("pk", flat=True))
    return (
        Source(model=Course, ids=(course.pk,)),
        Source(model=CourseVersion, ids=(course.pk,), by="course", subject="number"),
        Source(model=CoursePrerequisite, ids=versions, by="course_version", subject="course"),
    )


def of_trainer(trainer: Trainer, *, tells_contact: bool = True) -> Sequence[Source]:
    """Return the sources of the history of a trainer and the qualifications.

    Args:
        tells_contact: whether lines tell phone and e-mail, as the page of the trainer does.
    """
    return (
        Source(model=Trainer, ids=(trainer.pk,), without=() if tells_contact else ("email", "phone")),
        Source(model=TrainerQualification, ids=(trainer.pk,), by="trainer", subject="course"),
    )


def of_venue(venue: Venue) -> Sequence[Source]:
    """Return the sources of the history of a venue."""
    return (Source(model=Venue, ids=(venue.pk,)),)


def of_company(company: Company) -> Sequence[Source]:
    """Return the sources of the history of a company."""
    return (Source(model=Company, ids=(company.pk,)),)
