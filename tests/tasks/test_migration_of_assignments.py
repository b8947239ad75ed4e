"""What stood in the columns of a task before 0004 is the same afterwards: who leads and coordinates, what was told, what is found."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from alembic.command import upgrade
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.live import Hints
from libs.common.migrate import _config
from libs.directory_replica.province import ProvinceReplica
from services.tasks.scheduler.overdue import OverdueScheduler
from tests.conftest import NewDatabase
from tests.signed_in import FINANCE, HEALTH, SOUTH_COMMUNE
from tests.tasks.released import today

_OLD_TASK = text("""
INSERT INTO task (id, version, number, directive_id, directive, is_group, ordinal, content, deadline_class, original_due, due, assigned_on,
                  assigned_at, lead_agency_id, coordinating_agency_ids, flags, state, percent, return_count, overdue_told_for, search)
VALUES (:id, 1, :number, :id, CAST(:directive AS jsonb), false, 1, 'Rà soát', 'DATED', :due, :due, :due, :at, :lead, :coordinating, '{}',
        'ASSIGNED', 0, 0, :told, :search)
""")
_DIRECTIVE = (
    '{"id": "00000000-0000-4000-8000-000000000000", "kind": "cong-van", "number": "5425", "notation": "UBND-KGVX", '
    '"subject": "Phòng dịch", "issue_date": "2026-02-12", "urgency": "NORMAL"}'
)


async def migrate_to(database: Database, revision: str) -> None:
    def apply(connection: Connection) -> None:
        config = _config("services.tasks")
        config.attributes["connection"] = connection
        upgrade(config, revision)

    engine = create_async_engine(database.url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(apply)
        await connection.commit()
    await engine.dispose()


async def test_rows_of_before(new_database: NewDatabase) -> None:
    database = await new_database("before")
    await migrate_to(database, "0003")
    due = today() - timedelta(days=2)
    told, untold = uuid4(), uuid4()
    async with database.begin() as connection:
        for number, (task, told_for) in enumerate(((told, due), (untold, None)), start=1001):
            await connection.execute(
                _OLD_TASK,
                {
                    "id": task,
                    "number": number,
                    "directive": _DIRECTIVE,
                    "due": due,
                    "at": datetime.now(UTC) - timedelta(days=3),
                    "lead": HEALTH,
                    "coordinating": [FINANCE, SOUTH_COMMUNE],
                    "told": told_for,
                    "search": f"nv-{number} 5425/ubnd-kgvx phong dich ra soat",
                },
            )
    await migrate_to(database, "head")
    async with database.read() as connection:
        assignments = await connection.execute(
            text("SELECT agency_id, role, due FROM assignment WHERE task_id = :id ORDER BY number"), {"id": told}
        )
        assert [tuple(row) for row in assignments] == [
            (HEALTH, "LEAD", due),
            (FINANCE, "COORDINATING", None),
            (SOUTH_COMMUNE, "COORDINATING", None),
        ]
        places = await connection.execute(
            text(
                "SELECT task_number, task_due, task_assigned_on, task_is_group, task_is_open FROM assignment"
                " WHERE task_id = :id ORDER BY number"
            ),
            {"id": told},
        )
        in_lists = (1001, due, due, False, True)
        assert [tuple(row) for row in places] == [(None,) * 5, in_lists, in_lists], "who coordinates has it in its lists"
        found = await connection.execute(text("SELECT id FROM task WHERE words @@ CAST('ubnd & kgvx & 1002' AS tsquery)"))
        assert list(found.scalars()) == [untold]
    scheduler = OverdueScheduler(database, Hints(database), Clock(), ProvinceReplica(database), every=1, lists=())
    assert (await scheduler.once(), await scheduler.once()) == (1, 0)
    async with database.read() as connection:
        events = await connection.execute(text("SELECT payload->'state'->>'id' FROM event_log"))
        assert list(events.scalars()) == [str(untold)], "what was told before is told no more"
