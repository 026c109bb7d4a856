"""Whether a connection that waited for its next request is still alive is seen from its socket: a server that ended the
connection has closed it, and one that is well says nothing unasked. Django asks ``select 1`` instead, a round trip before
every request."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Used by name: Django looks for it in ``<ENGINE>.base``."""

    def is_usable(self) -> bool:
        """False when the server has closed the connection (or said something on its own before closing it), and while a failed
        transaction waits for its rollback."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        poll = select.poll()
        poll.register(self.connection.pgconn.socket, select.POLLIN)
        return not poll.poll(0)
