"""The profile of one worker: verdict, items with proof, the signed sheet behind a record, records, sign-offs."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from learners.models import Area, CompetencyRecord, EvidenceUpload, Learner, TrainingRecord
from learners.selectors import records as having
from learners.selectors.records import ItemLine
from learners.standing import KIND_OF_VERDICT, Verdict, verdict
from training.models import Session
from training.refusals import Refusal


class WorkerNotFound(Refusal):
    """There is no such worker (404)."""

    status = 404


@dataclass(frozen=True)
class NextSession:
    """The next scheduled session of a course: the one the worker is booked on, else the first with a free seat."""

    session: Session
    is_booked: bool


@dataclass(frozen=True)
class Requirement:
    """A row of the compliance table; `next_session` is looked for where the worker must or soon must train."""

    line: ItemLine
    proof: TrainingRecord | None
    next_session: NextSession | None


@dataclass(frozen=True)
class RecordLine:
    """A record with the worker's line on the signed sheet; None for external training."""

    record: TrainingRecord
    line: int | None

    @property
    def is_revoked(self) -> bool:
        return hasattr(self.record, "revocation")


@dataclass(frozen=True)
class Sheet:
    """The signed sheet or certificate behind a record, and where on it the worker stands."""

    record: TrainingRecord
    upload: EvidenceUpload | None
    line: int | None
    lines: int

    @property
    def pages(self) -> range:
        """The numbers of its pages."""
        return range(1, (self.upload.pages if self.upload else 1) + 1)


@dataclass(frozen=True)
class Profile:
    """Everything the page of a worker shows, the audit trail apart."""

    learner: Learner
    areas: Sequence[Area]
    verdict: Verdict
    requirements: Sequence[Requirement]
    records: Sequence[RecordLine]
    sign_offs: Sequence[CompetencyRecord]
    sheet: Sheet | None

    @property
    def verdict_kind(self) -> str:
        return KIND_OF_VERDICT[self.verdict]

    @property
    def failing(self) -> list[Requirement]:
        """What the worker must not be assigned to, worst first."""
        return [each for each in self.requirements if each.line.standing.kind == "bad"]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many requirements are of which kind, and how many wait for a sign-off besides."""
        kinds = [each.line.standing.kind for each in self.requirements]
        waiting = sum(each.line.item.awaiting_verification for each in self.requirements)
        return {"bad": kinds.count("bad"), "warn": kinds.count("warn"), "wait": waiting, "ok": kinds.count("ok")}


def get_worker(pk: int) -> Learner:
    """Return a worker with employer, role and, if merged, the surviving one.

    Raises:
        WorkerNotFound: there is none.
    """
    learner = Learner.objects.select_related("company", "role", "supervisor", "merged_into").filter(pk=pk).first()
    if learner is None:
        raise WorkerNotFound(_("There is no such worker. Search by name or badge."))
    return learner


def worker_profile(
    learner: Learner, *, record_id: int | None, today: dt.date, now: dt.datetime, warning_days: int
) -> Profile:
    """Return the profile of a worker in a constant number of queries.

    Args:
        record_id: whose sheet is open; by default the proof of the worst item, else of the newest record.
        warning_days: length of the warning window before an expiry.
    """
    lines = having.item_lines(learner, today=today, warning_days=warning_days)
    places = dict(SessionAttendee.objects.filter(learner=learner).values_list("session_id", "line"))
    records = [
        RecordLine(record, places.get(record.session_id) if record.session_id else None)
        for record in having.records_of(learner)
    ]
    by_key = {each.record.pk: each for each in records}
    sessions = _next_sessions(learner, lines, now=now)
    requirements = [
        Requirement(
            line=line,
            proof=by_key[line.item.proof_id].record if line.item.proof_id else None,
            next_session=sessions.get(line.item.course_id),
        )
        for line in lines
    ]
    proofs = [each.proof.pk for each in requirements if each.proof]
    wanted = [record_id, *proofs, *by_key]
    open_record = next((by_key[key] for key in wanted if key in by_key), None)
    return Profile(
        learner=learner,
        areas=[link.area for link in learner.area_links.select_related("area").order_by("area__name")],
        verdict=verdict(learner, today=today),
        requirements=requirements,
        records=records,
        sign_offs=list(having.sign_offs_of(learner)),
        sheet=_sheet(open_record) if open_record else None,
    )


def _sheet(line: RecordLine) -> Sheet:
    record = line.record
    return Sheet(
        record=record,
        upload=having.upload_of(record),
        line=line.line,
        lines=SessionAttendee.objects.filter(session=record.session_id).count() if record.session_id else 0,
    )


def _next_sessions(learner: Learner, lines: Sequence[ItemLine], *, now: dt.datetime) -> dict[int, NextSession]:
    """Return by course where the worker trains next, for the courses that are red or yellow, in one query.

    Only who is ACTIVE can be put on a list (L1).
    """
    if learner.status != Learner.Status.ACTIVE:
        return {}
    courses = [line.item.course_id for line in lines if line.standing.kind in ("bad", "warn")]
    sessions = (
        Session.objects.filter(
            course__in=courses, status=Session.Status.SCHEDULED, start_time__gt=now, deleted_at__isnull=True
        )
        .annotate(
            listed=Count("attendees"),
            is_booked=Exists(SessionAttendee.objects.filter(session=OuterRef("pk"), learner=learner)),
        )
        .filter(Q(is_booked=True) | Q(listed__lt=F("venue__capacity")))
        .order_by("-is_booked", "start_time", "pk")
    )
    found: dict[int, NextSession] = {}
    for session in sessions:
        found.setdefault(session.course_id, NextSession(session, session.is_booked))
    return found
