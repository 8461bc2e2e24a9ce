"""What the service of a kind offers to imports. The same check serves checking and doing (I5)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from django.contrib.auth.models import User

from training.core.imports.declaration import Thing
from training.core.imports.rows import CellProblem, CheckedRow, DraftRow

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
        employers: by badge, the name of the employer of workers whom two companies' lists name (I9).
    """

    by: User
    now: datetime
    things: Mapping[Thing, Mapping[str, Answer]]
    people: Mapping[tuple[int, int], int | None]
    choices: Mapping[str, Any]
    employers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class WrittenRow:
    """What a row of an import wrote, as it is undone (I8).

    Attributes:
        sheet, row: where it stood.
        key, identity: of the thing.
        before, after: by column, what it changed, in words; `before` is empty where the thing was new.
        table: of the thing.
        kept: what it changed, as it is stored, by names of the service.
        at: when it was written.
    """

    sheet: int
    row: int
    key: int
    identity: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    table: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


class UndoAct(StrEnum):
    """What became of a thing when its import was undone (I8)."""

    BACK = "back"  # it is again as it was before
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    CLEARED = "cleared"  # a mark of a list that is not finalized
    VOIDED = "voided"
    DELETED = "deleted"  # nothing names it
    INACTIVE = "inactive"  # it stays for what names it, and is offered nowhere new
    ARCHIVED = "archived"
    LEFT = "left"  # somebody has changed it since, or something else names it


@dataclass(frozen=True)
class UndoneRow:
    """What became of a thing when its import was undone; `why` says why it was left as it is."""

    written: WrittenRow
    act: UndoAct
    why: str = ""


Gone = Mapping[str, Collection[int]]  # keys by table
NOTHING_GONE: Gone = {}


class Checker(Protocol):
    """Checks the rows of one import, a part after the other, and remembers what the parts before have named."""

    def check(self, rows: Sequence[DraftRow]) -> Sequence[CheckedRow]:
        """Return what would become of each row, in the same order, in a number of queries that does not grow."""

    def finish(self) -> Mapping[int, Sequence[CellProblem]]:
        """Return what was found out about earlier rows only when later parts were read, after the last part.

        Such as a badge that a later row gives to somebody of another name, or a supervisor who stands nowhere.

        Returns:
            by the place of a row in the import, from 0 and over all parts, why it is refused after all. Rows of the
            part that was checked last are refused in place already.
        """


class TakenBackRow(Protocol):
    """Something that a file said when it came before, and does not say any more (I7).

    Attributes:
        what: it is, as people and other databases know it.
        said, says: the day before and now; `says` is None where it is gone, or struck out.
    """

    @property
    def what(self) -> str: ...
    @property
    def said(self) -> date: ...
    @property
    def says(self) -> date | None: ...


TAKEN_BACK = "taken_back"  # in `ImportTerms.choices`: what somebody has confirmed; in reports and counts: what is shown


@runtime_checkable
class TakingBack(Protocol):
    """The checker of a kind whose files come again, and may take back what they said before (I7)."""

    def taken_back(self) -> Sequence[TakenBackRow]:
        """Return what the file takes back, when all parts are checked and before `finish`."""

    def confirm(self, taken: Sequence[TakenBackRow]) -> None:
        """Check on as if somebody had confirmed this: whoever does the import has to."""


@dataclass(frozen=True)
class LeavingCompany:
    """A company some of whose workers leave: how many, and how many ACTIVE ones it has before."""

    name: str
    leaving: int
    active: int


@dataclass(frozen=True, kw_only=True)
class WhoLeaves:
    """Who leaves because a file that holds everybody does not name them (I9).

    Attributes:
        rows: one for each of them, in no row of the file; refused where their last day cannot be that.
        companies: those whose workers leave.
        are_many: whether a superuser has to say that so many are right.
        why_nobody: why it cannot be told; then the import is not brought in.
    """

    rows: Sequence[CheckedRow] = ()
    companies: Sequence[LeavingCompany] = ()
    are_many: bool = False
    why_nobody: str = ""


@runtime_checkable
class CheckerOfEverybody(Protocol):
    """The checker of a kind whose files can hold everybody (I9)."""

    def who_leaves(self, rows: Sequence[CheckedRow]) -> WhoLeaves | None:
        """Return who leaves by all rows of a file; None where the file holds only changes."""


class KindService(Protocol):
    """Checks and writes the rows of a kind. One row is the same call."""

    @property
    def table(self) -> str:
        """The name of the table of the things that the rows are about; of several, each row names its own."""

    def checker(self, terms: ImportTerms) -> Checker:
        """Return a checker. It reads what rows can name once, and takes no lock."""

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        """Lock what the rows will write, in the order of locks of the house.

        Args:
            workers: keys of those whom the rows change.
        """

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write all rows of an import that are new or changed, and set the key of each.

        The number of statements does not grow with the rows. Compliance follows in the same transaction (C6).

        Raises:
            Refusal: as the service for one row does.
        """

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Undo what an import wrote, as far as nobody has changed it since (I8). Compliance follows.

        It is called in a transaction in which the import is locked, and what `lock` locks; for a preview that is
        undone. The number of statements does not grow with the rows.

        Args:
            gone: what the same undo has taken back before; that these name something keeps nothing.
        """


@runtime_checkable
class WritingAhead(Protocol):
    """The service of a kind whose rows need something for which nobody else can wait, such as their proofs (I6)."""

    def write_ahead(self, rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
        """Write that before anything is locked, in the transaction of the import, and set the key of each row.

        Raises:
            Refusal: as `KindService.write`.
        """


_SERVICES: dict[str, KindService] = {}


def serve(kind: str, service: KindService) -> None:
    """Say which service checks and writes a kind."""
    _SERVICES[kind] = service


def service_of(kind: str) -> KindService:
    """Return the service of a declared kind."""
    return _SERVICES[kind]
