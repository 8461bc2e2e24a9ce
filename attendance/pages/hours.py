"""Hours of classes by month, added up over what no column names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy

from learners.models import LearnerHoursLog
from training.core import xlsx_files
from training.core.xlsx_files import month_pattern
from training.models import TrainingClass

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
