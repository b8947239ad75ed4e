"""What happened to one task is told of it alone, in its order, with the person behind a release."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.db import Database
from libs.common.messaging.event_log import Cause, Recorded, append
from libs.contracts.tasks import TaskAssigned
from services.tasks.queries.history import happened_to
from tests.conftest import NewDatabase
from tests.messaging.toy import NOON, CounterChange, CounterMoved, CounterState

CLERK = Actor.of_person(uuid4(), uuid4(), uuid4(), "AGENCY_CLERK")
SOMEBODY_ELSE = Actor.of_person(uuid4(), uuid4(), uuid4(), "AGENCY_HEAD")
TASK, ANOTHER = uuid4(), uuid4()
SAMPLE = Path(__file__).parents[1] / "contracts" / "samples" / f"{TaskAssigned.type}.json"


@pytest.fixture
async def kept(service_database: NewDatabase) -> Database:
    return await service_database("tasks")


def assigned(released_by: UUID) -> TaskAssigned:
    told = json.loads(SAMPLE.read_text("utf-8"))["data"]
    return TaskAssigned.model_validate({**told, "change": {**told["change"], "released_by": str(released_by)}})


async def happen(connection: AsyncConnection, task: UUID, *versions: int, actor: Actor = CLERK) -> None:
    moved = [
        Recorded("task", task, version, CounterMoved(occurred_at=NOON, state=CounterState(value=version), change=CounterChange()))
        for version in versions
    ]
    await append(connection, moved, actor=actor, cause=Cause("request"))


async def test_it_is_in_the_order_of_versions_and_epochs(kept: Database) -> None:
    async with kept.begin() as connection:
        await happen(connection, TASK, 2, 1)
        await happen(connection, ANOTHER, 1)
        await connection.execute(
            text("INSERT INTO stream_meta (source, epoch, system_id, reason) SELECT source, 2, system_id, 'restored' FROM stream_meta")
        )
        await happen(connection, TASK, 1, actor=SOMEBODY_ELSE)
        found = await happened_to(connection, TASK)
    assert [(one.version, one.actor) for one in found] == [(1, CLERK.name), (2, CLERK.name), (1, SOMEBODY_ELSE.name)]
    assert [(one.role, one.agency_id) for one in found][1:] == [("AGENCY_CLERK", CLERK.agency_id), ("AGENCY_HEAD", SOMEBODY_ELSE.agency_id)]


async def test_a_membership_that_has_ended_still_tells_who_released(kept: Database) -> None:
    ended, person, agency = uuid4(), uuid4(), uuid4()
    async with kept.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO membership_replica (id, version, person_id, agency_id, role, is_head, valid_to) "
                "VALUES (:id, 1, :person, :agency, 'OFFICE_TRACKER', false, '2020-01-01')"
            ),
            {"id": ended, "person": person, "agency": agency},
        )
        for task, membership in ((TASK, ended), (ANOTHER, uuid4())):
            await append(connection, [Recorded("task", task, 1, assigned(membership))], actor=CLERK, cause=Cause("request"))
        await happen(connection, TASK, 2)
        (released, later), (unknown,) = await happened_to(connection, TASK), await happened_to(connection, ANOTHER)
    assert (released.released_by, released.released_as, released.released_for) == (person, "OFFICE_TRACKER", agency)
    assert (later.released_by, unknown.released_by) == (None, None)
