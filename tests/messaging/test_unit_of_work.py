"""What a commit keeps: each event under its own version with the state of that moment, and the row as it is after the last."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.common.actor import Actor
from libs.common.db import Database
from libs.common.domain import Aggregate, DomainEvent
from libs.common.live import Hint, concerned
from libs.common.messaging.event_log import Cause
from libs.common.unit_of_work import ChangedAfterRecorded, NotCommitted, NotTouched, NotWitnessed, Repository, UnitOfWork
from tests.messaging.toy import CounterChange, CounterMoved, CounterState, make_publisher

NOON = datetime(2026, 2, 12, 5, 0, tzinfo=UTC)


class Counter(Aggregate):
    def __init__(self, id: UUID, value: int = 0, version: int = 0) -> None:  # noqa: A002
        super().__init__(id, version)
        self.value = value

    def add(self, amount: int) -> int:
        self.value += amount
        return self.record(DomainEvent(occurred_at=NOON))


def told(event: DomainEvent, counter: Counter) -> CounterMoved:
    return CounterMoved(occurred_at=event.occurred_at, state=CounterState(value=counter.value), change=CounterChange())


class Counters(Repository[Counter]):
    aggregate_type = "counter"

    async def get(self, counter_id: UUID) -> Counter:
        row = (await self.connection.execute(text("SELECT * FROM counter WHERE id = :id"), {"id": counter_id})).one()
        return self.touch(Counter(row.id, row.value, row.version))

    async def save(self, aggregate: Counter, *, expected_version: int) -> None:
        row = {"id": aggregate.id, "version": aggregate.version, "value": aggregate.value, "expected": expected_version}
        if expected_version == 0:
            await self.connection.execute(text("INSERT INTO counter VALUES (:id, :version, :value)"), row)
        else:
            statement = text("UPDATE counter SET version = :version, value = :value WHERE id = :id AND version = :expected")
            assert (await self.connection.execute(statement, row)).rowcount == 1


class Toy(UnitOfWork):
    counters: Counters

    def begin(self) -> None:
        self.counters = Counters(self.connection)

    def repositories(self) -> tuple[Repository[Aggregate], ...]:
        return (self.counters,)  # type: ignore[return-value]


@pytest.fixture
async def database(new_database) -> Database:  # type: ignore[no-untyped-def]
    made: Database = await new_database("toy")
    await make_publisher(made)
    async with made.begin() as connection:
        await connection.execute(text("CREATE TABLE counter (id uuid PRIMARY KEY, version int NOT NULL, value int NOT NULL)"))
    return made


def unit(database: Database) -> Toy:
    return Toy(database, told, actor=Actor.of_service("toy"), cause=Cause("test"))


async def logged(database: Database) -> list[tuple[UUID, int, int]]:
    """Aggregate, version and told value of every event, in the order of the log."""
    async with database.read() as connection:
        rows = await connection.execute(text("SELECT aggregate_id, version, payload::text AS payload FROM event_log ORDER BY seq"))
        return [(row.aggregate_id, row.version, json.loads(row.payload)["state"]["value"]) for row in rows]


async def stored(database: Database) -> list[tuple[Any, ...]]:
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(text("SELECT id, version, value FROM counter ORDER BY value"))]


async def test_each_event_of_a_commit_has_its_own_version_and_its_own_state(database: Database) -> None:
    counter = Counter(uuid4())
    async with unit(database) as uow:
        uow.counters.touch(counter)
        assert [counter.add(1), counter.add(10)] == [1, 2]
        await uow.commit()
    assert await logged(database) == [(counter.id, 1, 1), (counter.id, 2, 11)]
    assert await stored(database) == [(counter.id, 2, 11)]

    async with unit(database) as uow:
        again = await uow.counters.get(counter.id)
        assert [again.add(100), again.add(1_000), again.add(10_000)] == [3, 4, 5]
        await uow.commit()
    assert (await logged(database))[2:] == [(counter.id, 3, 111), (counter.id, 4, 1_111), (counter.id, 5, 11_111)]
    assert await stored(database) == [(counter.id, 5, 11_111)]


async def test_two_commits_of_one_unit_go_on_from_each_other(database: Database) -> None:
    counter = Counter(uuid4())
    async with unit(database) as uow:
        uow.counters.touch(counter).add(1)
        await uow.commit()
        uow.counters.touch(counter).add(1)
        await uow.commit()
    assert await stored(database) == [(counter.id, 2, 2)]


async def test_what_is_changed_beside_another_keeps_apart(database: Database) -> None:
    one, other = Counter(uuid4()), Counter(uuid4())
    async with unit(database) as uow:
        for counter in (one, other):
            uow.counters.touch(counter)
        one.add(1)
        other.add(5)
        one.add(1)
        await uow.commit()
    assert await logged(database) == [(one.id, 1, 1), (one.id, 2, 2), (other.id, 1, 5)]


async def test_who_forgets_to_touch_is_told(database: Database) -> None:
    forgotten = Counter(uuid4())

    async def careless() -> None:
        async with unit(database) as uow:
            uow.counters.touch(Counter(uuid4())).add(1)
            forgotten.add(1)
            await uow.commit()

    with pytest.raises(NotTouched, match=f"Counter {forgotten.id} v1"):
        await careless()
    assert await logged(database) == []
    assert await stored(database) == []


@pytest.mark.parametrize("committed", [0, 1])
async def test_who_forgets_to_commit_is_told(database: Database, committed: int) -> None:
    async def careless() -> None:
        async with unit(database) as uow:
            counter = uow.counters.touch(Counter(uuid4()))
            for _ in range(committed):
                counter.add(1)
                await uow.commit()
            counter.add(1)

    with pytest.raises(NotCommitted):
        await careless()
    assert [value for _, _, value in await stored(database)] == [1] * committed


async def test_a_refusal_after_an_event_stays_a_refusal(database: Database) -> None:
    async def refusing() -> None:
        async with unit(database) as uow:
            uow.counters.touch(Counter(uuid4())).add(1)
            raise LookupError

    with pytest.raises(LookupError):
        await refusing()
    assert await logged(database) == []


async def test_an_event_of_before_the_unit_is_not_kept_with_the_state_of_later(database: Database) -> None:
    counter = Counter(uuid4())
    counter.add(1)

    async def careless() -> None:
        async with unit(database) as uow:
            uow.counters.touch(counter).add(10)
            await uow.commit()

    with pytest.raises(NotWitnessed):
        await careless()
    assert await logged(database) == []


async def test_who_changes_after_the_last_event_is_told(database: Database) -> None:
    async def careless() -> None:
        async with unit(database) as uow:
            counter = uow.counters.touch(Counter(uuid4()))
            counter.add(1)
            counter.value = 7
            await uow.commit()

    with pytest.raises(ChangedAfterRecorded):
        await careless()
    assert await logged(database) == []


async def test_each_unit_sees_its_own(database: Database) -> None:
    outer, inner = Counter(uuid4()), Counter(uuid4())
    async with unit(database) as first:
        first.counters.touch(outer).add(1)
        async with unit(database) as second:
            second.counters.touch(inner).add(7)
            await second.commit()
        outer.add(1)
        await first.commit()
    assert await stored(database) == [(outer.id, 2, 2), (inner.id, 1, 7)]


class SeenByValue(Counters):
    """Whoever has the number that a counter shows has it in his list."""

    def hint_of(self, aggregate: Counter) -> Hint:
        return Hint({"counters": concerned(agencies=[UUID(int=aggregate.value)])})


async def test_who_saw_it_before_a_change_has_to_look_as_well(database: Database) -> None:
    async with database.read() as connection:
        repository = SeenByValue(connection)
        counter = repository.touch(Counter(uuid4(), 1))
        counter.add(1)
        assert repository.hint_of_change(counter) == Hint({"counters": concerned(agencies=[UUID(int=1), UUID(int=2)])})
