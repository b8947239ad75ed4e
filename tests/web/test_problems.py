"""What is nobody's fault is said as such: try again in a moment, and nothing was lost."""

import errno
import socket

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.testing import capture_logs

from libs.common.db import is_disk_full, is_passing, is_too_slow
from libs.common.web.problems import install_problem_answers


def failing(error: Exception) -> FastAPI:
    app = FastAPI()
    install_problem_answers(app)

    @app.get("/")
    async def fails() -> None:
        raise error

    return app


async def answer_to(error: Exception) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=failing(error), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as http:
        return await http.get("/")


def of_state(sqlstate: str, *, cause: BaseException | None = None) -> DBAPIError:
    """As SQLAlchemy tells what the database said."""
    original = Exception("said by the database")
    original.sqlstate = sqlstate  # type: ignore[attr-defined]
    original.__cause__ = cause
    return DBAPIError("SELECT 1", {}, original)


# The error, whether it passes, whether it was too slow, whether the disk is full; and the answer to a request.
CASES = {
    "every connection is in use": (PoolTimeout("all"), (True, False, False), (503, "unavailable")),
    "refused": (ConnectionRefusedError("PostgreSQL is away"), (True, False, False), (503, "unavailable")),
    "reset": (ConnectionResetError("gone"), (True, False, False), (503, "unavailable")),
    "no such host": (socket.gaierror("who?"), (True, False, False), (503, "unavailable")),
    "no way to the host": (OSError(errno.EHOSTUNREACH, "no route"), (True, False, False), (503, "unavailable")),
    "two addresses refused": (OSError("Multiple exceptions: [Errno 111] …, [Errno 99] …"), (True, False, False), (503, "unavailable")),
    "too many open files": (OSError(errno.EMFILE, "too many"), (True, False, False), (503, "unavailable")),
    "invalidated": (DBAPIError("SELECT 1", {}, Exception("gone"), connection_invalidated=True), (True, False, False), (503, "unavailable")),
    "the driver's line is closed": (asyncpg.InterfaceError("connection is closed"), (True, False, False), (503, "unavailable")),
    "the driver's line was lost": (asyncpg.ConnectionDoesNotExistError("lost"), (True, False, False), (503, "unavailable")),
    "deadlock": (of_state("40P01"), (True, False, False), (503, "unavailable")),
    "lock timeout": (of_state("55P03"), (True, False, False), (503, "unavailable")),
    "shutting down": (of_state("57P01"), (True, False, False), (503, "unavailable")),
    "too many connections": (of_state("53300"), (True, False, False), (503, "unavailable")),
    "the line under SQLAlchemy": (
        of_state("", cause=asyncpg.InterfaceError("connection is closed")),
        (True, False, False),
        (503, "unavailable"),
    ),
    "statement timeout": (of_state("57014"), (False, True, False), (503, "unavailable")),
    "a handler's own deadline": (TimeoutError("too slow"), (False, True, False), (503, "unavailable")),
    "disk full under the database": (of_state("53100"), (True, False, True), (503, "disk-full")),
    "disk full, told by the driver": (asyncpg.DiskFullError("no space"), (True, False, True), (503, "disk-full")),
    "disk full under our files": (OSError(errno.ENOSPC, "no space"), (True, False, True), (503, "disk-full")),
    "quota used up": (OSError(errno.EDQUOT, "no quota"), (True, False, True), (503, "disk-full")),
    "a missing file": (FileNotFoundError(errno.ENOENT, "no such file"), (False, False, False), (500, "unexpected")),
    "a file we may not read": (PermissionError(errno.EACCES, "not ours"), (False, False, False), (500, "unexpected")),
    "a broken disk": (OSError(errno.EIO, "input/output"), (False, False, False), (500, "unexpected")),
    "duplicate key": (IntegrityError("INSERT", {}, Exception("duplicate key")), (False, False, False), (500, "unexpected")),
    "a value out of range": (of_state("22003"), (False, False, False), (500, "unexpected")),
    "a call that was never right": (
        of_state("", cause=asyncpg.InterfaceError("the server expects 1 argument for this query, 2 were passed")),
        (False, False, False),
        (500, "unexpected"),
    ),
    "a fault of ours": (ValueError("wrong"), (False, False, False), (500, "unexpected")),
}


@pytest.mark.parametrize(("error", "judged", "answered"), CASES.values(), ids=CASES.keys())
async def test_what_passes_what_does_not_and_what_is_answered(
    error: Exception, judged: tuple[bool, bool, bool], answered: tuple[int, str]
) -> None:
    assert (is_passing(error), is_too_slow(error), is_disk_full(error)) == judged
    answer = await answer_to(error)
    assert (answer.status_code, answer.json()["code"]) == answered
    assert ("Retry-After" in answer.headers) == (answered[0] == 503)
    assert "duplicate" not in answer.text


async def test_a_full_disk_is_told_in_the_log_by_its_name() -> None:
    with capture_logs() as said:
        await answer_to(OSError(errno.ENOSPC, "no space"))
    assert "disk-full" in {line["event"] for line in said}
