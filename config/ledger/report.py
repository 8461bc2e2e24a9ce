"""What the check of the ledger finds, for the operator and for programs (T4)."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Wrong(StrEnum):
    """What can be wrong. The value stands in the report for programs."""

    ROW_ALTERED = "row altered"
    ROW_GONE = "row gone"
    ROW_UNSEALED = "row without seal"
    SEALED_TWICE = "sealed twice"
    CHANGED_WRONGLY = "changed as it never may"
    LEAF_ALTERED = "leaf altered"
    SEAL_GONE = "seal gone"
    SEAL_UNKNOWN = "seal of an unknown kind"
    OPENING_GONE = "salt gone"
    NAMES_ALTERED = "names altered"
    LIST_ALTERED = "list altered"
    DATED_BACK = "dated back"
    OUT_OF_QUEUE = "neither in the log nor waiting"
    QUEUE_WRONG = "waits, and should not"
    POSITIONS_GONE = "places gone"
    RANGE_ALTERED = "not as a checkpoint says"
    LOG_FORGED = "log begun without the key"
    LOG_CUT = "log cut off"
    TILE_ALTERED = "stored tile altered"
    CHECKPOINT_ALTERED = "stored checkpoint altered"
    CHECKPOINT_REFUSED = "checkpoint from outside not accepted"
    CHECKPOINTS_DIFFER = "checkpoints from outside differ"


@dataclass(frozen=True)
class Discrepancy:
    """One thing that is wrong.

    Attributes:
        what: in a sentence, for the operator.
        kind, row: the row that it is about, if it is about one.
        position: its place in the log, if it has one.
        between: the outside checkpoints around that place, in short form: the last one without it, the first one
            with it.
    """

    wrong: Wrong
    what: str
    kind: str = ""
    row: int | None = None
    position: int | None = None
    between: tuple[str, str] = ("", "")


@dataclass
class LedgerReport:
    """What the check found.

    Attributes:
        seals, entries: how many were checked.
        outside: the checkpoints from outside that hold, in short form, oldest first.
        notes: what is worth knowing and nothing wrong, in sentences.
    """

    seals: int = 0
    entries: int = 0
    waiting: int = 0
    outside: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    findings: list[Discrepancy] = field(default_factory=list)

    @property
    def is_proved(self) -> bool:
        """Whether anything outside the database pins the log."""
        return bool(self.outside)

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {**asdict(self), "proved": self.is_proved, "whole": not self.findings}
