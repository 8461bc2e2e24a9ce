"""What a finalized session says about its workers, with every correction (F6, F9)."""

from attendance.policies.corrections import ResultStanding
from learners.models import TrainingRecord
from learners.selectors.learners import pending_sign_offs
from training.models import Session


def standing_of(session: Session, learner_id: int) -> ResultStanding:
    """Return what a finalized session says about a worker now, in two queries.

    Args:
        session: the finalized session.
        learner_id: key of the badge under which the session knows the worker.
    """
    records = TrainingRecord.objects.filter(session=session, learner=learner_id)
    last = records.filter(superseded_by__isnull=True).select_related("revocation__revoked_by").first()
    waiting = pending_sign_offs().filter(session=session, learner=learner_id)
    is_revoked = last is not None and hasattr(last, "revocation")
    return ResultStanding(
        record=None if is_revoked else last, sign_off=waiting.first(), revoked=last if is_revoked else None
    )
