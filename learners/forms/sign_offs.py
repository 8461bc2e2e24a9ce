"""The forms of practical sign-offs: of one worker beside the document, or one result for several (V1)."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.forms.proof import ProofForm
from learners.models import CompetencyRecord
from learners.policies.sign_offs import Assessment, Status
from learners.selectors.competency import (
    QueueFilter,
    companies_among,
    courses_among,
    last_sign_off_by,
    methods_on_offer,
)
from training.core.keys import keys_among
from training.core.web.fields import LONGEST_REASON, DayField, RowField, needed, offer
from training.core.web.forms import RefusableForm

TICKED = "records"


class QueueFilterForm(forms.Form):
    """The filters above the queue. A value that makes no sense is ignored.

    Args:
        among: the sign-offs whose courses and employers are offered.
    """

    q = forms.CharField(label=gettext_lazy("Name or badge"), required=False, max_length=250)
    course = RowField(label=gettext_lazy("Course"), required=False)
    company = RowField(label=gettext_lazy("Employer"), required=False)

    def __init__(self, data: Any, *, among: QuerySet[CompetencyRecord]) -> None:
        super().__init__(data)
        offer(self, "course", courses_among(among), nothing=_("Any course"))
        offer(self, "company", companies_among(among), nothing=_("Any employer"))

    @property
    def choosers(self) -> list[forms.BoundField]:
        """The fields that are chosen from lists beside the search."""
        return [self["course"], self["company"]]

    def wanted(self) -> QueueFilter:
        """Return the filter that was asked for."""
        self.is_valid()
        asked = self.cleaned_data
        return QueueFilter(text=asked.get("q", ""), course=asked.get("course"), company=asked.get("company"))


class AssessmentForm(RefusableForm, forms.Form):
    """What an assessor found about one worker or about all who are ticked. The pressed button is the result."""

    use_required_attribute = False  # which fields are needed depends on the button, which is pressed last

    method = RowField(label=gettext_lazy("Method"))
    assessed_on = DayField(label=gettext_lazy("Assessed on"))
    remarks = forms.CharField(
        label=gettext_lazy("Remarks"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Needed if the worker is not competent: what was missing."),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        methods = list(methods_on_offer().values_list("pk", "name"))
        offer(self, "method", methods, nothing=_("Choose a method"))
        self._need(competent=self.result == Status.COMPETENT)
        needed(self, _("needed if competent"), "method", "assessed_on")
        needed(self, _("needed if not competent"), "remarks")

    def clean(self) -> None:
        """Show the fields again as Competent needs them, after the validation by the button that was pressed.

        The service checks what Not competent needs.
        """
        self._need(competent=True)

    def _need(self, *, competent: bool) -> None:
        for field in ("method", "assessed_on"):
            self.fields[field].required = competent

    @property
    def result(self) -> str:
        """The status whose button was pressed; without a button, as with Ctrl+Enter and Enter, COMPETENT."""
        asked = self.data.get("result", Status.COMPETENT)
        return asked if asked in (Status.COMPETENT, Status.NOT_COMPETENT) else Status.COMPETENT

    def assessment(self) -> Assessment:
        """Return what a valid form says."""
        typed = self.cleaned_data
        return Assessment(
            result=Status(self.result),
            method_id=typed["method"] or None,
            assessed_on=typed["assessed_on"],
            remarks=typed["remarks"],
        )


class SignOffForm(ProofForm, AssessmentForm):
    """One worker's assessment."""


def initial_of(record: CompetencyRecord | None, *, by: User, today: date) -> dict[str, Any]:
    """Return what this person probably chooses: the method of their last sign-off, and its day if they made it today.

    Args:
        record: the sign-off that is owed; None for several.
    """
    last = last_sign_off_by(by)
    if last is None or last.method is None or last.assessed_at is None:
        return {"assessed_on": today}
    is_at_it = timezone.localdate(last.assessed_at) == today
    is_possible = record is None or (last.assessed_on or today) >= record.training_date
    return {
        "method": last.method.pk if last.method.is_active else None,
        "assessed_on": last.assessed_on if is_at_it and is_possible else today,
    }


def ticked(data: QueryDict) -> list[int]:
    """Return the keys of the rows that were ticked; whatever is not a key is ignored."""
    return sorted(set(keys_among(data.getlist(TICKED))))
