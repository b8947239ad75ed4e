"""Accounts for the sign-in service: who may sign in, and with which coarse roles."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.queries.people import VALID

_ACCOUNTS = text(f"""
SELECT p.id, p.username, p.name, a.name AS agency_name, a.kind, m.position, m.role
FROM person p JOIN membership m ON m.person_id = p.id JOIN agency a ON a.id = m.agency_id
WHERE {VALID}
ORDER BY array_position(CAST(:kinds AS text[]), a.kind) NULLS LAST, a.sort_key, m.is_head DESC, p.username, m.role
""")
# The order in which people look for themselves.
KINDS_IN_ORDER = [
    "PROVINCE_COMMITTEE",
    "OFFICE",
    "DEPARTMENT",
    "CENTRAL_BRANCH",
    "PUBLIC_UNIT",
    "MASS_ORGANISATION",
    "STATE_ENTERPRISE",
    "COMMUNE",
    "WARD",
    "SPECIAL_ZONE",
]


@dataclass(frozen=True)
class AccountPosition:
    agency_name: str
    agency_kind: str
    position: str
    role: str


@dataclass(frozen=True)
class Account:
    person_id: UUID
    username: str
    name: str
    positions: tuple[AccountPosition, ...]


async def accounts(connection: AsyncConnection, day: date) -> list[Account]:
    """Everybody with a membership that is valid on `day`, by agency."""
    found: dict[UUID, Account] = {}
    for row in await connection.execute(_ACCOUNTS, {"day": day, "kinds": KINDS_IN_ORDER}):
        position = AccountPosition(row.agency_name, row.kind, row.position, row.role)
        before = found.get(row.id)
        found[row.id] = Account(row.id, row.username, row.name, (*(before.positions if before else ()), position))
    return list(found.values())
