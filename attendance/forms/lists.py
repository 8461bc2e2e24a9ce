"""What the workspace of a session sends."""

from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from attendance.pages.candidates import LONGEST_PAGE, CandidateGroup, Wanted
from attendance.services.marking import REMARKS_LENGTH, Everybody, Mark
from training.core.keys import key_of, keys_of
from training.core.refusals import Invalid


class MarkForm(forms.Form):
    """One row of the attendance grid. Fields are named after the worker: `present-12`.

    A missing version means 1, because a row that nobody has marked since it was put on the list has no field for it. A
    row whose mark was taken back has the field, and `unmarked` says that it is not marked.
    """

    present = forms.BooleanField(required=False)
    passed = forms.BooleanField(required=False)
    remarks = forms.CharField(required=False, max_length=REMARKS_LENGTH)
    version = forms.IntegerField(required=False, min_value=1)
    unmarked = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict, *, learner_id: int) -> None:
        super().__init__(data, prefix=str(learner_id))
        self.learner_id = learner_id

    def add_prefix(self, field_name: str) -> str:
        return f"{field_name}-{self.prefix}"

    def mark(self) -> Mark:
        """Return the mark that the row says.

        Raises:
            Invalid: the data is not a row of our grid, or the remarks are too long.
        """
        if not self.is_valid():
            remarks = self.errors.get("remarks")
            raise Invalid(
                str(remarks[0]) if remarks else _("This row is incomplete. Reload the page and mark it again.")
            )
        return Mark(
            learner_id=self.learner_id,
            is_present=self.cleaned_data["present"],
            has_passed=self.cleaned_data["passed"],
            remarks=self.cleaned_data["remarks"],
            version=self.cleaned_data["version"] or 1,
            was_unmarked=self.cleaned_data["unmarked"],
        )


def typed_marks(data: QueryDict) -> list[Mark]:
    """Return the marks of all rows that were sent. Rows are found by their remarks, which browsers send even if empty.

    Raises:
        Invalid: as in `MarkForm.mark`.
    """
    ids = [name.removeprefix("remarks-") for name in data if name.startswith("remarks-")]
    return [MarkForm(data, learner_id=learner_id).mark() for learner_id in learner_ids(ids)] if ids else []


def taken_back(data: QueryDict) -> Mark | None:
    """Return the mark that is to be taken back; None if no button for that was pressed.

    Raises:
        Invalid: the button is not one of our grid.
    """
    word = data.get("take_back")
    if word is None:
        return None
    learner_id = key_of(word)
    if learner_id is None:
        raise Invalid(_("This page is out of date. Reload it and try again."))
    row = MarkForm(data, learner_id=learner_id).mark()
    return Mark.taken_back(learner_id, version=row.version)


def act_key(data: QueryDict) -> int:
    """Return the key of the act that is to be undone; 0, which no act has, if the page sent none."""
    return key_of(data.get("act", "")) or 0


def everybody(data: QueryDict) -> Everybody | None:
    """Return how a button marks the whole list; None if no such button was pressed.

    Raises:
        Invalid: there is no such button.
    """
    word = data.get("everybody")
    if word is not None and word not in list(Everybody):
        raise Invalid(_("This page is out of date. Reload it and try again."))
    return None if word is None else Everybody(word)


def line_number(data: QueryDict) -> int:
    """Return the number of the last line that the page shows; 0 if the page sent none, so that it gets every row."""
    return key_of(data.get("after", "")) or 0


class PickerForm(forms.Form):
    """The filters of the picker. A value that makes no sense is ignored."""

    q = forms.CharField(required=False, max_length=100)
    group = forms.ChoiceField(required=False, choices=[(group.value, group.value) for group in CandidateGroup])
    limit = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_PAGE)

    def wanted(self) -> Wanted:
        """Return the filter, as the selector takes it."""
        self.is_valid()
        group, limit = self.cleaned_data.get("group"), self.cleaned_data.get("limit")
        return Wanted(
            search=self.cleaned_data.get("q", ""),
            group=CandidateGroup(group) if group else None,
            limit=limit or Wanted().limit,
        )


def learner_ids(values: Iterable[str]) -> list[int]:
    """Return the keys of the workers whom the buttons of the picker name: one key each, or several with commas.

    Raises:
        Invalid: nothing was sent, or something that is not a key.
    """
    words = [word.strip() for value in values for word in value.split(",")]
    keys = keys_of(words)
    if not keys:
        raise Invalid(_("Choose at least one worker from the list, then add again."))
    return keys
