"""Slots of trainers and venues that the rows of one import take, so that no two rows have the same (S2)."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from training.core.imports.rows import CellProblem
from training.models import Session
from training.policies.sessions import Overlap, overlap_sentence
from training.services.imports.checking import Considered

Kind = Overlap.Kind


@dataclass(slots=True)
class TakenSlot:
    """A slot that a row of the import takes; the end does not belong to it."""

    start: datetime
    end: datetime
    place: int
    session: Session
    number: int
    row: Considered | None  # while it is in the part that is being checked


class TakenSlots:
    """The slots of all rows so far, those of one trainer or venue in order and without overlaps."""

    def __init__(self, refuse_earlier: Callable[[int, CellProblem], None]) -> None:
        """Take none yet.

        Args:
            refuse_earlier: refuses a row of a part that was checked before, by its place.
        """
        self._refuse_earlier = refuse_earlier
        self._taken: dict[tuple[Kind, int | None], list[TakenSlot]] = {}
        self._of_part: list[TakenSlot] = []

    def take(self, row: Considered, session: Session) -> None:
        """Take the slot of a whole session; where another row has it, nobody knows which is right: both are refused."""
        assert session.start_time is not None and session.end_time is not None  # noqa: PT018, S101  # it is whole
        mine = TakenSlot(session.start_time, session.end_time, row.place, session, row.draft.number, row)
        wanted = ((Kind.TRAINER, session.trainer_id), (Kind.VENUE, session.venue_id))
        others = [(key[0], other) for key in wanted for other in _overlapping(self._taken.get(key, []), mine)]
        for kind, other in others:
            row.refuse(kind.lower(), "booked", _clash(kind, other))
            self._refuse(other, kind, mine)
        if not others:
            for key in wanted:
                slots = self._taken.setdefault(key, [])
                slots.insert(bisect_right(slots, mine.start, key=_start_of), mine)
            self._of_part.append(mine)

    def end_part(self) -> None:
        """Forget the rows of this part, and keep their slots."""
        for taken in self._of_part:
            taken.row = None
        self._of_part.clear()

    def _refuse(self, taken: TakenSlot, kind: Kind, other: TakenSlot) -> None:
        if taken.row is not None:
            taken.row.refuse(kind.lower(), "booked", _clash(kind, other))
        else:
            self._refuse_earlier(taken.place, CellProblem(kind.lower(), "booked", _clash(kind, other)))


def _overlapping(slots: Sequence[TakenSlot], mine: TakenSlot) -> Iterator[TakenSlot]:
    at = max(bisect_right(slots, mine.start, key=_start_of) - 1, 0)
    while at < len(slots) and slots[at].start < mine.end:
        if slots[at].end > mine.start:
            yield slots[at]
        at += 1


def _start_of(taken: TakenSlot) -> datetime:
    return taken.start


def _clash(kind: Kind, other: TakenSlot) -> str:
    return overlap_sentence(Overlap(kind, other.session), reference=_("row %(row)d") % {"row": other.number})
