"""The forms of roles, areas and their requirements."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.forms.filters import area_choices
from learners.models import Area, AreaRequirement, Role, RoleRequirement
from learners.models.requirement import RequirementType
from training.core.refusals import NotFound
from training.core.web.fields import DayField, RowField, needed, offer
from training.core.web.forms import LOADED, RefusableForm, remember
from training.forms.sessions import course_choices


class RoleForm(RefusableForm, forms.ModelForm):
    """A new role, or an existing one. The model and the service check the fields."""

    class Meta:
        model = Role
        fields = ("title", "code", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"code": gettext_lazy("3 to 20 capital letters, digits and dashes, such as RIG-1.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remember(self, self.instance)


class AreaForm(RefusableForm, forms.ModelForm):
    """A new area, or an existing one: its name, and the area in which it lies."""

    class Meta:
        model = Area
        fields = ("name", "parent")
        field_classes = {"parent": forms.ModelChoiceField}

    def __init__(self, *args: Any, inside: set[int] = frozenset(), **kwargs: Any) -> None:  # type: ignore[assignment]
        """
        Args:
            inside: keys of the area itself and of all areas inside it; it cannot be moved into these.
        """
        super().__init__(*args, **kwargs)
        offered = [(pk, name) for pk, name in area_choices() if pk not in inside]
        self.fields["parent"].label = _("Part of")
        offer(self, "parent", offered, nothing=_("No other area"))
        remember(self, self.instance)

    @property
    def moves(self) -> bool:
        """Whether the form moves the area into another one."""
        return "parent" in self.changed_data


class RequirementForm(RefusableForm, forms.Form):
    """A requirement of a role or an area: which course, before entry or within how many days, and from which day on.

    Args:
        asked: keys of the courses that are required already, which a new requirement cannot name.
        requirement: the one that is changed; None for a new one.
        today: the day from which a new requirement applies, unless another day is typed.
    """

    showable = (*RefusableForm.showable, NotFound)  # the course or the requirement may be gone meanwhile

    course = RowField(
        label=gettext_lazy("Course"),
        error_messages={"invalid_choice": gettext_lazy("Choose a course that is not required yet.")},
    )
    requirement_type = forms.ChoiceField(
        label=gettext_lazy("When required"),
        choices=RequirementType,
        widget=forms.RadioSelect,
        initial=RequirementType.PRE_MOB,
    )
    grace_period_days = forms.IntegerField(
        label=gettext_lazy("Grace period (days)"),
        required=False,
        validators=[
            MinValueValidator(1, gettext_lazy("A grace period has 1 to 365 days.")),
            MaxValueValidator(365, gettext_lazy("A grace period has 1 to 365 days.")),
        ],
        widget=forms.NumberInput(attrs={"min": 1, "max": 365}),
        help_text=gettext_lazy(
            "Only with a grace period. It counts from the day a worker gets the role or joins the area."
        ),
    )
    starts_on = DayField(
        label=gettext_lazy("Required from"),
        help_text=gettext_lazy("The course is required from this day. A grace period does not start earlier."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        asked: set[int],
        requirement: RoleRequirement | AreaRequirement | None,
        today: date,
    ) -> None:
        super().__init__(data, initial=_initial(requirement, today))
        self.requirement = requirement
        remember(self, requirement)
        needed(self, _("needed with a grace period"), "grace_period_days")
        if requirement is None:
            offered = [each for each in course_choices() if each[0] not in asked]
            offer(self, "course", offered, nothing=_("Choose a course"))
        else:
            del self.fields["course"]

    def clean(self) -> None:
        if self.cleaned_data.get("requirement_type") == RequirementType.PRE_MOB:
            self.cleaned_data["grace_period_days"] = None
        elif not self.cleaned_data.get("grace_period_days") and "grace_period_days" not in self.errors:
            self.add_error("grace_period_days", _("Enter the number of days, 1 to 365."))

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was typed, by the argument names of `save_requirement`."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != LOADED}
        course_id = typed.pop("course", None) or (self.requirement and self.requirement.course_id)
        return {"course_id": course_id, **typed}


def _initial(requirement: RoleRequirement | AreaRequirement | None, today: date) -> dict[str, Any]:
    if requirement is None:
        return {"starts_on": today}
    return {
        "requirement_type": requirement.requirement_type,
        "grace_period_days": requirement.grace_period_days,
        "starts_on": requirement.starts_on,
    }
