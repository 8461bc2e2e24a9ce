"""Tells on the terminal how far loading has come."""

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Protocol, TypeVar

Thing = TypeVar("Thing")
REDRAW_SECONDS = 0.1


class Output(Protocol):
    def write(self, text: str) -> object: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...


class LoadingProgress:
    """One line per step; on a terminal a number counts up in it."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._is_terminal = out.isatty()

    def each(self, step: str, things: Iterable[Thing], *, total: int) -> Iterator[Thing]:
        """Yield `things` while telling how many of `total` are done."""
        begun = drawn = monotonic()
        for number, thing in enumerate(things, start=1):
            yield thing
            if self._is_terminal and monotonic() - drawn > REDRAW_SECONDS:
                drawn = monotonic()
                self._write(f"\r  {step:<28}{number:>7,} of {total:,}")
        start_of_line = "\r" if self._is_terminal else ""
        self._write(f"{start_of_line}  {step:<28}{total:>7,}{'':12}{monotonic() - begun:>5.1f} s\n")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
