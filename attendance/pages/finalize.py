"""What the button Finalize would do, and what still prevents it (F5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import SessionAttendee
from attendance.policies.finalize import (
    ListFacts,
    SessionOutcome,
    check_can_finalize,
    check_has_evidence,
    check_has_started,
    check_is_scheduled,
    check_somebody_is_present,
    completion_date,
    outcome,
)
from attendance.policies.lists import capacity_warning, has_ended
from attendance.policies.sheet_findings import Told
from attendance.selectors.evidence import present_upload
from attendance.selectors.finalize import list_facts, sheet_state
from attendance.selectors.sheet_reading import sheet_told
from learners.models import EvidenceUpload
from learners.policies.records import expiry_date
from learners.selectors.learners import is_active_person
from training.core.kinds import StatusKind
from training.core.refusals import Refusal
from training.models import Session
from training.policies.sessions import allows


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the checklist.

    Attributes:
        kind: ok; warn, if it does not prevent finalize; bad, if it does.
    """

    kind: StatusKind
    label: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class FinalizePreview:
    """What finalize would do now.

    Attributes:
        completion_date, expiry_date: the dates of the records; None while the session has no end, and the latter also
            where a pass does not expire.
        blocked: those marked present who are blocked or not active by now; they get their records all the same (L1).
        blocker: why Finalize is disabled; empty when it is enabled.
        upload: the signed sheet; None while it is missing.
        sheet: what its codes tell (E8).
    """

    facts: ListFacts
    outcome: SessionOutcome
    completion_date: date | None
    expiry_date: date | None
    blocked: Sequence[SessionAttendee]
    steps: Sequence[Step]
    blocker: str
    upload: EvidenceUpload | None
    sheet: Told

    @property
    def sheet_state(self) -> str:
        """The word for the warnings that a person has to confirm too (E8, `sheet_state`); empty without warnings."""
        return sheet_state(self.upload, self.sheet)

    @property
    def sentence(self) -> str:
        """The sentence of the confirmation (F5)."""
        records = ngettext(
            "%(records)d Training Record (%(passed)d passed, %(failed)d failed)",
            "%(records)d Training Records (%(passed)d passed, %(failed)d failed)",
            self.outcome.training_records,
        ) % {
            "records": self.outcome.training_records,
            "passed": self.outcome.passed,
            "failed": self.outcome.failed,
        }
        pending = ngettext(
            "%(count)d pending verification", "%(count)d pending verifications", self.outcome.competency_records
        ) % {"count": self.outcome.competency_records}
        return _("This will generate %(records)s and %(pending)s. This action cannot be undone.") % {
            "records": records,
            "pending": pending,
        }

    @property
    def brief(self) -> str:
        """The records that are made, short enough for a button: "16 records", "1 record, 4 to verify"."""
        records, pending = self.outcome.training_records, self.outcome.competency_records
        words = []
        if records or not pending:
            words.append(ngettext("%(count)d record", "%(count)d records", records) % {"count": records})
        if pending:
            words.append(ngettext("%(count)d to verify", "%(count)d to verify", pending) % {"count": pending})
        return ", ".join(words)

    @property
    def second_lines_sentence(self) -> str:
        """The sentence that a person on two lines gets one record (L2); empty where nobody is."""
        return told_second_lines(self.outcome.second_lines)

    @property
    def unmarked_sentence(self) -> str:
        """The sentence that unmarked workers are recorded as absent (F5); empty when everybody is marked."""
        if not self.facts.unmarked:
            return ""
        return ngettext(
            "%(count)d worker is not marked and will be recorded absent.",
            "%(count)d workers are not marked and will be recorded absent.",
            self.facts.unmarked,
        ) % {"count": self.facts.unmarked}


def told_second_lines(count: int) -> str:
    """Return the sentence that people on two lines get one record each (L2); empty where nobody is.

    Args:
        count: how many lines make no record of their own.
    """
    if not count:
        return ""
    return ngettext(
        "%(count)d worker stands on two lines under two badges, and gets one record.",
        "%(count)d workers stand on two lines under two badges, and get one record each.",
        count,
    ) % {"count": count}


def finalize_preview(session: Session, *, now: datetime) -> FinalizePreview:
    """Return what finalize would do with a session now.

    It takes three queries, and two more if the sheet was printed from another version of the list.

    Args:
        session: with its course version and venue loaded.
        now: the present moment.
    """
    upload = present_upload(session)
    told = sheet_told(session, upload)
    facts = list_facts(session, upload)
    version = session.course_version
    completed_on = session.end_time and completion_date(end_time=session.end_time, now=now)
    expires_on = None
    if completed_on and version:
        expires_on = expiry_date(completed_on, validity_months=version.validity_months)
    blocked = SessionAttendee.objects.filter(~is_active_person(), session=session, is_present=True)
    return FinalizePreview(
        facts=facts,
        outcome=outcome(session, facts),
        completion_date=completed_on,
        expiry_date=expires_on,
        blocked=list(blocked.select_related("learner").order_by("line")),
        steps=_steps(session, facts, told, now=now),
        blocker=_blocker(session, facts, now=now),
        upload=upload,
        sheet=told,
    )


def _blocker(session: Session, facts: ListFacts, *, now: datetime) -> str:
    try:
        check_can_finalize(session, facts, now=now)
    except Refusal as refusal:
        return refusal.message
    return ""


def _steps(session: Session, facts: ListFacts, told: Told, *, now: datetime) -> list[Step]:
    """Return the checklist: the conditions of F1, and what is unusual but allowed."""
    not_done = (
        StatusKind.BAD if has_ended(session, now=now) else StatusKind.NONE
    )  # until then no mark and no sheet is late
    steps = [
        _step(
            lambda: check_is_scheduled(session), label=_("Scheduled"), met="", unmet=_("required"), kind=StatusKind.BAD
        ),
        _started_step(session, now=now),
        _attendance_step(facts, kind=not_done),
    ]
    if session.venue is not None and capacity_warning(attendees=facts.listed, capacity=session.venue.capacity):
        label = _("Venue %(count)d over capacity") % {"count": facts.listed - session.venue.capacity}
        steps.append(Step(kind=StatusKind.WARN, label=label, detail=_("allowed")))
    if facts.has_evidence and told.warnings:
        return [*steps, Step(kind=StatusKind.WARN, label=_("Signed sheet"), detail=_("look at it"))]
    sheet = _step(
        lambda: check_has_evidence(facts),
        label=_("Signed sheet"),
        met=_("stored"),
        unmet=_("not uploaded yet"),
        kind=not_done,
    )
    return [*steps, sheet]


def _step(check: Callable[[], None], *, label: str, met: str, unmet: str, kind: StatusKind) -> Step:
    return (
        Step(kind=StatusKind.OK, label=label, detail=met)
        if allows(check)
        else Step(kind=kind, label=label, detail=unmet)
    )


def _started_step(session: Session, *, now: datetime) -> Step:
    if session.start_time is None:
        return Step(kind=StatusKind.NONE, label=_("Started"), detail=_("no date yet"))
    return _step(
        lambda: check_has_started(session, now=now),
        label=_("Started"),
        met="",
        unmet=_("not yet"),
        kind=StatusKind.NONE,
    )


def _attendance_step(facts: ListFacts, *, kind: StatusKind) -> Step:
    marked = f"{facts.listed - facts.unmarked}/{facts.listed}"
    if not allows(lambda: check_somebody_is_present(facts)):
        return Step(kind=kind, label=_("Somebody is marked present"), detail=marked)
    return Step(
        kind=StatusKind.WARN if facts.unmarked else StatusKind.OK, label=_("Everybody is marked"), detail=marked
    )
