"""What is nobody's fault is said as such: try again in a moment, and nothing was lost."""

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

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


@pytest.mark.parametrize(
    "error",
    [
        PoolTimeout("every connection is in use"),
        ConnectionRefusedError("PostgreSQL is away"),
        DBAPIError("SELECT 1", {}, Exception("gone"), connection_invalidated=True),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_passes_is_unavailable_for_a_moment(error: Exception) -> None:
    answer = await answer_to(error)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_what_does_not_pass_is_a_fault_of_ours() -> None:
    answer = await answer_to(IntegrityError("INSERT", {}, Exception("duplicate key")))
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert "duplicate" not in answer.text
