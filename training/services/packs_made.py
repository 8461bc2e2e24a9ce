"""The seal of an audit pack (T5): that it was made is noted, the note is sealed, and the log closes over it.

The log is written by the worker each minute. Where the process that makes the pack may write it too, it does so at
once: `config` declares how, since only it knows the key.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic, sleep

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.core.refusals import Unavailable
from training.core.transactions import acting
from training.models import PackMade
from training.selectors.seals import KeptCheckpoint, RowSeal, newest_checkpoint, places_of

LONGEST_SUBJECT = 300
LONGEST_WAIT_SECONDS = 150
ASKED_EVERY_SECONDS = 1

LogWriter = Callable[[], None]

_WRITERS: list[LogWriter] = []


class LogStandsStill(Unavailable):
    """The log does not get on, so nothing can be sealed now (503)."""


def declare_log_writer(writer: LogWriter) -> LogWriter:
    """Let packs have the log written while they are made, and return the writer.

    Args:
        writer: gives waiting seals their places and signs a checkpoint, or does nothing where this process may not.
    """
    _WRITERS.append(writer)
    return writer


def write_log() -> None:
    """Have the log written, if this process may."""
    for writer in _WRITERS:
        writer()


def note_pack(
    *, subject: str, files_sha256: str, files: int, records: int, revocations: int, by: User, now: datetime
) -> PackMade:
    """Note that a pack is made, and exactly which files it holds; a trigger seals the note (T5).

    It stands even if the pack is not finished or not taken: then it names a pack that nobody has.

    Args:
        subject: what the pack is about.
        files_sha256: the SHA-256 of the list of its files.
        files: how many files the list names.
        records, revocations: how many of them the pack shows.
        by: for whom it is made.
        now: the present moment.
    """
    with acting(by):
        made: PackMade = PackMade.objects.create(
            subject=subject[:LONGEST_SUBJECT],
            files_sha256=files_sha256,
            files=files,
            records=records,
            revocations=revocations,
            made_by=by,
            made_at=now,
        )
    return made


def await_checkpoint(seals: Sequence[RowSeal], *, tell: Callable[[], None]) -> tuple[KeptCheckpoint, dict[int, int]]:
    """Wait for a checkpoint that covers these seals, and return it with their places by key.

    Args:
        seals: which are committed.
        tell: is called while it waits, and may raise.

    Raises:
        LogStandsStill: none came within `LONGEST_WAIT_SECONDS`.
    """
    until = monotonic() + LONGEST_WAIT_SECONDS
    while True:
        tell()
        write_log()
        newest, places = newest_checkpoint(), places_of(seals)
        if newest and len(places) == len(seals) and max(places.values(), default=-1) < newest.checkpoint.size:
            return newest, places
        if monotonic() > until:
            raise LogStandsStill(
                _(
                    "The log of all seals stands still, so the pack cannot be sealed. Try again in some minutes, or "
                    "tell your administrator: manage.py seal_log says why."
                )
            )
        sleep(ASKED_EVERY_SECONDS)
