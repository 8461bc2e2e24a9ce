"""The dated history behind as-of answers (C8): which values held from which day until which day.

Rows are written by the triggers of migrations `0004_periods` and `0010_people` only, whatever door a change comes
through. A period holds from `valid_from` on and before `valid_to` (null = still). Changes of one day leave one period.
A change takes effect on the site's date, or on the date in the setting `siteproof.effective_on` of the transaction
that makes it (`learners.services.effective`).

A merge has no period. It says that two badges always were one person, so answers about any day read the badges as one,
whenever the merge was entered: the surviving badge's periods decide, and those of a merged badge on days before the
surviving one began. Undoing a merge gives the badge the history that it would have without the merge.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _


class Period(models.Model):
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.valid_from} to {self.valid_to or '...'}"


def _reference(to: str, *, null: bool = False) -> "models.ForeignKey[models.Model, models.Model]":
    """A reference that outlives its row: history keeps what was deleted."""
    return models.ForeignKey(to, null=null, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+")


class LearnerPeriod(Period):  # __str__ is inherited
    """A learner's role, employer, status and dates."""

    learner = _reference("learners.Learner")
    role = _reference("learners.Role")
    role_assigned_at = models.DateField()
    company = _reference("training.Company")
    status = models.CharField(max_length=11)
    start_date = models.DateField()
    end_date = models.DateField(null=True)

    class Meta:
        indexes = (models.Index(fields=("learner", "valid_from"), name="learner_period_by_learner"),)


class BadgePeriod(Period):  # __str__ is inherited
    """Which badge somebody wore; an old one still finds them (L3), so nobody else gets it."""

    learner = _reference("learners.Learner")
    badge_id = models.CharField(_("badge"), max_length=50)

    class Meta:
        indexes = (
            models.Index(fields=("learner", "valid_from"), name="badge_period_by_learner"),
            models.Index(Upper("badge_id"), name="badge_period_by_badge"),
        )
        constraints = (
            ExclusionConstraint(
                name="badge_of_one_person_for_good",
                expressions=[(Upper("badge_id"), RangeOperators.EQUAL), ("learner", RangeOperators.NOT_EQUAL)],
                violation_error_message=_("This badge belongs, or belonged, to somebody else."),
            ),
        )


class LearnerAreaPeriod(Period):  # __str__ is inherited
    """A learner's place in an area."""

    learner = _reference("learners.Learner")
    area = _reference("learners.Area")
    assigned_at = models.DateField()

    class Meta:
        indexes = (models.Index(fields=("learner", "area", "valid_from"), name="learner_area_period_by_learner"),)


class AreaPeriod(Period):  # __str__ is inherited
    """An area's name and place in the tree."""

    area = _reference("learners.Area")
    name = models.CharField(max_length=100)
    parent = _reference("learners.Area", null=True)

    class Meta:
        indexes = (models.Index(fields=("area", "valid_from"), name="area_period_by_area"),)


class RequirementPeriod(Period):  # __str__ is inherited
    """What a role or an area asked for; `requirement_id` is that of the row in its own table."""

    requirement_id = models.BigIntegerField()
    role = _reference("learners.Role", null=True)
    area = _reference("learners.Area", null=True)
    course = _reference("training.Course")
    requirement_type = models.CharField(max_length=8)
    grace_period_days = models.PositiveIntegerField(null=True)
    starts_on = models.DateField()

    class Meta:
        indexes = (
            models.Index(fields=("role", "course", "valid_from"), name="requirement_period_by_role"),
            models.Index(fields=("area", "course", "valid_from"), name="requirement_period_by_area"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(role__isnull=True, area__isnull=False)
                | models.Q(role__isnull=False, area__isnull=True),
                name="requirement_period_of_role_or_area",
            ),
        )
