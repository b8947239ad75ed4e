"""Indexes, keys and references of large tables are taken away before millions of rows come, and built once after them."""

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


async def put_aside(connection: asyncpg.Connection) -> list[str]:
    """Take them away; gives the statements that bring them back."""
    constraints = await connection.fetch(_CONSTRAINTS)
    indexes = await connection.fetch(_INDEXES)
    for one in constraints:
        await connection.execute(f"ALTER TABLE {one['table']} DROP CONSTRAINT {one['name']}")
    for one in indexes:
        await connection.execute(f"DROP INDEX {one['name']}")
    kept = [f"ALTER TABLE {one['table']} ADD CONSTRAINT {one['name']} {one['definition']}" for one in reversed(constraints)]
    return [*(one["definition"] for one in indexes), *kept]
