"""The form of an assessment method."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from learners.models import AssessmentMethod
from learners.services.methods import MethodFacts
from training.core.web.forms import RefusableForm, remember


class MethodForm(RefusableForm, forms.ModelForm):
    """An assessment method; a new one is offered at once."""

    class Meta:
        model = AssessmentMethod
        fields = ("name", "description", "is_active")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        labels = {"is_active": _("Offered for new sign-offs")}
        help_texts = {"is_active": _("Sign-offs that name it keep it, offered or not.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remember(self, self.instance)

    def facts(self) -> MethodFacts:
        """Return what was typed into a valid form."""
        cleaned = self.cleaned_data
        return MethodFacts(name=cleaned["name"], description=cleaned["description"], is_active=cleaned["is_active"])
