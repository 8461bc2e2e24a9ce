"""The filters of the list of workers."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from learners.models import Area, Learner, Role
from learners.policies.standing import Group
from learners.selectors.learners import WorkerFilter
from training.core.web.fields import RowField, offer
from training.models import Company

LONGEST_TEXT = 250  # characters of the longest first and last name together


class WorkerFilterForm(forms.Form):
    """The filters above the list. A value that makes no sense is ignored."""

    q = forms.CharField(label=_("Name or badge"), required=False)
    status = forms.ChoiceField(label=_("Verdict"), required=False, choices=Group)
    company = RowField(label=_("Employer"), required=False)
    role = RowField(label=_("Role"), required=False)
    area = RowField(label=_("Area"), required=False)
    person = forms.ChoiceField(
        label=_("Worker"), required=False, choices=(("", _("Any status")), *Learner.Status.choices)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "company", Company.objects.values_list("pk", "name"), nothing=_("Any employer"))
        offer(self, "role", Role.objects.values_list("pk", "title"), nothing=_("Any role"))
        offer(self, "area", area_choices(), nothing=_("Any area"))

    @property
    def choosers(self) -> list[forms.BoundField]:
        """The fields beside the search that are chosen from lists; the verdict is chosen by clicking its count."""
        return [self[name] for name in ("company", "role", "area", "person")]

    def wanted(self) -> WorkerFilter:
        """Return the filter that was asked for."""
        self.is_valid()
        asked = self.cleaned_data
        return WorkerFilter(
            group=Group(asked["status"]) if asked.get("status") else None,
            text=asked.get("q", "")[:LONGEST_TEXT],
            company=asked.get("company"),
            role=asked.get("role"),
            area=asked.get("area"),
            status=self.person_status(asked.get("person", "")),
        )

    def person_status(self, chosen: str) -> Learner.Status | None:
        """Return the status that the workers must have; None for any."""
        return Learner.Status(chosen) if chosen else None


def area_choices() -> Iterator[tuple[int, str]]:
    """Return every area, listed after the one in which it lies and with dashes for its depth, in one query."""
    children: dict[int | None, list[Area]] = defaultdict(list)
    for area in Area.objects.order_by("name"):
        children[area.parent_id].append(area)

    def inside(parent: int | None, depth: int) -> Iterator[tuple[int, str]]:
        for area in children[parent]:
            yield area.pk, f"{'– ' * depth}{area.name}"
            yield from inside(area.pk, depth + 1)

    return inside(None, 0)
