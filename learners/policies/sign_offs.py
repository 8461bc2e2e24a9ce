"""The rules of practical sign-offs, without a database: each `check_…` raises the reason why not (V1, V2).

A button asks `allows(check_…, …)`, the service behind it calls the check itself, so the two cannot disagree.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from learners.models import CompetencyRecord, TrainingRecord
from training.core.kinds import ConflictKind
from training.core.permissions import name_of
from training.core.refusals import Conflict, Invalid
from training.core.words import day
from training.policies.sessions import allows

Status = CompetencyRecord.Status

# The one table of legal steps (V1). A revoked sign-off keeps its state: the revocation is a row of its own (V2).
SIGN_OFF_STEPS: Mapping[Status, frozenset[Status]] = {
    Status.PENDING_VERIFICATION: frozenset({Status.COMPETENT, Status.NOT_COMPETENT}),
    Status.COMPETENT: frozenset(),
    Status.NOT_COMPETENT: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What an assessor has found, for one worker or for several alike.

    Attributes:
        result: COMPETENT or NOT_COMPETENT.
        method_id: how it was assessed; required for COMPETENT.
        assessed_on: the day of the assessment; required for COMPETENT.
        remarks: required for NOT_COMPETENT.
    """

    result: Status
    method_id: int | None = None
    assessed_on: date | None = None
    remarks: str = ""

    @property
    def is_competent(self) -> bool:
        return self.result == Status.COMPETENT


class AlreadySignedOff(Conflict):
    """The attempt was signed off or revoked before (409); the sentence says by whom and when."""


class HasRecord(Conflict):
    """The worker has a record of that session already, and a sign-off would make a second one (409)."""


class NotAssessable(Invalid):
    """Something that the sign-off needs is missing or cannot be right (400); `errors` names the fields."""


class NoFurtherAttempt(Conflict):
    """The last attempt still counts, or there is nothing to repeat (409)."""


def check_assessment(assessment: Assessment, *, offers_proof: bool, today: date) -> None:
    """V1: Competent needs a method and a day, Not competent needs remarks. The day does not lie in the future.

    Args:
        offers_proof: whether a file was sent that is to prove the skill instead of the session's sheet.

    Raises:
        NotAssessable: `errors` names every field that is wrong.
    """
    errors = {}
    if assessment.is_competent:
        if assessment.method_id is None:
            errors["method"] = _("Choose how the skill was assessed.")
        if assessment.assessed_on is None:
            errors["assessed_on"] = _("Enter the day of the assessment.")
    elif assessment.result == Status.NOT_COMPETENT:
        if not assessment.remarks.strip():
            errors["remarks"] = _("Say what was missing: a worker who is not competent needs remarks.")
        if offers_proof:
            errors["file"] = _("A file can only prove a competent worker. Remove the file, or choose competent.")
    else:
        errors["result"] = _("Choose competent or not competent.")
    if assessment.assessed_on and assessment.assessed_on > today:
        errors["assessed_on"] = _("The assessment cannot lie in the future.")
    if errors:
        raise NotAssessable.of_fields({field: [text] for field, text in errors.items()})


def check_pending(records: Sequence[CompetencyRecord]) -> None:
    """V1: only sign-offs that are owed are decided, and all of them or none.

    Args:
        records: with `learner`, `course`, `assessed_by` and `revocation` loaded.

    Raises:
        AlreadySignedOff: some are not owed any more; the sentence names each of them, with who decided it and when.
    """
    done = [record for record in records if not is_pending(record)]
    if done:
        raise AlreadySignedOff(
            _of_many(records, " ".join(_what_became_of(record) for record in done)), conflict=_conflict(done[0])
        )


def check_training_date(records: Sequence[CompetencyRecord], *, assessed_on: date | None) -> None:
    """V1: a skill is not assessed before it was taught.

    Args:
        assessed_on: the day of the assessment; None where none was given.

    Raises:
        NotAssessable: `errors["assessed_on"]` names every worker who was trained later.
    """
    later = [record for record in records if assessed_on and record.training_date > assessed_on]
    if later:
        names = ", ".join(f"{worker_of(record)} ({day(record.training_date)})" for record in later)
        sentence = _("The assessment cannot lie before the training of %(names)s.") % {"names": names}
        raise NotAssessable.of_fields({"assessed_on": [_of_many(records, sentence)]})


def check_no_record(records: Sequence[CompetencyRecord], *, standing: Iterable[TrainingRecord]) -> None:
    """A worker has one record of a session that counts, so a sign-off adds none where one was entered since (F9).

    Args:
        standing: the unrevoked records of these workers and sessions.

    Raises:
        HasRecord: the sentence names every worker and record.
    """
    by_pair = {(record.session_id, record.learner_id): record for record in standing}
    found = [(record, by_pair.get((record.session_id, record.learner_id))) for record in records]
    sentences = [
        _("%(worker)s has a record of this session already: %(course)s, %(result)s. Revoke it first if it is wrong.")
        % {"worker": worker_of(record), "course": record.course.code, "result": other.get_result_display().lower()}
        for record, other in found
        if other is not None
    ]
    if sentences:
        raise HasRecord(_of_many(records, " ".join(sentences)), conflict=_conflict(records[0]))


def check_can_repeat(record: CompetencyRecord, *, attempts: Iterable[CompetencyRecord]) -> None:
    """V2: after Not competent or a revoked sign-off there may be a further attempt, one at a time.

    A pass that was revoked before anybody had signed it off is not repeated: the training itself does not count.

    Args:
        record: the attempt that would be repeated.
        attempts: all attempts of the same worker and session.

    Raises:
        NoFurtherAttempt: an attempt is open or signed off as competent, or this one was never signed off.
    """
    for each in attempts:
        if each.revoked_at is None and each.status in (Status.PENDING_VERIFICATION, Status.COMPETENT):
            sentence = (
                _("Attempt %(number)d is open already: sign it off first.")
                if is_pending(each)
                else _("Attempt %(number)d is signed off as competent. Only a revoked sign-off is repeated.")
            )
            raise NoFurtherAttempt(sentence % {"number": each.attempt}, conflict=_conflict(record))
    if record.status == Status.PENDING_VERIFICATION:
        raise NoFurtherAttempt(
            _("This pass was revoked before it was signed off, so the training itself does not count."),
            conflict=_conflict(record),
        )


def repeatable(records: Collection[CompetencyRecord]) -> set[int]:
    """Return the keys of the sign-offs that may be repeated (V2): the last decided one of each session, if any.

    Args:
        records: all sign-offs of a worker.
    """
    found = set()
    for record in records:
        pair = (record.session_id, record.learner_id)
        attempts = [each for each in records if (each.session_id, each.learner_id) == pair]
        signed_off = [each.attempt for each in attempts if each.status != Status.PENDING_VERIFICATION]
        if record.attempt == max(signed_off, default=0) and allows(check_can_repeat, record, attempts=attempts):
            found.add(record.pk)
    return found


def is_pending(record: CompetencyRecord) -> bool:
    """Tell whether a sign-off can still be decided, and so stands in the verification queue (V1)."""
    return bool(SIGN_OFF_STEPS[Status(record.status)]) and record.revoked_at is None


def worker_of(record: CompetencyRecord) -> str:
    """Return the worker's name and badge."""
    return f"{record.learner.name} ({record.learner.badge_id})"


def _what_became_of(record: CompetencyRecord) -> str:
    facts = {"worker": worker_of(record), "course": record.course.code}
    if record.revoked_at is not None:
        revocation = record.revocation
        facts |= {"who": name_of(revocation.revoked_by), "day": day(revocation.revoked_on)}
        return _("%(worker)s, %(course)s: revoked by %(who)s on %(day)s.") % facts
    assert record.assessed_by is not None  # noqa: S101  # constraint competency_sign_off_is_whole
    facts |= {"who": name_of(record.assessed_by), "day": day(record.assessed_at), "result": ""}
    if record.status == Status.COMPETENT:
        return _("%(worker)s, %(course)s: signed off already as competent, by %(who)s on %(day)s.") % facts
    return _("%(worker)s, %(course)s: signed off already as not competent, by %(who)s on %(day)s.") % facts


def _of_many(records: Sequence[CompetencyRecord], sentence: str) -> str:
    """Return a sentence; where several were to be signed off, it begins with "Nobody was signed off."."""
    if len(records) == 1:
        return sentence
    return _("Nobody was signed off. %(why)s") % {"why": sentence}


def _conflict(record: CompetencyRecord) -> dict[str, object]:
    return {"kind": ConflictKind.STATE, "session_id": record.session_id, "learner_id": record.learner_id}
