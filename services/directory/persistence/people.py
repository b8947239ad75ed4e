"""People as rows. They are no aggregate and have no event: nobody else may know their names."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.folding import search_words
from services.directory.domain.membership import Person

_KNOWN_BY = text("""
SELECT id, username, name, officer_code FROM person WHERE officer_code = :officer_code
UNION ALL
SELECT id, username, name, officer_code FROM person WHERE username = :username AND officer_code IS DISTINCT FROM :officer_code
LIMIT 1
""")
_OF_AGENCY = text("""
SELECT p.id, p.username, p.name, p.officer_code FROM person p
WHERE p.id = :id AND EXISTS (SELECT 1 FROM membership m WHERE m.person_id = p.id AND m.agency_id = :agency_id)
""")
_INSERT = """
INSERT INTO person (id, username, name, folded, officer_code, is_demo)
VALUES (:id, :username, :name, :folded, :officer_code, :is_demo)
"""
_ADD = text(_INSERT)
# Of a person who was there before codes were known, the code is entered; nothing else of him changes.
_KEEP = text(f"""{_INSERT}
ON CONFLICT (id) DO UPDATE SET officer_code = excluded.officer_code WHERE person.officer_code IS NULL""")


class People:
    """On the connection of a unit of work; whoever adds has locked the memberships before."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def known_by(self, officer_code: str) -> Person | None:
        """Who bears the code, or signs in by it."""
        asked = {"officer_code": officer_code, "username": username_of(officer_code)}
        row = (await self._connection.execute(_KNOWN_BY, asked)).one_or_none()
        return None if row is None else Person(*row)

    async def of_agency(self, person_id: UUID, agency_id: UUID) -> Person | None:
        """Who acts or acted there."""
        row = (await self._connection.execute(_OF_AGENCY, {"id": person_id, "agency_id": agency_id})).one_or_none()
        return None if row is None else Person(*row)

    async def add(self, person: Person) -> None:
        await self._connection.execute(_ADD, _row(person, demo=False))


def username_of(officer_code: str) -> str:
    return officer_code.lower()


async def keep_people(connection: AsyncConnection, people: list[Person], *, demo: bool) -> None:
    """Enter people who are not there yet."""
    if people:
        await connection.execute(_KEEP, [_row(person, demo=demo) for person in people])


def _row(person: Person, *, demo: bool) -> dict[str, Any]:
    return {
        "id": person.id,
        "username": person.username,
        "name": person.name,
        "folded": " ".join(search_words(person.name)),
        "officer_code": person.officer_code,
        "is_demo": demo,
    }
