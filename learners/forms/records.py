"""The filters of the list of training records."""

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from learners.forms.filters import LONGEST_TEXT
from learners.models import RegisterImport
from learners.selectors.records import RecordFilter
from training.core.web.fields import Choices, RowField, offer
from training.core.words import moment
from training.models import Course


class Origin(TextChoices):
    """Where the records of the list come from; the values stand in addresses."""

    REGISTER = "register", _("From the old register")
    WAITING = "waiting", _("From the old register, without certificate")


class RecordFilterForm(forms.Form):
    """The filters above the list. A value that makes no sense is ignored."""

    q = forms.CharField(label=_("Name or badge"), required=False)
    origin = forms.ChoiceField(label=_("Origin"), required=False, choices=(("", _("Any origin")), *Origin.choices))
    course = RowField(label=_("Course"), required=False)
    register = RowField(label=_("Register"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = Course.objects.filter(deleted_at__isnull=True)
        offer(self, "course", courses.values_list("pk", "code"), nothing=_("Any course"))
        registers: Choices = [
            (each.pk, f"{each.register}, {moment(each.brought_at)}") for each in RegisterImport.objects.all()
        ]
        offer(self, "register", registers, nothing=_("Any register"))

    @property
    def choosers(self) -> list[forms.BoundField]:
        """The fields beside the search."""
        return [self[name] for name in ("origin", "course", "register")]

    def wanted(self) -> RecordFilter:
        """Return the filter that was asked for."""
        self.is_valid()
        asked = self.cleaned_data
        return RecordFilter(
            text=asked.get("q", "")[:LONGEST_TEXT],
            course=asked.get("course"),
            register=asked.get("register"),
            waits=asked.get("origin") == Origin.WAITING,
            from_register=asked.get("origin") == Origin.REGISTER,
        )
