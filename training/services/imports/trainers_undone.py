"""Taking back what an import wrote of trainers, and of what they may teach (I8), in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.models import Trainer, TrainerQualification
from training.services.imports.contract import Gone, UndoAct, UndoneRow, WrittenRow
from training.services.imports.tables import Row, delete_rows, update_rows
from training.services.imports.undoing import (
    AFTER,
    BEFORE,
    as_kept,
    named_by,
    put_back,
    reasons_left,
    rows_now,
    stamped,
    told,
)

MAY_TEACH = "may_teach"  # in `WrittenRow.kept`: course, and what was written of it; `before` is None where it is new

Qualifications = Mapping[tuple[int, int], Row]  # by trainer and course


def undo_trainers(rows: Sequence[WrittenRow], *, by: User, now: datetime, gone: Gone) -> Sequence[UndoneRow]:
    """Take back what rows wrote of trainers whom the caller has locked."""
    stored = rows_now(Trainer, {row.key for row in rows})
    held = TrainerQualification.objects.filter(trainer__in=stored).values()
    may_teach = {(each["trainer_id"], each["course_id"]): each for each in held}
    left = reasons_left(Trainer, rows, stored)
    left |= {place: why for place, row in enumerate(rows) if place not in left and (why := _why(row, may_teach))}
    new = {row.key for row in rows if not row.before}
    mine = [each["id"] for row in rows for each in _of(row, may_teach)]
    named = named_by(Trainer, new, gone={**gone, TrainerQualification._meta.db_table: mine})
    named |= {row.key: left[place] for place, row in enumerate(rows) if place in left and row.key in new}
    left |= {place: named[row.key] for place, row in enumerate(rows) if row.key in named}  # all rows of a trainer

    done = [row for place, row in enumerate(rows) if place not in left]
    stamp = stamped(by=by, now=now)
    put_back(Trainer, done, stored, stamp=stamp)
    _put_permissions_back(done, may_teach, stamp)
    ended = {row.key for row in done if not row.before}
    update_rows(Trainer, [{**stored[key], "is_active": False, **stamp} for key in sorted(ended)], ("is_active", *stamp))
    acts = {place: UndoAct.INACTIVE for place, row in enumerate(rows) if row.key in ended}
    return told(rows, left, acts)


def _why(row: WrittenRow, may_teach: Qualifications) -> str:
    """Return why what a row says about teaching cannot go back."""
    for each in row.kept.get(MAY_TEACH, ()):
        now = may_teach.get((row.key, each["course"]))
        if now is None or any(as_kept(now[column]) != value for column, value in each[AFTER].items()):
            return _("Somebody has changed since for which courses this holds.")
    return ""


def _of(row: WrittenRow, may_teach: Qualifications) -> list[Row]:
    """Return the permissions to teach that a row has written and that are still there."""
    courses = [each["course"] for each in row.kept.get(MAY_TEACH, ())]
    return [may_teach[row.key, course] for course in courses if (row.key, course) in may_teach]


def _put_permissions_back(rows: Sequence[WrittenRow], may_teach: Qualifications, stamp: Mapping[str, Any]) -> None:
    fields = {field.column: field for field in TrainerQualification._meta.concrete_fields}
    new: list[int] = []
    changed: list[dict[str, Any]] = []
    columns = set(stamp)
    for row in rows:
        for each in row.kept.get(MAY_TEACH, ()):
            now = may_teach[row.key, each["course"]]
            if each[BEFORE] is None:
                new.append(now["id"])
            else:
                columns |= each[BEFORE].keys()
                back = {column: fields[column].to_python(value) for column, value in each[BEFORE].items()}
                changed.append({**now, **back, **stamp})
    delete_rows(TrainerQualification, new)
    update_rows(TrainerQualification, changed, columns)
