"""What is typed to put a finalized session right, or to revoke a record (F6, F9)."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.policies.corrections import Result, ResultStanding, Seen
from learners.forms.proof import SHOWABLE
from training.core.web.fields import offer
from training.core.web.forms import ReasonForm

REVOKE = "REVOKE"  # the choice that the worker neither passed nor failed, so that no record counts


class CorrectionForm(ReasonForm):
    """The right result of a worker, and why. The form also sends back the result that the person saw when deciding.

    Args:
        standing: the result that stands now; it decides what can be chosen.
        needs_sign_off: whether a pass has to wait for its practical sign-off.
    """

    outcome = forms.ChoiceField(
        label=gettext_lazy("Correct result"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the correct result.")},
    )
    record = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    sign_off = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    field_order = ("outcome", "reason")

    def __init__(self, data: Any = None, *, standing: ResultStanding, needs_sign_off: bool, **kwargs: Any) -> None:
        seen = {"record": standing.seen.record_id, "sign_off": standing.seen.sign_off_id}
        super().__init__(data, initial={**seen, **kwargs.pop("initial", {})}, **kwargs)
        self.standing = standing
        words = {
            Result.PASSED: _("Passed, practical sign-off still needed") if needs_sign_off else _("Passed"),
            Result.FAILED: _("Failed"),
        }
        # After somebody else's change every result is a choice: the service refuses it and says what stands now.
        is_stale = data is not None and any(data.get(name, "") != str(key or "") for name, key in seen.items())
        choices = [(str(result), label) for result, label in words.items() if result != standing.result or is_stale]
        if standing.result is not None or is_stale:
            choices.append((REVOKE, _("Neither: no valid record")))
        offer(self, "outcome", choices)

    @property
    def only_revokes(self) -> bool:
        """Whether a valid form says that no record shall count."""
        return bool(self.cleaned_data["outcome"] == REVOKE)

    def seen(self) -> Seen:
        """Return the result that the person saw when deciding."""
        return Seen(record_id=self.cleaned_data["record"], sign_off_id=self.cleaned_data["sign_off"])


class CorrectingSheetForm(ReasonForm):
    """Why the sheet of a finalized session is corrected (E6), and which one the person saw; the file is not a field."""

    showable = SHOWABLE

    corrects = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
