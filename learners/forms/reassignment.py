"""The form that gives many workers another role or area."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.forms.filters import area_choices
from learners.models import LearnerArea, Role
from learners.services.preview import Change
from learners.services.reassignment import add_to_area, give_role, remove_from_area
from training.core.keys import keys_of
from training.core.refusals import Invalid
from training.core.web.fields import DayField, RowField, offer
from training.core.web.forms import RefusableForm


class Deed(StrEnum):
    """What can be done to many workers; the values stand in addresses."""

    ROLE = "role"
    JOIN = "join"
    LEAVE = "leave"


class ReassignForm(RefusableForm, forms.Form):
    """Which role or area the chosen workers get or lose, and from which day on.

    Args:
        deed: what is done to them; it decides which fields the form has.
        learner_ids: the chosen workers.
        today: the day from which the change counts, unless another day is typed.
    """

    role = RowField(label=gettext_lazy("New role"))
    area = RowField(label=gettext_lazy("Area"))
    assigned_at = DayField(
        label=gettext_lazy("Counts from"),
        help_text=gettext_lazy("Grace periods count from this day."),
    )

    def __init__(self, data: Any = None, *, deed: Deed, learner_ids: list[int], today: date) -> None:
        super().__init__(data, initial={"assigned_at": today})
        self.deed, self.learner_ids = deed, learner_ids
        for name in {"role", "area", "assigned_at"} - _FIELDS[deed]:
            del self.fields[name]
        if deed is Deed.ROLE:
            offer(self, "role", Role.objects.values_list("pk", "title"), nothing=_("Choose a role"))
        else:
            offer(self, "area", self._areas(), nothing=_("Choose an area"))

    def _areas(self) -> Iterable[tuple[int, str]]:
        """Return the offered areas: all, or those in which any of the workers works if they are to lose one."""
        if self.deed is Deed.JOIN:
            return area_choices()
        links = LearnerArea.objects.filter(learner__in=self.learner_ids)
        return links.order_by("area__name").values_list("area", "area__name").distinct()

    @property
    def target(self) -> int:
        """The key of the chosen role or area."""
        return int(self.cleaned_data["role" if self.deed is Deed.ROLE else "area"])

    def change(self, *, by: User, now: datetime) -> Change:
        """Return the change that was asked for: the service with all its arguments, ready to be called."""
        typed = self.cleaned_data
        who: dict[str, Any] = {"learner_ids": self.learner_ids, "by": by, "now": now}
        match self.deed:
            case Deed.ROLE:
                return partial(give_role, role_id=self.target, assigned_at=typed["assigned_at"], **who)
            case Deed.JOIN:
                return partial(add_to_area, area_id=self.target, assigned_at=typed["assigned_at"], **who)
            case Deed.LEAVE:
                return partial(remove_from_area, area_id=self.target, **who)


_FIELDS: dict[Deed, set[str]] = {
    Deed.ROLE: {"role", "assigned_at"},
    Deed.JOIN: {"area", "assigned_at"},
    Deed.LEAVE: {"area"},
}


def asked_deed(data: QueryDict) -> Deed:
    """Return the step whose button was pressed.

    Raises:
        Invalid: there is no such button.
    """
    word = data.get("deed", "")
    if word not in list(Deed):
        raise Invalid(_("This page is out of date. Go back to the list of workers."))
    return Deed(word)


def chosen_workers(data: QueryDict) -> list[int]:
    """Return the keys of the workers who were ticked: one in each field, or several with commas.

    Raises:
        Invalid: nobody was ticked, or something was sent that is not a key.
    """
    words = [word.strip() for value in data.getlist("learner") for word in value.split(",")]
    keys = keys_of(words)
    if not keys:
        raise Invalid(_("Nobody is chosen. Tick workers in the list, then say what is to be done."))
    return sorted(set(keys))
