"""Admin of hours: workers in classes, their steps there, and the log. Hours entered wrong by hand can be voided."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from learners.admin.workers import WORKER_SEARCH
from learners.models import LearnerHoursLog, LearnerProgression, ProgressionEvent
from learners.policies.hours import check_can_void_hours
from learners.services.hours import void_hours
from training.core.admin.guarded import ObjectAction, ReadOnlyAdmin
from training.core.web.forms import ReasonForm
from training.policies.sessions import allows


@admin.register(LearnerProgression)
class LearnerProgressionAdmin(ReadOnlyAdmin):
    list_display = ("learner", "course", "training_class", "status", "start_date", "hours_trained", "hours_present")
    list_filter = ("status", ("course", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("learner", "course", "training_class")
    date_hierarchy = "start_date"
    search_fields = (*WORKER_SEARCH, "course__code", "training_class__class_code")


@admin.register(ProgressionEvent)
class ProgressionEventAdmin(ReadOnlyAdmin):
    list_display = ("progression", "kind", "effective_date", "created_by", "created_at")
    list_filter = ("kind",)
    list_select_related = ("progression", "created_by")
    date_hierarchy = "effective_date"
    search_fields = ("reason",)


@admin.register(LearnerHoursLog)
class LearnerHoursLogAdmin(ReadOnlyAdmin):
    """Rows are written by captures and by hand. Hours that were entered wrong by hand are voided with a reason."""

    list_display = ("log_date", "learner", "course", "training_class", "hours_trained", "hours_present", "source")
    list_filter = ("source", ("course", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("learner", "course", "training_class")
    date_hierarchy = "log_date"
    search_fields = (*WORKER_SEARCH, "training_class__class_code")
    object_actions = (
        ObjectAction(
            name="void",
            is_fresh=True,
            label=gettext_lazy("Take back"),
            question=gettext_lazy("A counter entry is added to the log, and the sums change. Nothing is erased."),
            form=ReasonForm,
            run=lambda hours, reason, by, now: void_hours(log_id=hours.pk, reason=reason, by=by, now=now),
            done=gettext_lazy("The hours are taken back."),
            is_offered=lambda hours: allows(
                check_can_void_hours,
                is_of_capture=hours.is_of_capture,
                is_reversed=hours.is_reversed,
                is_reversal=hours.is_reversal,
            ),
        ),
    )
