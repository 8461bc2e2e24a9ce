"""The progress bar of long commands."""

from collections.abc import Callable

from django.core.management.base import OutputWrapper

WIDTH = 30

_watchers: list[Callable[[int, int], None]] = []


def watch(watcher: Callable[[int, int], None]) -> None:
    """Let this function know, too, how far the command of this process is: how much is done, of how much."""
    _watchers.append(watcher)


def draw(stream: OutputWrapper, done: int, total: int) -> None:
    """Draw the bar in place of the one before. Draw nothing where the output is no terminal, as under cron."""
    for watcher in _watchers:
        watcher(done, total)
    if not stream.isatty():
        return
    filled = WIDTH * done // total if total else WIDTH
    bar = "█" * filled + "·" * (WIDTH - filled)
    stream.write(f"\r{bar} {done:,} of {total:,}", ending="\n" if done == total else "")
