"""The profile of one worker, today or as on another day (C8).

It shows the verdict, the requirements with their proof, the signed sheet behind a record, the records and the
sign-offs. A person with several badges is shown as one (L2).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.pages.papers import Paper, papers
from attendance.selectors.bookings import Coming, coming_of
from learners.models import CompetencyRecord, EvidenceUpload, Learner, Revocation, TrainingRecord
from learners.pages.items import ItemLine, item_lines, item_lines_as_of
from learners.pages.later import Later, changed_later
from learners.policies.registers import Extract, extract_shown
from learners.policies.standing import KIND_OF_VERDICT, Verdict, verdict
from learners.selectors import records as having
from learners.selectors.as_of import Then, workers_as_of
from learners.selectors.evidence import sheets_of
from learners.selectors.learners import ids_of_person
from training.core.kinds import StatusKind
from training.core.refusals import check_found
from training.models import Session


@dataclass(frozen=True)
class NextSession:
    """The next scheduled session of a course: the one that lists the worker, or else the first with a free seat."""

    session: Session
    is_booked: bool


@dataclass(frozen=True)
class ProfileRequirement:
    """A row of the compliance table.

    Attributes:
        next_session: where the worker can train next, if the worker must train now or soon.
        is_proof_entered_later: whether the proof was entered after the day that is shown (C8).
        is_certificate_entered_later: whether it comes from an old register, and its certificate came after that day.
    """

    line: ItemLine
    proof: TrainingRecord | None
    is_proof_entered_later: bool
    is_certificate_entered_later: bool
    next_session: NextSession | None

    @property
    def accepted_until(self) -> dt.date | None:
        """The last day on which a proof from an old register is accepted; None if its own expiry comes first (I7)."""
        item = self.line.item
        is_ended_early = self.proof is not None and self.proof.expiry_date != item.expiry_date
        return item.expiry_date if item.is_from_register and is_ended_early else None


@dataclass(frozen=True)
class RecordLine:
    """A training record in the list of records.

    Attributes:
        line: the line of the worker on the signed sheet; None for external training.
        is_revoked: whether it was revoked on the day that is shown.
        is_revoked_later, is_entered_later: whether it was revoked, or entered, after the day that is shown (C8).
        certified_at: when a record from an old register got its certificate; None if it has none, or came with one.
        is_certified_later: whether that was after the day that is shown.
    """

    record: TrainingRecord
    line: int | None
    is_revoked: bool
    is_revoked_later: bool = False
    is_entered_later: bool = False
    certified_at: dt.datetime | None = None
    is_certified_later: bool = False

    @property
    def is_from_register(self) -> bool:
        """Whether an extract of an old register is all that proves it (I7)."""
        return self.record.extract_id is not None and self.certified_at is None

    @property
    def is_undone(self) -> bool:
        """Whether it was revoked together with all records of its register (I8)."""
        return self.is_revoked and self.record.revocation.undoes_id is not None


@dataclass(frozen=True)
class UndoneRegister:
    """The records of a worker that were revoked at once, when the import of a register was undone (I8)."""

    revocation: Revocation
    records: int


@dataclass(frozen=True)
class OpenSheet:
    """The signed sheet or certificate behind a record, and where the worker stands on it.

    Attributes:
        uploads: the files, the newest correction first, the original last (E6).
    """

    record: TrainingRecord
    uploads: Sequence[EvidenceUpload]
    line: int | None
    lines: int

    @property
    def upload(self) -> EvidenceUpload | None:
        """The file that is shown first; None if there is none."""
        return self.uploads[0] if self.uploads else None

    @property
    def extract(self) -> Extract | None:
        """What an old register said, where the record came from it without a certificate (I7)."""
        return extract_shown(self.record.extract.content) if self.record.extract else None

    @property
    def papers(self) -> list[Paper]:
        """Each file with its pages, the page with the worker's line first."""
        return papers(self.uploads, session=self.record.session, line=self.line)


@dataclass(frozen=True)
class Profile:
    """Everything that the page of a worker shows, except the hours and the trail.

    Attributes:
        learner: the worker as on the day that is shown.
        areas: the names of the worker's areas on that day.
        as_of: the day that is shown; None for today.
        is_known: whether the site knew this worker on that day.
        later: what is now known about that day, and was not known on it (C8).
        coming: what the worker is booked for; None if another day than today is shown.
        undone: registers whose import was undone, with how many records of this worker: one line each (I8).
    """

    learner: Learner
    areas: Sequence[str]
    verdict: Verdict
    requirements: Sequence[ProfileRequirement]
    records: Sequence[RecordLine]
    sign_offs: Sequence[CompetencyRecord]
    sheet: OpenSheet | None
    as_of: dt.date | None = None
    is_known: bool = True
    later: Sequence[Later] = ()
    coming: Coming | None = None
    undone: Sequence[UndoneRegister] = ()

    @property
    def verdict_kind(self) -> StatusKind:
        return KIND_OF_VERDICT[self.verdict]

    @property
    def failing(self) -> list[ProfileRequirement]:
        """The requirements because of which the worker must not be assigned, the worst first."""
        return [each for each in self.requirements if each.line.standing.kind == StatusKind.BAD]

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of requirements of each kind, and the number of practical sign-offs that wait.

        A sign-off counts whether or not its course is required, as in lists and in the queue.
        """
        kinds = [each.line.standing.kind for each in self.requirements]
        waiting = sum(each.is_pending for each in self.sign_offs)
        return {
            StatusKind.BAD: kinds.count(StatusKind.BAD),
            StatusKind.WARN: kinds.count(StatusKind.WARN),
            StatusKind.WAIT: waiting,
            StatusKind.OK: kinds.count(StatusKind.OK),
        }


def get_worker(pk: int) -> Learner:
    """Return a worker with employer, role and, if the badge was merged, the badge of today.

    Raises:
        NotFound: there is no such worker.
    """
    return check_found(
        Learner.objects.select_related("company", "role", "supervisor", "merged_into").filter(pk=pk).first(),
        _("There is no such worker. Search by name or badge."),
    )


def worker_profile(
    learner: Learner, *, record_id: int | None, today: dt.date, now: dt.datetime, warning_days: int
) -> Profile:
    """Return the profile of a worker today, in a constant number of queries.

    Args:
        learner: the worker.
        record_id: key of the record whose sheet is open; None opens the proof of the worst requirement, or else of the
            newest record.
        today: the site's date.
        now: the present moment.
        warning_days: how many days before an expiry the warning begins.
    """
    badges = ids_of_person(learner)
    lines = item_lines(learner, today=today, warning_days=warning_days)
    sessions = _next_sessions(learner, badges, lines, now=now)
    records = _records(badges)
    return Profile(
        learner=learner,
        areas=list(learner.area_links.order_by("area__name").values_list("area__name", flat=True)),
        verdict=verdict(learner, today=today),
        requirements=_requirements(lines, records, sessions),
        records=[each for each in records if not each.is_undone],
        undone=_undone(records),
        sign_offs=list(having.sign_offs_of(badges)),
        sheet=_open_sheet(record_id, lines, records),
        coming=coming_of(badges, today=today, now=now),
    )


def worker_profile_as_of(learner: Learner, *, on: dt.date, record_id: int | None, warning_days: int) -> Profile:
    """Return the profile of a worker as on an earlier day (C8), in a constant number of queries.

    The next sessions are left out, because they are those of today.

    Args:
        learner: the worker.
        on: the day that is asked about.
        record_id: as in `worker_profile`.
        warning_days: how many days before an expiry the warning begins.
    """
    lines = item_lines_as_of(learner, on=on, warning_days=warning_days)
    known = workers_as_of([learner], [line.item for line in lines], on=on).get(learner.pk)
    then = known or _unknown(learner)
    badges = ids_of_person(learner)
    records = [each for each in _records(badges, on=on) if each.record.completion_date <= on]
    return Profile(
        learner=then.learner,
        areas=then.areas,
        verdict=verdict(then.learner, today=on),
        requirements=_requirements(lines, records, {}),
        records=[each for each in records if not each.is_undone],
        undone=_undone(records),
        sign_offs=[each for each in (_sign_off_as_of(each, on) for each in having.sign_offs_of(badges)) if each],
        sheet=_open_sheet(record_id, lines, records),
        as_of=on,
        is_known=known is not None,
        later=changed_later([learner.pk], on=on).get(learner.pk, []),
    )


def _unknown(learner: Learner) -> Then:
    """Return what is shown for a worker whom the site did not know on a day."""
    unknown = copy(learner)
    unknown.status, unknown.end_date = Learner.Status.INACTIVE, None
    return Then(unknown, [])


def _sign_off_as_of(record: CompetencyRecord, on: dt.date) -> CompetencyRecord | None:
    """Return a sign-off as it was on a day, as an object that is never saved; None if the training was later."""
    if record.training_date > on:
        return None
    then = copy(record)
    if record.revoked_at and timezone.localdate(record.revoked_at) > on:
        then.revoked_at = None
    assessed_on = record.assessed_on or (record.assessed_at and timezone.localdate(record.assessed_at))
    if assessed_on and assessed_on > on:
        then.status = CompetencyRecord.Status.PENDING_VERIFICATION
        then.assessed_by = then.assessed_at = then.assessed_on = then.method = None
        then.remarks = ""
    return then


def _records(badges: Collection[int], *, on: dt.date | None = None) -> list[RecordLine]:
    """Return all records of a person, the newest first. What happened after the day `on` is marked so."""
    attendees = SessionAttendee.objects.filter(learner__in=badges)
    places = {(session, badge): line for session, badge, line in attendees.values_list("session", "learner", "line")}
    lines = []
    for record in having.records_of(badges):
        certified_at: dt.datetime | None = record.certified_at  # type: ignore[attr-defined]  # of `records_of`
        revoked_on = record.revocation.revoked_on if hasattr(record, "revocation") else None
        is_later = on is not None and revoked_on is not None and revoked_on > on
        lines.append(
            RecordLine(
                record=record,
                line=places.get((record.session_id, record.learner_id)) if record.session_id else None,
                is_revoked=revoked_on is not None and not is_later,
                is_revoked_later=is_later,
                is_entered_later=on is not None and timezone.localdate(record.created_at) > on,
                certified_at=certified_at,
                is_certified_later=bool(on and certified_at and timezone.localdate(certified_at) > on),
            )
        )
    return lines


def _undone(records: Sequence[RecordLine]) -> list[UndoneRegister]:
    """Return the registers whose import was undone, in the order of the records."""
    counts: dict[int | None, int] = defaultdict(int)
    revocations: dict[int | None, Revocation] = {}
    for each in records:
        if each.is_undone:
            revocation = each.record.revocation
            counts[revocation.undoes_id] += 1
            revocations[revocation.undoes_id] = revocation
    return [UndoneRegister(revocations[key], count) for key, count in counts.items()]


def _requirements(
    lines: Sequence[ItemLine], records: Sequence[RecordLine], sessions: Mapping[int, NextSession]
) -> list[ProfileRequirement]:
    entered_later = {each.record.pk for each in records if each.is_entered_later}
    certified_later = {each.record.pk for each in records if each.is_certified_later}
    return [
        ProfileRequirement(
            line=line,
            proof=line.item.proof,
            is_proof_entered_later=line.item.proof_id in entered_later,
            is_certificate_entered_later=line.item.proof_id in certified_later,
            next_session=sessions.get(line.item.course_id),
        )
        for line in lines
    ]


def _open_sheet(record_id: int | None, lines: Sequence[ItemLine], records: Sequence[RecordLine]) -> OpenSheet | None:
    """Return the sheet of the record that is asked for, else of the worst requirement's proof or the newest record."""
    by_key = {each.record.pk: each for each in records}
    wanted = [record_id, *(line.item.proof_id for line in lines), *by_key]
    line = next((by_key[key] for key in wanted if key in by_key), None)
    return _sheet(line) if line else None


def _sheet(line: RecordLine) -> OpenSheet:
    record = line.record
    return OpenSheet(
        record=record,
        uploads=sheets_of([record])[record.pk],
        line=line.line,
        lines=SessionAttendee.objects.filter(session=record.session_id).count() if record.session_id else 0,
    )


def _next_sessions(
    learner: Learner, badges: Collection[int], lines: Sequence[ItemLine], *, now: dt.datetime
) -> dict[int, NextSession]:
    """Return by the key of the course where the worker can train next, for red and yellow courses, in one query.

    Workers who are not ACTIVE get none, for they cannot be put on a list (L1).
    """
    if learner.status != Learner.Status.ACTIVE:
        return {}
    courses = [line.item.course_id for line in lines if line.standing.kind in (StatusKind.BAD, StatusKind.WARN)]
    sessions = (
        Session.objects.filter(
            course__in=courses, status=Session.Status.SCHEDULED, start_time__gt=now, deleted_at__isnull=True
        )
        .annotate(
            listed=Count("attendees"),
            is_booked=Exists(SessionAttendee.objects.filter(session=OuterRef("pk"), learner__in=badges)),
        )
        .filter(Q(is_booked=True) | Q(listed__lt=F("venue__capacity")))
        .order_by("-is_booked", "start_time", "pk")
    )
    found: dict[int, NextSession] = {}
    for session in sessions:
        found.setdefault(session.course_id, NextSession(session, session.is_booked))
    return found
