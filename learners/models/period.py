"""The dated history behind answers about another day (C8): what counted from when until when, and who said so.

A period counts from `valid_from` on, up to the day before `valid_to` (null: it still counts). A change takes effect on
today's date of the site, or on an earlier date that the transaction says in its setting `siteproof.effective_on`
(`learners.services.effective`). It concerns only what it changes: if a role is dated back, status and employer of those
days stay as they were.

Nothing is ever erased. Only the triggers of the migration `0015_squashed_history` write these rows, whatever way a
change comes in. They refuse every DELETE and TRUNCATE, and every UPDATE but two, each of which happens once: a period
ends (`valid_to`), or it is overruled.

- A change as of today ends the period that counted, and begins another.
- A change that is dated back **overrules** the periods from its day on. They stay, marked with who did it and when, and
  what counts instead is entered beside them. Answers about a day read periods that are not overruled, and say what was
  overruled later (`learners.pages.later`).
- A period that is changed on its own first day is overruled as well, so that several changes on one day leave one
  period that counts. Answers are about whole days, and such a day ended with the last change. So nothing is said about
  it, unless the correction came on a later day. The rows and the audit trail keep all of it.

The moments (`…_at`) come from the clock of the database, never from a writer. The persons (`…_by`) are the user of the
audit context (`pghistory.context`), null where it names none. `entered_at` is null in rows from before it was kept;
what they say counts as known from their first day on. So it can be found out what was known on any day: the periods
that were entered by then and not overruled by then, without ends that were entered later (`ended_at`).

A merge has no period. It says that two badges always were one person, so answers about any day read them as one,
whenever the merge was entered. The periods of the surviving badge count, and those of the merged badge on days before
the surviving one began. Undoing a merge gives the badge the history that it would have without the merge.
"""

from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _


class PeriodQuerySet(models.QuerySet["Period"]):
    """Rows of one kind of period."""

    def standing(self) -> Self:
        """Return the periods that count, which are those that nobody has overruled."""
        return self.filter(overruled_at=None)


def _who() -> "models.ForeignKey[models.Model | None, models.Model | None]":
    """Return a field for the login that the audit context names. Nothing looks rows up by it, so it has no index."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        db_constraint=False,
        db_index=False,
        on_delete=models.DO_NOTHING,
        related_name="+",
    )


class Period(models.Model):
    """What every kind of period has.

    Attributes:
        entered_at, entered_by: when and by whom the row was written; null where it is not known.
        ended_at, ended_by: when and by whom `valid_to` was entered.
        overruled_at, overruled_by: when and by whom it was entered that this did not hold; null while it counts.
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
    """Return a reference that stays when the row to which it refers is deleted."""
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


def _key(function: str) -> models.Func:
    """Return the key of a badge: what a function of migration `0024_same_text` of `training` makes of it."""
    return models.Func(models.F("badge_id"), function=function, output_field=models.TextField())


class BadgePeriod(Period):  # __str__ is inherited
    """A badge of a worker. An old badge still finds the worker (L3), so nobody else gets it.

    A badge that was mistyped is overruled: it never was the worker's, finds nobody, and can be given to somebody.
    Badges of one `same_text` are the same, those of one `near_text` are asked about (L4, `training.core.sameness`).
    `is_known_twin` marks those that were somebody else's in another spelling when L4 came.
    """

    learner = _reference("learners.Learner")
    badge_id = models.CharField(_("badge"), max_length=50)
    is_known_twin = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        indexes = (
            models.Index(fields=("learner", "valid_from"), name="badge_period_by_learner"),
            models.Index(OpClass(_key("same_text"), name="text_pattern_ops"), name="badge_period_by_key"),
            models.Index(OpClass(_key("near_text"), name="text_pattern_ops"), name="badge_period_by_near_key"),
        )
        constraints = (
            ExclusionConstraint(
                name="badge_of_one_person_for_good",
                expressions=[(Upper("badge_id"), RangeOperators.EQUAL), ("learner", RangeOperators.NOT_EQUAL)],
                condition=models.Q(overruled_at=None),
                violation_error_message=_("This badge belongs, or belonged, to somebody else."),
            ),
            ExclusionConstraint(
                name="badge_of_one_person_however_spelled",
                expressions=[(_key("same_text"), RangeOperators.EQUAL), ("learner", RangeOperators.NOT_EQUAL)],
                condition=models.Q(overruled_at=None, is_known_twin=False),
                violation_error_message=_(
                    "This badge belongs, or belonged, to somebody else, perhaps spelled in another way."
                ),
            ),
        )


class LearnerAreaPeriod(Period):  # __str__ is inherited
    """The assignment of a worker to an area."""

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
    """A course that a role or an area required; `requirement_id` is the key of the requirement in its own table."""

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
