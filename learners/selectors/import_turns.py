"""Who turned, or would turn, by an import, as its page, API and files ask for it (I5, I6, I8)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When

from learners.models import ComplianceStatus, ImportTurn
from learners.policies.outcome import WORST_FIRST, CourseTurn, Turn

Phase = ImportTurn.Phase


@dataclass(frozen=True, kw_only=True)
class TurnCounts:
    """How many workers turn; only those who are counted afterwards (C4).

    Attributes:
        turn: by status after, how many turn to it.
        come: by status after, how many are new, or back.
        same: how many keep their status, with other answers for courses.
        others: how many change who are not active or blocked.
    """

    turn: dict[str, int] = field(default_factory=dict)
    come: dict[str, int] = field(default_factory=dict)
    same: int = 0
    others: int = 0

    @property
    def everybody(self) -> int:
        """How many change in any way."""
        return sum(self.turn.values()) + sum(self.come.values()) + self.same + self.others

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def turns_of(import_id: int, phase: ImportTurn.Phase) -> QuerySet[ImportTurn]:
    """Return the turns of an import: who turns red, yellow, green, who comes, stays, is not counted; each by name."""
    colour = Case(
        *(When(after=status, then=Value(place)) for place, status in enumerate(WORST_FIRST)),
        output_field=IntegerField(),
    )
    group = Case(
        When(is_active=False, then=Value(3)),
        When(comes=True, then=Value(1)),
        When(before=F("after"), then=Value(2)),
        default=Value(0),
        output_field=IntegerField(),
    )
    return ImportTurn.objects.filter(of=import_id, phase=phase).order_by(
        group, colour, F("learner__sort_key").asc(nulls_last=True), "row", "pk"
    )


def count_turns(import_id: int, phase: ImportTurn.Phase) -> TurnCounts:
    """Return how many turn, in one query."""
    turns = ImportTurn.objects.filter(of=import_id, phase=phase)
    turn: Counter[str] = Counter()
    come: Counter[str] = Counter()
    same = others = 0
    stays = Case(When(before=F("after"), then=True), default=False)
    for is_active, comes, is_same, after, number in turns.values_list("is_active", "comes", stays, "after").annotate(
        number=Count("pk")
    ):
        if not is_active:
            others += number
        elif comes:
            come[after] += number
        elif is_same:
            same += number
        else:
            turn[after] += number
    return TurnCounts(turn=dict(turn), come=dict(come), same=same, others=others)


def as_turns(rows: Iterable[ImportTurn]) -> Sequence[Turn]:
    """Return rows as the policy has them; somebody who is not there yet has the number of the row, negative, as key."""
    return [
        Turn(
            learner_id=-(row.row or 0) if row.learner_id is None else row.learner_id,
            is_active=row.is_active,
            comes=row.comes,
            before=_status(row.before),
            after=ComplianceStatus(row.after),
            courses=tuple(CourseTurn(course, _status(was), _status(becomes)) for course, was, becomes in row.courses),
        )
        for row in rows
    ]


def _status(value: str | None) -> ComplianceStatus | None:
    return ComplianceStatus(value) if value else None
