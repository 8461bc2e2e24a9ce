"""The checkpoints from outside, and what they say about a place of the log (T3, T4)."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple

from config.ledger.anchors import Anchored
from config.ledger.report import Discrepancy, Wrong
from training.core.seals.checkpoints import Checkpoint, RefusedNoteError, read, signed_text


class Witness(NamedTuple):
    """A checkpoint that a known key signed: which one, when it was outside already, and where it was found."""

    checkpoint: Checkpoint
    at: datetime
    where: str
    key: str

    @property
    def short(self) -> str:
        """How it is told to people."""
        return f"{self.checkpoint.short} of {self.at:%Y-%m-%d %H:%M} UTC"


class Outside:
    """All checkpoints from outside, smallest first, each once.

    Args:
        anchored: what was found outside.
        keys: verifier keys.
        origins: the names of this site's logs.
    """

    def __init__(self, anchored: Iterable[Anchored], *, keys: Sequence[str], origins: Collection[str]) -> None:
        self.findings: list[Discrepancy] = []
        found: dict[tuple[str, int], Witness] = {}
        for witness in self._accepted(anchored, keys=keys, origins=origins):
            place = (witness.checkpoint.origin, witness.checkpoint.size)
            before = found.get(place)
            if before and before.checkpoint != witness.checkpoint:
                self.findings.append(
                    Discrepancy(
                        Wrong.CHECKPOINTS_DIFFER,
                        f"{witness.where} and {before.where} name {witness.checkpoint.size:,} entries, and differ: "
                        "somebody signed two logs.",
                    )
                )
            elif not before or witness.at < before.at:
                found[place] = witness
        self._keep(found.values())

    def leave_out(self, ends: Mapping[str, int]) -> None:
        """Forget what was lost with a restore: checkpoints of a log beyond its end, by origin.

        They say nothing of places that were given anew afterwards.
        """
        self._keep(each for each in self.witnesses if each.checkpoint.size <= ends.get(each.checkpoint.origin, inf))

    def _keep(self, witnesses: Iterable[Witness]) -> None:
        self.witnesses = sorted(witnesses, key=lambda each: each.checkpoint.size)
        self._sizes = [each.checkpoint.size for each in self.witnesses]
        # A later checkpoint of the same or a smaller size proves as well that an entry was not there yet.
        self._newest: list[datetime] = []
        newest = datetime.min.replace(tzinfo=UTC)
        for each in self.witnesses:
            newest = max(newest, each.at)
            self._newest.append(newest)

    def _accepted(
        self, anchored: Iterable[Anchored], *, keys: Sequence[str], origins: Collection[str]
    ) -> Iterator[Witness]:
        for each in anchored:
            try:
                checkpoint = read(each.note, known=keys)
            except RefusedNoteError as refusal:
                self.findings.append(Discrepancy(Wrong.CHECKPOINT_REFUSED, f"{each.where}: {refusal}."))
                continue
            if checkpoint.origin in origins:
                yield Witness(checkpoint, each.at, each.where, signer(each.note, known=keys))
            else:
                self.findings.append(
                    Discrepancy(Wrong.CHECKPOINT_REFUSED, f"{each.where}: it is of another log, {checkpoint.origin}.")
                )

    def around(self, position: int | None) -> tuple[str, str]:
        """Return the last checkpoint that does not hold a place yet, and the first one that does; empty for none."""
        if position is None:
            return ("", "")
        at = bisect_right(self._sizes, position)
        return (
            self.witnesses[at - 1].short if at else "",
            self.witnesses[at].short if at < len(self.witnesses) else "",
        )

    def not_before(self, position: int) -> datetime | None:
        """Return the latest moment at which a place was certainly not taken yet; None if nothing says so."""
        at = bisect_right(self._sizes, position)
        return self._newest[at - 1] if at else None


def signer(note: str, *, known: Sequence[str]) -> str:
    """Return which of the known verifier keys signed a note; empty if none did."""
    for key in known:
        with suppress(RefusedNoteError):
            signed_text(note, known=[key])
            return key
    return ""
