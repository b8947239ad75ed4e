"""What each role of a database may do with each table: what runs a service changes no schema and no history, and enters no other."""

from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from embedded.postgres import Cluster
from libs.common.db import Database
from system.databases import DATABASES, owner_of, runner_of
from tests.conftest import ServiceDatabase

SERVICES = ("directory", "directives", "tasks", "notify", "reporting", "portal")
OF_ALEMBIC = frozenset({"alembic_version", "schema_promise"})
ONLY_ADDED_TO: Mapping[str, frozenset[str]] = {
    "directory": frozenset({"audit_entry", "event_log", "province_setting_decision", "working_calendar_decision"}),
    "directives": frozenset({"audit_entry", "event_log", "held_act_audit"}),
    "tasks": frozenset({"audit_entry", "event_log", "file", "held_act_audit", "progress_report"}),
    "notify": frozenset({"notice"}),
    "reporting": frozenset({"directive_fact", "task_fact"}),
    "portal": frozenset(),
}
"""Service → the tables whose rows nobody changes, whatever role he has."""

_RIGHTS = text("""
SELECT c.relname AS name, pg_get_userbyid(c.relowner) AS owner,
  EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only') AS guarded,
  ARRAY(SELECT one FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) AS t (one)
        WHERE has_table_privilege(:role, c.oid, one)) AS rights,
  EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee NOT IN (c.relowner, to_regrole(:role))) AS others_too
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
""")


def expected(service: str, table: str) -> list[str]:
    if table in OF_ALEMBIC:
        return ["SELECT"]
    return ["SELECT", "INSERT"] if table in ONLY_ADDED_TO[service] else ["SELECT", "INSERT", "UPDATE", "DELETE"]


@pytest.mark.parametrize("service", SERVICES)
async def test_the_running_role_has_these_rights_and_no_more(database: Callable[[str], ServiceDatabase], service: str) -> None:
    asked = Database(database(service).admin_url)
    role = runner_of(f"chidao_{service}")
    async with asked.read() as connection:
        tables = (await connection.execute(_RIGHTS, {"role": role})).all()
        creates = await connection.execute(text("SELECT has_schema_privilege(:role, 'public', 'CREATE')"), {"role": role})
        assert not creates.scalar_one()
        known = await connection.execute(
            text("SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication FROM pg_roles WHERE rolname = :role"),
            {"role": role},
        )
        assert not known.scalar_one()
    await asked.dispose()
    assert {one.name: one.rights for one in tables} == {one.name: expected(service, one.name) for one in tables}
    assert {one.owner for one in tables} == {owner_of(f"chidao_{service}")}
    assert {one.name for one in tables if one.guarded} == ONLY_ADDED_TO[service]
    assert [one.name for one in tables if one.others_too] == []


@pytest.mark.parametrize("service", [name for name, tables in ONLY_ADDED_TO.items() if tables])
async def test_not_even_the_owner_changes_what_is_only_added_to(database: Callable[[str], ServiceDatabase], service: str) -> None:
    owner = Database(database(service).owner_url)
    for table in ONLY_ADDED_TO[service]:
        for statement in (f"TRUNCATE {table} CASCADE", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="only ever added to"):
                async with owner.begin() as connection:
                    await connection.exec_driver_sql(statement)
    await owner.dispose()


async def test_no_role_enters_the_database_of_another(cluster: Cluster) -> None:
    asked = Database(cluster.dsn("postgres"))
    async with asked.read() as connection:
        rows = await connection.execute(
            text("""
            SELECT r.rolname AS role, d.datname AS entered FROM pg_roles r CROSS JOIN pg_database d
            WHERE r.rolname = ANY(CAST(:roles AS text[])) AND d.datname = ANY(CAST(:databases AS text[]))
              AND has_database_privilege(r.rolname, d.datname, 'CONNECT')
            """),
            {
                "roles": [one for name in DATABASES for one in (owner_of(name), runner_of(name))],
                "databases": [*DATABASES, "postgres", "template1"],
            },
        )
        entered = {(row.role, row.entered) for row in rows}
    await asked.dispose()
    assert entered == {(role, name) for name in DATABASES for role in (owner_of(name), runner_of(name))}
