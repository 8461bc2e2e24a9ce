"""What would become of rows of marks (I5): which list, which worker, and what the line would say.

Who is not on the list is added to it, as a walk-in is. A cell that is empty changes nothing: whoever is present has
passed unless the row or an earlier mark says otherwise.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.policies.lists import check_can_mark
from attendance.services.imports.kinds.row_people import BADGE, RowPeople, RowPerson
from attendance.services.marking import Mark, check_remarks
from learners.selectors.learners import person_of
from training.core.imports.declaration import Thing
from training.core.imports.rows import DraftRow, RowOutcome
from training.core.refusals import Refusal
from training.models import Session
from training.services.imports.checking import Considered, KindChecker, says_of
from training.services.imports.contract import ImportTerms

YES, NO = "yes", "no"


class MarkChecker(KindChecker):
    """Checks rows of marks.

    What it leaves in `CheckedRow.found` is for `attendance.services.imports.kinds.marks`: `session` and `learner`, keys
    of what the line is of or will be, the `mark`, and the worker's `company` and `role` of now (R3).
    """

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        keys = sessions_of(terms)
        related = ("course", "trainer", "venue")
        self._sessions = Session.objects.filter(deleted_at__isnull=True).select_related(*related).in_bulk(keys)
        lines = SessionAttendee.objects.filter(session__in=keys).annotate(person=person_of())
        self._lines = {(line.session_id, line.person): line for line in lines.order_by("-line")}
        self._closed = {key: self._why_closed(session) for key, session in self._sessions.items()}
        self._people = RowPeople(terms)

    def read(self, rows: Sequence[DraftRow]) -> None:
        self._people.read(rows)

    def consider(self, row: Considered) -> None:
        session = self._session_of(row)
        worker = self._people.find(row)
        line = self._lines.get((session.pk, worker.key)) if session is not None and worker is not None else None
        said = self._said(row, line)
        if session is None or worker is None or row.checked.outcome is not RowOutcome.SAME:
            return
        row.checked.identity = f"{session.reference} {worker.badge}"
        if self._stands_twice(row, session, worker):
            return
        if line is None and worker.why_not_listed:
            row.refuse(BADGE, "not_active", worker.why_not_listed)
        if not row.checked.problems and said is not None:
            self._compare(row, session, worker, line, said)
        closed = self._closed[session.pk]
        if closed is not None and (row.checked.outcome is not RowOutcome.SAME or row.checked.problems):
            row.refuse("session", type(closed).__name__, closed.message)

    # One row

    def _session_of(self, row: Considered) -> Session | None:
        chosen = self.terms.choices.get("session")
        if "session" in row.draft.values:
            named = self.key_of(row, "session", Thing.SESSION)
            chosen = named
            if named is None:
                return None
        session = self._sessions.get(chosen) if isinstance(chosen, int) else None
        if session is None:
            row.refuse("session", "not_known", _("There is no session of this reference."))
        return session

    def _stands_twice(self, row: Considered, session: Session, worker: RowPerson) -> bool:
        return self.repeats(
            row,
            (session.pk, worker.key),
            says=[each for each in says_of(row.draft) if each[0] in {"is_present", "has_passed", "remarks"}],
            column=BADGE,
            code="stands_twice",
            sentence=_("Two rows are about this worker and say different things. Leave one."),
        )

    @staticmethod
    def _said(row: Considered, line: SessionAttendee | None) -> Mapping[str, Any] | None:
        """Return what the row says; None if that is not whole, or is nothing, as of a line that is not marked yet."""
        values = row.draft.values
        if "is_present" not in values:
            says_nothing = "has_passed" not in values and values.get("remarks", "") in {"", line and line.remarks}
            if line is not None and line.marked_at is None and says_nothing:
                row.checked.key = line.pk
            elif "is_present" not in {problem.column for problem in row.checked.problems}:
                row.refuse("is_present", "missing", _("Say whether the worker was present."), "")
            return None
        remarks = str(values["remarks"]).strip() if "remarks" in values else None
        try:
            check_remarks([Mark(0, is_present=True, has_passed=True, remarks=remarks)])
        except Refusal as refusal:
            row.refuse("remarks", "remarks", refusal.message)
        return {"is_present": values["is_present"] == YES, "has_passed": values.get("has_passed"), "remarks": remarks}

    def _compare(
        self,
        row: Considered,
        session: Session,
        worker: RowPerson,
        line: SessionAttendee | None,
        said: Mapping[str, Any],
    ) -> None:
        is_present, passed = said["is_present"], said["has_passed"]
        has_passed = is_present
        if passed is not None:
            has_passed = is_present and passed == YES
        elif line is not None and line.marked_at is not None and line.is_present:
            has_passed = is_present and line.has_passed
        learner = worker.key if line is None else line.learner_id
        mark = Mark(learner, is_present=is_present, has_passed=has_passed, remarks=said["remarks"])
        before = {} if line is None else shown(line)
        after = shown(
            SessionAttendee(
                is_present=is_present,
                has_passed=has_passed,
                remarks=said["remarks"] or (line.remarks if line is not None else ""),
                marked_at=self.terms.now,
            )
        )
        checked = row.checked
        if line is None:
            checked.outcome, checked.worker = RowOutcome.NEW, worker.key
            checked.after = {name: value for name, value in after.items() if value}
        else:
            checked.key = line.pk
            names = [name for name in after if after[name] != before[name]]
            checked.before = {name: before[name] for name in names}
            checked.after = {name: after[name] for name in names}
            checked.outcome = RowOutcome.CHANGED if names else RowOutcome.SAME
        checked.found.update(session=session.pk, learner=learner, mark=mark)
        checked.found.update(company=worker.company, role=worker.role)

    def _why_closed(self, session: Session) -> Refusal | None:
        """Return why nobody can be marked on a list (A1); None if that is possible."""
        try:
            check_can_mark(session, now=self.terms.now, minutes_before=settings.MARKING_OPENS_MINUTES)
        except Refusal as refusal:
            return refusal
        return None


def shown(line: SessionAttendee) -> dict[str, str]:
    """Return what a line says by column of the kind "marks"; of an unmarked one, and of who was absent, not all."""
    is_marked = line.marked_at is not None
    return {
        "is_present": _word(line.is_present) if is_marked else "",
        "has_passed": _word(line.has_passed) if is_marked and line.is_present else "",
        "remarks": line.remarks,
    }


def sessions_of(terms: ImportTerms) -> list[int]:
    """Return the keys of the sessions that the rows of an import can be about."""
    keys = (*terms.things.get(Thing.SESSION, {}).values(), terms.choices.get("session"))
    return sorted({key for key in keys if isinstance(key, int)})


def _word(value: bool) -> str:
    return YES if value else NO
