"""One database of one service: a pool for requests, and direct lines for what must hold a session (relay, LISTEN).

And what an error of it, or of the network to it, means: it will pass, it was too slow, the disk is full.
"""

import errno
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy import TextClause, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

# An answer that is not there after this time never comes: the server gives everything up earlier, so it is gone without a word.
LONGEST_ANSWER_SECONDS = 20
# A statement or a lock that takes longer is given up, and a transaction that idles is ended: an open write
# transaction holds back the feed of every service in the cluster.
SESSION_LIMITS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
    "jit": "off",
    # A statement whose asker has hung up, or was killed, is for nobody.
    "client_connection_check_interval": "1s",
}

# Serialization failure, deadlock, lock timeout, shutdown, crash, still starting, no memory, too many connections: the same statement may
# succeed in a moment.
PASSING_STATES = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53200", "53300"}
STATEMENT_TIMEOUT = "57014"
DISK_FULL = "53100"
# Of the system's errors only those of the network, and of too much at once: a missing file stays missing.
PASSING_ERRNOS = {
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.ENETRESET,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.EADDRNOTAVAIL,
    errno.ENOBUFS,
    errno.EAGAIN,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
}
FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT}
# A list can be asked for in so many ways, at most, that its statements need not be read anew.
STATEMENTS_KEPT = 500


@lru_cache(STATEMENTS_KEPT)
def statement(words: str) -> TextClause:
    """For whoever puts a statement together for each question: the same words are looked through for their parameters only once."""
    return text(words)


def is_passing(error: BaseException) -> bool:
    """Whether the error speaks of the database or the network rather than of what was asked, so that the same may succeed later."""
    if is_disk_full(error):
        return True
    below = _below(error)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _state_of(error) in PASSING_STATES or (below is not None and is_passing(below))
    if isinstance(error, asyncpg.PostgresError):
        return isinstance(error, asyncpg.PostgresConnectionError) or error.sqlstate in PASSING_STATES
    if isinstance(error, asyncpg.InterfaceError):
        # The driver says so of a line that is gone, and of a call that was never right.
        return any(word in str(error) for word in ("closed", "in progress", "released"))
    if isinstance(error, PoolTimeout | asyncpg.InternalClientError | ConnectionError | socket.gaierror | ssl.SSLError):
        return True
    # Several addresses of a host, and each refused in its own words: asyncio tells them as one error without a number.
    of_several = isinstance(error, OSError) and str(error).startswith("Multiple exceptions:")
    return of_several or (isinstance(error, OSError) and error.errno in PASSING_ERRNOS)


def is_too_slow(error: BaseException) -> bool:
    """Whether time ran out. That passes when the database was the slow one, and never when what was asked takes too long."""
    return isinstance(error, TimeoutError) or _state_of(error) == STATEMENT_TIMEOUT


def is_disk_full(error: BaseException) -> bool:
    """Under the database, or under our own files. Passing: somebody makes room."""
    below = _below(error)
    full = (isinstance(error, OSError) and error.errno in FULL_ERRNOS) or _state_of(error) == DISK_FULL
    return full or (below is not None and is_disk_full(below))


def _state_of(error: BaseException) -> str | None:
    return getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None)


def _below(error: BaseException) -> BaseException | None:
    """The driver's own error under SQLAlchemy's."""
    return error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else None


class Database:
    """`url` is `postgresql+asyncpg://…`. Changes are made in `begin` or `undecided`; `read` is for queries.

    `service` is whose database it is, where `application` is `chidao-<service>`.
    """

    def __init__(self, url: str, *, application: str = "chidao", connections: int = 15) -> None:
        self.url = url
        self.application = application
        self.service = application.removeprefix("chidao-")
        self.engine: AsyncEngine = create_async_engine(
            url,
            # Opened when first needed and kept: one that came above a smaller size would be made and closed for every request.
            pool_size=connections,
            max_overflow=0,
            # The one that was used last knows the statements of the hour; those that a busy moment has opened learn none, and stay small.
            pool_use_lifo=True,
            pool_timeout=10,
            pool_recycle=1800,
            # What people wrote would otherwise stand in the log with every statement that fails.
            hide_parameters=True,
            connect_args={
                "server_settings": {**SESSION_LIMITS, "application_name": application},
                "timeout": 10,
                "command_timeout": LONGEST_ANSWER_SECONDS,
            },
        )
        event.listen(self.engine.sync_engine, "checkout", _is_open)
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end, or rolled back when an exception leaves it."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def undecided(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is rolled back, unless the caller commits it on the connection."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries. Each sees what is committed when it begins, as in our transactions, without the two
        more ways to the server that a transaction costs."""
        async with self._reading.connect() as connection:
            yield connection

    async def direct(self, **session: str) -> asyncpg.Connection:
        """A session of its own outside the pool, with `session` settings; the caller closes it."""
        parts = urlsplit(self.url.replace("postgresql+asyncpg", "postgresql"))
        return await asyncpg.connect(
            parts.geturl(),
            timeout=10,
            command_timeout=LONGEST_ANSWER_SECONDS,
            server_settings={"application_name": f"{self.application}-direct", **session},
        )

    async def dispose(self) -> None:
        await self.engine.dispose()


def _is_open(connection: DBAPIConnection, *_: object) -> None:
    """Whoever takes a connection out of the pool after the server was restarted is given a new one instead of an error.

    The driver was told when its line was cut: unlike a ping before each use, asking it costs no way to the server.
    """
    line: asyncpg.Connection = connection.driver_connection
    if line.is_closed():
        raise DisconnectionError
