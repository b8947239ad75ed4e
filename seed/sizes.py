"""How many bytes the tables of all services have, and what of them falls to one assignment."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg

from seed.loading import Addresses

_SIZES = """
SELECT c.relname AS table, c.reltuples::bigint AS rows, pg_table_size(c.oid) AS bytes, pg_indexes_size(c.oid) AS of_indexes
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.reltuples > 0
ORDER BY pg_total_relation_size(c.oid) DESC
"""


@dataclass(frozen=True)
class TableSize:
    service: str
    table: str
    rows: int
    bytes: int
    of_indexes: int

    @property
    def total(self) -> int:
        return self.bytes + self.of_indexes


async def sizes(addresses: Addresses) -> AsyncIterator[TableSize]:
    """Of every table that has rows, the largest of each service first."""
    for service, address in addresses.items():
        connection = await asyncpg.connect(address)
        try:
            for row in await connection.fetch(_SIZES):
                yield TableSize(service, *row)
        finally:
            await connection.close()
