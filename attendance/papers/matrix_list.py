"""The training matrix as a file (X1): all rows of the filters of the page, for today or as of another day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.forms.matrix import MatrixForm
from attendance.pages.matrix import MatrixRow, WholeMatrix, whole_matrix
from attendance.pages.matrix_details import get_course
from attendance.papers.matrix import FIRST_COLUMNS, as_xlsx, plain_columns
from learners.selectors.as_of import day_of
from training.core.list_files import FileFormat, TableColumn, write_table
from training.core.words import day as day_in_words
from training.papers.lists import Asking, FoundRows, declare_list, page_at

CELLS_AT_ONCE = 25_000  # of an Excel file: they take 0.25 s of processor time (docs/performance.md)

ALWAYS_SAID = frozenset({"person"})
SAID_WITHOUT_LABEL = frozenset({"person", "status"})


def filter_in_words(form: MatrixForm, red_course: int | None) -> Iterator[str]:
    """Yield in words what a filter of the matrix leaves."""
    if form.cleaned_data.get("q"):
        yield _("“%(text)s”") % {"text": form.cleaned_data["q"]}
    for field in (form[name] for name in ("person", "status", "company", "role", "area")):
        chosen = form.cleaned_data.get(field.name) or ""
        if chosen or field.name in ALWAYS_SAID:  # an empty `person` means ACTIVE workers, which the title says too
            words = str(dict(field.field.choices)[chosen]).lstrip("– ")  # type: ignore[attr-defined]
            yield words if field.name in SAID_WITHOUT_LABEL else f"{field.label}: {words}"
    if red_course is not None:
        yield _("not cleared for %(course)s") % {"course": get_course(red_course).code}


def dated(title: str, on: date | None) -> str:
    """Return a title with the day that it is about, if that is not today."""
    return title if on is None else _("%(title)s, as of %(day)s") % {"title": title, "day": day_in_words(on)}


def _find(asking: Asking) -> FoundRows:
    """Return the matrix that a query asks for; it raises `NotADay` if the day in the query does not exist."""
    on = day_of(asking.query.get("on", ""), today=asking.today)
    form = MatrixForm(asking.query)
    wanted = form.wanted_matrix(on=on)
    whole = whole_matrix(wanted, now=asking.now, warning_days=settings.EXPIRY_WARNING_DAYS)
    title = _("Matrix: %(subject)s") % {"subject": ", ".join(filter_in_words(form, wanted.red_course))}
    return FoundRows(
        columns=(),
        total=len(whole.keys),
        read=whole.rows,
        subject=dated(title, on),
        at_once=CELLS_AT_ONCE // (len(whole.columns) + FIRST_COLUMNS),
        write=partial(_write, whole, day=on or asking.today, is_past=on is not None),
        day=on,
    )


def _write(
    whole: WholeMatrix,
    ending: FileFormat,
    rows: Iterable[MatrixRow],
    marks: Sequence[TableColumn[MatrixRow]],
    *,
    day: date,
    is_past: bool,
) -> IO[bytes]:
    if ending is FileFormat.XLSX:
        return as_xlsx(whole.columns, rows, marks, day=day, is_past=is_past)
    return write_table(ending, "", [*plain_columns(whole.columns, is_past=is_past), *marks], rows)


declare_list("matrix", gettext_lazy("Matrix"), find=_find, page=page_at("attendance:matrix"))
