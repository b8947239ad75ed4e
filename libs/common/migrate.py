"""Schema changes. `chidao migrate` alone applies them, as the owner and one at a time; a service only checks that it was done.

A program runs on a newer schema than it knows when every migration that it does not know has promised to add only (`only_adds = True`
beside its `revision`): nothing that was there is gone, renamed or asked for anew. An old program has not the file in which that stands, so
the promise is kept in the database. Without it old and new version cannot run side by side, and the old one says so by name.
"""

from functools import partial
from pathlib import Path

from alembic import context
from alembic.command import upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

# One number for all services: they lie in different databases, and advisory locks are per database.
MIGRATION_LOCK = 7_301_000

ROOT = Path(__file__).resolve().parents[2]

# The role that runs the service may do everything but change what is only ever added to; those tables carry a trigger `append_only`.
# What somebody else has put into the database is not ours to give.
GRANTS = """
DO $$
DECLARE app text := quote_ident(current_database() || '_app'); ours record; changeless regclass;
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA public TO %s', app);
  FOR ours IN
    SELECT oid::regclass AS name, relkind = 'S' AS counts FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_has_role(relowner, 'USAGE')
  LOOP
    IF ours.counts THEN
      EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO %s', ours.name, app);
    ELSE
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %s', ours.name, app);
    END IF;
  END LOOP;
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON alembic_version, schema_promise FROM %s', app);
  FOR changeless IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'append_only' LOOP
    EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM %s', changeless, app);
  END LOOP;
END $$
"""


PROMISES = "CREATE TABLE IF NOT EXISTS schema_promise (revision text PRIMARY KEY, only_adds boolean NOT NULL)"
_PROMISE = text("""
INSERT INTO schema_promise (revision, only_adds) VALUES (:revision, :only_adds)
ON CONFLICT (revision) DO UPDATE SET only_adds = excluded.only_adds
""")
_PROMISED = text("SELECT revision, only_adds FROM schema_promise")
_HAS_PROMISES = text("SELECT to_regclass('schema_promise') IS NOT NULL")


class WrongSchema(Exception):
    """This program cannot work with the database as it is."""


class SchemaTooOld(WrongSchema):
    """The database lacks migrations this program needs: `chidao migrate` first."""


class SchemaTooNew(WrongSchema):
    """The database has migrations that this program does not know and that do more than add: a newer program is needed."""


def migrations_of(package: str) -> Path:
    """The folder of migrations of `services.tasks`, `portal` and so on."""
    return ROOT.joinpath(*package.split(".")) / "persistence" / "migrations"


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_of(package)).replace("%", "%%"))
    return config


async def migrate(package: str, owner_url: str) -> None:
    """Bring the database of `package` to the newest schema, as its owner, and give the running role its rights.

    A newer one stays as it is; raises SchemaTooNew when this program cannot work with it.
    """
    engine = create_async_engine(owner_url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
            await connection.commit()
            if await _revision_of(connection) in {None, *_known(package)}:
                await connection.run_sync(partial(_upgrade, package))
                await connection.execute(text(PROMISES))
                await connection.execute(_PROMISE, [{"revision": one, "only_adds": adds} for one, adds in _known(package).items()])
            else:
                await require_known_schema(package, connection)
            await connection.execute(text(GRANTS))
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(package: str, connection: Connection) -> None:
    config = _config(package)
    config.attributes["connection"] = connection
    upgrade(config, "head")


def run_environment() -> None:
    """What every `env.py` of Alembic does here: migrate on the connection that `migrate` opened, in one transaction."""
    context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


def _known(package: str) -> dict[str, bool]:
    """The revisions that this program knows, the newest first, and whether each promises to add only."""
    scripts = ScriptDirectory.from_config(_config(package))
    return {script.revision: getattr(script.module, "only_adds", False) for script in scripts.walk_revisions()}


async def _revision_of(connection: AsyncConnection) -> str | None:
    return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def require_known_schema(package: str, connection: AsyncConnection) -> None:
    """Raises SchemaTooOld unless every migration of `package` has been applied, SchemaTooNew when one more does not promise to add only."""
    present, known = await _revision_of(connection), _known(package)
    newest = next(iter(known))
    if present == newest:
        return
    if present is None or present in known:
        raise SchemaTooOld(f"{package}: schema {present} is not {newest}; run `chidao migrate`")
    promised = await _promised(connection)
    if newest not in promised or present not in promised:
        raise SchemaTooNew(f"{package}: schema {present} is none that comes after {newest}")
    contracting = sorted(revision for revision in promised.keys() - known.keys() if not promised[revision])
    if contracting:
        raise SchemaTooNew(f"{package}: schema {present} is newer than {newest}, and {', '.join(contracting)} does not only add")


async def _promised(connection: AsyncConnection) -> dict[str, bool]:
    if not (await connection.execute(_HAS_PROMISES)).scalar_one():
        return {}
    return {row.revision: row.only_adds for row in await connection.execute(_PROMISED)}
