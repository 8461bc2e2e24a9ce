"""The bar that long commands draw while somebody watches."""

from django.core.management.base import OutputWrapper

WIDTH = 30


def draw(stream: OutputWrapper, done: int, total: int) -> None:
    """Draw the bar over itself; where nobody watches, as under cron, draw nothing."""
    if not stream.isatty():
        return
    filled = WIDTH * done // total if total else WIDTH
    bar = "█" * filled + "·" * (WIDTH - filled)
    stream.write(f"\r{bar} {done:,} of {total:,}", ending="\n" if done == total else "")
