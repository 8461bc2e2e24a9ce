"""The dated history behind as-of answers (C8): what held from which day until which day, and who said so when.

A period holds from `valid_from` on and before `valid_to` (null = still). A change takes effect on the site's date, or
on an earlier one in the setting `siteproof.effective_on` of the transaction that makes it
(`learners.services.effective`). It concerns what it changes only: a role that is dated back leaves status and employer
of those days as they were.

Nothing vanishes. Rows are written by the triggers of migrations `0004_periods`, `0010_people` and
`0013_history_keeps_everything` only, whatever door a change comes through, and the last of these refuses every DELETE
and TRUNCATE and every UPDATE but two, each of which happens once: a period ends (`valid_to`), or it is overruled.

- A change of today ends the period that held, and begins another.
- A change that is dated back **overrules** the periods from its day on: they stay, marked with who did it and when, and
  what holds instead is entered beside them. As-of answers read what is not overruled, and say what was (`later`).
- A period that is changed on its own first day is overruled as well, so changes of one day leave one period that
  counts. Answers are about whole days, and that day ended with the last change; so nothing is said about it, unless the
  correction came on a later day than the one that is shown. The rows and the audit trail keep all of them.

When (`…_at`) is the clock of the database, never a value that a writer sends. Who (`…_by`) is the user of the audit
context (`pghistory.context`), null where it names none. `entered_at` is null in rows from before this was kept; what
such a row said counts as known from its first day on. So what was known on any day can be told again: the periods that
had been entered by then, not overruled by then, without an end that was entered only later (`ended_at`).

A merge has no period. It says that two badges always were one person, so answers about any day read the badges as one,
whenever the merge was entered: the surviving badge's periods decide, and those of a merged badge on days before the
surviving one began. Undoing a merge gives the badge the history that it would have without the merge.
"""

from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _


class PeriodQuerySet(models.QuerySet["Period"]):
    """Periods of one kind."""

    def standing(self) -> Self:
        """Return what counts: the periods that nobody has overruled."""
        return self.filter(overruled_at=None)


def _who() -> "models.ForeignKey[models.Model | None, models.Model | None]":
    """A user as the audit context names them. Nobody asks for the rows of one, so it has no index."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        db_constraint=False,
        db_index=False,
        on_delete=models.DO_NOTHING,
        related_name="+",
    )


class Period(models.Model):
    """What every dated history has.

    Attributes:
        entered_at, entered_by: when and by whom the row was written; null: before this was kept, or not said.
        ended_at, ended_by: when and by whom `valid_to` was entered.
        overruled_at, overruled_by: when and by whom it was entered that this did not hold; null: it counts.
    """

    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    entered_at = models.DateTimeField(_("entered"), null=True)
    entered_by = _who()
    ended_at = models.DateTimeField(_("end entered"), null=True)
    ended_by = _who()
    overruled_at = models.DateTimeField(_("overruled"), null=True)
    overruled_by = _who()

    objects = PeriodQuerySet.as_manager()

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
    """Which badge somebody wore; an old one still finds them (L3), so nobody else gets it.

    One that was mistyped is overruled: it never was theirs, finds nobody, and is free for whoever has it.
    """

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
                condition=models.Q(overruled_at=None),
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
