"""Writes all workbooks of the demo, in the order in which a new site brings them in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.demo.workbooks import library, people, programme


@dataclass(frozen=True)
class Workbook:
    """A file and the kind of import that takes it."""

    path: Path
    kind: str


FILES: tuple[tuple[str, str, Callable[[Path], None]], ...] = (
    ("01 Contractors.xlsx", "companies", library.write_companies),
    ("02 Trades.xlsx", "roles", library.write_roles),
    ("03 Areas.xlsx", "areas", library.write_areas),
    ("04 Course catalogue.xlsx", "courses", library.write_courses),
    ("05 Required training.xlsx", "requirements", library.write_requirements),
    ("06 Training rooms.xlsx", "venues", library.write_venues),
    ("07 Trainers.xlsx", "trainers", library.write_trainers),
    ("08 Personnel.xlsx", "workers", people.write_workers),
    ("09 Training matrix.xlsx", "records", people.write_matrix),
    ("10 External certificates.csv", "records", people.write_certificates),
    ("11 Training plan.xlsx", "sessions", programme.write_sessions),
    ("13 Classes.xlsx", "classes", programme.write_classes),
    ("14 Class hours.xlsx", "hours", programme.write_hours),
)
MARKS = ("12 Attendance of {reference}.xlsx", "marks")


def write_workbooks(directory: Path, *, now: datetime) -> list[Workbook]:
    """Write the workbooks of the site that is loaded, and return them in the order in which they are brought in.

    Equal sites give equal files.
    """
    directory.mkdir(parents=True, exist_ok=True)
    made = []
    for name, kind, write in FILES:
        write(directory / name)
        made.append(Workbook(directory / name, kind))
    session = programme.held_session(now)
    if session is not None:
        name, kind = MARKS
        path = directory / name.format(reference=session.reference)
        programme.write_marks(path, session)
        made.append(Workbook(path, kind))
    return sorted(made, key=lambda each: each.path.name)
