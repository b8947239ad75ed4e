"""One trace from the request to the effect in another service; logs that hold ids and codes, and nothing that people wrote."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from libs.common.messaging.envelope import Envelope
from libs.common.messaging.feed import Position, read_feed
from libs.common.telemetry import trace_without_texts
from tests.conftest import ServiceDatabase, Spans
from tests.issuer import Issuer
from tests.signed_in import HEALTH_CLERK, Client, running_service
from tests.tasks.released import act, due_in, result, upload

PRIVATE = "Bệnh nhân Nguyễn Văn Ánh, 0905 123 456"
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
async def tasks(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    async with running_service(
        "tasks", database("tasks"), issuer, tmp_path, overdue_every_seconds=3600.0, passed_on_every_seconds=3600.0
    ) as client:
        yield client


@pytest.fixture
async def notify(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    async with running_service("notify", database("notify"), issuer, tmp_path) as client:
        yield client


async def published(tasks: Client) -> list[Envelope]:
    async with tasks.app.state.service.database.read() as connection:
        return (await read_feed(connection, "tasks", Position(), 100)).envelopes


async def test_the_trace_of_a_request_goes_on_in_the_service_that_hears_of_it(tasks: Client, notify: Client, spans: Spans) -> None:
    task = await due_in(tasks, 10)
    await act(tasks, HEALTH_CLERK, task, "accept")
    file = (await upload(tasks, HEALTH_CLERK, task)).json()["id"]
    headers = tasks.issuer.headers(HEALTH_CLERK) | {
        "Idempotency-Key": "k",
        "If-Match": "2",
        "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
    }
    answer = await tasks.http.post(f"/tasks/{task}/results", json=result(file_id=file), headers=headers)
    assert answer.status_code == 200
    await notify.app.state.service.runners[0].apply(await published(tasks))
    of_trace = [span for span in spans() if span.context and f"{span.context.trace_id:032x}" == TRACE]
    assert [span.name for span in of_trace] == ["tasks POST", "notify on_result_submitted"]
    request, effect = of_trace
    assert request.context is not None
    assert effect.parent is not None
    assert effect.parent.span_id == request.context.span_id
    assert request.attributes is not None
    assert request.attributes["http.route"] == "/tasks/{task_id}/results"


async def test_logs_hold_nothing_that_people_wrote(tasks: Client, notify: Client) -> None:
    with capture_logs() as said:
        task = await due_in(tasks, 10, content=PRIVATE)
        await act(tasks, HEALTH_CLERK, task, "accept")
        for percent in (10, 101):
            await act(tasks, HEALTH_CLERK, task, "progress", {"percent": percent, "content": PRIVATE, "difficulty": PRIVATE})
        await upload(tasks, HEALTH_CLERK, task, name=f"{PRIVATE}.pdf")
        await upload(tasks, HEALTH_CLERK, task, name=f"{PRIVATE}.exe")
        await tasks.get(HEALTH_CLERK, "/tasks", q=PRIVATE)
        events = await published(tasks)
        torn = replace(events[0], id=uuid4(), subject=uuid4(), data={**events[0].data, "state": PRIVATE})
        await notify.app.state.service.runners[0].apply([*events, torn])
    assert {"request", "event-dead"} <= {one["event"] for one in said}
    assert not [one for one in said if PRIVATE in repr(one) or "Nguy" in repr(one) or "0905" in repr(one)]
    assert not [one for one in said if HEALTH_CLERK.name in repr(one)]


async def test_what_a_failed_statement_held_is_not_in_its_trace(tasks: Client) -> None:
    statement = "INSERT INTO progress_report VALUES (:id, 1, 1, :content, NULL, NULL, :id, now())"
    with pytest.raises(IntegrityError) as failed:
        async with tasks.app.state.service.database.begin() as connection:
            await connection.execute(text(statement), {"id": uuid4(), "content": PRIVATE})
    assert PRIVATE not in str(failed.value), "parameters are hidden"
    logged = _logged(failed.value)
    assert "violates foreign key constraint" in logged
    assert "DETAIL" not in logged
    assert "test_telemetry.py" in logged


def _logged(error: BaseException) -> str:
    render = structlog.processors.ExceptionRenderer(trace_without_texts)
    said: Any = render(None, "error", {"event": "unexpected", "exc_info": (type(error), error, error.__traceback__)})

    return json.dumps(said, ensure_ascii=False)
