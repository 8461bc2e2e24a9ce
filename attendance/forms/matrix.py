"""What people ask of the training matrix: filters, the day, the page."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.pages.matrix import MatrixFilter
from learners.forms.filters import WorkerFilterForm
from learners.models import Learner
from learners.selectors.matrix import Place, Rank
from training.core.keys import LARGEST_KEY
from training.core.web.fields import DayInput

ANY_STATUS = "any"
BY_NAME = "worker"
PLACE = re.compile(r"([0-5])-(\d{1,18})", re.ASCII)  # rank and key of a worker


class MatrixForm(WorkerFilterForm):
    """The filters above the matrix: those of the list of workers, but only ACTIVE ones unless others are asked for.

    The day is read by `learners.selectors.as_of.day_of`, which says what is wrong with it.
    """

    red = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    columns = forms.ChoiceField(
        label=gettext_lazy("Courses"),
        required=False,
        choices=(("", gettext_lazy("Required courses")), ("all", gettext_lazy("All courses"))),
    )
    sort = forms.ChoiceField(required=False, choices=((BY_NAME, gettext_lazy("By name")),))
    on = forms.CharField(label=gettext_lazy("As of"), required=False, widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", _("Active workers")),
            *((value, label) for value, label in Learner.Status.choices if value != Learner.Status.ACTIVE),
            (ANY_STATUS, _("Any status")),
        ]

    @property
    def choosers(self) -> list[forms.BoundField]:
        """The fields that are chosen from lists, the courses last."""
        return [*super().choosers, self["columns"]]

    def person_status(self, chosen: str) -> Learner.Status | None:
        """Return the status that the workers must have; ACTIVE unless another is asked for, None for any status."""
        if chosen == ANY_STATUS:
            return None
        return Learner.Status(chosen) if chosen else Learner.Status.ACTIVE

    def wanted_matrix(self, *, on: date | None) -> MatrixFilter:
        """Return the filter that was asked for.

        Args:
            on: the day of the matrix; None for today.
        """
        workers = self.wanted()
        return MatrixFilter(
            workers=workers,
            red_course=self.cleaned_data.get("red"),
            shows_all=bool(self.cleaned_data.get("columns")),
            on=on,
            by_name=self.cleaned_data.get("sort") == BY_NAME,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for besides the day and the order."""
        return any(value for name, value in self.cleaned_data.items() if name not in ("on", "sort"))


def place_of(after: str, before: str) -> Place | None:
    """Return the row beside which a page begins, as an address names it; None for the first page."""
    for text, is_backwards in ((after, False), (before, True)):
        if found := PLACE.fullmatch(text):
            return Place(Rank(int(found[1])), int(found[2]), is_backwards)
    return None


def address_of(place: Place | None) -> str | None:
    """Return a place as an address names it; None for the first page."""
    return f"{int(place.rank)}-{place.learner_id}" if place else None
