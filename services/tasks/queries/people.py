"""Who acts, asked of the memberships that the directory told of."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_OF_ROLES = text("""
SELECT person_id FROM membership_replica
WHERE agency_id = :agency_id AND role = ANY(CAST(:roles AS text[]))
  AND coalesce(valid_from, '-infinity') <= :day AND coalesce(valid_to, 'infinity') >= :day
ORDER BY is_head DESC, role, id
""")


async def people_in_roles(connection: AsyncConnection, agency_id: UUID, roles: Collection[str], *, day: date) -> list[UUID]:
    """Those who act for the agency on `day` in one of `roles`, its head first, each once."""
    rows = await connection.execute(_OF_ROLES, {"agency_id": agency_id, "roles": sorted(roles), "day": day})
    return list(dict.fromkeys(rows.scalars()))
