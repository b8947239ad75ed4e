"""Who acts, asked of the memberships that the directory told of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# A membership that has ended still tells who it was.
_HOLDER = text("SELECT person_id, role, agency_id FROM membership_replica WHERE id = :id")
_OF_ROLES = text("""
SELECT person_id FROM membership_replica
WHERE agency_id = :agency_id AND role = ANY(CAST(:roles AS text[]))
  AND coalesce(valid_from, '-infinity') <= :day AND coalesce(valid_to, 'infinity') >= :day
ORDER BY is_head DESC, role, id
""")


@dataclass(frozen=True)
class Holder:
    """Whose a membership is, and as what he acted in it."""

    person_id: UUID
    role: str
    agency_id: UUID


async def holder_of(connection: AsyncConnection, membership_id: UUID) -> Holder | None:
    """None while the directory has not told of it."""
    row = (await connection.execute(_HOLDER, {"id": membership_id})).one_or_none()
    return None if row is None else Holder(*row)


async def people_in_roles(connection: AsyncConnection, agency_id: UUID, roles: Collection[str], *, day: date) -> list[UUID]:
    """Those who act for the agency on `day` in one of `roles`, its head first, each once."""
    rows = await connection.execute(_OF_ROLES, {"agency_id": agency_id, "roles": sorted(roles), "day": day})
    return list(dict.fromkeys(rows.scalars()))
