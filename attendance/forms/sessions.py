"""The filters of the list of sessions and of the week: the plan, and who is on the list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from training.forms.sessions import SessionFilterForm


class SessionListForm(SessionFilterForm):
    """The filters of a plan, and the worker by badge or name."""

    worker = forms.CharField(label=_("Worker by badge or name"), required=False, max_length=100)

    @property
    def wanted_worker(self) -> str:
        """The words that were typed for the worker; empty for any worker."""
        self.is_valid()
        return " ".join(self.cleaned_data.get("worker", "").replace("\0", " ").split())
