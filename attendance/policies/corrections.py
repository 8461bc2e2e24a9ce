"""The rules of correcting a finalized session (F6, F9, E6). Pure: every fact is an argument.

A session is never un-finalized. The wrong record is revoked, and the right one is written beside it.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from learners.models import CompetencyRecord, EvidenceUpload, TrainingRecord
from training.core.kinds import ConflictKind
from training.core.refusals import Conflict, Stale
from training.models import Session

Result = TrainingRecord.Result


class NotFinalized(Conflict):
    """The session is not finalized, so its list, marks and sheet can still be changed directly (409)."""


class NothingToCorrect(Conflict):
    """The record already says what the correction says (409)."""


class SameSheet(Conflict):
    """The correcting file is the very sheet that it would correct (409)."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the person saw when they decided: a training record, or a pass that waits for its practical sign-off."""

    record_id: int | None = None
    sign_off_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ResultStanding:
    """What a finalized session says about one worker.

    Attributes:
        record: the record that counts, if there is one.
        sign_off: the pass that waits for its practical sign-off, if there is one.
        revoked: the record revoked last, as long as no other record has replaced it.
    """

    record: TrainingRecord | None
    sign_off: CompetencyRecord | None
    revoked: TrainingRecord | None

    @property
    def result(self) -> Result | None:
        """Passed or failed; None where nothing counts."""
        if self.record is not None:
            return Result(self.record.result)
        return Result.PASSED if self.sign_off is not None else None

    @property
    def words(self) -> str:
        """The same as `result` in a few words for a sentence."""
        if self.record is not None:
            return str(Result(self.record.result).label)
        if self.sign_off is not None:
            return _("passed, to verify")
        return _("no record") if self.revoked is None else _("revoked")

    @property
    def seen(self) -> Seen:
        """What somebody who is shown this has seen."""
        return Seen(
            record_id=self.record.pk if self.record else None, sign_off_id=self.sign_off.pk if self.sign_off else None
        )


def check_is_finalized(session: Session) -> None:
    """F9, E6: only a finalized session is corrected; any other can still be changed.

    Raises:
        NotFinalized: the session is not finalized.
    """
    if not session.is_finalized:
        raise NotFinalized(
            _("This session is not finalized: change its list, its marks or its signed sheet instead."),
            conflict={"kind": ConflictKind.STATE, "session_id": session.pk},
        )


def check_can_correct(session: Session, standing: ResultStanding, *, seen: Seen, result: Result) -> None:
    """F9: a correcting record differs from what the session says now, and replaces what the person has seen.

    Args:
        session: the finalized session.
        standing: what it says about the worker now.
        seen: what it said when the person decided. A revoked record counts as seen too, for the new one replaces it.
        result: what it should say.

    Raises:
        NotFinalized: the session is not finalized (409).
        Stale: somebody else has corrected it meanwhile (409).
        NothingToCorrect: it says so already (409).
    """
    check_is_finalized(session)
    if seen not in (standing.seen, _replaced(standing)):
        raise Stale(
            _("Somebody else has corrected this in the meantime. The record now says: %(what)s. Check it again.")
            % {"what": standing.words},
            conflict={"kind": ConflictKind.STATE, "session_id": session.pk},
        )
    if result == standing.result:
        raise NothingToCorrect(
            _("The record already says this: %(what)s. There is nothing to correct.") % {"what": standing.words},
            conflict={"kind": ConflictKind.STATE, "session_id": session.pk},
        )


def _replaced(standing: ResultStanding) -> Seen:
    """Return what a correcting record replaces: what counts now, or else the record revoked last."""
    if standing.result is None and standing.revoked is not None:
        return Seen(record_id=standing.revoked.pk)
    return standing.seen


def check_can_correct_sheet(
    session: Session, newest: EvidenceUpload | None, *, seen_id: int, sha256: str | None = None
) -> None:
    """E6: a correcting sheet is another file than the newest sheet, and the person has seen that newest sheet.

    Args:
        session: the finalized session.
        newest: its newest sheet, which pages show first.
        seen_id: key of the sheet that the person saw as the newest.
        sha256: hash of the correcting file; None while it is not known yet.

    Raises:
        NotFinalized: the session is not finalized (409).
        Stale: somebody else has added a correcting sheet meanwhile (409).
        SameSheet: the file is the newest sheet (409).
    """
    check_is_finalized(session)
    conflict = {"kind": ConflictKind.STATE, "session_id": session.pk}
    if newest is None or newest.pk != seen_id:
        raise Stale(
            _("Somebody else has added a correcting sheet in the meantime. Look at it first."), conflict=conflict
        )
    if newest.sha256 == sha256:
        raise SameSheet(
            _("This file is the sheet that is already stored. Choose the correcting sheet."), conflict=conflict
        )
