"""What the rows of an import lay over the tables, so that a check can tell who would turn (I5).

Only three kinds turn anybody, for only they change what answers are made of (C1, C2): workers, what is required, and
records of registers. A new title of a role turns nobody, but those who have the role are judged anew with it. The
others change no answer: a session or a mark makes no record before it is finalized (F3), hours make none at all (H7),
an expiry that stands never follows its course (S12), and nobody is in an area that an import has just made.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol, TypeGuard

from training.core.imports.rows import CheckedRow
from training.services.imports.contract import ImportTerms, KindService


class LaidPerson(NamedTuple):
    """A worker as the row would leave them; no role where the import makes it, so that nothing is asked of it yet."""

    start_date: date
    role_id: int | None
    role_assigned_at: date | None
    status: str
    end_date: date | None


class LaidRule(NamedTuple):
    """What a role or an area would require; `source` is an `Asker`."""

    source: str
    source_id: int
    course_id: int
    requirement_type: str
    grace_period_days: int | None
    starts_on: date


class LaidRecord(NamedTuple):
    """A record that would be written; `is_proven` tells whether it has a certificate (I7)."""

    course_id: int
    completion_date: date
    expiry_date: date | None
    result: str
    is_proven: bool


@dataclass(kw_only=True)
class Laid:
    """What rows would lay over the tables, and whom writing them would judge anew.

    Attributes:
        concerned: keys of the workers who are there and would be judged anew.
        people: new and changed workers by key; of a new one the key is the number of the row, negative.
        places: by worker, the areas to which they would be assigned, each with its day.
        places_gone: keys of assignments that would end.
        rules: new and changed ones.
        records: by worker.
        records_gone: keys of records that would be revoked.
        records_count, records_count_until: whether records without a certificate would count, and until when (I7).
    """

    concerned: Collection[int] = ()
    people: Mapping[int, LaidPerson] = field(default_factory=dict)
    places: Mapping[int, Collection[tuple[int, date]]] = field(default_factory=dict)
    places_gone: Collection[int] = ()
    rules: Collection[LaidRule] = ()
    records: Mapping[int, Collection[LaidRecord]] = field(default_factory=dict)
    records_gone: Collection[int] = ()
    records_count: bool = False
    records_count_until: date | None = None


class LayingKind(KindService, Protocol):
    """The service of a kind whose rows can turn somebody red, yellow or green."""

    def lay(self, rows: Mapping[int, CheckedRow], terms: ImportTerms) -> Laid:
        """Return what rows would lay over the tables; nothing is locked or written.

        Args:
            rows: those that would be written, by number in the import.
        """


def laid_by(service: KindService, rows: Mapping[int, CheckedRow], terms: ImportTerms) -> Laid:
    """Return what rows of a kind would lay over the tables; nothing where the kind turns nobody."""
    return service.lay(rows, terms) if can_turn(service) else Laid()


def can_turn(service: KindService) -> TypeGuard[LayingKind]:
    """Tell whether rows of a kind can turn anybody."""
    return hasattr(service, "lay")
