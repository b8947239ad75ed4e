"""One RabbitMQ of our own in a folder, run by the programs of Debian's package `rabbitmq-server`, or by whatever RabbitMQ is on the PATH.

Ports, cookie, settings and data are all of the folder, and it listens on the loopback only. The broker and epmd, its register of names,
are children of ours and are stopped by their process ids. A process counts as ours only when its working directory is the folder.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx2
from httpx2 import codes

from embedded.debian import install, may_install
from embedded.postgres import write_secret
from embedded.processes import HOST, end, free_port, kill_all_in
from libs.common.messaging.management import management
from system.parties import OPERATOR, VIRTUAL_HOST, wanted_topology

PACKAGE = "rabbitmq-server"
# Debian puts a script on the PATH that changes folder and user; the program itself lies here.
DEBIAN_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")

# Small, because it runs beside everything else on one machine.
SETTINGS = {
    "management.tcp.ip": HOST,
    "default_user": OPERATOR,
    "default_user_tags.administrator": "true",
    "default_vhost": VIRTUAL_HOST,
    "vm_memory_high_watermark.absolute": "512MiB",
    "disk_free_limit.absolute": "50MiB",
    "log.console": "true",
    "log.console.level": "info",
    "log.file": "false",
    "cluster_name": "chidao",
}
ERLANG_SCHEDULERS = "+S 2:2"
PASSWORDS = "passwords.json"
PROCESSES = {"rabbitmq-server", "beam.smp", "erl_child_setup", "inet_gethost", "epmd"}

START_ATTEMPTS = 3
LONGEST_START_SECONDS = 120.0
LONGEST_STOP_SECONDS = 60.0


class BrokerFailed(Exception):
    """RabbitMQ is not here, did not start, or its folder cannot be used; the message ends with the last lines of its log."""


@dataclass
class Broker:
    """A RabbitMQ that we started, and stop. `folder` holds all that is its own."""

    folder: Path
    port: int
    management_port: int
    process: subprocess.Popen[bytes] = field(repr=False)
    epmd: subprocess.Popen[bytes] = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def management_url(self) -> str:
        return f"http://{HOST}:{self.management_port}"

    def password(self, user: str) -> str:
        """The password of `user`, made when first asked for. The operator has his from the start; others get theirs by `topology apply`."""
        return _password(self.folder, user)

    def passwords(self) -> dict[str, str]:
        """All that were made until now."""
        return _passwords(self.folder)

    def url(self, user: str, *, virtual_host: str = VIRTUAL_HOST) -> str:
        return f"amqp://{quote(user)}:{quote(self.password(user))}@{HOST}:{self.port}/{quote(virtual_host, safe='')}"

    def control(self, *words: str) -> str:
        """What `rabbitmqctl` says to `words`. Raises BrokerFailed."""
        program = _program().with_name("rabbitmqctl")
        done = subprocess.run([str(program), *words], env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BrokerFailed(f"rabbitmqctl {words[0]}: {(done.stderr or done.stdout).strip()[-800:]}")
        return done.stdout

    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Closes every connection, writes what is to be kept, and returns when no process is left. May be repeated."""
        end(self.process, signal.SIGTERM, signal.SIGKILL, patience=LONGEST_STOP_SECONDS)
        self.epmd.kill()
        self.epmd.wait()
        end_leftovers(self.folder)


def start_broker(
    folder: Path, *, port: int | None = None, management_port: int | None = None, passwords: Mapping[str, str] | None = None
) -> Broker:
    """RabbitMQ in `folder`; makes, starts and recovers as needed. Raises BrokerFailed.

    What an earlier run left behind there is ended first, so the caller must hold the folder for himself. Ports that are None are chosen
    freely. As root on Debian a missing package is installed. `passwords` are known to others already, and hold
    where the folder has lost them.
    """
    folder = folder.resolve()
    program = _program()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    end_leftovers(folder)
    if passwords:
        write_secret(folder / PASSWORDS, json.dumps({**passwords, **_passwords(folder)}, indent=1))
    for attempt in range(1, START_ATTEMPTS + 1):
        broker = _start(folder, program, port or free_port(), management_port or free_port())
        try:
            _wait(broker)
            return broker
        except BrokerFailed:
            # Somebody else may have taken a free port in between.
            if attempt == START_ATTEMPTS or not _port_was_taken(folder):
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def apply_topology(broker: Broker) -> tuple[list[str], list[str]]:
    """Bring about in `broker` what all services need; what was changed, and what is left for a person."""
    wanted = wanted_topology()
    passwords = {rights.user: broker.password(rights.user) for rights in wanted.rights}
    operator = {"operator": OPERATOR, "password": broker.password(OPERATOR), "virtual_host": VIRTUAL_HOST}
    with management(broker.management_url, **operator) as managed:
        return managed.apply(wanted, passwords)


def find_or_get_rabbitmq() -> str | None:
    """None when RabbitMQ can be started here, else what is missing. As root on Debian a missing package is installed."""
    try:
        _program()
    except BrokerFailed as missing:
        return str(missing)
    return None


def _program() -> Path:
    found = _installed()
    if found is None and may_install():
        install(PACKAGE)
        found = _installed()
    if found is None:
        raise BrokerFailed(f"RabbitMQ is not installed; as root: apt-get install {PACKAGE}")
    return found


def _installed() -> Path | None:
    on_path = shutil.which("rabbitmq-server")
    found = DEBIAN_PROGRAM if DEBIAN_PROGRAM.exists() else Path(on_path).resolve() if on_path else None
    return found if found is not None and shutil.which("epmd") and shutil.which("erl") else None


def _start(folder: Path, program: Path, port: int, management_port: int) -> Broker:
    epmd_port = free_port()
    environment = _environment(folder, epmd_port)
    _write_settings(folder, port, management_port)
    log = folder / "rabbitmq.log"
    if log.exists():
        log.replace(folder / "rabbitmq.previous.log")
    with log.open("wb") as opened:

        def start(*command: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=opened,
                stderr=subprocess.STDOUT,
                cwd=folder,
                # Ctrl-C in a terminal goes to all of its foreground group; the broker must outlive those who write to it.
                start_new_session=True,
            )

        epmd = start("epmd", "-address", HOST, "-port", str(epmd_port))
        return Broker(folder, port, management_port, start(str(program)), epmd, environment)


def _environment(folder: Path, epmd_port: int) -> dict[str, str]:
    """What the broker is given: no variable of the caller, and no file under /etc, leads it elsewhere."""
    return {
        "PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),
        # The script would otherwise stay before the broker and be our child in its place.
        "detached": "1",
        "ERL_EPMD_PORT": str(epmd_port),
        "ERL_EPMD_ADDRESS": HOST,
        "RABBITMQ_NODENAME": "chidao@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "rabbitmq.pid"),
        "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "feature_flags"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {{127,0,0,1}} {ERLANG_SCHEDULERS}",
    }


def _write_settings(folder: Path, port: int, management_port: int) -> None:
    settings = SETTINGS | {
        "listeners.tcp.1": f"{HOST}:{port}",
        "management.tcp.port": str(management_port),
        "default_pass": _password(folder, OPERATOR),
    }
    write_secret(folder / "rabbitmq.conf", "".join(f"{name} = {value}\n" for name, value in settings.items()))
    (folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
    cookie = folder / ".erlang.cookie"
    if not cookie.exists():
        write_secret(cookie, secrets.token_hex(20))
        cookie.chmod(0o400)


def _passwords(folder: Path) -> dict[str, str]:
    file = folder / PASSWORDS
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return known


def _password(folder: Path, user: str) -> str:
    known = _passwords(folder)
    if user not in known:
        known[user] = secrets.token_urlsafe(24)
        write_secret(folder / PASSWORDS, json.dumps(known, indent=1))
    return known[user]


def _wait(broker: Broker) -> None:
    """Until the management interface answers, which is the last thing to come up."""
    ends = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < ends and broker.running():
        try:
            answer = httpx2.get(f"{broker.management_url}/api/overview", auth=(OPERATOR, broker.password(OPERATOR)), trust_env=False)
        except httpx2.TransportError:
            time.sleep(0.1)
            continue
        if answer.is_success:
            return
        if answer.status_code == codes.UNAUTHORIZED:
            broker.stop()
            raise BrokerFailed("RabbitMQ refuses its operator (401): passwords.json is not the one that its data was made with")
        # It answers before it knows its pages, and then says 404, and before it knows its users, and then says 500.
        time.sleep(0.1)
    said = "was not ready in time" if broker.running() else "ended while starting"
    broker.stop()
    raise BrokerFailed(f"RabbitMQ {said}: {_log_tail(broker.folder)}")


def _log_tail(folder: Path) -> str:
    return (folder / "rabbitmq.log").read_text(errors="replace").strip()[-1500:]


def _port_was_taken(folder: Path) -> bool:
    return "eaddrinuse" in _log_tail(folder)


def end_leftovers(folder: Path) -> None:
    """End what a killed run left in `folder`. The broker recovers from its log, so there is nothing to wait for in order."""
    if not kill_all_in(folder, PROCESSES, patience=LONGEST_STOP_SECONDS):
        raise BrokerFailed(f"an earlier RabbitMQ in {folder} cannot be ended")
