"""Taking back what an import wrote of workers (I8), in a fixed number of statements.

Nobody is deleted: who was brought in and is named by nothing else becomes INACTIVE, from today on. The dated history
keeps what counted meanwhile (C8).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from learners.models import Learner, LearnerArea
from training.services.imports.contract import Gone, UndoAct, UndoneRow, WrittenRow
from training.services.imports.tables import delete_rows, insert_rows, update_rows
from training.services.imports.undoing import (
    BEFORE,
    Rows,
    named_by,
    new_and_left_alone,
    put_back,
    reasons_left,
    rows_now,
    stamped,
    told,
)

ADDED, REMOVED = "areas", "areas_removed"  # in `WrittenRow.kept`: areas, and areas with the day of the assignment
STATUS = ("status", "status_reason")
Status = Learner.Status


def undo_workers(
    rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone
) -> Sequence[UndoneRow]:
    """Take back what rows wrote of workers whom the caller has locked, and whom it judges anew."""
    keys = {row.key for row in rows}
    stored = rows_now(Learner, keys)
    left = reasons_left(Learner, rows, stored) | _told_apart(rows, stored)
    links = {(link.learner_id, link.area_id): link.pk for link in LearnerArea.objects.filter(learner__in=keys)}
    new = new_and_left_alone(rows, left)
    added = _added(rows, left, links)
    named = named_by(Learner, new.keys(), gone={**gone, LearnerArea._meta.db_table: added})
    left |= {new.pop(key): why for key, why in named.items()}
    back = [row for place, row in enumerate(rows) if place not in left and row.before]

    delete_rows(LearnerArea, _added(rows, left, links))
    insert_rows(LearnerArea, _removed(back, links))
    stamp = stamped(by=by, now=now)
    turned = [row for row in back if "status" in row.kept.get(BEFORE, {})]
    put_back(Learner, [row for row in back if row not in turned], stored, stamp=stamp)
    put_back(Learner, turned, stored, stamp={**stamp, "status_reason": reason})
    ended = [each for key in new if (each := stored[key])["status"] == Status.ACTIVE]
    said = {"status": Status.INACTIVE.value, "status_reason": reason, **stamp}
    update_rows(Learner, [{**each, **said} for each in ended], (*STATUS, *stamp))
    return told(rows, left, dict.fromkeys(new.values(), UndoAct.INACTIVE))


def _told_apart(rows: Sequence[WrittenRow], stored: Rows) -> dict[int, str]:
    """Return by place of the row who is left alone whatever the import wrote: the merged and the blocked."""
    left = {}
    for place, row in enumerate(rows):
        worker = stored.get(row.key)
        if worker is not None and worker["merged_into_id"] is not None:
            left[place] = _("This badge was merged into another one since.")
        elif worker is not None and worker["status"] == Status.BLACKLISTED:
            left[place] = _("This worker is blocked.")
    return left


def _added(rows: Sequence[WrittenRow], left: Mapping[int, str], links: Mapping[tuple[int, int], int]) -> list[int]:
    """Return the keys of the assignments that the import made and that are still there."""
    return [
        links[row.key, area]
        for place, row in enumerate(rows)
        if place not in left
        for area in row.kept.get(ADDED, ())
        if (row.key, area) in links
    ]


def _removed(rows: Sequence[WrittenRow], links: Mapping[tuple[int, int], int]) -> list[dict[str, Any]]:
    """Return the assignments that the import ended and that nobody has made again, each with its day."""
    return [
        {"learner_id": row.key, "area_id": area, "assigned_at": date.fromisoformat(day)}
        for row in rows
        for area, day in row.kept.get(REMOVED, ())
        if (row.key, area) not in links
    ]
