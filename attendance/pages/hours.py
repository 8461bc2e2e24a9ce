"""The rows of an export of hours by month. Hours are added up over everything that no chosen column names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy

from learners.models import LearnerHoursLog
from training.core.list_files import TableColumn
from training.core.xlsx_files import month_pattern
from training.models import TrainingClass

CODE = "training_class__class_code"
CLIENT = "training_class__client__name"
EMPLOYER = "learner__company__name"
Row = dict[str, Any]


@dataclass(frozen=True)
class HoursColumn(TableColumn[Row]):
    """A column that can be chosen for the export; its cells are those of the rows of `hours_rows`.

    Attributes:
        by: the fields by which the column splits the hours into rows.
    """

    by: tuple[str, ...] = ()


def hours_pattern() -> str:
    """Return the Excel pattern for hours."""
    return "0.0"


def _name(row: Row) -> str:
    return f"{row['learner__first_name']} {row['learner__last_name']}".strip()


WORKER = ("learner__sort_key", "learner_id", "learner__first_name", "learner__last_name")
COLUMNS = (
    HoursColumn(
        "month", gettext_lazy("Month"), itemgetter("month"), by=("month",), pattern=month_pattern, plain="%Y-%m"
    ),
    HoursColumn("class", gettext_lazy("Class"), lambda row: row[CODE] or "", by=("training_class_id", CODE)),
    HoursColumn("client", gettext_lazy("Client"), lambda row: row[CLIENT] or "", by=(CLIENT,), width=28),
    HoursColumn("course", gettext_lazy("Course"), itemgetter("course__code"), by=("course__code",)),
    HoursColumn("badge", gettext_lazy("Badge"), itemgetter("learner__badge_id"), by=(*WORKER, "learner__badge_id")),
    HoursColumn("worker", gettext_lazy("Worker"), _name, by=WORKER, width=28),
    HoursColumn("employer", gettext_lazy("Employer"), itemgetter(EMPLOYER), by=(EMPLOYER,), width=28),
    HoursColumn("trained", gettext_lazy("Hours trained"), itemgetter("trained"), pattern=hours_pattern),
    HoursColumn("present", gettext_lazy("Hours present"), itemgetter("present"), pattern=hours_pattern),
    HoursColumn(
        "absent", gettext_lazy("Hours absent"), lambda row: row["trained"] - row["present"], pattern=hours_pattern
    ),
)


def hours_rows(
    classes: QuerySet[TrainingClass], columns: Sequence[HoursColumn], *, first: date | None, last: date | None
) -> list[Row]:
    """Return the hours of these classes, with reversed hours subtracted, in one query.

    Args:
        classes: whose hours.
        columns: the chosen columns; there is a row for each combination of the fields that they split by.
        first, last: the first and the last day; None for no limit.
    """
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
