"""The corrections of a finalized session, and the workers whom a new correction can be about (F6, F9)."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from attendance.policies.corrections import Result
from learners.models import CompetencyRecord, Learner, Revocation, TrainingRecord
from learners.selectors.learners import find_by_badge, matches
from training.models import Session

SHORTEST_SEARCH = 2

MOST_CANDIDATES = 8


@dataclass(frozen=True)
class Correction:
    """One correction made after finalize.

    Attributes:
        what: the record that was revoked or entered, in a few words.
        is_revoked: whether the record was revoked; otherwise it was entered.
    """

    at: dt.datetime
    by: User
    learner: Learner
    what: str
    is_revoked: bool
    reason: str


def corrections_of(session: Session) -> list[Correction]:
    """Return what was revoked and entered after finalize, the newest first, in two queries.

    A record that a practical sign-off made is no correction.
    """
    revocations = Revocation.objects.filter(
        Q(record__session=session) | Q(competency_record__session=session, competency_record__training_record=None)
    ).select_related("revoked_by", "record__learner", "competency_record__learner")
    entered = TrainingRecord.objects.filter(
        session=session, created_at__gt=session.finalized_at, competency_record=None
    )
    lines = [_revoked(revocation) for revocation in revocations] + [
        Correction(record.created_at, record.created_by, record.learner, _words(record), False, record.comments)
        for record in entered.select_related("created_by", "learner")
    ]
    return sorted(lines, key=lambda line: (line.at, not line.is_revoked), reverse=True)


def candidates(text: str) -> QuerySet[Learner] | list[Learner]:
    """Return the workers whom a badge or words of a name mean (P2); they need not have been on the list."""
    if len(text.strip()) < SHORTEST_SEARCH:
        return []
    known = find_by_badge(text)
    if known is not None:
        return [known]
    people = Learner.objects.filter(matches(text), merged_into=None).select_related("company", "role")
    return people.order_by("sort_key")[:MOST_CANDIDATES]


def _revoked(revocation: Revocation) -> Correction:
    revoked = revocation.record or revocation.competency_record
    assert revoked is not None  # noqa: S101  # constraint revocation_of_one_thing
    return Correction(
        at=revocation.revoked_at,
        by=revocation.revoked_by,
        learner=revoked.learner,
        what=_words(revoked),
        is_revoked=True,
        reason=revocation.reason,
    )


def _words(what: TrainingRecord | CompetencyRecord) -> str:
    if isinstance(what, TrainingRecord):
        return str(Result(what.result).label)
    if what.status == CompetencyRecord.Status.PENDING_VERIFICATION:
        return _("Passed, to verify")
    return what.get_status_display()
