"""Lists of people: who works on the site, the matrix of what they were trained in, certificates from elsewhere."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from config.demo.workbooks.library import SITE
from config.demo.workbooks.sheets import new_book
from learners.models import Learner, LearnerArea, TrainingRecord
from training.models import Company, CourseVersion

STATUSES = {Learner.Status.ACTIVE: "active", Learner.Status.INACTIVE: "left", Learner.Status.BLACKLISTED: "blocked"}
MOST_IN_A_NAME = 31  # letters that Excel allows for a sheet


def write_workers(path: Path) -> None:
    """Write who works on the site: a sheet for each company, as each sends its own list."""
    areas: defaultdict[int, list[str]] = defaultdict(list)
    for learner, area in LearnerArea.objects.order_by("area_id").values_list("learner_id", "area__name"):
        areas[learner].append(area)
    head = (
        *("Badge", "Surname, first name", "Trade", "Trade since", "On site since", "Until", "Status", "Supervisor"),
        "Area",
    )
    with new_book(path) as pen:
        for company in Company.objects.filter(learners__isnull=False).distinct().order_by("pk"):
            workers = company.learners.select_related("role", "supervisor").order_by("badge_id")
            rows = [
                (
                    *(worker.badge_id, _last_first(worker), worker.role.title, worker.role_assigned_at),
                    *(worker.start_date, worker.end_date, STATUSES[Learner.Status(worker.status)]),
                    *(worker.supervisor.badge_id if worker.supervisor else None, "; ".join(areas[worker.pk])),
                )
                for worker in workers
            ]
            above = [[f"{SITE}: personnel on site"], ["Employer:", company.name]]
            pen.table(company.name[:MOST_IN_A_NAME], head, rows, above=above)


def write_matrix(path: Path) -> None:
    """Write the matrix of the site's own training: the last day on which somebody passed, by worker and course."""
    days: defaultdict[int, dict[str, date]] = defaultdict(dict)
    passed = TrainingRecord.objects.filter(result=TrainingRecord.Result.PASSED, revocation=None, session__isnull=False)
    for learner, course, day in passed.order_by("completion_date").values_list(
        "learner_id", "course__code", "completion_date"
    ):
        days[learner][course] = day
    held = {course for each in days.values() for course in each}
    courses = [
        (code, title, category)
        for code, title, category in CourseVersion.objects.filter(status=CourseVersion.Status.PUBLISHED)
        .order_by("category", "course__code")
        .values_list("course__code", "title", "category")
        if code in held
    ]
    workers = Learner.objects.filter(pk__in=days).select_related("company").order_by("company__name", "badge_id")
    rows = [
        (
            *(worker.badge_id, _last_first(worker), worker.company.name),
            *(days[worker.pk].get(code) for code, _title, _category in courses),
        )
        for worker in workers
    ]
    with new_book(path) as pen:
        pen.table(
            "Training matrix",
            ("Badge", "Name", "Company", *(f"{code} {title}" for code, title, _category in courses)),
            rows,
            above=[[f"{SITE}: training matrix"], ["Dates: day of the training"]],
            groups=("", "", "", *(category for _code, _title, category in courses)),
        )


def write_certificates(path: Path) -> None:
    """Write the certificates that training companies have given, as the list that the safety office keeps."""
    columns = ("Badge", "Name", "Course", "Issued on", "Valid until", "Issued by")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(columns)
        lines.writerows(_certificates())


def _certificates() -> Iterator[tuple[Any, ...]]:
    records = TrainingRecord.objects.filter(session=None, revocation=None)
    for record in records.select_related("learner", "course", "provider").order_by("completion_date", "pk"):
        yield (
            *(record.learner.badge_id, _last_first(record.learner), record.course.code),
            f"{record.completion_date:%d.%m.%Y}",
            f"{record.expiry_date:%d.%m.%Y}" if record.expiry_date else "for life",
            record.provider.name if record.provider else None,
        )


def _last_first(worker: Learner) -> str:
    return ", ".join(filter(None, (worker.last_name, worker.first_name)))
