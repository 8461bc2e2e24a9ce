"""Admin of old registers (I7): what was brought in, whether it counts, what it said. An import is undone here (I8)."""

from datetime import date, datetime

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.models import RegisterExtract, RegisterImport, RegisterStanding
from learners.services.registers import decide_standing, revoke_import
from training.core.admin.guarded import ObjectAction, ReadOnlyAdmin, ReadOnlyInline
from training.core.web.fields import DayField
from training.core.web.forms import ReasonForm


class StandingForm(ReasonForm):
    """Whether records without a certificate count, and until when."""

    counts = forms.BooleanField(label=gettext_lazy("They count without a certificate"), required=False)
    counts_until = DayField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The last day on which they count. Empty: for good."),
    )


class StandingInline(ReadOnlyInline):
    model = RegisterStanding
    fields = ("counts", "counts_until", "reason", "decided_at", "decided_by")
    readonly_fields = fields
    select_related = ("decided_by",)


def _decide(
    of: RegisterImport, *, reason: str, counts: bool, counts_until: date | None, by: User, now: datetime
) -> RegisterStanding:
    return decide_standing(
        register_import_id=of.pk, counts=counts, counts_until=counts_until, reason=reason, by=by, now=now
    )


def _undo_question(of: RegisterImport) -> str:
    records = of.records.filter(revocation__isnull=True)
    return _(
        "%(records)s records of %(workers)s workers no longer count, and their compliance changes at once. Profiles "
        "tell it in one line. This cannot be undone."
    ) % {"records": records.count(), "workers": records.order_by().values("learner").distinct().count()}


@admin.register(RegisterImport)
class RegisterImportAdmin(ReadOnlyAdmin):
    list_display = ("register", "import_number", "brought_at", "brought_by")
    list_select_related = ("brought_by",)
    date_hierarchy = "brought_at"
    search_fields = ("register",)
    inlines = (StandingInline,)
    object_actions = (
        ObjectAction(
            name="decide",
            is_fresh=True,
            label=gettext_lazy("Decide anew"),
            question=gettext_lazy(
                "The records of this register that have no certificate count from now on as you say here, and "
                "compliance changes at once. Earlier decisions stay in the list."
            ),
            form=StandingForm,
            run=_decide,
            done=gettext_lazy("It is decided."),
        ),
        ObjectAction(
            name="undo",
            is_fresh=True,
            label=gettext_lazy("Revoke all its records"),
            question=_undo_question,
            form=ReasonForm,
            run=lambda of, reason, by, now: revoke_import(register_import_id=of.pk, reason=reason, by=by, now=now),
            done=gettext_lazy("Its records are revoked."),
            is_offered=lambda of: of.records.filter(revocation__isnull=True).exists(),
        ),
    )


@admin.register(RegisterStanding)
class RegisterStandingAdmin(ReadOnlyAdmin):
    list_display = ("register_import", "counts", "counts_until", "reason", "decided_at", "decided_by")
    list_filter = ("counts",)
    list_select_related = ("register_import", "decided_by")
    date_hierarchy = "decided_on"


@admin.register(RegisterExtract)
class RegisterExtractAdmin(ReadOnlyAdmin):
    list_display = ("register_import", "sheet", "row", "sha256")
    list_select_related = ("register_import",)
    search_fields = ("sha256",)
