"""A release to hundreds of agencies is one transaction with few ways to the server."""

from uuid import uuid4

from sqlalchemy import event

from libs.common.db import Database
from tests.signed_in import TRACKER, Client
from tests.tasks.released import instruction, release, today


async def test_five_hundred_parts_take_few_ways_to_the_server(tasks: Client) -> None:
    database: Database = tasks.app.state.service.database
    statements: list[str] = []

    def sent(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", sent)
    group = instruction(*(uuid4() for _ in range(500)), due=today(), group="communes")
    await release(tasks, group)
    event.remove(database.engine.sync_engine, "before_cursor_execute", sent)
    assert (await tasks.get(TRACKER, f"/tasks/{group.id}/children", limit=1)).json()["total"] == 500
    (counted,) = await tasks.rows("SELECT count(DISTINCT tx_id) AS transactions, count(*) AS events FROM event_log")
    assert (counted.transactions, counted.events) == (1, 501)
    assert len(statements) < 20
