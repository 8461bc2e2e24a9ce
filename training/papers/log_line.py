"""The newest checkpoint in small type at the foot of papers: whoever keeps one of them holds the log (T3)."""

from django.utils.translation import gettext as _

from training.selectors.seals import newest_checkpoint


def log_line(short: str) -> str:
    """Return what a paper says of a checkpoint.

    Args:
        short: in its form for paper: the size of the log, and 80 bits in base32.
    """
    return _("Log: %(short)s") % {"short": short}


def newest_log_line() -> str:
    """Return the line about the newest checkpoint, in one query; empty where there is none."""
    newest = newest_checkpoint()
    return log_line(newest.checkpoint.short) if newest else ""
