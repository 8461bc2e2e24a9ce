"""Forms of a take-over from an old register (I11)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.models import SampleCheck
from attendance.policies.taking_over import MOST_SAMPLED, SAMPLE
from training.core.web.fields import LONGEST_REASON, DayField
from training.core.web.forms import ReasonForm, RefusableForm


class CompareForm(RefusableForm, forms.Form):
    """What a comparison is about."""

    holds_everybody = forms.BooleanField(label=_("The workbook has all workers and all courses"), required=False)


class SampleForm(RefusableForm, forms.Form):
    """How many records are sampled."""

    size = forms.IntegerField(label=_("Records"), min_value=1, max_value=MOST_SAMPLED, initial=SAMPLE)


class SampleCheckForm(RefusableForm, forms.Form):
    """What somebody has found who looked at an original."""

    found = forms.ChoiceField(choices=SampleCheck.Found.choices)
    note = forms.CharField(required=False, max_length=LONGEST_REASON)


class ExplainForm(ReasonForm):
    """Why cells differ."""

    what = forms.CharField(max_length=10, widget=forms.HiddenInput)
    course = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SignForm(RefusableForm, forms.Form):
    """Signing the report."""

    cut_over_on = DayField(
        label=_("Cut-over day"), help_text=_("From this day on the old workbook is closed, and nobody writes in it.")
    )
    is_read = forms.BooleanField(label=_("I have read the counts, the sample and the differences above."))


class WithdrawForm(ReasonForm):
    """Withdrawing an acceptance."""
