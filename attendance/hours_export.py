"""Hours of classes by month, added up over what no column names: the columns, and the files (CSV and Excel)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter
from django.db.models import Q, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy

from learners.models import LearnerHoursLog
from training.csv_files import Cell, csv_lines
from training.models import TrainingClass

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CODE = "training_class__class_code"
CLIENT = "training_class__client__name"
EMPLOYER = "learner__company__name"
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column that may be chosen.

    Attributes:
        value: reads it from a row of `hours_rows`.
        by: what it tells rows apart by; hours are added up over everything else.
    """

    name: str
    label: Any
    value: Callable[[Row], Cell]
    by: tuple[str, ...] = ()


def _name(row: Row) -> str:
    return f"{row['learner__first_name']} {row['learner__last_name']}".strip()


WORKER = ("learner__sort_key", "learner_id", "learner__first_name", "learner__last_name")
COLUMNS = (
    Column("month", gettext_lazy("Month"), lambda row: f"{row['month']:%Y-%m}", ("month",)),
    Column("class", gettext_lazy("Class"), lambda row: row[CODE] or "", ("training_class_id", CODE)),
    Column("client", gettext_lazy("Client"), lambda row: row[CLIENT] or "", (CLIENT,)),
    Column("course", gettext_lazy("Course"), lambda row: row["course__code"], ("course__code",)),
    Column("badge", gettext_lazy("Badge"), lambda row: row["learner__badge_id"], (*WORKER, "learner__badge_id")),
    Column("worker", gettext_lazy("Worker"), _name, WORKER),
    Column("employer", gettext_lazy("Employer"), lambda row: row[EMPLOYER], (EMPLOYER,)),
    Column("trained", gettext_lazy("Hours trained"), lambda row: row["trained"]),
    Column("present", gettext_lazy("Hours present"), lambda row: row["present"]),
    Column("absent", gettext_lazy("Hours absent"), lambda row: row["trained"] - row["present"]),
)


def hours_rows(
    classes: QuerySet[TrainingClass], columns: Sequence[Column], *, first: date | None, last: date | None
) -> list[Row]:
    """Return hours from `first` through `last`, reversals taken off, a row for all that is told apart; one query."""
    within = Q(training_class__in=classes.order_by().values("pk"))
    if first is not None:
        within &= Q(log_date__gte=first)
    if last is not None:
        within &= Q(log_date__lte=last)
    by = list(dict.fromkeys(field for column in columns for field in column.by))
    rows = (
        LearnerHoursLog.objects.filter(within)
        .annotate(month=TruncMonth("log_date"), everything=Value(1))
        .order_by(*by)
        .values("everything", *by)
        .annotate(trained=Sum("hours_trained"), present=Sum("hours_present"))
    )
    return [row for row in rows if row["trained"]]


def as_csv(rows: Iterable[Row], columns: Sequence[Column]) -> IO[bytes]:
    """Return an open CSV file that Excel opens as it is; no cell is taken for a formula."""
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    titles = [str(column.label) for column in columns]
    file.writelines(
        line.encode() for line in csv_lines(titles, ([column.value(row) for column in columns] for row in rows))
    )
    file.seek(0)
    return file


def as_xlsx(rows: Iterable[Row], columns: Sequence[Column]) -> IO[bytes]:
    """Return an open Excel file; texts are texts, whatever they begin with."""
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [str(column.label) for column in columns], book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [_cell(column.value(row)) for column in columns])
        sheet.autofit()
    file.seek(0)
    return file


def _cell(value: Cell) -> str | int | float:
    return float(value) if isinstance(value, Decimal) else value
