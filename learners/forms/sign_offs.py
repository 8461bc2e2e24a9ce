"""Practical sign-offs as they are typed: one worker beside the document, or several alike (V1)."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.evidence.upload_names import FIELD
from learners.models import CompetencyRecord
from learners.policies.sign_offs import Assessment, Status
from learners.selectors.competency import (
    QueueFilter,
    companies_among,
    courses_among,
    last_sign_off_by,
    methods_on_offer,
)
from training.core.keys import key_of
from training.core.refusals import Refusal
from training.forms.sessions import LONGEST_REASON, WITHIN_REASON, DayInput, needed

TICKED = "records"


class QueueFilterForm(forms.Form):
    """The filters above the queue. A value that means nothing narrows nothing.

    Args:
        among: the sign-offs whose courses and employers are offered.
    """

    q = forms.CharField(label=gettext_lazy("Name or badge"), required=False, max_length=250)
    course = forms.TypedChoiceField(label=gettext_lazy("Course"), required=False, coerce=int, empty_value=None)
    company = forms.TypedChoiceField(label=gettext_lazy("Employer"), required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, among: QuerySet[CompetencyRecord]) -> None:
        super().__init__(data)
        self.fields["course"].choices = [("", _("Any course")), *courses_among(among)]  # type: ignore[attr-defined]
        self.fields["company"].choices = [("", _("Any employer")), *companies_among(among)]  # type: ignore[attr-defined]

    @property
    def choosers(self) -> list[forms.BoundField]:
        """The fields that are chosen from lists beside the search."""
        return [self["course"], self["company"]]

    def wanted(self) -> QueueFilter:
        """Return the filter that was asked for."""
        self.is_valid()
        asked = self.cleaned_data
        return QueueFilter(text=asked.get("q", ""), course=asked.get("course"), company=asked.get("company"))


class AssessmentForm(forms.Form):
    """What an assessor found, of one worker or of all that are ticked. Which button was pressed is the result."""

    use_required_attribute = False  # what is needed depends on the button, which the browser does not know

    method = forms.TypedChoiceField(label=gettext_lazy("Method"), coerce=int)
    assessed_on = forms.DateField(label=gettext_lazy("Assessed on"), widget=DayInput, validators=WITHIN_REASON)
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
        self.fields["method"].choices = [("", _("Choose a method")), *methods]  # type: ignore[attr-defined]
        self._need(competent=self.result == Status.COMPETENT)
        needed(self, _("needed if competent"), "method", "assessed_on")
        needed(self, _("needed if not competent"), "remarks")

    def clean(self) -> None:
        """The labels go on to say what Competent needs; what Not competent needs is for the service to say."""
        self._need(competent=True)

    def _need(self, *, competent: bool) -> None:
        for field in ("method", "assessed_on"):
            self.fields[field].required = competent

    @property
    def result(self) -> str:
        """Which button was pressed; Ctrl+Enter and Enter press the one that says competent."""
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

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at the fields that it names, or above the form. What was typed stays."""
        for field, texts in refusal.errors.items():
            self.add_error(field if field in self.fields else None, list(texts))
        if not refusal.errors:
            self.add_error(None, refusal.message)


class SignOffForm(AssessmentForm):
    """One worker's assessment. The proof is no field, because a page cannot hand a chosen file back.

    Attributes:
        file_error: why the proof was refused.
    """

    file_error = ""

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal where it belongs; that of the proof beside the file."""
        self.file_error = " ".join(refusal.errors.pop(FIELD, []))
        if refusal.errors or not self.file_error:
            super().refuse(refusal)


class RevokeForm(forms.Form):
    """Why a sign-off counts for nothing from now on (V2)."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )


def initial_of(record: CompetencyRecord | None, *, by: User, today: date) -> dict[str, Any]:
    """Return what this person probably chooses: the method of the sign-off before, and its day if it was made today.

    Args:
        record: who is signed off; None for several.
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
    """Return the keys of the rows that were ticked; what is no key names nothing."""
    return sorted({key for each in data.getlist(TICKED) if (key := key_of(each)) is not None})
