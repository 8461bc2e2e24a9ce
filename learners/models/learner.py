"""Learners: the workers of the site."""

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Trim, Upper
from django.utils.translation import gettext_lazy as _

from training.core.audited import Authored, audited, key_of_text, one_of_a_key, twin_mark

ON_SITE = Q(status="ACTIVE", merged_into__isnull=True)  # who is counted (C4, L2)


class ComplianceStatus(models.TextChoices):
    """Green, yellow, red; the worst item decides (C4)."""

    COMPLIANT = "COMPLIANT", _("Cleared")
    PENDING = "PENDING", _("Due")
    NON_COMPLIANT = "NON_COMPLIANT", _("Not cleared")


@audited(
    exclude=[
        "compliance_status",
        "compliance_holds_until",
        "compliance_updated_at",
        "not_cleared_since",
        "next_expiry",
        "sort_key",
        "badge_key",
        "name_key",
        "search_key",
        "twin_key",
    ]
)
class Learner(Authored):
    """A worker. Workers are never deleted.

    `compliance_status` and the four fields after it are the stored answer, which only `learners.services.compliance`
    writes. A trigger keeps the dated history of role, employer, status and dates in `LearnerPeriod` (C8). `sort_key`
    (' last first badge', folded by the SQL function `fold` of migration `0001_squashed_0014_tables`) is for the order
    by name and for paging. Badges of one `badge_key` are the same, names of one `name_key` are asked about, and
    `search_key` has every word of name and badge in every spelling in which it is searched (L4): `worker_words` of
    migration `0021_one_person`. The legal steps from status to status are in `learners.policies.workers`.
    """

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", _("Active")
        INACTIVE = "INACTIVE", _("Not active")
        BLACKLISTED = "BLACKLISTED", _("Blocked")

    badge_id = models.CharField(_("badge"), max_length=50, validators=[MinLengthValidator(3)])
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    other_name = models.CharField(_("name in another script"), max_length=200, blank=True, default="", db_default="")
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.ACTIVE)
    status_reason = models.TextField(
        _("reason for the status"), blank=True, help_text=_("Why the worker is blocked, not active, or active again.")
    )
    start_date = models.DateField(_("start date"))
    end_date = models.DateField(_("end date"), null=True, blank=True)
    company = models.ForeignKey(
        "training.Company", verbose_name=_("employer"), on_delete=models.PROTECT, related_name="learners"
    )
    role = models.ForeignKey("learners.Role", verbose_name=_("role"), on_delete=models.PROTECT, related_name="learners")
    role_assigned_at = models.DateField(_("role assigned on"))
    areas: "models.ManyToManyField[models.Model, LearnerArea]" = models.ManyToManyField(
        "learners.Area", verbose_name=_("areas"), through="LearnerArea", related_name="learners", blank=True
    )
    supervisor = models.ForeignKey(
        "self",
        verbose_name=_("supervisor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supervised",
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    compliance_status = models.CharField(
        _("compliance"),
        max_length=13,
        choices=ComplianceStatus,
        default=ComplianceStatus.COMPLIANT,
        editable=False,
    )
    compliance_holds_until = models.DateField(_("compliance holds until"), null=True, editable=False)
    compliance_updated_at = models.DateTimeField(_("compliance updated at"), null=True, editable=False)
    not_cleared_since = models.DateField(_("not cleared since"), null=True, editable=False)  # of the oldest red item
    next_expiry = models.DateField(_("next expiry"), null=True, editable=False)  # of the green items
    badge_key = key_of_text("same_text", "badge_id")
    name_key = key_of_text("near_name", "first_name", "last_name")
    search_key = models.GeneratedField(
        expression=Func(
            F("last_name"),
            F("first_name"),
            F("other_name"),
            F("badge_id"),
            function="worker_words",
            output_field=models.TextField(db_collation="C"),
        ),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    twin_key = twin_mark()
    sort_key = models.GeneratedField(
        expression=Func(
            Concat(Value(" "), F("last_name"), Value(" "), F("first_name"), Value(" "), F("badge_id")),
            function="fold",
            output_field=models.TextField(db_collation="C"),
        ),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering = ("sort_key",)
        indexes = (
            models.Index(fields=("sort_key",), name="learner_by_sort_key"),
            models.Index(fields=("name_key", "company"), name="learner_by_name"),
            models.Index(fields=("status", "compliance_status"), name="learner_by_status"),
            models.Index(
                fields=("compliance_holds_until",),
                condition=Q(compliance_holds_until__isnull=False),
                name="learner_by_compliance_end",
            ),
            models.Index(
                fields=("compliance_status", "compliance_holds_until", "next_expiry"),
                condition=ON_SITE,
                name="learner_on_site",
            ),
            models.Index(
                fields=("not_cleared_since", "sort_key"),
                condition=ON_SITE & Q(compliance_status="NON_COMPLIANT"),
                name="learner_not_cleared",
            ),
            models.Index(
                fields=("next_expiry", "sort_key"),
                condition=ON_SITE & Q(next_expiry__isnull=False),
                name="learner_by_next_expiry",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                Upper("badge_id"),
                name="learner_badge_unique",
                violation_error_message=_("This badge belongs to somebody already."),
            ),
            models.CheckConstraint(
                condition=Q(badge_id__length__gte=3) & Q(badge_id=Trim(F("badge_id"))),
                name="learner_badge_3_to_50_trimmed",
                violation_error_message=_("A badge has 3 to 50 characters, without blanks around them."),
            ),
            models.CheckConstraint(
                condition=Q(first_name=Trim(F("first_name")), last_name=Trim(F("last_name"))),
                name="learner_names_trimmed",
                violation_error_message=_("Names have no blanks around them."),
            ),
            one_of_a_key(
                "badge_key",
                name="learner_badge_once_however_spelled",
                message=_("This badge belongs to somebody already, perhaps spelled in another way."),
            ),
            models.CheckConstraint(
                condition=~Q(name_key=""),
                name="learner_has_a_name",
                violation_error_message=_("Enter a first or a last name; one character is enough."),
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
                name="learner_ends_after_start",
                violation_error_message=_("The end date cannot be before the start date."),
            ),
            models.CheckConstraint(
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("id")),
                name="learner_not_own_supervisor",
                violation_error_message=_("A worker cannot be their own supervisor."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | (~Q(merged_into=F("id")) & Q(status="INACTIVE")),
                name="learner_merged_is_inactive",
                violation_error_message=_("A merged badge is not active and points at another one."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=("ACTIVE", "INACTIVE", "BLACKLISTED")), name="learner_status_known"
            ),
            models.CheckConstraint(
                condition=Q(compliance_status__in=("COMPLIANT", "PENDING", "NON_COMPLIANT")),
                name="learner_compliance_status_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.badge_id})"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def person(self) -> "Learner":
        """The worker as whom this one is read: the one that it was merged into, or itself (L2)."""
        return self.merged_into or self


@audited()
class LearnerArea(models.Model):
    """The assignment of a worker to an area; its dated history is `LearnerAreaPeriod` (C8)."""

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="area_links")
    area = models.ForeignKey(
        "learners.Area", verbose_name=_("area"), on_delete=models.PROTECT, related_name="learner_links"
    )
    assigned_at = models.DateField(_("assigned on"))

    class Meta:
        verbose_name = _("area of a worker")
        verbose_name_plural = _("areas of a worker")
        constraints = (
            models.UniqueConstraint(
                fields=("learner", "area"),
                name="learner_area_once",
                violation_error_message=_("This worker is in that area already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.area)
