"""The first day of a site: the five things it needs before anybody can be trained, and which of them are there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from learners.models import AreaRequirement, Learner, Role, RoleRequirement
from training.models import Company, Course, CourseVersion, Session, Trainer, TrainingClass, Venue
from training.pages.library_courses import ShownCourses


@dataclass(frozen=True)
class FirstStep:
    """One of the five steps: what it is for, whether it is done according to the data, and its button."""

    word: str
    purpose: str
    is_done: bool
    action: str
    url: str


def is_empty_site() -> bool:
    """Return whether the site has no workers, no sessions and no classes yet."""
    return not (Learner.objects.exists() or Session.objects.exists() or TrainingClass.objects.exists())


def first_steps() -> Sequence[FirstStep]:
    """Return the five steps in their order, in a constant number of queries."""
    made = {model: model._default_manager.exists() for model in (Company, Course, Trainer, Venue, Role, Learner)}
    has_published = CourseVersion.objects.filter(status=CourseVersion.Status.PUBLISHED).exists()
    asks = RoleRequirement.objects.exists() or AreaRequirement.objects.exists()
    return [
        FirstStep(
            _("Company"),
            _("The employer of your workers, and each company that sends people or trains them."),
            made[Company],
            _("Add a company"),
            reverse("training:company_new"),
        ),
        FirstStep(
            _("Courses"),
            _("What is trained, how long it takes and how long it is valid. A course is offered once it is published."),
            has_published,
            _("Publish the course") if made[Course] and not has_published else _("Add a course"),
            reverse("training:courses", query={"show": ShownCourses.DRAFT})
            if made[Course] and not has_published
            else reverse("training:course_new"),
        ),
        FirstStep(
            _("Trainers and venues"),
            _("Who teaches which course, and where."),
            made[Trainer] and made[Venue],
            _("Add a venue") if made[Trainer] and not made[Venue] else _("Add a trainer"),
            reverse("training:venue_new") if made[Trainer] and not made[Venue] else reverse("training:trainer_new"),
        ),
        FirstStep(
            _("Roles and requirements"),
            _("Which courses the workers of a role need. Areas can require courses as well."),
            made[Role] and asks,
            _("Require a course") if made[Role] and not asks else _("Add a role"),
            reverse("learners:roles") if made[Role] and not asks else reverse("learners:role_new"),
        ),
        FirstStep(
            _("Workers"),
            _("Who works on the site, with badge, employer and role. From here on this page shows who is cleared."),
            made[Learner],
            _("Add a worker"),
            reverse("learners:worker_new"),
        ),
    ]
