"""What there is to ask about in a filled province: things of every kind, drawn by a seed, and the people who may act on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from embedded.postgres import Address
from libs.common.actor import Actor
from seed.cast import Cast
from seed.filling import PROVINCE
from seed.scale import Scale
from services.directory.demo import demo_members
from services.directory.domain.agency import agency_id
from services.directory.province import Province
from services.notify.notices.retention import shown_since
from system.databases import database_of

# So many of each kind are drawn: enough that no request asks what another asked, and every write finds a thing in its state.
DRAWN = 160

_TASKS = """
SELECT id, version, number, state, lead_agency_id, is_group, directive_id, due, submitted_at FROM task
WHERE state = $1 AND is_group = $2 ORDER BY md5(id::text || $3) LIMIT $4
"""
_DIRECTIVES = "SELECT id, version FROM directive WHERE state = $1 ORDER BY md5(id::text || $2) LIMIT $3"
_RECEIPTS = """
SELECT t.number, r.version, t.lead_agency_id FROM progress_report r JOIN task t ON t.id = r.task_id
ORDER BY md5(r.task_id::text || $1) LIMIT $2
"""
# Older ones are shown to nobody.
_NOTICES = "SELECT id, agency_id FROM notice WHERE agency_id IS NOT NULL AND created_at >= $3 ORDER BY md5(id::text || $1) LIMIT $2"
_FILES = """
SELECT f.id, f.task_id FROM file f JOIN result r ON r.file_id = f.id ORDER BY md5(f.id::text || $1) LIMIT $2
"""
_RETURNED = """
SELECT t.id, t.version, t.lead_agency_id, (SELECT r.file_id FROM result r WHERE r.task_id = t.id ORDER BY r.number DESC LIMIT 1) AS file_id
FROM task t WHERE t.state = 'RESULT_RETURNED' ORDER BY md5(t.id::text || $1) LIMIT $2
"""


_OF_AGENCIES = """
SELECT id, version, number, state, lead_agency_id, is_group, directive_id, due, submitted_at FROM task
WHERE state = $1 AND lead_agency_id = ANY ($2) ORDER BY md5(id::text || $3) LIMIT $4
"""
# Clerks of so many agencies, of every kind, look at the portal.
LOOKING = 6


@dataclass(frozen=True)
class Task:
    id: UUID
    version: int
    number: int
    state: str
    lead: UUID | None
    directive: UUID
    due: date | None = None
    file: UUID | None = None
    submitted_at: datetime | None = None


@dataclass
class Population:
    """`tasks` by state, `groups` are parents. `first` and `today` are the days between which there is something to ask for.

    Clerks of the agencies `looking` are signed in to the portal; `of_agencies` are their tasks. `drafts` of documents and `planned`
    reorganisations are made by whoever measures.
    """

    cast: Cast
    first: date
    today: date
    tasks: Mapping[str, list[Task]]
    groups: list[Task]
    released: list[UUID]
    receipts: list[tuple[int, int, UUID]]
    notices: list[tuple[UUID, UUID]]
    files: list[UUID]
    looking: Sequence[UUID]
    of_agencies: Mapping[str, list[Task]]
    drafts: list[str]
    planned: list[str]

    @property
    def tracker(self) -> Actor:
        return self.cast.trackers[0]

    @property
    def head_of_office(self) -> Actor:
        return self.cast.office_leads[0]

    @property
    def administrator(self) -> Actor:
        return self.cast.administrators[0]

    @property
    def any_tasks(self) -> list[Task]:
        """Of every state in turn."""
        return [task for together in zip(*self.tasks.values(), strict=False) for task in together]

    def clerk(self, agency: UUID | None) -> Actor:
        assert agency is not None
        return self.cast.staff(agency).clerk

    def past_day(self, chance: Random) -> date:
        return self.first + timedelta(1 + int(chance.random() * ((self.today - self.first).days - 1)))

    def words_of(self, actor: Actor) -> str:
        """What the chooser of the sign-in finds this person by, and nobody else."""
        names = {agency_id(agency.key): agency.name for agency in self.cast.agencies}
        for member in demo_members(self.cast.province, self.cast.day):
            for membership, place in member.memberships:
                if membership == actor.membership_id:
                    return f"{member.person.name} {place.position} {names[place.agency_id]}"
        raise LookupError(actor)


async def population(postgres: Address, scale: Scale, seed: str) -> Population:
    tasks = await asyncpg.connect(postgres.dsn(database_of("tasks"), driver="postgresql"))
    directives = await asyncpg.connect(postgres.dsn(database_of("directives"), driver="postgresql"))
    notify = await asyncpg.connect(postgres.dsn(database_of("notify"), driver="postgresql"))
    try:
        states = [row["state"] for row in await tasks.fetch("SELECT DISTINCT state FROM task WHERE NOT is_group ORDER BY 1")]
        returned = [
            Task(row["id"], row["version"], 0, "RESULT_RETURNED", row["lead_agency_id"], row["id"], file=row["file_id"])
            for row in await tasks.fetch(_RETURNED, seed, DRAWN)
        ]
        by_state = {state: [_task(row) for row in await tasks.fetch(_TASKS, state, False, seed, DRAWN)] for state in states}
        cast = Cast(Province(PROVINCE), scale.until)
        looking = cast.leading[:: len(cast.leading) // LOOKING][:LOOKING]
        return Population(
            cast=cast,
            first=scale.first,
            today=scale.until + timedelta(1),
            tasks=by_state | {"RESULT_RETURNED": returned},
            groups=[_task(row) for row in await tasks.fetch(_TASKS, "ASSIGNED", True, seed, DRAWN)],
            released=[row["id"] for row in await directives.fetch(_DIRECTIVES, "RELEASED", seed, DRAWN)],
            receipts=[tuple(row) for row in await tasks.fetch(_RECEIPTS, seed, DRAWN)],
            notices=[tuple(row) for row in await notify.fetch(_NOTICES, seed, DRAWN, shown_since(scale.until + timedelta(1)))],
            files=[row["id"] for row in await tasks.fetch(_FILES, seed, DRAWN)],
            looking=looking,
            of_agencies={state: [_task(row) for row in await tasks.fetch(_OF_AGENCIES, state, looking, seed, DRAWN)] for state in states},
            drafts=[],
            planned=[],
        )
    finally:
        for connection in (tasks, directives, notify):
            await connection.close()


def _task(row: Any) -> Task:
    return Task(
        row["id"],
        row["version"],
        row["number"],
        row["state"],
        row["lead_agency_id"],
        row["directive_id"],
        row["due"],
        submitted_at=row["submitted_at"],
    )
