"""The progress bar of long commands."""

from django.core.management.base import OutputWrapper

WIDTH = 30


def draw(stream: OutputWrapper, done: int, total: int) -> None:
    """Draw the bar in place of the one before. Draw nothing where the output is no terminal, as under cron."""
    if not stream.isatty():
        return
    filled = WIDTH * done // total if total else WIDTH
    bar = "█" * filled + "·" * (WIDTH - filled)
    stream.write(f"\r{bar} {done:,} of {total:,}", ending="\n" if done == total else "")
