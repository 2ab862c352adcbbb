"""Django's PostgreSQL backend with a connection pool that is emptied when a connection turns out dead.

After a restart of the database, or when a firewall drops idle connections, all connections in the pool are
dead. The pool's own check discards them one at a time with growing pauses and gives up after the third, so
requests would fail until each had been used once. Here the first dead connection empties the whole pool.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        pool = self.pool
        if pool is None:
            return connection
        try:
            ConnectionPool.check_connection(connection)  # one round trip
        except OperationalError:
            pool.putconn(connection)
            pool.drain()
            return super().get_new_connection(conn_params)
        return connection
