"""Hours of classes by month, added up over what no column names: the columns, and the files (CSV and Excel)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import Q, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.models import LearnerHoursLog
from training import xlsx_files
from training.csv_files import Cell, csv_lines
from training.models import TrainingClass
from training.xlsx_files import Table, month_pattern, workbook

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": xlsx_files.CONTENT_TYPE,
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
        width: in letters, of an Excel file.
        pattern: gives how Excel shows its days and numbers.
    """

    name: str
    label: Any
    value: Callable[[Row], xlsx_files.Value]
    by: tuple[str, ...] = ()
    width: int = 16
    pattern: Callable[[], str] = str


def hours_pattern() -> str:
    """Whole hours and halves, as Excel is told to show them"""
    return "0.0"


def _name(row: Row) -> str:
    return f"{row['learner__first_name']} {row['learner__last_name']}".strip()


WORKER = ("learner__sort_key", "learner_id", "learner__first_name", "learner__last_name")
COLUMNS = (
    Column("month", gettext_lazy("Month"), itemgetter("month"), ("month",), pattern=month_pattern),
    Column("class", gettext_lazy("Class"), lambda row: row[CODE] or "", ("training_class_id", CODE)),
    Column("client", gettext_lazy("Client"), lambda row: row[CLIENT] or "", (CLIENT,), width=28),
    Column("course", gettext_lazy("Course"), itemgetter("course__code"), ("course__code",)),
    Column("badge", gettext_lazy("Badge"), itemgetter("learner__badge_id"), (*WORKER, "learner__badge_id")),
    Column("worker", gettext_lazy("Worker"), _name, WORKER, width=28),
    Column("employer", gettext_lazy("Employer"), itemgetter(EMPLOYER), (EMPLOYER,), width=28),
    Column("trained", gettext_lazy("Hours trained"), itemgetter("trained"), pattern=hours_pattern),
    Column("present", gettext_lazy("Hours present"), itemgetter("present"), pattern=hours_pattern),
    Column("absent", gettext_lazy("Hours absent"), lambda row: row["trained"] - row["present"], pattern=hours_pattern),
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
        line.encode() for line in csv_lines(titles, ([_plain(column.value(row)) for column in columns] for row in rows))
    )
    file.seek(0)
    return file


def as_xlsx(rows: Iterable[Row], columns: Sequence[Column]) -> IO[bytes]:
    """Return an open Excel file: months are days of the calendar, hours are numbers to add up."""
    with workbook() as (book, file):
        titles = [xlsx_files.Column(str(each.label), width=each.width, pattern=each.pattern()) for each in columns]
        table = Table(book, _("Hours"), titles)
        for row in rows:
            table.add([column.value(row) for column in columns])
        table.close()
    return file


def _plain(value: xlsx_files.Value) -> Cell:
    """Return a value for a CSV file; a month as ISO 8601 writes it, which spreadsheets read."""
    if value is None:
        return ""
    return f"{value:%Y-%m}" if isinstance(value, date) else value
