"""What would become of rows of hours (I5): which meeting, which worker, and whether H2 and H3 allow it.

A meeting is recorded as a whole: with a row for everybody who is in progress in the class on its day, or with what was
said for the import about those who stand in no row (`choices["unnamed"]`: "present" or "absent"). If one of its rows
cannot be brought in, none is. What is recorded already is the same, or refused: no import writes over hours.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from attendance.policies.import_once import Unnamed
from attendance.services.capture import hours_are_logged, not_scheduled
from attendance.services.imports.kinds.row_people import BADGE, RowPeople, RowPerson
from learners.models import LearnerHoursLog, LearnerProgression
from learners.models.hours_rules import WrongHours
from learners.policies.hours import check_presence
from learners.selectors.learners import person_of
from learners.selectors.programmes import Programmes
from learners.selectors.standing_hours import standing_hours
from learners.services.progression import check_runs
from training.core.imports.declaration import Thing
from training.core.imports.rows import CellProblem, CheckedRow, DraftRow, RowOutcome
from training.core.refusals import Refusal
from training.core.words import day as day_in_words
from training.models import ClassAttendanceSession, TrainingClass
from training.policies.meetings import EXCEPTIONS, check_can_capture, check_can_except
from training.services.imports.checking import COMES, Considered, KindChecker, text_of
from training.services.imports.contract import ImportTerms

Status = ClassAttendanceSession.Status

DAY = "session_date"


@dataclass(slots=True)
class _Meeting:
    """The rows of one meeting that is not recorded yet.

    Attributes:
        meeting: the meeting itself.
        places: of its rows that can be brought in.
        people: whose hours these rows say.
        is_wrong: whether another of its rows cannot be brought in.
        held: whether rows say that it was held, that it was not, or both.
    """

    meeting: ClassAttendanceSession
    places: list[int] = field(default_factory=list)
    people: set[int] = field(default_factory=set)
    is_wrong: bool = False
    held: set[bool] = field(default_factory=set)


class HourChecker(KindChecker):
    """Checks rows of hours.

    What it leaves in `CheckedRow.found` is for `attendance.services.imports.kinds.hours`: `meeting`, its `status`, the
    `person` with the `hours`, and `start`, the day from which a programme is started.
    """

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        keys = classes_of(terms)
        self._classes = TrainingClass.objects.select_related("client", "course", "agent", "venue").in_bulk(keys)
        self._meetings: dict[tuple[int, date], ClassAttendanceSession] = {}
        for meeting in ClassAttendanceSession.objects.filter(training_class__in=keys).select_related("captured_by"):
            meeting.training_class = self._classes[meeting.training_class_id]
            self._meetings[meeting.training_class_id, meeting.session_date] = meeting
        logged = standing_hours().filter(session__training_class__in=keys).annotate(person=person_of())
        rows = list(logged.values_list("session", "person", "hours_present", "source"))
        captured = LearnerHoursLog.Source.ATTENDANCE
        self._logged = {(key, person): hours for key, person, hours, source in rows if source == captured}
        self._with_hours = {key for key, *_others in rows}
        self._programmes = Programmes(keys)
        self._starts: dict[int, dict[int, tuple[date, date]]] = {}  # by class and person: since when, and until when
        self._groups: dict[int, _Meeting] = {}
        self._people = RowPeople(terms)
        self._elsewhere: dict[int, str] = {}

    # The part

    def read(self, rows: Sequence[DraftRow]) -> None:
        self._people.read(rows)
        self._elsewhere = {}
        if any("started_on" in row.values for row in rows):
            running = LearnerProgression.objects.filter(status=LearnerProgression.Status.IN_PROGRESS)
            others = running.annotate(person=person_of()).filter(person__in=self._people.keys)
            codes = others.values_list("person", "training_class", "training_class__class_code")
            self._elsewhere = {person: code or f"#{key}" for person, key, code in codes}

    def check(self, rows: Sequence[DraftRow]) -> Sequence[CheckedRow]:
        first = self._count
        checked = super().check(rows)
        for place, row in enumerate(checked, first):
            meeting = row.found.get("meeting")
            if meeting is None or row.outcome in {RowOutcome.SAME, RowOutcome.LEFT_OUT}:
                continue
            group = self._groups.setdefault(meeting.pk, _Meeting(meeting))
            group.held.add(row.found["status"] == Status.CAPTURED)
            if row.outcome in COMES:
                group.places.append(place)
                group.people.add(row.found.get("person", 0))
            else:
                group.is_wrong = True
        return checked

    def finish(self) -> Mapping[int, Sequence[CellProblem]]:
        while True:
            super().finish()
            self._awaited = [each for each in self._awaited if each[0] not in self._late]
            refused = self._refuse_parts_of_meetings()
            if not refused:
                return self._late
            self._late |= refused

    def names(self, row: Considered) -> Sequence[Hashable]:
        return [row.checked.found["starts"]] if "starts" in row.checked.found else []

    # One row

    def consider(self, row: Considered) -> None:
        training_class, day = self._class_of(row), row.draft.values.get(DAY)
        if day is None and DAY not in {problem.column for problem in row.checked.problems}:
            row.refuse(DAY, "missing", _("Enter the day of the meeting."), "")
        status = row.draft.values.get("status") or Status.CAPTURED.value
        meeting = None if training_class is None or day is None else self._meetings.get((training_class.pk, day))
        if training_class is not None and day is not None and meeting is None:
            refusal = not_scheduled(training_class, day)
            row.refuse(DAY, "not_scheduled", refusal.message)
        if meeting is not None:
            row.checked.key, row.checked.found["meeting"], row.checked.found["status"] = meeting.pk, meeting, status
        if status in EXCEPTIONS:
            if meeting is not None and row.checked.outcome is RowOutcome.SAME:
                self._consider_exception(row, meeting, status)
            return
        worker = self._people.find(row)
        if meeting is not None and worker is not None and row.checked.outcome is RowOutcome.SAME:
            self._consider_hours(row, meeting, worker)

    def _class_of(self, row: Considered) -> TrainingClass | None:
        chosen: object = self.terms.choices.get("class_code")
        if "class_code" in row.draft.values:
            chosen = self.key_of(row, "class_code", Thing.CLASS)
            if chosen is None:
                return None
        found = self._classes.get(chosen) if isinstance(chosen, int) else None
        if found is None:
            row.refuse("class_code", "not_known", _("There is no class of this code."))
        return found

    def _consider_exception(self, row: Considered, meeting: ClassAttendanceSession, status: str) -> None:
        checked = row.checked
        checked.identity = f"{meeting.training_class} {meeting.session_date.isoformat()}"
        if row.draft.values.get("hours_present"):
            row.refuse("hours_present", "not_held", _("A meeting that was not held has no hours."))
        if self.repeats(
            row,
            (meeting.pk, None),
            says=status,
            column="status",
            code="stands_twice",
            sentence=_("Two rows say of this meeting for two reasons that it was not held. Leave one."),
        ):
            return
        if meeting.status == status:
            return
        self._ask(row, check_can_except, meeting)
        if meeting.pk in self._with_hours and not checked.problems:
            row.refuse(DAY, "hours_are_logged", hours_are_logged(meeting).message)
        checked.outcome = RowOutcome.NEW
        checked.after = {"status": status, **_notes_of(row)}

    def _consider_hours(self, row: Considered, meeting: ClassAttendanceSession, worker: RowPerson) -> None:
        checked, person = row.checked, worker.key
        checked.identity = f"{meeting.training_class} {meeting.session_date.isoformat()} {worker.badge}"
        hours = self._hours(row, meeting)
        if self.repeats(
            row,
            (meeting.pk, person),
            says=hours,
            column=BADGE,
            code="stands_twice",
            sentence=_("Two rows are about this worker and this meeting and say different things. Leave one."),
        ):
            return
        if hours is None:
            return
        if meeting.status == Status.CAPTURED and self._logged.get((meeting.pk, person)) == hours:
            return
        self._ask(row, check_can_capture, meeting, today=self.today)
        if meeting.status != Status.PENDING or checked.problems:
            return
        checked.outcome = RowOutcome.NEW
        checked.after = {"hours_trained": meeting.scheduled_hours, "hours_present": hours, **_notes_of(row)}
        checked.found.update(person=person, hours=hours)
        if person not in self._programmes.in_progress_on(meeting.training_class_id, meeting.session_date):
            self._start(row, meeting, worker)

    def _hours(self, row: Considered, meeting: ClassAttendanceSession) -> Decimal | None:
        values = row.draft.values
        trained, present = values.get("hours_trained"), values.get("hours_present")
        if trained is not None and Decimal(trained) != meeting.scheduled_hours:
            text = _("The meeting lasts %(hours)s hours by the schedule of its class.")
            hours = f"{meeting.scheduled_hours.normalize():f}"
            row.refuse("hours_trained", "not_the_schedule", text % {"hours": hours})
        if present is None:
            if "hours_present" not in {problem.column for problem in row.checked.problems}:
                row.refuse("hours_present", "missing", _("Enter the hours present."), "")
            return None
        try:
            check_presence(Decimal(present), scheduled=meeting.scheduled_hours)
        except WrongHours as refusal:
            row.refuse("hours_present", "wrong_hours", refusal.message)
            return None
        return Decimal(present)

    # Programmes that are started

    def _start(self, row: Considered, meeting: ClassAttendanceSession, worker: RowPerson) -> None:
        """Start the programme of a worker who is not in the class, as this row or one before it says from when."""
        person, day, class_id = worker.key, meeting.session_date, meeting.training_class_id
        said, left_on = row.draft.values.get("started_on"), worker.left_on
        start, _until = self._starts.get(class_id, {}).get(person, (said, left_on))
        is_in = person in self._programmes.people_of(class_id)
        if is_in or start is None or not start <= day <= left_on:
            text = _("Not in progress in this class on that day, or no longer active by then.")
            row.refuse(BADGE, "not_in_progress", text)
        elif said is None:
            text = _("The row that starts the worker in the class cannot be brought in.")
            row.await_row(("start", class_id, person), BADGE, "not_started", text, worker.badge)
        elif said != start:
            text = _("Another row says that the worker is in the class since another day.")
            row.refuse("started_on", "two_starts", text)
        else:
            self._ask_start(row, meeting.training_class, worker, start)
            if not row.checked.problems:
                self._starts.setdefault(class_id, {})[person] = (start, left_on)
                row.checked.worker = person
                row.checked.after = {**row.checked.after, "started_on": start}
                row.checked.found.update(start=start, starts=("start", class_id, person))

    def _ask_start(self, row: Considered, training_class: TrainingClass, worker: RowPerson, start: date) -> None:
        person = worker.key
        if worker.why_not_listed:
            row.refuse(BADGE, "not_active", worker.why_not_listed)
        try:
            check_runs(training_class, start)
        except Refusal as refusal:
            row.refuse("started_on", type(refusal).__name__, refusal.message)
        here = [key for key, people in self._starts.items() if person in people and key != training_class.pk]
        other = self._elsewhere.get(person) or next((str(self._classes[key]) for key in here), None)
        if other is not None:
            text = _("The worker is in progress in %(class)s. Nobody is in two programmes: put that one on hold first.")
            row.refuse(BADGE, "in_another_programme", text % {"class": other})

    # Whole meetings

    def _refuse_parts_of_meetings(self) -> dict[int, list[CellProblem]]:
        """Return for rows of meetings that cannot be recorded as a whole why they are refused."""
        refused: dict[int, list[CellProblem]] = {}
        for group in self._groups.values():
            good = [place for place in group.places if place not in self._late]
            if good and (problem := self._why_not_whole(group, is_wrong=len(good) < len(group.places))):
                refused |= {place: [problem] for place in good}
        return refused

    def _why_not_whole(self, group: _Meeting, *, is_wrong: bool) -> CellProblem | None:
        meeting, day = group.meeting, day_in_words(group.meeting.session_date)
        if len(group.held) > 1:
            return CellProblem(
                DAY, "held_or_not", _("Other rows say of this meeting whether it was held, differently."), day
            )
        if is_wrong or group.is_wrong:
            text = _("Another row of this meeting cannot be brought in, and a meeting is recorded as a whole.")
            return CellProblem(DAY, "not_whole", text, day)
        if True not in group.held or self.terms.choices.get("unnamed") in set(Unnamed):
            return None
        class_id, held_on = meeting.training_class_id, meeting.session_date
        expected = set(self._programmes.in_progress_on(class_id, held_on))
        started = self._starts.get(class_id, {})
        expected |= {person for person, (start, left_on) in started.items() if start <= held_on <= left_on}
        if not expected - group.people:
            return None
        text = _(
            "Somebody else was in progress in this class on that day, and stands in no row of this meeting. Add a row, "
            "or say for all rows whether those were present."
        )
        return CellProblem(DAY, "somebody_is_missing", text, day)

    @staticmethod
    def _ask(row: Considered, check: Any, *args: Any, **kwargs: Any) -> None:
        try:
            check(*args, **kwargs)
        except Refusal as refusal:
            row.refuse(DAY, type(refusal).__name__, refusal.message)


def classes_of(terms: ImportTerms) -> list[int]:
    """Return the keys of the classes that the rows of an import can be about."""
    keys = (*terms.things.get(Thing.CLASS, {}).values(), terms.choices.get("class_code"))
    return sorted({key for key in keys if isinstance(key, int)})


def _notes_of(row: Considered) -> dict[str, str]:
    notes = text_of(row.draft.values.get("notes")).strip()
    return {"notes": notes} if notes else {}
