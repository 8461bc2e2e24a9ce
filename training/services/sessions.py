"""Planning sessions: draft, edit, schedule, cancel, delete."""

from django.db import transaction
from django.utils.translation import gettext as _

from training.models import Session
from training.refusals import Refusal


class SessionNotFound(Refusal):
    """There is no such session, or it was deleted (404)."""

    status = 404


def lock_session(*, session_id: int) -> Session:
    """Lock one session against every other writer of it, of its list and of its evidence; the first lock of all.

    Plain FOR UPDATE, so that a list insert, which share-locks the row through its foreign key, waits for finalize.

    Raises:
        SessionNotFound: it does not exist or is deleted.
    """
    assert transaction.get_connection().in_atomic_block, "a lock ends with its transaction"  # noqa: S101  # programming error
    session = (
        Session.objects.select_for_update(of=("self",))
        .select_related("course", "course_version", "trainer", "venue")
        .filter(deleted_at__isnull=True, pk=session_id)
        .first()
    )
    if session is None:
        raise SessionNotFound(_("There is no such session; it may have been deleted."))
    return session
