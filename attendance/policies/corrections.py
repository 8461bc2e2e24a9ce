"""The rules of putting a finalized session right (F6, F9, E6). Pure: every fact comes in as an argument.

There is no un-finalize: what is wrong is revoked, and what is right is written beside it.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from learners.models import CompetencyRecord, EvidenceUpload, TrainingRecord
from training.core.kinds import ConflictKind
from training.core.refusals import Conflict, Stale
from training.models import Session

Result = TrainingRecord.Result


class NotFinalized(Conflict):
    """Until finalize the list, the marks and the sheet themselves are put right (409)."""


class NothingToCorrect(Conflict):
    """The session says so already (409)."""


class SameSheet(Conflict):
    """The file is the sheet that it was to correct (409)."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What stood when the person decided: a record, or a pass that waits for its practical sign-off."""

    record_id: int | None = None
    sign_off_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a finalized session says of one worker.

    Attributes:
        record: the one that counts.
        sign_off: the pass that waits for its practical sign-off.
        revoked: the last revoked record, where no other one stands in its place yet.
    """

    record: TrainingRecord | None
    sign_off: CompetencyRecord | None
    revoked: TrainingRecord | None

    @property
    def result(self) -> Result | None:
        """Passed, failed, or nothing that counts."""
        if self.record is not None:
            return Result(self.record.result)
        return Result.PASSED if self.sign_off is not None else None

    @property
    def words(self) -> str:
        """What it says, in a few words."""
        if self.record is not None:
            return str(Result(self.record.result).label)
        if self.sign_off is not None:
            return _("passed, to verify")
        return _("no record") if self.revoked is None else _("revoked")

    @property
    def seen(self) -> Seen:
        """What a person who is shown this sees."""
        return Seen(
            record_id=self.record.pk if self.record else None, sign_off_id=self.sign_off.pk if self.sign_off else None
        )


def check_is_finalized(session: Session) -> None:
    """F9, E6: what is not finalized can still be changed, and is not corrected.

    Raises:
        NotFinalized: it is not.
    """
    if not session.is_finalized:
        raise NotFinalized(
            _("This session is not finalized: change its list, its marks or its signed sheet instead."),
            conflict={"kind": ConflictKind.STATE, "session_id": session.pk},
        )


def check_can_correct(session: Session, standing: Standing, *, seen: Seen, result: Result) -> None:
    """F9: a correcting record says something else than what stands, and replaces what the person has seen.

    A revoked record may be named as well, for it is what the new one supersedes.

    Raises:
        NotFinalized, Stale, NothingToCorrect: 409.
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


def _replaced(standing: Standing) -> Seen:
    """Return what a correcting record replaces: what stands, or else the record that was revoked."""
    if standing.result is None and standing.revoked is not None:
        return Seen(record_id=standing.revoked.pk)
    return standing.seen


def check_can_correct_sheet(
    session: Session, newest: EvidenceUpload | None, *, seen_id: int, sha256: str | None = None
) -> None:
    """E6: a correcting sheet corrects the newest one, which the person has seen, and is another file.

    Args:
        newest: the sheet that is shown first.
        sha256: of the correcting file, once it is known.

    Raises:
        NotFinalized, Stale, SameSheet: 409.
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
