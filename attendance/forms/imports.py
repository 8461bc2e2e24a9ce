"""Forms of imports: the file, the columns, the answers, and bringing it in."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from attendance.selectors.agreed_headings import agreed_before
from attendance.selectors.named import CAN_BE_NEW
from attendance.services.imports.choices import asked_once
from attendance.services.imports.steps import NEW, SAME_AS
from training.core.imports.declaration import ImportColumn, ImportKind, Reads, Thing
from training.core.imports.registry import kinds
from training.core.keys import LARGEST_KEY, key_of
from training.core.permissions import may
from training.core.sameness import same_text
from training.core.web.fields import DayField
from training.core.web.forms import ReasonForm, RefusableForm
from training.models import Import
from training.policies.imports.tables import TableLayout
from training.services.imports.contract import LEAVE_OUT

OTHER = "other"  # in place of the answers that are offered


class ImportStartForm(RefusableForm, forms.Form):
    """Whose file it is; the file itself is read from the request."""

    sender = forms.CharField(
        label=_("Whose file is it?"),
        max_length=150,
        required=False,
        help_text=_("A company or department. What you say about its names is remembered for its next file."),
    )


LIKE_THE_LIKEST = 0.5  # of the score of the sheet that looks most like the kind


class ImportColumnsForm(RefusableForm, forms.Form):
    """Which sheets are taken, and which column of the kind each of their columns is (I3).

    In a grid a column of the sheet is named by the column of the kind and by what stands above it, such as a course.
    Proposed is what was agreed on in this import, else before for the same headings, else what is guessed.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False)  # the kind whose columns the page had
    kind = forms.ChoiceField(label=_("What is in it?"))
    sender = forms.CharField(label=_("Whose file is it?"), max_length=150, required=False)

    def __init__(self, one: Import, kind: ImportKind, *, by: Any, data: Any = None) -> None:
        super().__init__(data, initial={"shown": kind.name, "kind": kind.name, "sender": one.sender})
        self.declared = kind
        self.before = agreed_before(one, kind.name)
        self.sheets = [each for each in one.outline.get("sheets", []) if each["columns"]]
        allowed = [each for each in kinds() if may(by, each.checks)]
        self.fields["kind"].choices = [(each.name, each.label) for each in allowed]  # type: ignore[attr-defined]
        for sheet in self.sheets:
            sheet["agreed"] = None if self._is_agreed_here(one) else self.before.get(sheet["index"])
            proposed = self._proposed(one, sheet)
            self.fields[_take(sheet)] = forms.BooleanField(
                required=False, label=sheet["name"], initial=self._is_taken(one, sheet)
            )
            for column in sheet["columns"]:
                use = proposed.get(str(column["index"]), ("", ""))
                self.fields[_column(sheet, column)] = forms.ChoiceField(
                    choices=self._choices(column, head=use[1]),
                    required=False,
                    label=column["heading"] or column["name"],
                    initial=_use(*use),
                )

    def _proposed(self, one: Import, sheet: dict[str, Any]) -> dict[str, Sequence[str]]:
        """Return the columns that were agreed on, else those that were guessed."""
        agreed = one.layout.get(str(sheet["index"])) if self._is_agreed_here(one) else None
        before = self.before.get(sheet["index"])
        known = agreed or (before.layout if before else sheet["guesses"].get(self.declared.name))
        return dict(known["columns"]) if known else {}

    def _is_agreed_here(self, one: Import) -> bool:
        return bool(one.layout) and one.kind == self.declared.name

    def _is_taken(self, one: Import, sheet: dict[str, Any]) -> bool:
        """Tell whether a sheet is taken: as agreed on, or one that looks like the kind as much as its likest one."""
        if self._is_agreed_here(one):
            return str(sheet["index"]) in one.layout
        if sheet["index"] in self.before:
            return True
        guesses = [each["guesses"].get(self.declared.name, {}).get("score", 0.0) for each in self.sheets]
        guess = sheet["guesses"].get(self.declared.name)
        return bool(guess) and not sheet["is_hidden"] and guess["score"] >= LIKE_THE_LIKEST * max(guesses)

    def _choices(self, column: dict[str, Any], *, head: str) -> list[Any]:
        """Return what a column of the sheet can be: a column of the kind, or in a grid one below a head."""
        choices: list[Any] = [
            ("", _("Not used")),
            *((each.name, capfirst(each.label)) for each in self.declared.columns),
        ]
        above = head or column["above"] or column["heading"]
        if self.declared.grid is not None and above:
            cells = [
                (_use(name, above), capfirst(self.declared.column(name).label)) for name in self.declared.grid.cells
            ]
            choices.append((_("Under “%(head)s”") % {"head": above}, cells))
        return choices

    @property
    def is_of_other_kind(self) -> bool:
        """Whether another kind was chosen than the one whose columns the page had: they are to be looked at first."""
        return bool(self.data.get("shown")) and self.data.get("shown") != self.declared.name

    @property
    def parts(self) -> Iterator[tuple[dict[str, Any], forms.BoundField, list[tuple[dict[str, Any], forms.BoundField]]]]:
        """Yield the sheets, each with the field that takes it and its columns with theirs."""
        for sheet in self.sheets:
            columns = [(column, self[_column(sheet, column)]) for column in sheet["columns"]]
            yield sheet, self[_take(sheet)], columns

    def clean(self) -> dict[str, Any]:
        """Refuse a column of the kind that two columns of one sheet claim to be."""
        data = super().clean() or self.cleaned_data
        for sheet in self.sheets:
            taken: dict[str, str] = {}
            for column in sheet["columns"] if data.get(_take(sheet)) else ():
                name = _column(sheet, column)
                if (chosen := data.get(name)) and taken.setdefault(chosen, name) != name:
                    self.add_error(name, _("Another column of this sheet is this one already."))
        return data

    def layout(self) -> dict[str, Any]:
        """Return what was chosen, as `agree_columns` takes it."""
        return {str(sheet["index"]): self._layout_of(sheet) for sheet in self.sheets if self.cleaned_data[_take(sheet)]}

    def _layout_of(self, sheet: dict[str, Any]) -> dict[str, Any]:
        before = self.before.get(sheet["index"])
        guess = before.layout if before else sheet["guesses"].get(self.declared.name) or {}
        columns = {
            str(column["index"]): _use_of(chosen)
            for column in sheet["columns"]
            if (chosen := self.cleaned_data[_column(sheet, column)])
        }
        layout = TableLayout.LIST
        if any(head for _name, head in columns.values()):
            layout = TableLayout.GRID
        elif guess.get("layout") == TableLayout.SIDEWAYS:
            layout = TableLayout.SIDEWAYS
        return {
            "layout": layout,
            "columns": columns,
            "constants": guess.get("constants", {}),
            "side_lines": guess.get("side_lines", []),
        }


class ImportAnswersForm(RefusableForm, forms.Form):
    """Answers to the questions of an import, one for each question and never one for each row (I4)."""

    def __init__(self, one: Import, *, things: dict[str, list[tuple[str, str]]], data: Any = None) -> None:
        super().__init__(data)
        said = one.answers
        self.column_questions: list[tuple[dict[str, Any], str]] = []
        self.thing_questions: list[tuple[str, dict[str, Any], str]] = []
        self.people_questions: list[tuple[dict[str, Any], str]] = []
        self.employer_questions: list[tuple[dict[str, Any], str]] = []
        self.once_questions: list[tuple[ImportColumn, str]] = []
        for column in asked_once(one):
            name = f"once-{column.name}"
            self.fields[name] = _field_of(column, things)
            self.fields[name].initial = one.choices.get(column.name)
            self.once_questions.append((column, name))
        for number, question in enumerate(one.questions.get("columns", [])):
            name = f"column-{number}"
            initial = said.get("columns", {}).get(question["key"], question["proposal"])
            self.fields[name] = _field_of_question(question, initial)
            if question["takes"] and question["options"]:
                self.fields[_other(name)] = _other_field(question, initial)
            self.column_questions.append((question, name))
        for thing, texts in one.questions.get("things", {}).items():
            for number, text in enumerate(texts):
                if text["key"] is not None:
                    continue
                name = f"thing-{thing}-{number}"
                self.fields[name] = forms.ChoiceField(
                    choices=self._meanings(Thing(thing), text, things.get(thing, [])),
                    label=text["written"],
                    initial=said.get("things", {}).get(thing, {}).get(text["text"], ""),
                )
                self.thing_questions.append((thing, text, name))
        for number, person in enumerate(one.questions.get("people", [])):
            name = f"person-{number}"
            choices = [(str(each["key"]), each["label"]) for each in person["candidates"]]
            self.fields[name] = forms.ChoiceField(
                choices=[("", _("Choose …")), *choices, (NEW, _("Nobody of these"))],
                label=person["written"],
                initial=_said_of(person["place"], said.get("people", {})),
            )
            self.people_questions.append((person, name))
        for number, worker in enumerate(one.questions.get("employers", [])):
            name = f"employer-{number}"
            self.fields[name] = forms.ChoiceField(
                choices=[("", _("Choose …")), *((same_text(each), each) for each in worker["names"])],
                label=worker["badge"],
                initial=said.get("employers", {}).get(worker["badge"], ""),
            )
            self.employer_questions.append((worker, name))

    @staticmethod
    def _meanings(thing: Thing, text: dict[str, Any], everything: list[tuple[str, str]]) -> list[Any]:
        near = [(str(each["key"]), each["label"]) for each in text["proposals"]]
        same = []
        if twin := text.get("same_as"):
            label = _("The same as “%(name)s” in this file") % {"name": twin["written"]}
            same = [(f"{SAME_AS}{twin['text']}", label)]
        known = {key for key, _label in near}
        others = [each for each in everything if each[0] not in known]
        return [
            ("", _("Choose …")),
            *((_("Perhaps"), [*same, *near]) for _once in range(1) if same or near),
            *((NEW, _("It is new: add it")) for _once in range(1) if thing in CAN_BE_NEW),
            (LEAVE_OUT, _("Leave these rows out")),
            *((_("All"), others) for _once in range(1) if others),
        ]

    @property
    def asked_once(self) -> Iterator[forms.BoundField]:
        """Yield the fields of what is said for all rows at once."""
        return (self[name] for _column, name in self.once_questions)

    @property
    def asked_of_columns(self) -> Iterator[tuple[dict[str, Any], forms.BoundField, forms.BoundField | None]]:
        """Yield the questions about columns, each with its field, and one for an answer that is not offered."""
        return (
            (question, self[name], self[_other(name)] if _other(name) in self.fields else None)
            for question, name in self.column_questions
        )

    def clean(self) -> dict[str, Any]:
        """Take what was written in place of the answers that are offered, and refuse that nothing was."""
        data = super().clean() or self.cleaned_data
        for _question, name in self.column_questions:
            if _other(name) in self.fields and data.get(name) == OTHER:
                data[name] = data.get(_other(name))
                if data[name] in {None, ""} and _other(name) not in self.errors:
                    self.add_error(name, _("Write it beside “other”, or choose another answer."))
        return data

    @property
    def asked_of_things(self) -> Iterator[tuple[str, dict[str, Any], forms.BoundField]]:
        """Yield the texts whose meaning is asked, each with what it names and its field."""
        return ((thing, text, self[name]) for thing, text, name in self.thing_questions)

    @property
    def asked_of_people(self) -> Iterator[tuple[dict[str, Any], forms.BoundField]]:
        """Yield the rows of which it is asked who is meant, each with its field."""
        return ((person, self[name]) for person, name in self.people_questions)

    @property
    def asked_of_employers(self) -> Iterator[tuple[dict[str, Any], forms.BoundField]]:
        """Yield the workers of whom it is asked with which employer they are, each with the field."""
        return ((worker, self[name]) for worker, name in self.employer_questions)

    def answers(self) -> dict[str, Any]:
        """Return what was said, as `answer_questions` takes it."""
        data = self.cleaned_data
        things: dict[str, dict[str, Any]] = {}
        for thing, text, name in self.thing_questions:
            things.setdefault(thing, {})[text["text"]] = _key(data[name])
        return {
            "columns": {question["key"]: _said(question, data[name]) for question, name in self.column_questions},
            "things": things,
            "choices": {column.name: _plain(column, data[name]) for column, name in self.once_questions},
            "employers": {worker["badge"]: data[name] for worker, name in self.employer_questions},
            "people": {
                person["place"]: None if data[name] == NEW else int(data[name])
                for person, name in self.people_questions
            },
        }


class ImportDoForm(RefusableForm, forms.Form):
    """Bringing in what was checked, as it was shown (I6)."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)
    only_good = forms.BooleanField(required=False, label=_("Bring in the good rows only"))
    take_back = forms.BooleanField(required=False, label=_("Revoke the old records"))
    only_agreed = forms.BooleanField(
        required=False, label=_("Keep of the file only the columns that were agreed on; the others are not stored")
    )
    accept_leavers = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY)


class ImportUndoForm(ReasonForm):
    """Undoing an import as it was shown, with a reason (I8)."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)


def _said_of(place: str, said: dict[str, Any]) -> str:
    """Return what was said of a row: a key, that it is nobody of those, or nothing yet."""
    if place not in said:
        return ""
    return NEW if said[place] is None else str(said[place])


def _field_of_question(question: dict[str, Any], initial: Any) -> forms.Field:
    """Return the field of a question about a column: its answers, or a text or number where none is offered."""
    if not question["options"]:
        return _other_field(question, initial, required=True)
    choices = [(json.dumps(each["value"]), each["label"]) for each in question["options"]]
    if question["takes"]:
        choices.append((OTHER, _("other:")))
    shown = None if initial is None else json.dumps(initial)
    if question["takes"] and shown is not None and shown not in dict(choices):
        shown = OTHER
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, label=question["text"], initial=shown)


def _other_field(question: dict[str, Any], initial: Any, *, required: bool = False) -> forms.Field:
    """Return the field in which another answer is written."""
    offered = [each["value"] for each in question["options"]]
    words: dict[str, Any] = {"label": question["text"], "required": required}
    words["initial"] = None if initial in offered else initial
    if question["takes"] == "number":
        return forms.IntegerField(min_value=0, max_value=100_000, **words)
    return forms.CharField(max_length=500, **words)


def _said(question: dict[str, Any], value: Any) -> Any:
    """Return an answer as questions are answered, from what the form has of it."""
    offered = {json.dumps(each["value"]): each["value"] for each in question["options"]}
    return offered.get(value, value) if isinstance(value, str) else value


def _other(name: str) -> str:
    return f"{name}-other"


def _field_of(column: ImportColumn, things: dict[str, list[tuple[str, str]]]) -> forms.Field:
    """Return the field of something that is said once."""
    words: dict[str, Any] = {
        "label": column.label,
        "help_text": column.help_text,
        "required": column.is_needed,
    }
    match column.reads:
        case Reads.DAY:
            return DayField(**words)
        case Reads.WHOLE | Reads.MINUTES:
            return forms.IntegerField(min_value=1, max_value=100_000, **words)
        case Reads.CHOICE:
            return forms.ChoiceField(
                choices=[("", "–"), *((each.value, each.label) for each in column.choices)], **words
            )
        case Reads.THING | Reads.THINGS if column.thing is not None:
            named = things.get(column.thing, [])
            one = forms.ChoiceField(choices=[("", "–"), *named], **words)
            return one if column.reads is Reads.THING else forms.MultipleChoiceField(choices=named, **words)
        case _:
            return forms.CharField(max_length=500, **words)


def _plain(column: ImportColumn, value: Any) -> Any:
    """Return what was said as JSON can hold it."""
    if value in (None, "", []):
        return None
    if isinstance(value, date):
        return value.isoformat()
    if column.reads is Reads.THINGS:
        return [int(each) for each in value]
    return int(value) if column.reads is Reads.THING else value


def _take(sheet: dict[str, Any]) -> str:
    return f"take-{sheet['index']}"


def _column(sheet: dict[str, Any], column: dict[str, Any]) -> str:
    return f"column-{sheet['index']}-{column['index']}"


def _use(name: str, head: str) -> str:
    return f"{name}@{head}" if head else name


def _use_of(chosen: str) -> tuple[str, str]:
    name, _at, head = chosen.partition("@")
    return name, head


def _key(said: str) -> int | str:
    return key_of(said) or said
