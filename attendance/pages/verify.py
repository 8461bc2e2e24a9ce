"""The page of the verification queue: the sign-offs that wait, and one of them open beside its signed sheet (V1)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.pages.papers import Paper, papers
from learners.models import CompetencyRecord, EvidenceUpload, Learner
from learners.policies.sign_offs import AlreadySignedOff, check_pending
from learners.policies.standing import Verdict, verdict
from learners.selectors.competency import QueueFilter, earlier_attempts, next_in_queue, position_in_queue, queue
from learners.selectors.evidence import sheets_of_session
from training.core.refusals import check_found

ROWS_PER_PAGE = 50


@dataclass(frozen=True)
class QueueRow:
    """A sign-off that waits, the person it is about (L2), and for how many days it has waited."""

    record: CompetencyRecord
    person: Learner
    waiting_days: int


@dataclass(frozen=True)
class OpenSignOff:
    """The sign-off that is being decided, with its signed sheets and earlier attempts.

    Attributes:
        sheets: the signed sheets of the session, the newest correction first, the original last (E6).
        line: the line of the worker on them; None for a worker who was not on the list.
        alert: why the worker may not work here (L1); empty if nothing is wrong.
    """

    record: CompetencyRecord
    person: Learner
    waiting_days: int
    sheets: Sequence[EvidenceUpload]
    line: int | None
    lines: int
    alert: str
    earlier: Sequence[CompetencyRecord]

    @property
    def papers(self) -> list[Paper]:
        """Each sheet with its pages, the page with the worker's line first."""
        return papers(self.sheets, session=self.record.session, line=self.line)


@dataclass(frozen=True)
class Desk:
    """A page of the queue and the sign-off that is open.

    Attributes:
        opened: the open sign-off; None if none waits.
        gone: if the sign-off that was asked for does not wait any more, who decided it and when; else empty.
    """

    page: Page
    rows: Sequence[QueueRow]
    opened: OpenSignOff | None
    gone: str


def desk(wanted: QueueFilter, *, record_id: int | None, page: str | None, today: dt.date) -> Desk:
    """Return a page of the queue, in a constant number of queries.

    Args:
        wanted: the filter of the queue.
        record_id: key of the sign-off to open; its page of the queue is shown. If it does not wait any more, the next
            one is opened. None opens the first of the page.
        page: the number of the page, used only if `record_id` is None.
        today: the site's date.

    Raises:
        NotFound: there is no such sign-off.
    """
    opened, gone = None, ""
    if record_id is not None:
        opened = _sign_off(record_id)
        try:
            check_pending([opened])
        except AlreadySignedOff as refusal:
            gone = refusal.message
            following = next_in_queue(record_id, wanted)
            opened = _sign_off(following) if following is not None else None
    number = position_in_queue(opened, wanted) // ROWS_PER_PAGE + 1 if opened else page
    shown = Paginator(queue(wanted), ROWS_PER_PAGE).get_page(number)
    rows = [_row(record, today) for record in shown]
    opened = opened or (rows[0].record if rows else None)
    return Desk(page=shown, rows=rows, opened=_opened(opened, today) if opened else None, gone=gone)


def _sign_off(record_id: int) -> CompetencyRecord:
    related = ("course", "course_version", "learner__merged_into", "assessed_by", "revocation__revoked_by")
    return check_found(
        CompetencyRecord.objects.select_related(*related).filter(pk=record_id).first(),
        _("There is no such practical sign-off."),
    )


def _row(record: CompetencyRecord, today: dt.date) -> QueueRow:
    return QueueRow(record, record.learner.merged_into or record.learner, (today - record.training_date).days)


def _opened(record: CompetencyRecord, today: dt.date) -> OpenSignOff:
    row = _row(record, today)
    places = dict(SessionAttendee.objects.filter(session=record.session_id).values_list("learner", "line"))
    stands = verdict(row.person, today=today)
    return OpenSignOff(
        record=record,
        person=row.person,
        waiting_days=row.waiting_days,
        sheets=sheets_of_session(record.session_id, key=record.evidence_file_key, sha256=record.evidence_hash),
        line=places.get(record.learner_id),
        lines=len(places),
        alert=str(stands.label) if stands in (Verdict.BLOCKED, Verdict.NOT_ACTIVE) else "",
        earlier=list(earlier_attempts(record)),
    )
