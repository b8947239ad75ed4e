"""What has landed stays as it is: the file of a migration, what it executes, and the schema that stood after it.

`landed.json` holds two digests for each landed migration, of its file and of the statements that it sends (they come from constants of
`libs` as well), and `<service>/<revision>.sql` the schema after it, as `pg_dump --schema-only` of the PostgreSQL we run has written it.
"""

import hashlib
import json
import re
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from embedded.postgres import SUPERUSER, Address, binaries, environment
from libs.common.migrate import migrations_of
from system.databases import SCHEMAS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LANDED = HERE / "landed.json"
PACKAGES = tuple(SCHEMAS.values())
KEEP = "python -m tests.schemas keep"

# Package → revision → digest of its file and of what it executes.
Digests = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Step:
    """One migration, applied; `executes` is what it sent."""

    package: str
    revision: str
    file: Path
    executes: Sequence[str]

    @property
    def name(self) -> str:
        return f"{self.package} {self.file.name}"

    @property
    def digests(self) -> dict[str, str]:
        return {"file": _digest(self.file.read_bytes()), "executes": _digest("\n;\n".join(self.executes).encode())}


def landed() -> Digests:
    read: Digests = json.loads(LANDED.read_text("utf-8")) if LANDED.exists() else {}
    return read


def text_of(package: str, revision: str) -> Path:
    """Where the schema after this migration is kept."""
    return HERE / package.rpartition(".")[2] / f"{revision}.sql"


async def each_step(package: str, url: str, *, folder: Path | None = None) -> AsyncIterator[Step]:
    """Migrates the empty database at `url` step by step; `folder` instead of the package's own migrations."""
    directory = ScriptDirectory(str(folder or migrations_of(package)))
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        for script in reversed(list(directory.walk_revisions())):
            async with engine.begin() as connection:
                executes = await connection.run_sync(_applied, script, directory)
            yield Step(package, script.revision, Path(script.path), executes)
    finally:
        await engine.dispose()


def _applied(connection: Connection, script: Script, directory: ScriptDirectory) -> list[str]:
    sent: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        sent.append(f"{statement}\n{parameters!r}")

    context = MigrationContext.configure(connection)
    event.listen(connection, "before_cursor_execute", heard)
    try:
        with Operations.context(context):
            script.module.upgrade()
    finally:
        event.remove(connection, "before_cursor_execute", heard)
    context.stamp(directory, script.revision)
    return sent


def changed(step: Step, known: Digests) -> Iterator[str]:
    """A sentence for each way in which a landed migration is not what it was; for one that is not kept yet how it comes to be."""
    was = known.get(step.package, {}).get(step.revision)
    if was is None or not text_of(step.package, step.revision).exists():
        yield f"{step.name} is not kept yet: {KEEP}"
        return
    now = step.digests
    if now["file"] != was["file"]:
        yield f"{step.name} has landed and was edited; write a new migration instead"
    if now["executes"] != was["executes"]:
        yield f"{step.name} has landed and executes something else than it did; the constants it imports have landed with it"


def gone(package: str, steps: Sequence[Step], known: Digests) -> Iterator[str]:
    for revision in sorted(known.get(package, {}).keys() - {step.revision for step in steps}):
        yield f"{package} {revision} has landed and is gone"


def schema_text(cluster: Address, database: str) -> str:
    """The schema without what differs from dump to dump: versions, comments, the key that psql is restricted by."""
    dumped = subprocess.run(
        [str(binaries() / "pg_dump"), "--schema-only", "--no-owner", "--no-privileges", "--no-password"],
        env=environment()
        | {
            "PGHOST": cluster.host,
            "PGPORT": str(cluster.port),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": cluster.passwords[SUPERUSER],
            "PGDATABASE": database,
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = (line for line in dumped.splitlines() if not line.startswith(("--", "\\restrict", "\\unrestrict")))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
