"""External training as it is typed from a certificate (R1)."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.forms.proof import ProofForm
from learners.models import TrainingRecord
from learners.policies.records import expiry_date
from learners.services.external_records import ExternalTraining
from training.core.web.fields import LONGEST_REASON, Choices, DayField, RowField, needed, offer
from training.core.web.forms import understood
from training.core.words import day
from training.models import Company
from training.selectors.courses import bookable_versions

NEVER = "never"  # in place of a last day if the training does not expire


class ExternalRecordForm(ProofForm, forms.Form):
    """One certificate.

    Attributes:
        proposed: the last day that the page proposed; a different one was typed by somebody.
    """

    course = RowField(label=gettext_lazy("Course"))
    provider = RowField(label=gettext_lazy("Provider"), help_text=gettext_lazy("The company that gave the training."))
    completion_date = DayField(label=gettext_lazy("Completed on"))
    result = forms.ChoiceField(
        label=gettext_lazy("Result"), choices=TrainingRecord.Result.choices, initial=TrainingRecord.Result.PASSED
    )
    expiry_date = DayField(
        label=gettext_lazy("Valid until"),
        help_text=gettext_lazy("The last valid day, as on the certificate."),
        error_messages={
            "required": gettext_lazy("Enter the last day on the certificate, or tick that it does not expire.")
        },
    )
    is_permanent = forms.BooleanField(label=gettext_lazy("It does not expire"), required=False)
    comments = forms.CharField(
        label=gettext_lazy("Comments"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Such as the number of the certificate."),
    )
    proposed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["expiry_date"].required = not self["is_permanent"].value() and not self.is_failed
        needed(self, _("leave empty"), "expiry_date")
        self._versions = {version.course_id: version for version in bookable_versions()}
        courses: Choices = [(pk, f"{version.course} {version.title}") for pk, version in self._versions.items()]
        providers: Choices = list(Company.objects.filter(is_active=True).values_list("pk", "name"))
        offer(self, "course", courses, nothing=_("Choose a course"))
        offer(self, "provider", providers, nothing=_("Choose a company"))

    @property
    def is_failed(self) -> bool:
        """Whether the training was not passed, so that no last day is asked for."""
        return bool(self["result"].value() == TrainingRecord.Result.FAILED)

    def clean(self) -> dict[str, Any]:
        """Refuse a last day together with the statement that the certificate does not expire."""
        if not self.is_failed and self.cleaned_data.get("is_permanent") and self.cleaned_data.get("expiry_date"):
            self.add_error("expiry_date", _("Enter the last day, or tick that it does not expire, not both."))
        return self.cleaned_data

    def training(self) -> ExternalTraining:
        """Return what a valid form says."""
        cleaned = self.cleaned_data
        return ExternalTraining(
            course_id=cleaned["course"],
            provider_id=cleaned["provider"],
            completion_date=cleaned["completion_date"],
            expiry_date=None if self.is_failed else cleaned["expiry_date"],
            result=cleaned["result"],
            comments=cleaned["comments"],
        )

    def propose_expiry(self) -> None:
        """Fill in the last day that the course gives (R1), unless somebody has typed something else."""
        proposal = self._proposal()
        if not proposal:
            return
        expires = self.fields["expiry_date"]
        if proposal == NEVER:
            expires.help_text = _("According to the course it does not expire.")
        else:
            words = {"day": day(date.fromisoformat(proposal))}
            expires.help_text = _("%(day)s according to the course. Change it to match the certificate.") % words
        typed = self["expiry_date"].value() or (NEVER if self["is_permanent"].value() else "")
        if typed in ("", self["proposed"].value()):
            others = {name: value for name, value in self.data.items() if name not in ("expiry_date", "is_permanent")}
            answer = {"is_permanent": "on"} if proposal == NEVER else {"expiry_date": proposal}
            self.data = {**others, **answer, "proposed": proposal}

    def _proposal(self) -> str:
        """Return the last day that the course gives, or NEVER; empty while that is unknown, and for a fail."""
        course, completed_on = understood(self, "course"), understood(self, "completion_date")
        if not course or not completed_on or self.is_failed:
            return ""
        last_day = expiry_date(completed_on, validity_months=self._versions[course].validity_months)
        return f"{last_day:%Y-%m-%d}" if last_day else NEVER
