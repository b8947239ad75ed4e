"""Each database is entered by its own two roles alone, and the role that runs a service changes nothing that is only ever added to.

`python -m tests.structure.guards.roles <empty folder>` makes the PostgreSQL of the embedded run there, migrates all databases and tries:
every role logs in everywhere, and every role that runs a service tries to change the tables that must stay as they are.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from embedded.postgres import Address, start_cluster
from libs.common.migrate import migrate
from system.databases import DATABASES, SCHEMAS, owner_of, runner_of
from tests.structure.guards import places
from tests.structure.guards.places import ROOT, Finding, Place, verdict

ROLES = ("app", "owner")
OF_NOBODY = ("postgres", "template1")
"""Databases that no role of ours has any business in."""
ONLY_ADDED_TO = ("event_log", "audit_entry")
"""What every publishing service keeps for ever; each service has more of them, known by their trigger."""
CHANGES = ("UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}", "DROP TABLE {table}")
SOURCES = ("embedded", "system", "libs", "services", "portal")
_APPEND_ONLY = "SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname = 'append_only'"
_COLUMNS = """
SELECT relname AS name, min(attname) AS column FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND attidentity = '' GROUP BY relname
"""


@asynccontextmanager
async def session(postgres: Address, database: str, role: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres.dsn(database, role, driver="postgresql"))
    try:
        yield connection
    finally:
        await connection.close()


async def entered(postgres: Address, database: str, role: str) -> bool:
    try:
        async with session(postgres, database, role):
            return True
    except asyncpg.InsufficientPrivilegeError:
        return False


async def foreign_entries(postgres: Address) -> AsyncIterator[Finding]:
    """Each role at each door."""
    for own in DATABASES:
        for role in (f"{own}_{suffix}" for suffix in ROLES):
            for database in (*DATABASES, *OF_NOBODY):
                is_in = await entered(postgres, database, role)
                if database == own and not is_in:
                    yield Finding(first(r"GRANT CONNECT"), f"{role} is refused by its own database")
                if database != own and is_in:
                    yield await foreign_entry(postgres, database, role)


async def foreign_entry(postgres: Address, database: str, role: str) -> Finding:
    """Why the door stood open, and the lines of ours that may have opened it."""
    async with session(postgres, database, "postgres") as asked:
        powers = await asked.fetchrow("SELECT rolsuper, rolname FROM pg_roles WHERE rolname = $1", role)
        granted = await asked.fetch(
            "SELECT grantee::regrole::text AS name, grantee = 0 AS everybody FROM pg_database, aclexplode(datacl) "
            "WHERE datname = $1 AND privilege_type = 'CONNECT' AND (grantee = 0 OR pg_has_role($2, grantee, 'USAGE'))",
            database,
            role,
        )
    assert powers is not None
    if powers["rolsuper"]:
        return Finding(first(r"(CREATE|ALTER) ROLE .*\bSUPERUSER\b"), f"{role} enters {database}: it is a superuser")
    if any(one["everybody"] for one in granted):
        return Finding(first(r"GRANT (CONNECT|ALL).* TO PUBLIC", r"CREATE DATABASE \{"), f"{role} enters {database}: PUBLIC may")
    if all(one["name"] != role for one in granted):
        through = ", ".join(one["name"] for one in granted)
        return Finding(first(r"GRANT (?!.* ON )[\w{}]+ TO"), f"{role} enters {database}: it is a member of {through}")
    lines = places.of_lines(r"GRANT (CONNECT|ALL)", *SOURCES)
    return Finding(lines[-1] if lines else first("CREATE ROLE"), f"{role} enters {database}: granted at {' or '.join(map(str, lines))}")


def first(*patterns: str) -> Place:
    """The first line of ours that matches the first pattern that any does; the line that makes the roles when none does."""
    return next(found[0] for pattern in (*patterns, "CREATE ROLE") if (found := places.of_lines(pattern, *SOURCES)))


async def changes_of_the_changeless(postgres: Address, database: str) -> tuple[list[Finding], int]:
    """What the running role can do to tables that are only ever added to, each tried and taken back."""
    findings: list[Finding] = []
    async with session(postgres, database, "postgres") as asked:
        tables = {row["name"] for row in await asked.fetch(_APPEND_ONLY)}
        # A column of each table that may be set to what it is.
        columns = {row["name"]: row["column"] for row in await asked.fetch(_COLUMNS)}
    wanted = columns.keys() & set(ONLY_ADDED_TO)
    findings += [
        Finding(of_table(table), f"{database}: {table} is only ever added to, and nothing holds that") for table in sorted(wanted - tables)
    ]
    async with session(postgres, database, runner_of(database)) as running:
        for table in sorted(tables | wanted):
            findings += [
                Finding(
                    of_right(statement.split()[0], table),
                    f"{runner_of(database)} may {statement.split()[0]} {table}, which is only ever added to",
                )
                for statement in CHANGES
                if await may(running, statement.format(table=table, column=columns[table]))
            ]
        for statement in ("CREATE TABLE mine (id int)", "CREATE TEMPORARY TABLE mine (id int)", "DELETE FROM alembic_version"):
            if await may(running, statement):
                findings.append(Finding(of_right(statement.split()[0], "alembic_version"), f"{runner_of(database)} may {statement}"))
    return findings, len(tables)


async def may(connection: asyncpg.Connection, statement: str) -> bool:
    """Whether the role has the right; that a trigger stops it all the same is another matter."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    except asyncpg.PostgresError:
        return True
    else:
        return True
    finally:
        await transaction.rollback()


def of_table(table: str) -> Place:
    return first(rf"CREATE TABLE {table}\b")


def of_right(right: str, table: str) -> Place:
    """The line that gives the right; the last one, because what comes later has the last word."""
    found = places.of_lines(rf"GRANT [\w, ]*\b({right}|ALL)\b[\w, ]* ON\b", *SOURCES)
    return found[-1] if found else of_table(table)


def without_schema() -> Iterator[Finding]:
    """A service whose database the run does not make would be looked at by nobody."""
    for file in sorted((ROOT / "services").glob("*/app.py")):
        if f"services.{file.parent.name}" not in SCHEMAS.values():
            yield Finding(Place(file.relative_to(ROOT).as_posix(), 1), f"{file.parent.name} has no database in SCHEMAS")


async def look(postgres: Address) -> tuple[list[Finding], int]:
    for database, package in SCHEMAS.items():
        await migrate(package, postgres.dsn(database, owner_of(database)))
    findings = [*without_schema(), *[finding async for finding in foreign_entries(postgres)]]
    changeless = 0
    for database in DATABASES:
        found, tables = await changes_of_the_changeless(postgres, database)
        findings += found
        changeless += tables
    return findings, min(changeless, len(DATABASES))


if __name__ == "__main__":
    cluster = start_cluster(Path(sys.argv[1]))
    try:
        found, least = asyncio.run(look(cluster))
    finally:
        cluster.stop()
    sys.exit(verdict(found, looked_at=least, what="database, or table that is only ever added to"))
