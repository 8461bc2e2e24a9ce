"""Forms of imports: the file, the columns, the answers, and bringing it in."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.services.imports.steps import NEW
from training.core.imports.declaration import ImportKind
from training.core.imports.registry import kinds
from training.core.permissions import may
from training.core.web.forms import ReasonForm, RefusableForm
from training.models import Import
from training.services.imports.contract import LEAVE_OUT

LIST = "list"


class ImportStartForm(RefusableForm, forms.Form):
    """Whose file it is; the file itself is read from the request."""

    sender = forms.CharField(
        label=_("Whose file is it?"),
        max_length=150,
        required=False,
        help_text=_("A company or department. What you say about its names is remembered for its next file."),
    )


class ImportColumnsForm(RefusableForm, forms.Form):
    """Which sheets are taken, and which column of the kind each of their columns is (I3)."""

    kind = forms.ChoiceField(label=_("What is in it?"))
    sender = forms.CharField(label=_("Whose file is it?"), max_length=150, required=False)

    def __init__(self, one: Import, kind: ImportKind, *, by: Any, data: Any = None) -> None:
        super().__init__(data, initial={"kind": kind.name, "sender": one.sender})
        self.declared = kind
        self.sheets = [each for each in one.outline.get("sheets", []) if each["columns"]]
        allowed = [each for each in kinds() if may(by, each.checks)]
        self.fields["kind"].choices = [(each.name, each.label) for each in allowed]  # type: ignore[attr-defined]
        columns = [("", _("Not used")), *((each.name, each.label) for each in kind.columns)]
        for sheet in self.sheets:
            at, proposed = sheet["index"], self._proposed(one, sheet)
            self.fields[f"take-{at}"] = forms.BooleanField(
                required=False, label=sheet["name"], initial=bool(proposed) and not sheet["is_hidden"]
            )
            for column in sheet["columns"]:
                name = f"column-{at}-{column['index']}"
                self.fields[name] = forms.ChoiceField(
                    choices=columns,
                    required=False,
                    label=column["heading"] or column["name"],
                    initial=proposed.get(str(column["index"]), ""),
                )

    def _proposed(self, one: Import, sheet: dict[str, Any]) -> dict[str, str]:
        """Return the columns that were agreed on, else those that were guessed."""
        agreed = one.layout.get(str(sheet["index"])) if one.kind == self.declared.name else None
        if agreed is not None:
            return dict(agreed["columns"])
        guess = sheet["guesses"].get(self.declared.name)
        return dict(guess["columns"]) if guess else {}

    def columns_of(self, sheet: dict[str, Any]) -> Iterator[tuple[dict[str, Any], forms.BoundField]]:
        """Yield the columns of a sheet, each with its field."""
        for column in sheet["columns"]:
            yield column, self[f"column-{sheet['index']}-{column['index']}"]

    @property
    def parts(self) -> Iterator[tuple[dict[str, Any], forms.BoundField, list[tuple[dict[str, Any], forms.BoundField]]]]:
        """Yield the sheets, each with the field that takes it and its columns."""
        for sheet in self.sheets:
            yield sheet, self[f"take-{sheet['index']}"], list(self.columns_of(sheet))

    def clean(self) -> dict[str, Any]:
        """Refuse a column of the kind that two columns of one sheet claim to be."""
        data = super().clean() or self.cleaned_data
        for sheet in self.sheets:
            if not data.get(f"take-{sheet['index']}") or self._layout_of(sheet) != LIST:
                continue
            taken: dict[str, str] = {}
            for column in sheet["columns"]:
                name = f"column-{sheet['index']}-{column['index']}"
                if (chosen := data.get(name)) and taken.setdefault(chosen, name) != name:
                    self.add_error(name, _("Another column of this sheet is this one already."))
        return data

    def layout(self) -> dict[str, Any]:
        """Return what was chosen, as `agree_columns` takes it."""
        return {
            str(sheet["index"]): {
                "layout": self._layout_of(sheet),
                "columns": {
                    str(column["index"]): chosen
                    for column in sheet["columns"]
                    if (chosen := self.cleaned_data[f"column-{sheet['index']}-{column['index']}"])
                },
            }
            for sheet in self.sheets
            if self.cleaned_data[f"take-{sheet['index']}"]
        }

    def _layout_of(self, sheet: dict[str, Any]) -> str:
        guess = sheet["guesses"].get(self.declared.name)
        return str(guess["layout"]) if guess else LIST


class ImportAnswersForm(RefusableForm, forms.Form):
    """Answers to the questions of an import, one for each question and never one for each row (I4)."""

    def __init__(self, one: Import, *, things: dict[str, list[tuple[str, str]]], data: Any = None) -> None:
        super().__init__(data)
        said = one.answers
        self.column_questions: list[tuple[dict[str, Any], str]] = []
        self.thing_questions: list[tuple[str, dict[str, Any], str]] = []
        self.people_questions: list[tuple[dict[str, Any], str]] = []
        for number, question in enumerate(one.questions.get("columns", [])):
            name = f"column-{number}"
            self.fields[name] = forms.ChoiceField(
                choices=[(each["value"], each["label"]) for each in question["options"]],
                widget=forms.RadioSelect,
                label=question["text"],
                initial=said.get("columns", {}).get(question["key"], question["proposal"]),
            )
            self.column_questions.append((question, name))
        for thing, texts in one.questions.get("things", {}).items():
            for number, text in enumerate(texts):
                if text["key"] is not None:
                    continue
                name = f"thing-{thing}-{number}"
                self.fields[name] = forms.ChoiceField(
                    choices=self._meanings(text, things.get(thing, [])),
                    label=text["written"],
                    initial=said.get("things", {}).get(thing, {}).get(text["text"], ""),
                )
                self.thing_questions.append((thing, text, name))
        for number, person in enumerate(one.questions.get("people", [])):
            name = f"person-{number}"
            choices = [(str(each["key"]), each["label"]) for each in person["candidates"]]
            self.fields[name] = forms.ChoiceField(
                choices=[("", _("Choose …")), *choices, (LEAVE_OUT, _("Nobody of these: leave the row out"))],
                label=person["written"],
                initial=said.get("people", {}).get(person["place"], ""),
            )
            self.people_questions.append((person, name))

    @staticmethod
    def _meanings(text: dict[str, Any], everything: list[tuple[str, str]]) -> list[Any]:
        near = [(str(each["key"]), each["label"]) for each in text["proposals"]]
        known = {key for key, _label in near}
        others = [each for each in everything if each[0] not in known]
        return [
            ("", _("Choose …")),
            *((_("Perhaps"), near) for _once in range(1) if near),
            (NEW, _("It is new: add it")),
            (LEAVE_OUT, _("Leave these rows out")),
            *((_("All"), others) for _once in range(1) if others),
        ]

    @property
    def asked_of_columns(self) -> Iterator[tuple[dict[str, Any], forms.BoundField]]:
        """Yield the questions about columns, each with its field."""
        return ((question, self[name]) for question, name in self.column_questions)

    @property
    def asked_of_things(self) -> Iterator[tuple[str, dict[str, Any], forms.BoundField]]:
        """Yield the texts whose meaning is asked, each with what it names and its field."""
        return ((thing, text, self[name]) for thing, text, name in self.thing_questions)

    @property
    def asked_of_people(self) -> Iterator[tuple[dict[str, Any], forms.BoundField]]:
        """Yield the rows of which it is asked who is meant, each with its field."""
        return ((person, self[name]) for person, name in self.people_questions)

    def answers(self) -> dict[str, Any]:
        """Return what was said, as `answer_questions` takes it."""
        data = self.cleaned_data
        things: dict[str, dict[str, Any]] = {}
        for thing, text, name in self.thing_questions:
            things.setdefault(thing, {})[text["text"]] = _key(data[name])
        return {
            "columns": {question["key"]: data[name] for question, name in self.column_questions},
            "things": things,
            "people": {
                person["place"]: None if data[name] == LEAVE_OUT else int(data[name])
                for person, name in self.people_questions
            },
        }


class ImportDoForm(RefusableForm, forms.Form):
    """Bringing in what was checked, as it was shown (I6)."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)
    only_good = forms.BooleanField(required=False, label=_("Bring in the good rows only"))


class ImportUndoForm(ReasonForm):
    """Undoing an import, with a reason (I8)."""


def _key(said: str) -> int | str:
    return int(said) if said.isdecimal() else said
