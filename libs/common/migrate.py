"""Schema changes. `chidao migrate` alone applies them, as the owner and one at a time; a service only checks that it was done."""

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
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM %s', app);
  FOR changeless IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'append_only' LOOP
    EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM %s', changeless, app);
  END LOOP;
END $$
"""


class SchemaTooOld(Exception):
    """The database lacks migrations this program needs: `chidao migrate` first."""


def migrations_of(package: str) -> Path:
    """The folder of migrations of `services.tasks`, `portal` and so on."""
    return ROOT.joinpath(*package.split(".")) / "persistence" / "migrations"


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_of(package)).replace("%", "%%"))
    return config


async def migrate(package: str, owner_url: str) -> None:
    """Bring the database of `package` to the newest schema, as its owner, and give the running role its rights."""
    engine = create_async_engine(owner_url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
            await connection.commit()

            def apply(sync_connection: Connection) -> None:
                config = _config(package)
                config.attributes["connection"] = sync_connection
                upgrade(config, "head")

            await connection.run_sync(apply)
            await connection.execute(text(GRANTS))
            await connection.commit()
    finally:
        await engine.dispose()


def run_environment() -> None:
    """What every `env.py` of Alembic does here: migrate on the connection that `migrate` opened, in one transaction."""
    context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


async def require_newest_schema(package: str, connection: AsyncConnection) -> None:
    """Raises SchemaTooOld unless every migration of `package` has been applied."""
    present = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    newest = ScriptDirectory.from_config(_config(package)).get_current_head()
    if present != newest:
        raise SchemaTooOld(f"{package}: schema {present} is not {newest}; run `chidao migrate`")
