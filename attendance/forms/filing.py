"""Forms of filing certificates: pasted rows, what their columns are, and one row (I12)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from attendance.models import FilingPaste, FilingProof
from attendance.selectors.filing import COURSE, DONE, NEVER, PROOF, PROVIDER, UNTIL, WORKER, FilingState
from learners.models import TrainingRecord
from learners.policies.import_records import RECORDS
from training.core.web.fields import LONGEST_REASON, DayField, RowField, needed, offer
from training.core.web.forms import RefusableForm
from training.models import Company
from training.policies.imports.pasted import LONGEST_TEXT, Pasted, PastedColumn
from training.policies.imports.questions import Question
from training.selectors.courses import bookable_versions

ROWS_SHOWN = 6


def companies() -> list[tuple[int, str]]:
    """Return the companies that can have given a training."""
    return list(Company.objects.filter(is_active=True).values_list("pk", "name"))


class FilingPasteForm(RefusableForm, forms.Form):
    """Rows from a spreadsheet, and who gave the training where they do not say."""

    text = forms.CharField(
        label=_("Rows from a spreadsheet"),
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": ROWS_SHOWN, "spellcheck": "false", "class": "pasted"}),
        help_text=_("Badge or name, course, day of completion; with or without their headings, as they are copied."),
    )
    provider = RowField(
        label=_("Provider"), required=False, help_text=_("The company that gave the training, where rows do not say.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "provider", companies(), nothing=_("The rows say it"))


class FilingAgreeForm(RefusableForm, forms.Form):
    """What the columns of pasted rows are, and what was asked about them (I3, I4)."""

    provider = RowField(label=_("Provider"), required=False)

    def __init__(self, paste: FilingPaste, pasted: Pasted, data: Any = None) -> None:
        super().__init__(data, prefix=f"paste-{paste.pk}", initial={"provider": paste.provider_id})
        self.paste = paste
        self._columns, self._questions = pasted.columns, pasted.questions
        offer(self, "provider", companies(), nothing=_("The rows say it"))
        choices = [("", _("Not used")), *((each.name, capfirst(each.label)) for each in RECORDS.columns)]
        for column in self._columns:
            self.fields[f"column-{column.index}"] = forms.ChoiceField(
                choices=choices, required=False, label=column.heading or _("Column"), initial=column.use
            )
        for number, question in enumerate(self._questions):
            options = [(str(each.value), each.label) for each in question.options]
            said = paste.answers.get(question.key, question.proposal)
            self.fields[f"question-{number}"] = forms.ChoiceField(
                choices=options,
                required=False,
                widget=forms.RadioSelect,
                label=question.text,
                initial=None if said is None else str(said),
            )

    @property
    def is_clear(self) -> bool:
        """Whether nothing is asked, and the columns that every row needs are known."""
        used = {column.use for column in self._columns}
        who = {"badge_id", "full_name", "first_name", "last_name"}
        asked = any(question.key not in self.paste.answers for question in self._questions)
        return not asked and COURSE in used and DONE in used and bool(who & used)

    @property
    def columns(self) -> Iterator[tuple[PastedColumn, forms.BoundField]]:
        """Yield the columns, each with its field."""
        return ((column, self[f"column-{column.index}"]) for column in self._columns)

    @property
    def asked(self) -> Iterator[tuple[Question, forms.BoundField]]:
        """Yield the questions, each with its field."""
        return ((question, self[f"question-{number}"]) for number, question in enumerate(self._questions))

    def said(self) -> dict[str, Any]:
        """Return columns, answers and provider, as `agree_paste` takes them."""
        cleaned = self.cleaned_data
        answers = {}
        for number, question in enumerate(self._questions):
            values = {str(each.value): each.value for each in question.options}
            if (chosen := cleaned[f"question-{number}"]) in values:
                answers[question.key] = values[chosen]
        columns = [cleaned[f"column-{column.index}"] for column in self._columns]
        return {"columns": columns, "answers": answers, "provider_id": cleaned["provider"]}


class FilingRowForm(RefusableForm, forms.Form):
    """One row: what a person types counts, what stays as it was read is left to the paste."""

    badge_id = forms.CharField(label=_("Badge"), max_length=50, required=False)
    worker = RowField(label=_("Who is meant?"), required=False)
    course = RowField(label=_("Course"), required=False)
    provider = RowField(label=_("Provider"), required=False)
    completed_on = DayField(label=_("Completed on"), required=False)
    expires_on = DayField(label=_("Valid until"), required=False, help_text=_("Empty: as the course says."))
    is_permanent = forms.BooleanField(label=_("It does not expire"), required=False)
    result = forms.ChoiceField(label=_("Result"), choices=TrainingRecord.Result.choices, required=False)
    comments = forms.CharField(
        label=_("Comments"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2})
    )
    proof = RowField(label=_("Certificate"), required=False)

    def __init__(self, state: FilingState, proofs: Sequence[FilingProof], data: Any = None) -> None:
        self.state = state
        values = state.values
        permanent = values.get(UNTIL) is not None and state.expires_on is None
        initial = {
            "badge_id": values.get("badge_id", ""),
            WORKER: values.get(WORKER),
            COURSE: state.course_id,
            PROVIDER: state.provider_id,
            DONE: state.completed_on,
            UNTIL: None if state.is_proposed else state.expires_on,
            "is_permanent": permanent,
            "result": state.result,
            "comments": values.get("comments", ""),
            PROOF: state.row.proof_id,
        }
        super().__init__(data, initial=initial, auto_id="id_row_%s")  # it opens over the page, which has a provider too
        offer(
            self, COURSE, [(each.course_id, f"{each.course} {each.title}") for each in bookable_versions()], nothing="–"
        )
        offer(self, PROVIDER, companies(), nothing="–")
        mine = [state.row.proof] if state.row.proof else []
        offer(
            self, PROOF, [(each.pk, each.name) for each in (*mine, *proofs) if each.key], nothing=_("None of the files")
        )
        people = [*state.candidates, *([state.worker] if state.worker and values.get(WORKER) else [])]
        if people:
            offer(self, WORKER, [(each.pk, f"{each}, {each.company}") for each in people], nothing="–")
        else:
            del self.fields[WORKER]
        needed(self, _("needed to file"), "badge_id", COURSE, PROVIDER, DONE, PROOF)
        if not self.is_bound:
            self._show(state)

    def _show(self, state: FilingState) -> None:
        """Show by each field what is wrong with it."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        for column, sentences in state.problems.items():
            place = column if column in self.fields else "badge_id" if column == WORKER else None
            for sentence in sentences:
                self.add_error(place, sentence)

    def clean(self) -> dict[str, Any]:
        """Refuse a last day together with the statement that the certificate does not expire."""
        if self.cleaned_data.get("is_permanent") and self.cleaned_data.get(UNTIL):
            self.add_error(UNTIL, _("Enter the last day, or tick that it does not expire, not both."))
        return self.cleaned_data

    def typed(self) -> dict[str, Any]:
        """Return what differs from what was read, as `edit_row` keeps it."""
        cleaned, state = self.cleaned_data, self.state
        typed: dict[str, Any] = {}
        for name in ("badge_id", "comments", "result"):
            if name in self.changed_data or name in state.row.typed:
                typed[name] = cleaned[name]
        for name in (COURSE, PROVIDER, WORKER):
            is_said = name in self.changed_data or name in state.row.typed
            if is_said and cleaned.get(name) and not (name == WORKER and "badge_id" in self.changed_data):
                typed[name] = cleaned[name]
        if cleaned[DONE] and (DONE in self.changed_data or DONE in state.row.typed):
            typed[DONE] = cleaned[DONE].isoformat()
        if cleaned["is_permanent"] and ("is_permanent" in self.changed_data or UNTIL in state.row.typed):
            typed[UNTIL] = NEVER
        elif cleaned[UNTIL] and (UNTIL in self.changed_data or UNTIL in state.row.typed):
            typed[UNTIL] = cleaned[UNTIL].isoformat()
        return typed
