"""What the search in the top bar finds: workers, and sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from learners.models import Learner
from learners.selectors.learners import WorkerFilter, WorkerRow, find_by_badge, list_workers, worker_rows
from training.models import Session
from training.permissions import User
from training.selectors.sessions import REFERENCE, SessionFilter, matching, visible_sessions

MOST_WORKERS = 20
MOST_SESSIONS = 20


@dataclass(frozen=True)
class Found:
    """What a search has found, and whether there is more of it."""

    workers: Sequence[WorkerRow]
    sessions: Sequence[Session]
    more_workers: bool = False
    more_sessions: bool = False


def find_exactly(text: str, *, user: User) -> Learner | Session | None:
    """Return the one thing that `text` names beyond doubt: whose badge it is, else the session of that reference."""
    if learner := find_by_badge(text):
        return learner
    reference = REFERENCE.fullmatch(text) if text[:1] in ("S", "s") else None
    return visible_sessions(user).filter(pk=int(reference[1])).first() if reference else None


def find(
    text: str,
    *,
    user: User,
    today: date,
    warning_days: int,
    workers: int = MOST_WORKERS,
    sessions: int = MOST_SESSIONS,
) -> Found:
    """Return workers by name or badge, worst first, and sessions by reference, course, trainer or venue, newest first.

    Args:
        workers, sessions: how many of each, at most.
    """
    people = list(list_workers(WorkerFilter(text=text), today=today, warning_days=warning_days)[: workers + 1])
    held = matching(visible_sessions(user), SessionFilter(text=text)).select_related("course", "trainer", "venue")
    dated = list(held.order_by("-start_time", "-pk")[: sessions + 1])
    return Found(
        workers=worker_rows(people[:workers], today=today, warning_days=warning_days),
        sessions=dated[:sessions],
        more_workers=len(people) > workers,
        more_sessions=len(dated) > sessions,
    )
