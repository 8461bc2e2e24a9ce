"""The latest act on a list, which can be undone (A1)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.models import User
from django.utils.translation import ngettext

from attendance.models import ListAct
from attendance.policies.lists import check_can_undo, check_list_is_open, needed_to_undo
from learners.models import Learner
from training.core.permissions import may, name_of
from training.models import Session
from training.policies.sessions import allows

NAMED = 3  # at most so many workers are named, the others are counted
SHORTEST_REST = 2  # "and 1 other" would be as long as the name


@dataclass(frozen=True)
class Offer:
    """The act that can be undone, as the page shows it.

    Attributes:
        key: the key of the act. Undoing names it, so that nobody undoes another act than the one shown.
        what: the act and its number of workers, such as "All present: 53 workers".
        names: the names of the first workers, and how many others there are.
        who, at: who did it, and when.
    """

    key: int
    what: str
    names: str
    who: str
    at: dt.datetime


def offer_of(session: Session, *, user: User, now: dt.datetime) -> Offer | None:
    """Return the act that this person can undo on the list of a session; None where there is none.

    It takes at most two queries, and none where the list is closed.
    """
    if not allows(check_list_is_open, session):
        return None
    act = undoable([session], user=user, now=now).get(session.pk)
    if act is None:
        return None
    return Offer(key=act.pk, what=what_of(act), names=_names(act), who=name_of(act.done_by), at=act.done_at)


def undoable(sessions: Collection[Session], *, user: User, now: dt.datetime) -> dict[int, ListAct]:
    """Return by the key of the session the latest act on its list, if this person can undo it, in one query."""
    acts = ListAct.objects.filter(session__in=sessions).order_by("session_id", "-pk").distinct("session_id")
    by_key = {session.pk: session for session in sessions}
    found = {}
    for act in acts.select_related("done_by"):
        act.session = by_key[act.session_id]
        is_done = act.undone_at is None
        if is_done and may(user, needed_to_undo(act), act.session) and allows(partial(check_can_undo, act, now=now)):
            found[act.session_id] = act
    return found


def what_of(act: ListAct) -> str:
    """Return the name of an act with the number of its workers."""
    return ngettext("%(act)s: %(count)d worker", "%(act)s: %(count)d workers", act.workers) % {
        "act": act,
        "count": act.workers,
    }


def names_of(learners: Collection[Learner], *, of: int) -> str:
    """Return the names of some workers, and how many others there are.

    Args:
        learners: the workers to name.
        of: how many there are altogether.
    """
    names = ", ".join(learner.name for learner in learners)
    others = of - len(learners)
    if not others:
        return names
    return ngettext("%(names)s and %(count)d other", "%(names)s and %(count)d others", others) % {
        "names": names,
        "count": others,
    }


def _names(act: ListAct) -> str:
    shown = act.workers if act.workers < NAMED + SHORTEST_REST else NAMED
    learners = Learner.objects.only("first_name", "last_name").in_bulk(act.learner_ids[:shown])
    return names_of([learners[key] for key in act.learner_ids[:shown]], of=act.workers)
