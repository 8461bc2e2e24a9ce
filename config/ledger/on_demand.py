"""Writes the log for a pack that is made now, where this process may (T5).

The worker may: it has the key and the role. A command of somebody else may not, and waits for the worker's next run.
"""

import structlog
from django.conf import settings
from django.db import DatabaseError
from psycopg import errors

from config.ledger import log_key
from config.ledger.log import LogNotBegun, grow_whole, log_name
from training.services.packs_made import declare_log_writer

logger = structlog.get_logger(__name__)


@declare_log_writer
def write_log_if_allowed() -> None:
    """Give waiting seals their places and sign a checkpoint; anchors get it with the next run of `seal_log`."""
    try:
        key = log_key.configured()
        grow_whole(using=settings.LOG_DATABASE, key=key, name=log_name(), tell=lambda _done, _total: None)
    except (log_key.NoKeyError, LogNotBegun) as refusal:
        logger.info("log_not_written_here", why=str(refusal))
    except DatabaseError as error:
        if not isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise
        logger.info("log_not_written_here", why="role")
