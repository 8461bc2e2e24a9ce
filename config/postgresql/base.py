"""The connection of Django's own backend; only how it is taken out of the pool differs."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Checks a connection when it is taken out of the pool, and drains the pool at the first one that is broken.

    A server that restarts breaks every connection at once. The pool's own check (`CONN_HEALTH_CHECKS`) finds them one
    by one, with growing pauses between them, so that a healthy site answers 503 for seconds more. Together with a
    short `reconnect_timeout` the site is healthy within two seconds.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        """Return a connection that answers.

        Raises:
            psycopg.OperationalError: the server cannot be reached, or all places of the pool are taken.
        """
        while True:
            connection: psycopg.Connection = super().get_new_connection(conn_params)
            if self.pool is None:
                return connection
            try:
                connection.execute("")  # the pool gives it out in autocommit
            except psycopg.OperationalError:
                self.pool.putconn(connection)
                self.pool.drain()
            else:
                return connection
