"""When a session can be finalized, and what finalize makes of its list (F1, F2, F5). Pure: every fact is an argument.

Each `check_…` raises the reason why not, so that the button (`training.policies.sessions.allows`) and its POST cannot
disagree.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.policies.lists import ListCounts
from training.core.kinds import ConflictKind
from training.core.permissions import name_of
from training.core.refusals import Conflict, Invalid
from training.core.words import clock, day
from training.models import Session


class AlreadyFinalized(Conflict):
    """The session was finalized before (409)."""


class NotScheduled(Conflict):
    """The session is cancelled, or still a draft (409)."""


class SheetMissing(Invalid):
    """There is no signed attendance sheet (400)."""


class NotStarted(Invalid):
    """The session lies ahead (400)."""


class NobodyPresent(Invalid):
    """Nobody on the list is marked present (400)."""


class ChangedSinceAsked(Conflict):
    """The list, a mark or the sheet changed after somebody was asked to confirm (409)."""


class SheetNotConfirmed(Invalid):
    """The signed sheet may be the wrong one, and nobody confirmed having looked at it (400)."""


class TwoOutcomes(Conflict):
    """A person with two badges stands on two lines, and passed on only one of them (409, L2)."""


@dataclass(frozen=True, kw_only=True)
class ListFacts(ListCounts):
    """What finalize has to know about a session besides its own row.

    Attributes:
        has_evidence: whether the signed sheet that the session names was stored and verified.
        people, people_passed, people_failed: how many persons are on the lines marked present. They can be fewer than
            the lines, for a person with two badges may stand on two of them (L2).
    """

    has_evidence: bool
    people: int
    people_passed: int
    people_failed: int


@dataclass(frozen=True, kw_only=True)
class SessionOutcome:
    """How many records finalize makes from a list (F2).

    Attributes:
        training_records: all training records, which is `passed` plus `failed`.
        passed, failed: training records with that result.
        competency_records: passes that wait for a practical sign-off, and so are no training records yet.
        second_lines: lines marked present that make no record, because another line of the same person does (L2).
    """

    training_records: int
    passed: int
    failed: int
    competency_records: int
    second_lines: int = 0


def outcome(session: Session, facts: ListFacts) -> SessionOutcome:
    """Return how many records finalize would make (F2).

    Where the course asks for a practical sign-off, a pass makes a competency record that waits for it.

    Args:
        session: with its course version loaded.
        facts: the numbers of its list.
    """
    passed, failed, second_lines = facts.people_passed, facts.people_failed, facts.present - facts.people
    if session.course_version is not None and session.course_version.requires_verification:
        return SessionOutcome(
            training_records=failed, passed=0, failed=failed, competency_records=passed, second_lines=second_lines
        )
    return SessionOutcome(
        training_records=passed + failed,
        passed=passed,
        failed=failed,
        competency_records=0,
        second_lines=second_lines,
    )


def check_not_finalized(session: Session) -> None:
    """F1, F4: a session is finalized only once.

    Raises:
        AlreadyFinalized: it is finalized; the sentence says by whom and when.
    """
    if session.finalized_at is None or session.finalized_by is None:
        return
    raise AlreadyFinalized(
        _("This session was finalized already, by %(who)s on %(day)s at %(time)s.")
        % {
            "who": name_of(session.finalized_by),
            "day": day(session.finalized_at),
            "time": clock(session.finalized_at),
        },
        conflict={"kind": ConflictKind.STATE, "session_id": session.pk},
    )


def check_is_scheduled(session: Session) -> None:
    """F1: only a scheduled session can be finalized.

    Raises:
        NotScheduled: the session is cancelled or a draft.
    """
    conflict = {"kind": ConflictKind.STATE, "session_id": session.pk}
    if session.status == Session.Status.CANCELLED:
        raise NotScheduled(_("This session is cancelled, so there is nothing to finalize."), conflict=conflict)
    if session.status == Session.Status.DRAFT:
        raise NotScheduled(_("This session is still a draft. Schedule it first."), conflict=conflict)


def check_has_evidence(facts: ListFacts) -> None:
    """F1: there is no record without the signed sheet.

    Raises:
        SheetMissing: no sheet was uploaded.
    """
    if not facts.has_evidence:
        raise SheetMissing(_("Evidence missing. Upload the signed attendance sheet first."))


def check_has_started(session: Session, *, now: datetime) -> None:
    """F1: a session is not finalized before it starts.

    Raises:
        NotStarted: the session starts after `now`, or has no start yet.
    """
    if session.start_time is None:
        raise NotStarted(_("The session has no start time yet. Schedule it first."))
    if session.start_time > now:
        raise NotStarted(
            _("The session has not started yet: it begins on %(day)s at %(time)s. Finalize it after that.")
            % {"day": day(session.start_time), "time": clock(session.start_time)}
        )


def check_somebody_is_present(facts: ListFacts) -> None:
    """F1: a session with nobody present is cancelled instead of finalized.

    Raises:
        NobodyPresent: nobody is marked present.
    """
    if not facts.present:
        raise NobodyPresent(_("Nobody is marked present. Cancel the session instead."))


def check_outcomes_agree(facts: ListFacts) -> None:
    """L2, invariant 4: a person on two lines gets one record, so both lines must have the same result.

    Raises:
        TwoOutcomes: somebody passed on one line and not on the other.
    """
    if facts.people_passed + facts.people_failed > facts.people:
        raise TwoOutcomes(
            _(
                "Somebody stands on two lines under two badges, passed on one and not passed on the other. "
                "Look for “Twice” in the list, and mark one of these lines absent or both alike."
            )
        )


def check_is_as_confirmed(session: Session, *, confirmed: str | None, state: str) -> None:
    """F5: whoever confirmed numbers that have changed since is asked again.

    Args:
        session: a finalized one is let through, because F1 refuses it with a better sentence.
        confirmed: `list_state` of what the person was shown; None where nothing was shown.
        state: `list_state` now.

    Raises:
        ChangedSinceAsked: the two differ.
    """
    if confirmed not in (None, state) and not session.is_finalized:
        raise ChangedSinceAsked(
            _(
                "The list, a mark or the sheet has changed since you were asked, and nothing was done. "
                "Look at the numbers again, then finalize."
            )
        )


def check_sheet_is_confirmed(session: Session, *, confirmed: str, state: str) -> None:
    """E8: if the sheet seems to be the wrong one or incomplete, somebody has to confirm it before finalize.

    Args:
        session: the one to finalize.
        confirmed: `sheet_state` of the warnings that somebody confirmed; empty where nobody did.
        state: `sheet_state` now; empty where there are no warnings.

    Raises:
        SheetNotConfirmed: nobody confirmed.
        ChangedSinceAsked: somebody confirmed other warnings than those of now.
    """
    if not state or confirmed == state:
        return
    if not confirmed:
        message = _("Look at the signed sheet, then tick the box. Nothing has been done yet.")
        raise SheetNotConfirmed.of_fields({"sheet_confirmed": [message]})
    check_is_as_confirmed(session, confirmed=confirmed, state=state)


def check_can_finalize(session: Session, facts: ListFacts, *, now: datetime) -> None:
    """Make all checks of F1 in its order; the button (F5) and the service both ask here.

    Args:
        session: with `finalized_by` loaded.
        facts: the numbers of its list, and whether it has evidence.
        now: the present moment.

    Raises:
        AlreadyFinalized, NotScheduled: 409.
        SheetMissing, NotStarted, NobodyPresent: 400.
        TwoOutcomes: 409.
    """
    check_not_finalized(session)
    check_is_scheduled(session)
    check_has_evidence(facts)
    check_has_started(session, now=now)
    check_somebody_is_present(facts)
    check_outcomes_agree(facts)


def completion_date(*, end_time: datetime, now: datetime) -> date:
    """Return the completion date of the records (F2), in the site's time zone.

    It is the date on which the session ended, or the date of finalize (`now`) if that is earlier.
    """
    return min(timezone.localdate(end_time), timezone.localdate(now))
