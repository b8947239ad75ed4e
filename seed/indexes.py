"""Indexes, keys and references of large tables are taken away before millions of rows come, and built once after them."""

from dataclasses import dataclass

import asyncpg

# Constraints first: each brings its index along, and cannot do without it.
_CONSTRAINTS = """
SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f', 'x')
ORDER BY contype = 'f' DESC, conrelid::regclass::text, conname
"""
_INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY 1
"""


@dataclass(frozen=True)
class Aside:
    """Statements that take everything away, and those that bring it back."""

    away: tuple[str, ...]
    back: tuple[str, ...]


async def aside(connection: asyncpg.Connection) -> Aside:
    constraints = await connection.fetch(_CONSTRAINTS)
    indexes = await connection.fetch(_INDEXES)
    away = [f"ALTER TABLE {one['table']} DROP CONSTRAINT {one['name']}" for one in constraints]
    back = [f"ALTER TABLE {one['table']} ADD CONSTRAINT {one['name']} {one['definition']}" for one in reversed(constraints)]
    return Aside(
        (*away, *(f"DROP INDEX {one['name']}" for one in indexes)),
        (*(one["definition"] for one in indexes), *back),
    )
