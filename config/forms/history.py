"""The filter of the history of the site (N5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from training.core.web.fields import Choices, DayField, RowField, offer

LONGEST_THING = 150


@dataclass(frozen=True)
class HistoryFilter:
    """What is looked for.

    Attributes:
        person: the key of the login that did it.
        thing: what somebody typed to name a worker, a session or a user.
        since, until: the first and the last day.
        kind: the label of the table.
    """

    person: int | None = None
    thing: str = ""
    since: date | None = None
    until: date | None = None
    kind: str = ""


class HistoryForm(forms.Form):
    """Who, what, when, and which kind. A value that makes no sense is said, and nothing is shown for it.

    Args:
        people: the logins to choose from.
        kinds: the kinds of things to choose from.
    """

    person = RowField(label=_("Who"), required=False)
    thing = forms.CharField(label=_("Badge, session or user"), required=False, max_length=LONGEST_THING)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Through"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, data: Any, *, people: Choices, kinds: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        offer(self, "person", people, nothing=_("Anybody"))
        offer(self, "kind", kinds, nothing=_("Everything"))

    def wanted(self) -> HistoryFilter:
        """Return what a valid form asks for."""
        return HistoryFilter(**self.cleaned_data)
