"""Admin of the legal rows: records, sign-offs, evidence. They cannot be edited; a record can be revoked (F6, R2)."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.admin.workers import WORKER_SEARCH
from learners.models import (
    AssessmentMethod,
    CompetencyRecord,
    EvidenceRead,
    EvidenceUpload,
    Revocation,
    TrainingRecord,
)
from learners.selectors.records import waiting_for_certificate
from learners.services.competency import revoke_sign_off
from learners.services.records import revoke_record
from training.core.admin.guarded import GuardedAdmin, ObjectAction, ReadOnlyAdmin, ReadOnlyInline
from training.core.trail import Source
from training.core.web.forms import ReasonForm
from training.core.words import day


class RevokedFilter(admin.SimpleListFilter):
    title = gettext_lazy("revoked")
    parameter_name = "revoked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(revocation__isnull=self.value() != "yes")


class FromRegisterFilter(admin.SimpleListFilter):
    title = gettext_lazy("from the old register")
    parameter_name = "register"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Yes")), ("waiting", _("Yes, without certificate")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "waiting":
            return queryset.filter(pk__in=waiting_for_certificate().order_by().values("pk"))
        return queryset if self.value() is None else queryset.filter(register_import__isnull=self.value() != "yes")


class RevocationInline(ReadOnlyInline):
    model = Revocation
    fields = ("reason", "revoked_at", "revoked_by")
    readonly_fields = fields
    select_related = ("revoked_by",)


class UploadInline(ReadOnlyInline):
    model = EvidenceUpload
    fk_name = "record"
    fields = ("original_name", "sha256", "size", "uploaded_by", "uploaded_at")
    readonly_fields = fields
    show_change_link = True
    select_related = ("uploaded_by",)


@admin.register(TrainingRecord)
class TrainingRecordAdmin(ReadOnlyAdmin):
    list_display = ("learner", "course", "result", "completion_date", "expiry_date", "session", "state")
    list_display_links = ("learner", "course")
    list_filter = ("result", RevokedFilter, FromRegisterFilter, ("course", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("learner", "course", "session", "revocation")
    date_hierarchy = "completion_date"
    search_fields = (*WORKER_SEARCH, "course__code", "course_title")
    inlines = (RevocationInline, UploadInline)
    object_actions = (
        ObjectAction(
            name="revoke",
            is_fresh=True,
            label=gettext_lazy("Revoke"),
            question=gettext_lazy(
                "The record no longer counts, and the worker's compliance changes at once. It stays visible, "
                "struck through, with the reason. This cannot be undone."
            ),
            form=ReasonForm,
            run=lambda record, reason, by, now: revoke_record(record_id=record.pk, reason=reason, by=by, now=now),
            done=gettext_lazy("The record is revoked."),
            is_offered=lambda record: not hasattr(record, "revocation"),
        ),
    )

    @admin.display(description=gettext_lazy("state"))
    def state(self, record: TrainingRecord) -> str:
        if hasattr(record, "revocation"):
            return _("revoked on %(day)s") % {"day": day(record.revocation.revoked_on)}
        if record.result == TrainingRecord.Result.FAILED:
            return _("not passed")
        is_over = record.expiry_date is not None and record.expiry_date < timezone.localdate()
        return _("expired") if is_over else _("valid")

    def history_of(self, obj: TrainingRecord) -> Sequence[Source]:
        return (
            *super().history_of(obj),
            Source(model=EvidenceUpload, ids=(obj.pk,), by="record", fields=("original_name", "sha256", "reason")),
            Source(model=Revocation, ids=(obj.pk,), by="record", fields=("reason",)),
        )


@admin.register(CompetencyRecord)
class CompetencyRecordAdmin(ReadOnlyAdmin):
    list_display = ("learner", "course", "status", "attempt", "training_date", "assessed_on", "revoked_at")
    list_display_links = ("learner", "course")
    list_filter = ("status", RevokedFilter, ("course", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("learner", "course")
    date_hierarchy = "training_date"
    search_fields = (*WORKER_SEARCH, "course__code")
    inlines = (RevocationInline,)
    object_actions = (
        ObjectAction(
            name="revoke",
            is_fresh=True,
            label=gettext_lazy("Revoke"),
            question=gettext_lazy(
                "The sign-off and the record that it made no longer count, and the worker's compliance changes at "
                "once. Both stay visible, struck through, with the reason. This cannot be undone."
            ),
            form=ReasonForm,
            run=lambda record, reason, by, now: revoke_sign_off(record_id=record.pk, reason=reason, by=by, now=now),
            done=gettext_lazy("The sign-off is revoked."),
            is_offered=lambda record: record.revoked_at is None,
        ),
    )

    def history_of(self, obj: CompetencyRecord) -> Sequence[Source]:
        revocation = Source(model=Revocation, ids=(obj.pk,), by="competency_record", fields=("reason",))
        return (*super().history_of(obj), revocation)


@admin.register(Revocation)
class RevocationAdmin(ReadOnlyAdmin):
    list_display = ("revoked_at", "record", "competency_record", "reason", "revoked_by")
    list_select_related = ("record", "competency_record__course_version", "revoked_by")
    date_hierarchy = "revoked_on"
    search_fields = ("reason", "record__learner__badge_id", "competency_record__learner__badge_id")


@admin.register(EvidenceUpload)
class EvidenceUploadAdmin(ReadOnlyAdmin):
    list_display = ("uploaded_at", "original_name", "session", "record", "content_type", "size", "uploaded_by")
    list_display_links = ("uploaded_at", "original_name")
    list_filter = ("content_type",)
    list_select_related = ("session", "record", "uploaded_by")
    date_hierarchy = "uploaded_at"
    search_fields = ("original_name", "sha256", "key")


@admin.register(EvidenceRead)
class EvidenceReadAdmin(ReadOnlyAdmin):
    list_display = ("read_at", "kind", "upload", "learner", "read_by")
    list_filter = ("kind",)
    list_select_related = ("upload", "learner", "read_by")
    date_hierarchy = "read_at"
    search_fields = (*WORKER_SEARCH, "upload__original_name", "read_by__username")


@admin.register(AssessmentMethod)
class AssessmentMethodAdmin(GuardedAdmin):
    list_display = ("name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "description")
