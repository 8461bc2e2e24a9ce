"""What an operator may do: erase who is due or has asked, suspend, resume, and repeat after a restore (T6)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils import timezone

from config.erasure import erasures_list
from config.erasure.due import KeptPerson, people, why_not
from config.erasure.erase import AT_ONCE, erase_people
from config.erasure.owner import check_is_owner
from config.models import ErasureHold
from learners.models import Learner
from learners.selectors.learners import ids_of_person


class NotErased(Exception):  # noqa: N818  # a refusal, in words for the operator
    """Nobody was erased, or no erasure was suspended or resumed, and why."""


def erase_due(*, by: str, now: datetime, tell: Callable[[int, int], None]) -> int:
    """Erase everybody whose retention has passed and whose erasure nothing stops.

    Args:
        by: the operating system user who gave the command.
        tell: is told how many people are erased, of how many.

    Returns:
        how many people were erased.

    Raises:
        as `erase_people`; those who were told are erased.
    """
    today = timezone.localdate(now)
    due = [person for person in people() if person.is_due(today)]
    return _erase_in_batches(due, reason="Retention has passed", by=by, now=now, tell=tell)


def erase_one(worker: Learner, *, before_its_time: str, by: str, now: datetime) -> None:
    """Erase one person who has asked for it.

    Args:
        worker: any badge of the person.
        before_its_time: why it is done although retention runs, without a name; empty: only if it has passed.
        by: the operating system user who gave the command.

    Raises:
        NotErased: the erasure is suspended, or retention runs and there is no reason to do it before its time.
        others: as `erase_people`.
    """
    person = next(iter(people(of=worker)), None)
    if person is None:
        raise NotErased("This person is erased already.")
    stops = why_not(person, today=timezone.localdate(now))
    if person.hold or (stops and not before_its_time.strip()):
        raise NotErased(stops)
    reason = f"On request: {before_its_time.strip()}" if stops else "On request, and retention has passed"
    erase_people([person.workers], reason=reason, by=by, now=now)


def repeat_erasures(*, by: str, now: datetime, tell: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Erase again everybody who was erased since the backup that was restored, by the list outside.

    A worker counts as the one who was erased if key and moment of the row are the same.

    Returns:
        how many people were erased again.

    Raises:
        OSError: the list cannot be read; nothing was erased.
        others: as `erase_people`.
    """
    born = erasures_list.listed()
    back = [person for person in people() if set(person.workers) & born.keys()]
    moments = dict(Learner.objects.filter(pk__in=born).values_list("pk", "created_at"))
    same = {key for key, moment in moments.items() if moment == born[key]}
    again = [person for person in back if same & set(person.workers)]
    return _erase_in_batches(again, reason="Repeated after a restore", by=by, now=now, tell=tell)


def suspend(worker: Learner, *, reason: str, by: str, now: datetime) -> None:
    """Let nobody erase a person until it is resumed: a claim is pending, or an authority asks for the data.

    Raises:
        NotErased: there is no reason, or the erasure is suspended already.
        NotTheOwner: this role of the database does not own the tables.
    """
    check_is_owner()
    if not reason.strip():
        raise NotErased("Say with --reason which claim or authority stops the erasure.")
    if ErasureHold.objects.filter(learner__in=ids_of_person(worker), ended_at=None).exists():
        raise NotErased(f"The erasure of {worker.badge_id} is suspended already.")
    ErasureHold.objects.create(learner=worker, reason=reason.strip(), held_by=by, held_at=now)


def resume(worker: Learner, *, by: str, now: datetime) -> None:
    """Let a person be erased again when retention has passed.

    Raises:
        NotErased: the erasure is not suspended.
        NotTheOwner: this role of the database does not own the tables.
    """
    check_is_owner()
    stopped = ErasureHold.objects.filter(learner__in=ids_of_person(worker), ended_at=None)
    if not stopped.update(ended_at=now, ended_by=by):
        raise NotErased(f"The erasure of {worker.badge_id} is not suspended.")


def _erase_in_batches(
    due: Sequence[KeptPerson], *, reason: str, by: str, now: datetime, tell: Callable[[int, int], None]
) -> int:
    check_is_owner()
    done = 0
    for start in range(0, len(due), AT_ONCE):
        batch = due[start : start + AT_ONCE]
        erase_people([person.workers for person in batch], reason=reason, by=by, now=now)
        done += len(batch)
        tell(done, len(due))
    return done
