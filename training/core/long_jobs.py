"""Time for commands and nightly runs over the whole site, which may take longer than a page."""

from django.db import connection

MORE_TIME = {
    "lock_timeout": "60s",
    "statement_timeout": "15min",
    "idle_in_transaction_session_timeout": "15min",
}


def take_time() -> None:
    """Give this transaction longer limits for waiting and working than a page has (`config.database_limits`)."""
    assert connection.in_atomic_block or not connection.get_autocommit(), "it ends with the transaction"  # noqa: S101  # programming error
    with connection.cursor() as cursor:
        for name, value in MORE_TIME.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
