"""Which organizations and accounts the sign-in server should have on a day: all of them, or those that somebody asks about."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.domain.accounts import Wanted, WantedAccount, WantedOrganization
from services.directory.queries.agencies import LIVES
from services.directory.queries.people import VALID

PAGE = 1_000

_ORGANIZATIONS = text(f"SELECT a.id, a.key, a.name, {LIVES} AS lives FROM agency a ORDER BY a.key")
_SOME_ORGANIZATIONS = text(f"""
SELECT a.id, a.key, a.name, {LIVES} AS lives FROM agency a
WHERE a.id = ANY(CAST(:agencies AS uuid[])) OR a.key = ANY(CAST(:aliases AS text[])) ORDER BY a.key
""")
_OF_PEOPLE = f"""
SELECT p.id, p.username, p.name, p.officer_code, count(m.id) > 0 AS is_open,
  coalesce(array_agg(DISTINCT a.key) FILTER (WHERE a.id IS NOT NULL), CAST('{{}}' AS text[])) AS organizations
FROM person p
LEFT JOIN membership m ON m.person_id = p.id AND {VALID}
LEFT JOIN agency a ON a.id = m.agency_id AND {LIVES}
"""
_ACCOUNTS = text(f"""
{_OF_PEOPLE} WHERE p.id IN (SELECT id FROM person WHERE CAST(:after AS uuid) IS NULL OR id > :after ORDER BY id LIMIT :limit)
GROUP BY p.id ORDER BY p.id
""")
_SOME_ACCOUNTS = text(f"{_OF_PEOPLE} WHERE p.id = ANY(CAST(:people AS uuid[])) GROUP BY p.id ORDER BY p.id")


async def everything_wanted(connection: AsyncConnection, day: date) -> Wanted:
    """Read in pages; also those who have no membership any more."""
    organizations = [WantedOrganization(*row) for row in await connection.execute(_ORGANIZATIONS, {"day": day})]
    accounts: list[WantedAccount] = []
    while True:
        after = accounts[-1].id if accounts else None
        rows = (await connection.execute(_ACCOUNTS, {"day": day, "after": after, "limit": PAGE})).all()
        accounts += [_account(row) for row in rows]
        if len(rows) < PAGE:
            return Wanted(organizations, accounts)


async def wanted_of(connection: AsyncConnection, day: date, *, agencies: Collection[UUID], people: Collection[UUID]) -> Wanted:
    """Of these agencies and people, with the agencies in which the people are: nobody joins an organization that is not there."""
    accounts = [_account(row) for row in await connection.execute(_SOME_ACCOUNTS, {"day": day, "people": list(people)})]
    aliases = sorted({alias for account in accounts for alias in account.organizations})
    asked = {"day": day, "agencies": list(agencies), "aliases": aliases}
    return Wanted([WantedOrganization(*row) for row in await connection.execute(_SOME_ORGANIZATIONS, asked)], accounts)


def _account(row: Any) -> WantedAccount:
    return WantedAccount(row.id, row.username, row.name, row.officer_code, row.is_open, frozenset(row.organizations))
