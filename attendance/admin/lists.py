"""Admin of sessions with their lists, of meetings of classes, and of acts on lists."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.models import CaptureVoid, ListAct, SessionAttendee
from attendance.pages.finalize import finalize_preview
from attendance.pages.trail import of_session
from attendance.selectors.finalize import list_state
from attendance.services.capture import void_capture
from attendance.services.finalize import finalize_session
from learners.admin.workers import WORKER_SEARCH
from training.core.admin.guarded import (
    GuardedAdmin,
    ObjectAction,
    ReadOnlyAdmin,
    ReadOnlyInline,
    ServiceForm,
    who_acts,
)
from training.core.refusals import Stale
from training.core.trail import Source
from training.core.web.fields import ReasonField
from training.core.web.forms import QuestionForm, ReasonForm
from training.models import ClassAttendanceSession, Session
from training.policies.meetings import check_can_void
from training.policies.sessions import allows, check_can_delete, check_can_schedule, check_open
from training.services.sessions import (
    Plan,
    cancel_session,
    create_draft,
    delete_draft,
    edit_session,
    schedule_session,
)

REFERENCES = {"course", "trainer", "venue"}


class SessionAdminForm(ServiceForm):
    """The plan of a session, with the version that this person has seen (S3) and the reason for a change (S11)."""

    reason = ReasonField(
        label=gettext_lazy("Reason for the change"),
        required=False,
        rows=2,
        help_text=gettext_lazy(
            "Needed once attendance is marked or a signed sheet is stored: why trainer, venue or time change."
        ),
    )
    seen_version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the check of the plan to the service, whose sentences name the field and the other session.

        Django's own check of an exclusion constraint breaks down without the status, which is not on the page.
        """
        by_form: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # of every ModelForm
        return {*by_form, "trainer", "venue", "start_time", "end_time"}

    def full_clean(self) -> None:
        """Let the next attempt start from the version of somebody else's change, which the message has shown."""
        super().full_clean()
        if isinstance(self.refused, Stale) and self.refused.conflict:
            self.put("seen_version", self.refused.conflict["theirs"])

    def plan(self) -> Plan:
        """Return the plan of a new session, or the changes to an existing one, by the argument names of the service."""
        plan: Any = {}
        named = self.changed_data if self.instance.pk else self.fields
        for name in {*REFERENCES, "start_time", "end_time"} & {*named}:
            value = self.cleaned_data[name]
            plan[f"{name}_id" if name in REFERENCES else name] = value.pk if name in REFERENCES and value else value
        return plan  # type: ignore[no-any-return]  # by the names of Plan


def mark_in_words(attendee: SessionAttendee) -> str:
    """Return the mark in words. Only `marked_at` tells whether there is one: the columns have values by default."""
    if attendee.marked_at is None:
        return _("not marked")
    if not attendee.is_present:
        return _("absent")
    return _("present, passed") if attendee.has_passed else _("present, not passed")


class AttendeeInline(ReadOnlyInline):
    model = SessionAttendee
    fields = ("line", "learner", "status", "mark", "remarks", "marked_by", "marked_at")
    readonly_fields = fields
    select_related = ("learner", "marked_by")

    @admin.display(description=gettext_lazy("mark"))
    def mark(self, attendee: SessionAttendee) -> str:
        return mark_in_words(attendee)


class LookedForm(QuestionForm):
    looked = forms.BooleanField(
        label=gettext_lazy("I have looked at the signed sheet"),
        error_messages={"required": gettext_lazy("Look at the signed sheet, then tick this box.")},
    )


def _finalize_question(session: Session) -> str:
    """Say which records finalize would make and what the sheet tells (E8), or why it would refuse (F5)."""
    preview = finalize_preview(session, now=timezone.now())
    told = (preview.sentence, preview.second_lines_sentence, preview.unmarked_sentence, *preview.sheet.warnings)
    return preview.blocker or " ".join(filter(None, told))


def _finalize_state(session: Session) -> str:
    return f"{list_state(session)} {finalize_preview(session, now=timezone.now()).sheet_state}"


def _finalize_form(session: Session) -> type[QuestionForm]:
    return LookedForm if finalize_preview(session, now=timezone.now()).sheet_state else QuestionForm


def _finalize(session: Session, *, by: User, now: datetime, confirmed: str | None, looked: bool = False) -> None:
    asked, _between, sheet = confirmed.partition(" ") if confirmed is not None else (None, "", "")
    finalize_session(session_id=session.pk, by=by, now=now, confirmed=asked, sheet_confirmed=sheet if looked else "")


@admin.register(Session)
class SessionAdmin(GuardedAdmin):
    """Plans are edited here; lists, marks and evidence on the session's own page. Nobody types the status (S9)."""

    form = SessionAdminForm
    list_display = ("reference", "course", "status", "start_time", "trainer", "venue", "attendee_count", "deleted_at")
    list_filter = (
        "status",
        ("course", admin.RelatedOnlyFieldListFilter),
        ("trainer", admin.RelatedOnlyFieldListFilter),
        ("venue", admin.RelatedOnlyFieldListFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("course", "trainer", "venue")
    date_hierarchy = "start_time"
    ordering = ("-start_time", "-pk")
    search_fields = ("=pk", "course__code", "course_version__title", "trainer__last_name", "venue__name")
    search_help_text = gettext_lazy("Number, course, title, trainer's last name or venue.")
    autocomplete_fields = ("course", "trainer", "venue")
    fields = (
        ("course", "course_version"),
        ("trainer", "venue"),
        ("start_time", "end_time"),
        "reason",
        "seen_version",
        ("status", "cancellation_reason", "change_reason"),
        ("finalized_at", "finalized_by"),
        ("attendance_file_key", "attendance_file_hash"),
        ("created_by", "created_at", "updated_by", "updated_at"),
    )
    readonly_fields = (
        "course_version",
        "status",
        "cancellation_reason",
        "change_reason",
        "finalized_at",
        "finalized_by",
        "attendance_file_key",
        "attendance_file_hash",
        "created_by",
        "created_at",
        "updated_by",
        "updated_at",
    )
    inlines = (AttendeeInline,)
    object_actions = (
        ObjectAction(
            name="schedule",
            label=gettext_lazy("Schedule"),
            question=gettext_lazy(
                "Trainer and venue are booked, and the session keeps the course version that is published now."
            ),
            run=lambda session, by, now: schedule_session(session_id=session.pk, by=by, now=now),
            done=gettext_lazy("The session is scheduled."),
            is_offered=lambda session: _is_kept(session) and allows(check_can_schedule, session),
        ),
        ObjectAction(
            name="finalize",
            label=gettext_lazy("Finalize"),
            question=_finalize_question,
            state=_finalize_state,
            form_of=_finalize_form,
            run=_finalize,
            done=gettext_lazy("The session is finalized."),
            is_offered=lambda session: session.status == Session.Status.SCHEDULED,
        ),
        ObjectAction(
            name="cancel",
            label=gettext_lazy("Cancel session"),
            question=gettext_lazy("Trainer and venue are free again. The session and its list stay visible."),
            form=ReasonForm,
            run=lambda session, reason, by, now: cancel_session(session_id=session.pk, reason=reason, by=by, now=now),
            done=gettext_lazy("The session is cancelled."),
            is_offered=lambda session: _is_kept(session) and allows(check_open, session),
        ),
        ObjectAction(
            name="remove",
            label=gettext_lazy("Delete draft"),
            question=gettext_lazy("The draft no longer appears on any page."),
            run=lambda session, by, now: delete_draft(session_id=session.pk, by=by, now=now),
            done=gettext_lazy("The draft is deleted."),
            is_offered=lambda session: _is_kept(session) and allows(check_can_delete, session),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        sessions: QuerySet[Session] = super().get_queryset(request)
        return sessions.annotate(listed=Count("attendees"))

    @admin.display(description=gettext_lazy("attendees"), ordering="listed")
    def attendee_count(self, session: Any) -> int:
        return int(session.listed)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes to completed, cancelled and deleted sessions (S3)."""
        return obj is None or (_is_kept(obj) and allows(check_open, obj))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show only the plan of a new draft, and no field for a reason if the session cannot be edited."""
        if obj is None:
            return self.fields[:3]
        if not self.has_change_permission(request, obj):
            return [field for field in self.fields if field not in {"reason", "seen_version"}]
        return self.fields

    def save_model(self, request: HttpRequest, obj: Session, form: Any, change: bool) -> None:
        by, now = who_acts(request), timezone.now()
        if change:
            version, reason = form.cleaned_data["seen_version"], form.cleaned_data["reason"]
            edit_session(session_id=obj.pk, changes=form.plan(), version=version, reason=reason, by=by, now=now)
        else:
            obj.pk = create_draft(**form.plan(), by=by, now=now).pk
        obj.refresh_from_db()

    def object_links(self, obj: Session) -> Sequence[tuple[str, str]]:
        if not _is_kept(obj):
            return ()
        return ((_("List, attendance and signed sheet"), reverse("attendance:session", args=[obj.pk])),)

    def history_of(self, obj: Session) -> Sequence[Source]:
        return of_session(obj, tells_reads=False)


def _is_kept(session: Session) -> bool:
    return session.deleted_at is None


@admin.register(SessionAttendee)
class SessionAttendeeAdmin(ReadOnlyAdmin):
    """All lists in one; they are edited on the session's own page."""

    list_display = ("session", "line", "learner", "status", "mark", "marked_at")
    list_display_links = ("session", "line", "learner")
    list_filter = ("status", ("marked_at", admin.EmptyFieldListFilter), "is_present")
    exclude = ("is_present", "has_passed")
    readonly_fields = ("mark",)
    list_select_related = ("session", "learner")
    date_hierarchy = "marked_at"
    search_fields = (*WORKER_SEARCH, "remarks")

    @admin.display(description=gettext_lazy("mark"))
    def mark(self, attendee: SessionAttendee) -> str:
        return mark_in_words(attendee)


class CaptureVoidInline(ReadOnlyInline):
    model = CaptureVoid
    fields = ("voided_at", "voided_status", "reason", "voided_by")
    readonly_fields = fields
    select_related = ("voided_by",)


@admin.register(ClassAttendanceSession)
class ClassAttendanceSessionAdmin(ReadOnlyAdmin):
    """Meetings of classes. They are captured on the page of their class; a capture can be voided with a reason (H4)."""

    list_display = ("training_class", "session_date", "status", "scheduled_hours", "captured_by", "captured_at")
    list_display_links = ("training_class", "session_date")
    list_filter = ("status",)
    list_select_related = ("training_class", "captured_by")
    date_hierarchy = "session_date"
    search_fields = ("training_class__class_code",)
    inlines = (CaptureVoidInline,)
    object_actions = (
        ObjectAction(
            name="void",
            is_fresh=True,
            label=gettext_lazy("Take back"),
            question=gettext_lazy(
                "The entry is taken back, with its hours. Nothing is erased, and the meeting can be recorded again."
            ),
            run=lambda meeting, by, now, reason: void_capture(
                class_id=meeting.training_class_id, session_date=meeting.session_date, reason=reason, by=by, now=now
            ),
            done=gettext_lazy("Taken back. The meeting can be recorded again."),
            is_offered=lambda meeting: allows(check_can_void, meeting),
            form=ReasonForm,
        ),
    )


@admin.register(CaptureVoid)
class CaptureVoidAdmin(ReadOnlyAdmin):
    list_display = ("voided_at", "class_session", "voided_status", "reason", "voided_by")
    list_select_related = ("class_session__training_class", "voided_by")
    date_hierarchy = "voided_at"
    search_fields = ("reason", "class_session__training_class__class_code")


@admin.register(ListAct)
class ListActAdmin(ReadOnlyAdmin):
    """Acts on lists, each done with one press of a button. They are undone on the session's own page (A1)."""

    list_display = ("done_at", "session", "kind", "workers", "done_by", "undone_at", "undone_by")
    list_filter = ("kind",)
    list_select_related = ("session", "done_by", "undone_by")
    date_hierarchy = "done_at"
