"""Hours of classes by month, one row per worker: what the columns are, and the files (CSV and Excel)."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy

from learners.models import LearnerHoursLog
from training.models import TrainingClass

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for a formula in a CSV file
Value = str | int | Decimal
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column that may be chosen; `value` reads it from a row of `hours_rows`."""

    name: str
    label: Any
    value: Callable[[Row], Value]


def _name(row: Row) -> str:
    return f"{row['learner__first_name']} {row['learner__last_name']}".strip()


COLUMNS = (
    Column("month", gettext_lazy("Month"), lambda row: f"{row['month']:%Y-%m}"),
    Column("class", gettext_lazy("Class"), lambda row: row["training_class__class_code"] or ""),
    Column("client", gettext_lazy("Client"), lambda row: row["training_class__client__name"] or ""),
    Column("course", gettext_lazy("Course"), lambda row: row["course__code"]),
    Column("badge", gettext_lazy("Badge"), lambda row: row["learner__badge_id"]),
    Column("worker", gettext_lazy("Worker"), _name),
    Column("employer", gettext_lazy("Employer"), lambda row: row["learner__company__name"]),
    Column("trained", gettext_lazy("Hours trained"), lambda row: row["trained"]),
    Column("present", gettext_lazy("Hours present"), lambda row: row["present"]),
    Column("absent", gettext_lazy("Hours absent"), lambda row: row["trained"] - row["present"]),
)


def hours_rows(classes: QuerySet[TrainingClass], *, first: date | None, last: date | None) -> list[Row]:
    """Return hours by month, class and worker from `first` through `last`, reversals taken off; one query."""
    within = Q(training_class__in=classes.values("pk"))
    if first is not None:
        within &= Q(log_date__gte=first)
    if last is not None:
        within &= Q(log_date__lte=last)
    by = ("training_class__class_code", "training_class__client__name", "course__code", "learner__badge_id")
    names = ("learner__first_name", "learner__last_name", "learner__company__name")
    rows = (
        LearnerHoursLog.objects.filter(within)
        .annotate(month=TruncMonth("log_date"))
        .order_by("month", "training_class_id", "learner__sort_key")
        .values("month", "training_class_id", "learner_id", "learner__sort_key", *by, *names)
        .annotate(trained=Sum("hours_trained"), present=Sum("hours_present"))
    )
    return [row for row in rows if row["trained"]]


def as_csv(rows: Iterable[Row], columns: Sequence[Column]) -> bytes:
    """Return a CSV file that Excel opens as it is; no cell is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([str(column.label) for column in columns])
    for row in rows:
        writer.writerow([_harmless(column.value(row)) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Row], columns: Sequence[Column]) -> bytes:
    """Return an Excel file; texts are texts, whatever they begin with."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [str(column.label) for column in columns], book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [_cell(column.value(row)) for column in columns])
        sheet.autofit()
    return file.getvalue()


def _harmless(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _cell(value: Value) -> str | int | float:
    return float(value) if isinstance(value, Decimal) else value
