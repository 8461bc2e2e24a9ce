"""What the service of a kind offers to imports. The same check serves checking and doing (I5)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.contrib.auth.models import User

from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow, DraftRow

LEAVE_OUT = "leave out"


@dataclass(frozen=True)
class NewThing:
    """The answer "new": something that the import makes before the rows that name it."""

    thing: Thing
    name: str


Answer = int | NewThing | str  # the key of what is meant; new; or LEAVE_OUT


@dataclass(frozen=True, kw_only=True)
class ImportTerms:
    """What holds for a whole import.

    Attributes:
        by: who checks it, or does it.
        now: the moment; rules never ask the clock.
        things: by thing and text as `training.core.sameness` compares it, what is meant. Every text of a column of
            things has an answer before rows are checked; workers are found by the kind itself.
        people: by sheet and row, which worker is meant, where that was asked.
        choices: what was chosen for the whole import, by names of the kind: the provider, whether records count.
    """

    by: User
    now: datetime
    things: Mapping[Thing, Mapping[str, Answer]]
    people: Mapping[tuple[int, int], int | None]
    choices: Mapping[str, Any]


class Checker(Protocol):
    """Checks the rows of one import, a part after the other, and remembers what the parts before have named."""

    def check(self, rows: Sequence[DraftRow]) -> Sequence[CheckedRow]:
        """Return what would become of each row, in the same order, in a number of queries that does not grow."""


class KindService(Protocol):
    """Checks and writes the rows of a kind. One row is the same call."""

    def checker(self, terms: ImportTerms) -> Checker:
        """Return a checker. It reads what rows can name once, and takes no lock."""

    def lock(self, rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
        """Lock what the rows will write, in the order of locks of the house."""

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write rows that are new or changed, and set the key of each.

        The number of statements does not grow with the rows. Compliance follows in the same transaction (C6).

        Raises:
            Refusal: as the service for one row does.
        """


_SERVICES: dict[str, KindService] = {}


def serve(kind: str, service: KindService) -> None:
    """Say which service checks and writes a kind."""
    _SERVICES[kind] = service


def service_of(kind: str) -> KindService:
    """Return the service of a declared kind."""
    return _SERVICES[kind]
