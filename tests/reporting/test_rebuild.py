"""`chidao figures rebuild`: whatever happened to the tables, the feed of their source makes them right again, while people work."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from sqlalchemy import text

from libs.common.db import Database
from libs.common.messaging.consumer import ConsumerRunner
from libs.common.messaging.feed import FeedPage, Position, read_feed
from libs.contracts.contract import Contract
from libs.contracts.tasks import (
    AssignedChange,
    AssignmentState,
    ConfirmationChange,
    LeadChange,
    LeadChanged,
    RestatedChange,
    ResultChange,
    ResultConfirmed,
    ResultSubmitted,
    TaskAssigned,
    TaskRestated,
    TaskState,
)
from services.reporting.projections.derivation import derive_everything, verify_everything
from services.reporting.projections.feed_rebuild import rebuild_facts
from services.reporting.subscriptions import CONSUMERS
from tests.conftest import NewDatabase, ServiceDatabase
from tests.reporting.story import AGENCIES, FIRST_DAY, NAMES, noon
from tests.reporting.test_figures_over_http import task

ROWS = "SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM {table} AS t"
TABLES = ("task_fact", "task_now", "stretch", "sheet_line")
TODAY = FIRST_DAY + timedelta(days=60)


@dataclass(frozen=True)
class Told:
    content: Contract
    version: int
    state: TaskState


def life(name: str, assigned_on: date) -> list[Told]:
    """Assigned, given to another lead, submitted, confirmed and told once more with its field."""
    state = task(
        AGENCIES[0], id=uuid5(NAMES, name), assigned_on=assigned_on, assigned_at=noon(assigned_on), due=assigned_on + timedelta(days=9)
    )
    lead = AssignmentState(agency_id=AGENCIES[1], role="LEAD")
    moved = state.model_copy(update={"lead_agency_id": AGENCIES[1], "assignments": (lead,)})
    sent_on = assigned_on + timedelta(days=7)
    sent = moved.model_copy(update={"state": "AWAITING_CONFIRMATION", "submitted_on": sent_on, "submitted_at": noon(sent_on)})
    done = sent.model_copy(update={"state": "COMPLETED", "completed_on": sent_on})
    result = ResultChange(result_number=1, report_number="1/BC", report_date=sent_on)
    confirmation = ConfirmationChange(result_number=1, quality=None)
    restated = done.model_copy(update={"field": "y-te"})
    contents: Sequence[Contract] = (
        TaskAssigned(occurred_at=noon(assigned_on), state=state, change=AssignedChange()),
        LeadChanged(
            occurred_at=noon(assigned_on + timedelta(days=3)), state=moved, change=LeadChange(ended=(), reason="Đổi cơ quan chủ trì")
        ),
        ResultSubmitted(occurred_at=noon(sent_on), state=sent, change=result),
        ResultConfirmed(occurred_at=noon(sent_on + timedelta(days=2)), state=done, change=confirmation),
        TaskRestated(occurred_at=noon(TODAY), state=restated, change=RestatedChange(fields=("field",))),
    )
    return [Told(content, version, state) for version, content in enumerate(contents, 1)]


@dataclass
class Source:
    """The tasks service, as much of it as its feed."""

    database: Database

    async def publish(self, *events: Told) -> None:
        async with self.database.begin() as connection:
            for one in events:
                await connection.execute(
                    text("""
                    INSERT INTO event_log
                      (event_id, aggregate_type, aggregate_id, version, type, payload, actor, correlation_id, occurred_at)
                    VALUES (gen_random_uuid(), 'task', :id, :version, :type, CAST(:payload AS jsonb), 'test', 'test', :occurred_at)
                    """),
                    {
                        "id": one.state.id,
                        "version": one.version,
                        "type": one.content.type,
                        "payload": json.dumps(one.content.model_dump(mode="json")),
                        "occurred_at": one.content.occurred_at,
                    },
                )

    async def read(self, after: Position, limit: int) -> FeedPage:
        async with self.database.read() as connection:
            return await read_feed(connection, "tasks", after, limit)


async def sweep(reporting: Database, source: Source) -> None:
    """What the consumer of the running service does with the feed."""
    runner = ConsumerRunner(CONSUMERS[0], reporting)
    while True:
        page = await source.read(await runner.position("tasks"), 7)
        if not page.envelopes:
            return
        await runner.apply(page.envelopes, source="tasks", position=page.position)


async def rows(database: Database) -> dict[str, str]:
    async with database.read() as connection:
        return {table: (await connection.execute(text(ROWS.format(table=table)))).scalar_one() for table in TABLES}


@pytest.fixture
async def source(service_database: NewDatabase) -> Source:
    return Source(await service_database("tasks"))


@pytest.fixture
async def reporting_database(database: Callable[[str], ServiceDatabase]) -> AsyncIterator[tuple[Database, Database]]:
    """The database of reporting as the role that runs it, and as its owner."""
    made = database("reporting")
    opened = Database(made.app_url), Database(made.owner_url)
    yield opened
    for one in opened:
        await one.dispose()


async def damage(owner: Database, lost: UUID, changed: UUID, invented: UUID) -> None:
    """A fact that is missing, one with another due date, one that no event tells of, a newest row and a stretch that were changed."""
    async with owner.begin() as connection:
        await connection.execute(text("ALTER TABLE task_fact DISABLE TRIGGER append_only"))
        await connection.execute(text("DELETE FROM task_fact WHERE id = :id AND version = 4"), {"id": lost})
        await connection.execute(text("UPDATE task_fact SET due = due - 8 WHERE id = :id"), {"id": changed})
        await connection.execute(
            text("""
            INSERT INTO task_fact (source, id, version, known_on, is_group, lead_agency_id, state, assigned_on, occurred_at, type)
            SELECT source, id, 99, known_on, is_group, lead_agency_id, state, assigned_on, occurred_at, type
            FROM task_fact WHERE id = :id AND version = 1
            """),
            {"id": invented},
        )
        await connection.execute(text("ALTER TABLE task_fact ENABLE TRIGGER append_only"))
        await connection.execute(text("UPDATE task_now SET content = 'khác' WHERE id = :id"), {"id": changed})
        await connection.execute(text("UPDATE stretch SET bucket = 'open_undated' WHERE task_id = :id"), {"id": lost})


async def test_a_rebuild_under_load_ends_as_if_nothing_had_happened(
    reporting_database: tuple[Database, Database], service_database: NewDatabase, source: Source
) -> None:
    reporting, owner = reporting_database
    lives = [life(f"rebuilt {number}", FIRST_DAY + timedelta(days=number)) for number in range(12)]
    await source.publish(*(one for told in lives[:6] for one in told))
    await sweep(reporting, source)
    await derive_everything(reporting, today=TODAY)
    lost, changed, invented = (lives[number][0].state.id for number in range(3))
    await damage(owner, lost, changed, invented)

    async def people() -> None:
        for told in lives[6:]:
            for one in told:
                await source.publish(one)
                await sweep(reporting, source)

    working = asyncio.ensure_future(people())
    compared = await rebuild_facts(owner, source.read)
    await working
    # Of the tasks that came meanwhile the rebuild may meet some before the consumer does, and bring them in itself.
    came_meanwhile = {told[0].state.id for told in lives[6:]}
    assert [one for one in compared.missing if one[0] not in came_meanwhile] == [(lost, 4)]
    assert compared.other == [(changed, version) for version in range(1, 6)]
    assert (compared.renewed, compared.unexplained) == (1, [(invented, 99)])
    mended = await derive_everything(owner, today=TODAY)
    assert [one.task_id for one in mended.examples] == sorted([invented], key=str)
    assert (await verify_everything(reporting)).differing == 0

    async with owner.begin() as connection:
        await connection.execute(text("ALTER TABLE task_fact DISABLE TRIGGER append_only"))
        await connection.execute(text("DELETE FROM task_fact WHERE version = 99"))
        await connection.execute(text("ALTER TABLE task_fact ENABLE TRIGGER append_only"))
    await derive_everything(owner, today=TODAY)
    untouched = await service_database("reporting")
    await sweep(untouched, source)
    await derive_everything(untouched, today=TODAY)
    assert await rows(reporting) == await rows(untouched)
    async with reporting.read() as connection:
        left = (await connection.execute(text("SELECT count(*) FROM inbox WHERE consumer = 'reporting-rebuild'"))).scalar_one()
    assert left == 0, "the shadow is gone when it has served"


async def test_a_restatement_puts_a_task_into_its_field_from_the_beginning(reporting: Database, source: Source) -> None:
    told = life("restated", FIRST_DAY)
    await source.publish(*told[:4])
    await sweep(reporting, source)
    await derive_everything(reporting, today=TODAY)
    assert await fields_on_sheets(reporting) == {None}
    await source.publish(told[4])
    await sweep(reporting, source)
    assert await fields_on_sheets(reporting) == set(), "sheets of days that changed are gone"
    await derive_everything(reporting, today=TODAY)
    assert await fields_on_sheets(reporting) == {"y-te"}


async def fields_on_sheets(database: Database) -> set[str | None]:
    async with database.read() as connection:
        return set((await connection.execute(text("SELECT field FROM sheet_line WHERE margin = 'field'"))).scalars())


async def test_a_lead_that_changed_keeps_its_past(reporting: Database, source: Source) -> None:
    await source.publish(*life("second lead", FIRST_DAY)[:2])
    await sweep(reporting, source)
    async with reporting.read() as connection:
        found = await connection.execute(text("SELECT lead_agency_id, from_day FROM stretch ORDER BY from_day"))
        assert [tuple(row) for row in found] == [
            (AGENCIES[0], FIRST_DAY),
            (AGENCIES[1], FIRST_DAY + timedelta(days=3)),
            (AGENCIES[1], FIRST_DAY + timedelta(days=10)),
        ]
