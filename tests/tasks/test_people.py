"""Who acts for an agency on a day."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.common.db import Database
from services.tasks.queries.people import people_in_roles
from tests.conftest import NewDatabase

DAY = date(2026, 12, 7)
ONE_DAY = timedelta(days=1)
AGENCY, ANOTHER = uuid4(), uuid4()
PEOPLE = [UUID(int=number) for number in range(10)]
ROLES = frozenset({"AGENCY_HEAD", "AGENCY_CLERK"})


@pytest.fixture
async def told(service_database: NewDatabase) -> Database:
    return await service_database("tasks")


async def member(
    database: Database,
    person: UUID,
    role: str = "AGENCY_CLERK",
    *,
    id: UUID | None = None,  # noqa: A002
    agency: UUID = AGENCY,
    is_head: bool = False,
    since: date | None = None,
    until: date | None = None,
) -> None:
    async with database.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO membership_replica (id, version, person_id, agency_id, role, is_head, valid_from, valid_to) "
                "VALUES (:id, 1, :person, :agency, :role, :is_head, :since, :until)"
            ),
            {"id": id or uuid4(), "person": person, "agency": agency, "role": role, "is_head": is_head, "since": since, "until": until},
        )


async def acting(database: Database) -> list[UUID]:
    async with database.read() as connection:
        return await people_in_roles(connection, AGENCY, ROLES, day=DAY)


async def test_first_and_last_day_belong_to_a_membership(told: Database) -> None:
    for person, since, until in (
        (PEOPLE[1], DAY, DAY),
        (PEOPLE[2], DAY - ONE_DAY, DAY + ONE_DAY),
        (PEOPLE[3], DAY + ONE_DAY, None),
        (PEOPLE[4], None, DAY - ONE_DAY),
    ):
        await member(told, person, since=since, until=until)
    assert set(await acting(told)) == {PEOPLE[1], PEOPLE[2]}


async def test_the_head_comes_first_and_each_is_named_once(told: Database) -> None:
    await member(told, PEOPLE[1], "AGENCY_CLERK", id=UUID(int=11))
    await member(told, PEOPLE[2], "AGENCY_CLERK", id=UUID(int=10))
    await member(told, PEOPLE[3], "AGENCY_HEAD")
    await member(told, PEOPLE[4], "AGENCY_HEAD", is_head=True)
    await member(told, PEOPLE[4], "AGENCY_CLERK")
    await member(told, PEOPLE[5], "AGENCY_OFFICER")
    await member(told, PEOPLE[6], "AGENCY_CLERK", agency=ANOTHER)
    assert await acting(told) == [PEOPLE[4], PEOPLE[2], PEOPLE[1], PEOPLE[3]]
