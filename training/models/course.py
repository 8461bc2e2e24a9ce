"""Courses and the versions of their syllabus."""

from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from training.core.audited import Authored, audited


@audited()
class Course(Authored):
    """What somebody is trained in, such as HSE-001; what exactly is taught stands in its versions."""

    code = models.CharField(
        _("code"),
        max_length=8,
        unique=True,
        validators=[RegexValidator(r"\A[A-Z]{2,4}-[0-9]{3}\Z", _("Use two to four letters, a dash and three digits."))],
    )
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-Z]{2,4}-[0-9]{3}$"),
                name="course_code_form",
                violation_error_message=_("A course code is two to four letters, a dash and three digits."),
            ),
        )

    def __str__(self) -> str:
        return self.code


@audited()
class CourseVersion(Authored):
    """One syllabus of a course: how long it takes, how long a pass is valid, and its rules.

    A session pins the version that is published when it is scheduled (S2), so that later versions change nothing for it
    (S12). The legal steps from state to state are in `training.policies.courses`.

    Version 0 stands for what was taught before the first version (I7). It is archived from the beginning, and is made
    when an old register has a record of that time.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        PUBLISHED = "PUBLISHED", _("Published")
        ARCHIVED = "ARCHIVED", _("Archived")

    class DeliveryMethod(models.TextChoices):
        INSTRUCTOR_LED = "INSTRUCTOR_LED", _("Instructor-led")
        CBT = "CBT", _("Computer-based")
        PRACTICAL = "PRACTICAL", _("Practical")
        BLENDED = "BLENDED", _("Blended")

    class ProviderType(models.TextChoices):
        INTERNAL = "INTERNAL", _("Internal")
        REGISTERED_EXTERNAL = "REGISTERED_EXTERNAL", _("Registered external")
        GENERIC_EXTERNAL = "GENERIC_EXTERNAL", _("Generic external")

    course = models.ForeignKey(Course, verbose_name=_("course"), on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=100, validators=[MinLengthValidator(3)])
    category = models.CharField(_("category"), max_length=60, blank=True)
    duration_minutes = models.PositiveIntegerField(
        _("duration (minutes)"), validators=[MinValueValidator(15), MaxValueValidator(10_000)]
    )
    validity_months = models.PositiveIntegerField(
        _("validity (months)"), default=0, validators=[MaxValueValidator(120)], help_text=_("0 = permanent")
    )
    delivery_method = models.CharField(
        _("delivery method"), max_length=20, choices=DeliveryMethod, default=DeliveryMethod.INSTRUCTOR_LED
    )
    provider_type = models.CharField(
        _("provider type"), max_length=20, choices=ProviderType, default=ProviderType.INTERNAL
    )
    minimum_score = models.PositiveIntegerField(
        _("minimum pass score (%)"), default=80, validators=[MaxValueValidator(100)]
    )
    requires_verification = models.BooleanField(_("practical sign-off required"), default=False)
    prerequisites: "models.ManyToManyField[Course, CoursePrerequisite]" = models.ManyToManyField(
        Course, verbose_name=_("prerequisites"), through="CoursePrerequisite", related_name="+", blank=True
    )
    change_log = models.TextField(_("change log"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)

    class Meta:
        verbose_name = _("course version")
        verbose_name_plural = _("course versions")
        ordering = ("course", "-number")
        constraints = (
            models.UniqueConstraint(
                fields=("course", "number"),
                name="course_version_number_unique",
                violation_error_message=_("This course has a version with that number."),
            ),
            models.UniqueConstraint(
                fields=("course",),
                condition=models.Q(status="PUBLISHED"),
                name="course_one_published_version",
                violation_error_message=_("This course has a published version already; archive it first."),
            ),
            models.UniqueConstraint(fields=("id", "course"), name="course_version_of_course"),
            models.CheckConstraint(
                condition=models.Q(title__trim__length__gte=3),
                name="course_version_title_3_to_100",
                violation_error_message=_("A title has 3 to 100 characters."),
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1) | models.Q(number=0, status="ARCHIVED"),
                name="course_version_number_from_0",
                violation_error_message=_("Version numbers start at 1; version 0 stands for what was taught before."),
            ),
            models.CheckConstraint(
                condition=models.Q(duration_minutes__range=(15, 10_000)),
                name="course_version_duration_15_to_10000",
                violation_error_message=_("A course lasts 15 to 10,000 minutes."),
            ),
            models.CheckConstraint(
                condition=models.Q(validity_months__lte=120),
                name="course_version_validity_0_to_120",
                violation_error_message=_("Validity is 0 (permanent) to 120 months."),
            ),
            models.CheckConstraint(
                condition=models.Q(minimum_score__lte=100),
                name="course_version_score_0_to_100",
                violation_error_message=_("The pass score is 0 to 100 %."),
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=("DRAFT", "PUBLISHED", "ARCHIVED")), name="course_version_status_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} (v{self.number})"


@audited()
class CoursePrerequisite(models.Model):
    """A course that people should have passed before they attend; the picker marks who has not (P4)."""

    course_version = models.ForeignKey(CourseVersion, on_delete=models.CASCADE, related_name="prerequisite_links")
    course = models.ForeignKey(Course, verbose_name=_("course"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("prerequisite")
        verbose_name_plural = _("prerequisites")
        constraints = (
            models.UniqueConstraint(
                fields=("course_version", "course"),
                name="course_prerequisite_once",
                violation_error_message=_("This course is on the list of prerequisites already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.course)
