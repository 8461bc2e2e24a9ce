"""The forms of the library: filters, courses, trainers, venues and companies."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from training.core.web.fields import WITHIN_REASON, DayInput, RowField, needed, offer
from training.core.web.forms import RefusableForm, remember
from training.forms.sessions import course_choices
from training.models import Company, Course, CourseVersion, Trainer, TrainerQualification, Venue
from training.pages.library_courses import ShownCourses
from training.pages.library_lists import InUse
from training.pages.library_trainers import logins_for
from training.services.companies import CompanyFacts
from training.services.courses import Syllabus
from training.services.trainers import QualificationFacts, TrainerFacts
from training.services.venues import VenueFacts

LONGEST_SEARCH = 100


class LibraryFilterForm(forms.Form):
    """The search above a list, and the entry of its strip. A value that makes no sense is ignored."""

    q = forms.CharField(required=False, max_length=LONGEST_SEARCH)
    show = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, shown: type[TextChoices], default: TextChoices) -> None:
        super().__init__(data)
        offer(self, "show", shown.choices)
        self._entries, self._default = shown, default

    @property
    def text(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("q", ""))

    def shown(self) -> Any:
        """Return the entry of the strip that was chosen."""
        self.is_valid()
        return self._entries(self.cleaned_data.get("show") or self._default)


def course_filter(data: Any) -> LibraryFilterForm:
    return LibraryFilterForm(data, shown=ShownCourses, default=ShownCourses.ALL)


def use_filter(data: Any) -> LibraryFilterForm:
    return LibraryFilterForm(data, shown=InUse, default=InUse.ACTIVE)


# Courses


class VersionForm(RefusableForm, forms.ModelForm):
    """The syllabus of a draft, and its prerequisites.

    Args:
        course: the course of the version; None for a new course.
    """

    prerequisites = forms.TypedMultipleChoiceField(
        label=_("Prerequisites"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Courses to pass first. Workers without them are marked in the picker and can still be added."),
    )

    class Meta:
        model = CourseVersion
        fields = (
            "title",
            "category",
            "duration_minutes",
            "validity_months",
            "minimum_score",
            "delivery_method",
            "provider_type",
            "requires_verification",
            "change_log",
        )
        widgets = {"change_log": forms.Textarea(attrs={"rows": 3})}
        labels = {"change_log": _("What changed, and why")}
        help_texts = {
            "requires_verification": _("A pass counts only after the sign-off on the job."),
            "change_log": _("Shown beside the version."),
        }

    def __init__(self, *args: Any, course: Course | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ticked = {str(each) for each in self["prerequisites"].value() or ()}
        offered = [choice for choice in course_choices() if course is None or choice[0] != course.pk]
        offered.sort(key=lambda choice: str(choice[0]) not in ticked)  # ticked ones first, seen without scrolling
        offer(self, "prerequisites", offered)

    def syllabus(self) -> Syllabus:
        """Return what was typed, of a valid form."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}  # type: ignore[return-value,union-attr]


class NewCourseForm(VersionForm):
    """A course with the draft of its first version."""

    code = forms.CharField(
        label=_("Code"),
        max_length=8,
        help_text=_("Two to four letters, a dash, three digits: HSE-001. It never changes."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, course=None, **kwargs)
        del self.fields["change_log"]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].upper()
        Course._meta.get_field("code").run_validators(code)
        return code

    def syllabus(self) -> Syllabus:
        """Return what was typed into a valid form, without `change_log`: a first version changes nothing."""
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.fields}  # type: ignore[return-value,union-attr]


def initial_of(version: CourseVersion) -> dict[str, Any]:
    """Return what the form of a stored version shows; its prerequisites must have been prefetched."""
    fields = VersionForm.Meta.fields
    first = [link.course_id for link in version.prerequisite_links.all()]
    return {**forms.model_to_dict(version, fields), "prerequisites": first}


# Trainers


class TrainerForm(RefusableForm, forms.ModelForm):
    """A trainer. The form offers companies in use and free logins, and those that are chosen already."""

    class Meta:
        model = Trainer
        fields = ("first_name", "last_name", "kind", "company", "email", "phone", "user")
        help_texts = {"user": _("Only for trainers who mark attendance themselves. An administrator makes the login.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trainer = self.instance if self.instance.pk else None
        companies = Company.objects.filter(Q(is_active=True) | Q(pk=self.instance.company_id))
        self._offer("company", companies, _("No company"))
        self._offer("user", logins_for(trainer), _("No login"))
        needed(self, _("needed if external"), "company")
        self.fields["user"].label_from_instance = _login_name  # type: ignore[attr-defined]  # a model choice field
        remember(self, self.instance)

    def facts(self) -> TrainerFacts:
        """Return what was typed, of a valid form."""
        typed = _typed(self)
        company, user = typed.pop("company"), typed.pop("user")
        return {**typed, "company_id": company and company.pk, "user_id": user and user.pk}  # type: ignore[typeddict-item]

    def _offer(self, name: str, rows: QuerySet[Any], nothing: Any) -> None:
        field: Any = self.fields[name]  # a model choice field
        field.queryset, field.empty_label = rows, nothing


class QualificationForm(RefusableForm, forms.ModelForm):
    """A qualification of a trainer: the course, its first and its last day. The course of a stored one is fixed.

    Args:
        trainer: the trainer; courses for which they have a qualification are not offered.
    """

    course = RowField(label=_("Course"))

    class Meta:
        model = TrainerQualification
        fields = ("certificate_number", "valid_from", "valid_until")
        widgets = {"valid_from": DayInput, "valid_until": DayInput}
        help_texts = {
            "valid_from": _("Leave empty if it has no first day."),
            "valid_until": _("The last valid day. Leave empty if it has no end."),
        }

    def __init__(self, *args: Any, trainer: Trainer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("valid_from", "valid_until"):
            self.fields[name].validators += WITHIN_REASON
        remember(self, self.instance)
        if trainer is None:
            del self.fields["course"]
            return
        held = set(trainer.qualifications.values_list("course_id", flat=True))
        offered = [choice for choice in course_choices() if choice[0] not in held]
        offer(self, "course", offered, nothing=_("Choose a course"))
        self.order_fields(["course"])

    def facts(self) -> QualificationFacts:
        """Return what was typed, of a valid form."""
        return _typed(self)  # type: ignore[return-value]


def _login_name(user: User) -> str:
    name = user.get_full_name()
    return f"{name} ({user.get_username()})" if name else user.get_username()


# Venues and companies


class VenueForm(RefusableForm, forms.ModelForm):
    class Meta:
        model = Venue
        fields = ("name", "capacity", "location")
        help_texts = {"capacity": _("People, 1 to 500. A longer list gives a warning and is not refused.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remember(self, self.instance)

    def facts(self) -> VenueFacts:
        """Return what was typed, of a valid form."""
        return _typed(self)  # type: ignore[return-value]  # the fields of the form are those of the facts


class CompanyForm(RefusableForm, forms.ModelForm):
    class Meta:
        model = Company
        fields = ("name", "code", "class_code_prefix")
        help_texts = {"code": _("Short form, 2 to 10 characters.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remember(self, self.instance)

    def facts(self) -> CompanyFacts:
        """Return what was typed, of a valid form."""
        return _typed(self)  # type: ignore[return-value]  # the fields of the form are those of the facts


def _typed(form: forms.ModelForm) -> dict[str, Any]:
    """Return what was typed into those fields of a valid form that its model has."""
    return {name: form.cleaned_data[name] for name in form._meta.fields}  # type: ignore[union-attr]
