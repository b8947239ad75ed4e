"""A row is changed at the version at which it was read and no other row with it: what the lock and the version promise, seen in SQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from services.directives.domain.directive import Directive
from services.directives.persistence.repository import DirectiveRepository, InstructionRepository, StoredVersionDiffers
from tests.directives.documents import instruction, lead
from tests.directives.test_life_of_a_directive import registered
from tests.signed_in import FINANCE, HEALTH, LEADER, Client

READER = Actor.of_person(LEADER.id, LEADER.membership, LEADER.agency, LEADER.role)
ROWS = """
SELECT d.subject, i.ordinal, i.version, i.lead_agency_ids FROM directive d JOIN instruction i ON i.directive_id = d.id
ORDER BY d.created_at, i.ordinal
"""


@asynccontextmanager
async def loaded(client: Client, draft: dict[str, object]) -> AsyncIterator[tuple[AsyncConnection, Directive]]:
    async with client.app.state.service.database.begin() as connection:
        yield connection, await DirectiveRepository(connection).get(UUID(str(draft["id"])), seen_by=READER)


async def rows(client: Client) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await client.rows(ROWS)]


async def test_a_document_is_changed_at_its_version_and_alone(directives: Client) -> None:
    first, _ = [await registered(directives, instruction(), subject=subject) for subject in ("Một", "Hai")]
    async with loaded(directives, first) as (connection, directive):
        directive.draft = replace(directive.draft, subject="Khác")
        repository = DirectiveRepository(connection)
        for version in (2, 3):
            with pytest.raises(StoredVersionDiffers):
                await repository.save(directive, expected_version=version)
        await repository.save(directive, expected_version=1)
    assert await rows(directives) == [("Khác", 1, 0, [HEALTH]), ("Hai", 1, 0, [HEALTH])]


async def test_an_instruction_is_changed_at_its_version_and_alone(directives: Client) -> None:
    draft = await registered(directives, instruction(), instruction(), subject="Một")
    async with loaded(directives, draft) as (connection, directive):
        first, _ = directive.instructions
        first.lead_agency_ids = (FINANCE,)
        repository = InstructionRepository(connection)
        with pytest.raises(StoredVersionDiffers):
            await repository.save(first, expected_version=1)
        await repository.save(first, expected_version=0)
    assert await rows(directives) == [("Một", 1, 0, [FINANCE]), ("Một", 2, 0, [HEALTH])]


async def test_a_document_has_its_own_instructions_in_their_order(directives: Client) -> None:
    draft = await registered(directives, instruction(content="Một"), instruction(content="Hai", assignments=[lead(FINANCE)]))
    await registered(directives, instruction(content="Ba"))
    async with loaded(directives, draft) as (_, directive):
        assert [(one.ordinal, one.draft.content) for one in directive.instructions] == [(1, "Một"), (2, "Hai")]
