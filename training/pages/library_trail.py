"""Which tables tell the history of a thing of the library."""

from collections.abc import Sequence

from training.core.trail import Source
from training.models import Company, Course, CoursePrerequisite, CourseVersion, Trainer, TrainerQualification, Venue


def of_course(course: Course) -> Sequence[Source]:
    """Return what has happened to a course: its versions, and what they ask for first."""
    versions = list(course.versions.values_list("pk", flat=True))
    return (
        Source(model=Course, ids=(course.pk,)),
        Source(model=CourseVersion, ids=(course.pk,), by="course", subject="number"),
        Source(model=CoursePrerequisite, ids=versions, by="course_version", subject="course"),
    )


def of_trainer(trainer: Trainer) -> Sequence[Source]:
    """Return what has happened to a trainer: facts and qualifications."""
    return (
        Source(model=Trainer, ids=(trainer.pk,)),
        Source(model=TrainerQualification, ids=(trainer.pk,), by="trainer", subject="course"),
    )


def of_venue(venue: Venue) -> Sequence[Source]:
    """Return what has happened to a venue."""
    return (Source(model=Venue, ids=(venue.pk,)),)


def of_company(company: Company) -> Sequence[Source]:
    """Return what has happened to a company."""
    return (Source(model=Company, ids=(company.pk,)),)
