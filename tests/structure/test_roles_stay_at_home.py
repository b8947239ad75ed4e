"""The guard of roles: each database is entered by its own roles alone, and what is only ever added to stays as it is."""

from pathlib import Path

import pytest

from tests.structure.planting import Fault, Found, found_by_guard, said_by_guard

POSTGRES = "embedded/postgres.py"
OWN_GRANT = "GRANT CONNECT ON DATABASE {database} TO {app};"
REVOKED = "REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC;"
CREATED = "CREATE ROLE {role} LOGIN PASSWORD"
SUPERUSER = "CREATE ROLE {role} SUPERUSER LOGIN PASSWORD"
ADDED_TO = "    EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM %s', changeless, app);"
TOGETHER = (
    Fault(
        "enters by a grant",
        POSTGRES,
        "GRANT CONNECT ON DATABASE {database} TO chidao_directory_app;",
        "embedded/postgres.py:{line}: chidao_directory_app enters chidao_tasks: granted at",
        after=OWN_GRANT,
    ),
    Fault(
        "changes what is only added to",
        "libs/common/migrate.py",
        "    EXECUTE format('GRANT UPDATE ON %s TO %s', changeless, app);",
        "libs/common/migrate.py:{line}: chidao_tasks_app may UPDATE event_log, which is only ever added to",
        after=ADDED_TO,
    ),
    Fault(
        "makes tables",
        "libs/common/migrate.py",
        "  EXECUTE format('GRANT CREATE ON SCHEMA public TO %s', app);",
        "libs/common/migrate.py:{line}: chidao_portal_app may CREATE TABLE mine",
        after="  EXECUTE format('GRANT USAGE ON SCHEMA public TO %s', app);",
    ),
    Fault(
        "nothing holds the audit",
        "libs/common/messaging/tables.py",
        "",
        "chidao_directives: audit_entry is only ever added to, and nothing holds that",
        instead_of='        yield append_only("audit_entry")\n',
    ),
    Fault("a service without database", "services/archive/app.py", "", "services/archive/app.py:1: archive has no database in SCHEMAS"),
)
ALONE = (
    Fault(
        "enters as everybody",
        POSTGRES,
        "GRANT CONNECT ON DATABASE {database} TO PUBLIC;",
        "embedded/postgres.py:{line}: chidao_notify_owner enters chidao_reporting: PUBLIC may",
        instead_of=REVOKED,
    ),
    Fault(
        "enters as a member",
        POSTGRES,
        "GRANT chidao_directory_owner TO {app};",
        "embedded/postgres.py:{line}: chidao_tasks_app enters chidao_directory: it is a member of chidao_directory_owner",
        after=OWN_GRANT,
    ),
    Fault(
        "enters as superuser",
        POSTGRES,
        SUPERUSER,
        "embedded/postgres.py:{line}: chidao_portal_app enters chidao_directives: it is a superuser",
        instead_of=CREATED,
    ),
    Fault(
        "nothing to look at",
        "system/databases.py",
        "SCHEMAS = {}",
        "nothing to look at: no database",
    ),
)


@pytest.fixture(scope="module")
def found(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    return found_by_guard(tree, TOGETHER, "roles", str(tmp_path_factory.mktemp("postgres")))


def test_the_copy_is_sound(tree: Path, tmp_path: Path) -> None:
    assert said_by_guard(tree, "roles", str(tmp_path)) == (0, "")


@pytest.mark.parametrize("fault", TOGETHER, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_and_named(found: Found, fault: Fault) -> None:
    found.assert_named(fault)


@pytest.mark.parametrize("fault", ALONE, ids=lambda fault: fault.name)
def test_alone_it_is_found_too(tree: Path, tmp_path: Path, fault: Fault) -> None:
    found_by_guard(tree, (fault,), "roles", str(tmp_path)).assert_named(fault)
