"""Bringing in past meetings of classes with their hours: one row is the same call as many (I1, I6).

What a row may say is checked by `hour_checks`. The hours are logged, the sums move, and the meetings are recorded in a
fixed number of statements for each PART of the rows.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from attendance.models import CaptureVoid
from attendance.policies.import_once import Unnamed
from attendance.services.capture import check_logged
from attendance.services.imports.kinds.hour_checks import HourChecker, classes_of
from learners.models import LearnerHoursLog, LearnerProgression, ProgressionEvent
from learners.selectors.programmes import ProgrammeFacts, Programmes
from learners.selectors.standing_hours import standing_hours
from learners.services.locks import lock_people
from training.core.imports.rows import CheckedRow
from training.core.permissions import Permission, check_may
from training.core.refusals import check_reason
from training.core.transactions import acting
from training.models import ClassAttendanceSession, Import, ImportedRow, TrainingClass
from training.services.imports.contract import (
    NOTHING_GONE,
    Gone,
    ImportTerms,
    UndoAct,
    UndoneRow,
    WrittenRow,
)
from training.services.imports.tables import insert_rows, update_rows

Status = ClassAttendanceSession.Status

PART = 20_000  # rows that are written by one statement
PERSON = "person"  # in what is kept of a row: the key of the worker, for a row is about the meeting
CLOSED = ("status", "notes", "captured_by", "captured_at", "updated_at")


class HourRows:
    """The service of the kind "hours". Its rows are about meetings."""

    table = ClassAttendanceSession._meta.db_table

    def checker(self, terms: ImportTerms) -> HourChecker:
        return HourChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        """Lock the classes that rows name, their pending meetings, workers who are started, and the programmes."""
        classes = classes_of(terms)
        _lock(TrainingClass.objects.filter(pk__in=classes), no_key=True)
        _lock(ClassAttendanceSession.objects.filter(training_class__in=classes, status=Status.PENDING))
        lock_people(workers)
        _lock(LearnerProgression.objects.filter(training_class__in=classes), no_key=True)

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Start programmes, log the hours, and record the meetings (H2, H3).

        Raises:
            NotPermitted: the person may not record hours of all classes, or not start programmes.
            WrongPresence: somebody is not in progress any more, which the locks prevent after a check.
        """
        check_may(terms.by, Permission.CAPTURE)
        starts = [row for row in rows if "start" in row.found]
        if starts:
            check_may(terms.by, Permission.PLAN_CLASSES)
        with acting(terms.by):
            _start(starts, terms)
            meetings = {row.found["meeting"].pk: row for row in rows}
            for row in rows:
                row.kept = {PERSON: row.found["person"]} if "person" in row.found else {}
            logged = list(_logged(rows, Programmes(classes_of(terms)), terms))
            for part in _parts(logged):
                insert_rows(LearnerHoursLog, part)
            for part in _parts([_closed(row, terms) for row in meetings.values()]):
                update_rows(ClassAttendanceSession, part, CLOSED)
            tell(len(rows))

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Take back the meetings that the import recorded (I8, H4). Programmes that it started go on.

        Left as they are: meetings that were taken back since, be it that somebody has recorded them anew.

        Raises:
            NotPermitted: the person is no superuser.
            ReasonMissing: no reason was given.
        """
        check_may(by, Permission.VOID)
        reason = check_reason(reason, _("Say why this is taken back."))
        with acting(by):
            keys = {row.key for row in rows}
            _lock(ClassAttendanceSession.objects.filter(pk__in=keys))
            meetings = ClassAttendanceSession.objects.in_bulk(keys)
            times = _recorded_by_imports(keys)
            why = {key: _why_left(meetings.get(key), times.get(key)) for key in keys}
            _void([meetings[key] for key in sorted(keys) if not why[key]], reason, by=by, now=now)
            return [
                UndoneRow(row, UndoAct.LEFT, why[row.key]) if why[row.key] else UndoneRow(row, UndoAct.VOIDED)
                for row in rows
            ]


def _start(rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
    """Start the programmes of workers, each once, as `start_progressions` does."""
    starts: dict[tuple[int, int], CheckedRow] = {}
    for row in rows:
        starts.setdefault((row.found["meeting"].training_class_id, row.found["person"]), row)
    programmes = [
        {
            "learner_id": person,
            "class_id": class_id,
            "class_type_subject_id": row.found["meeting"].training_class.course_id,
            "start_date": row.found["start"],
        }
        for (class_id, person), row in starts.items()
    ]
    keys = insert_rows(LearnerProgression, programmes)
    steps = [
        {
            "progression_id": key,
            "kind": ProgressionEvent.Kind.STARTED.value,
            "effective_date": row.found["start"],
            "created_by_id": terms.by.pk,
            "created_at": terms.now,
        }
        for key, row in zip(keys, starts.values(), strict=True)
    ]
    insert_rows(ProgressionEvent, steps)


def _logged(rows: Sequence[CheckedRow], programmes: Programmes, terms: ImportTerms) -> Iterable[dict[str, Any]]:
    """Yield the rows of the log: of all who were in progress, those in no row as was said for the import."""
    said: dict[int, dict[int, CheckedRow]] = {}
    meetings: dict[int, ClassAttendanceSession] = {}
    for row in rows:
        if "person" in row.found:
            meeting = row.found["meeting"]
            meetings[meeting.pk] = meeting
            said.setdefault(meeting.pk, {})[row.found["person"]] = row
    for key, people in said.items():
        meeting = meetings[key]
        in_progress = programmes.in_progress_on(meeting.training_class_id, meeting.session_date)
        check_logged(
            dict.fromkeys(in_progress, Decimal(0)), {person: row.found["hours"] for person, row in people.items()}
        )
        for person, programme in in_progress.items():
            row_of = people.get(person)
            if row_of is not None:
                yield _log(meeting, programme, row_of.found["hours"], row_of.after.get("notes"), terms)
            else:
                hours = meeting.scheduled_hours if terms.choices.get("unnamed") == Unnamed.PRESENT else Decimal(0)
                yield _log(meeting, programme, hours, None, terms)


def _log(
    meeting: ClassAttendanceSession, programme: ProgrammeFacts, hours: Decimal, notes: str | None, terms: ImportTerms
) -> dict[str, Any]:
    return {
        "tracking_id": programme.tracking_id,
        "learner_id": programme.learner_id,
        "class_id": meeting.training_class_id,
        "class_type_subject_id": programme.course_id,
        "log_date": meeting.session_date,
        "hours_trained": meeting.scheduled_hours,
        "hours_present": hours,
        "source": LearnerHoursLog.Source.ATTENDANCE.value,
        "session_id": meeting.pk,
        "created_by": terms.by.pk,
        "created_at": terms.now,
        "notes": notes,
    }


def _closed(row: CheckedRow, terms: ImportTerms) -> dict[str, Any]:
    """Return what a meeting becomes. The notes of one that was held stand with the hours of each worker."""
    is_held = "person" in row.found
    return {
        "session_id": row.found["meeting"].pk,
        "status": Status.CAPTURED.value if is_held else row.found["status"],
        "notes": None if is_held else row.after.get("notes"),
        "captured_by": terms.by.pk,
        "captured_at": terms.now,
        "updated_at": terms.now,
    }


def _recorded_by_imports(keys: Collection[int]) -> dict[int, datetime | None]:
    """Return when an import that is done recorded each meeting; None where several have, one after the other."""
    done = ImportedRow.objects.filter(table=HourRows.table, key__in=keys, of__state=Import.State.DONE)
    found = done.order_by().values_list("key").annotate(Count("of", distinct=True), Max("of__done_at"))
    return {key: at if imports == 1 else None for key, imports, at in found}


def _why_left(meeting: ClassAttendanceSession | None, recorded_at: datetime | None) -> str:
    if meeting is None or meeting.status == Status.PENDING:
        return _("It was taken back already.")
    if meeting.captured_at != recorded_at:
        return _("It was taken back and recorded anew since.")
    return ""


def _void(meetings: Sequence[ClassAttendanceSession], reason: str, *, by: User, now: datetime) -> None:
    """H4: log the negative of every row that the captures logged; then the meetings wait for their hours again."""
    logged = standing_hours().filter(session__in=[meeting.pk for meeting in meetings])
    rows = list(logged.filter(source=LearnerHoursLog.Source.ATTENDANCE).order_by("pk"))
    _lock(LearnerProgression.objects.filter(pk__in={row.progression_id for row in rows}), no_key=True)
    for part in _parts(rows):
        LearnerHoursLog.objects.bulk_create(row.negative(reason=reason, by=by, now=now) for row in part)
    stamp = {"reason": reason, "voided_by_id": by.pk, "voided_at": now}
    voids = [{"class_session_id": meeting.pk, "voided_status": meeting.status, **stamp} for meeting in meetings]
    insert_rows(CaptureVoid, voids)


def _lock(rows: Any, *, no_key: bool = False) -> None:
    list(rows.order_by("pk").select_for_update(no_key=no_key).values_list("pk"))


def _parts(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]
