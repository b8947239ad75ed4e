"""One nginx of our own in a folder, with the configuration of `gateway/` and what belongs to this machine.

It listens on the loopback only, and its files, logs and temporary files all lie in the folder. It is a child of ours, stopped by its
process id; a process counts as ours only when its working directory is the folder.
"""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embedded.certificates import LocalCertificate
from embedded.debian import install, may_install
from embedded.ordinary_user import Way, way_to_ordinary_user
from embedded.processes import HOST, end, free_port, kill_all_in

CONFIGURATION = Path(__file__).resolve().parents[1] / "gateway"
PACKAGE = "nginx"
PROGRAM = "nginx"
# Debian keeps it where only root looks.
DEBIAN_PROGRAM = Path("/usr/sbin/nginx")
PORTAL = "portal"
SIGN_IN = "sign-in"
# From here on `http2` is a directive of its own.
SEPARATE_HTTP2 = (1, 25, 1)

# For each client address; a whole office may come from one.
REQUESTS_PER_SECOND = 100
SIGN_INS_PER_SECOND = 5

# Idle lines are closed before our servers close them (`IDLE_LINE_SECONDS`): what is sent on a line that ends cannot be repeated.
KEPT_LINES = "keepalive 32;\n    keepalive_timeout 3s;"

START_ATTEMPTS = 3
LONGEST_START_SECONDS = 30.0
LONGEST_STOP_SECONDS = 10.0


class GatewayFailed(Exception):
    """nginx is not here, refuses its configuration, or did not start; the message ends with what it said."""


@dataclass
class Gateway:
    """An nginx that we started, and stop. `folder` holds all that is its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    @property
    def authority(self) -> Path:
        """The certificate by which a client trusts the gateway."""
        return LocalCertificate(self.folder).authority

    @property
    def maintenance(self) -> Path:
        """While this file exists, every request is answered with the maintenance page."""
        return self.folder / "maintenance"

    @property
    def access_log(self) -> Path:
        return self.folder / "access.log"

    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ends every connection, live streams too, and returns when no process is left. May be repeated."""
        end(self.process, signal.SIGTERM, signal.SIGKILL, patience=LONGEST_STOP_SECONDS)
        end_leftovers(self.folder)


def start_gateway(
    folder: Path,
    *,
    upstreams: Mapping[str, str],
    more_portals: Sequence[str] = (),
    port: int | None = None,
    configuration: Path = CONFIGURATION,
    requests_per_second: int = REQUESTS_PER_SECOND,
    sign_ins_per_second: int = SIGN_INS_PER_SECOND,
    way: Way | None = None,
) -> Gateway:
    """nginx in `folder`, before `upstreams`: "host:port" of `portal`, of `sign-in` and of each service by its name. Raises GatewayFailed.

    `more_portals` are further processes of the portal; each person is at one of them, and at another while that is away. What an
    earlier run left behind there is ended first, so the caller must hold the folder for himself. `port` None chooses a free
    one. As root on Debian a missing nginx is installed. `way` says how to become an ordinary user when we are root; None finds out.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    nginx, way = _program(), way or way_to_ordinary_user()
    end_leftovers(folder)
    _copy(configuration, folder)
    LocalCertificate(folder).renew()
    for attempt in range(1, START_ATTEMPTS + 1):
        listens_on = port or free_port()
        (folder / "listen.conf").write_text(listen_lines(listens_on, _version(nginx)))
        (folder / "site.conf").write_text(site(listens_on, upstreams, more_portals, requests_per_second, sign_ins_per_second))
        way.own(folder)
        command = [*way.prefix, str(nginx), "-p", f"{folder}/", "-c", "nginx.conf", "-e", "stderr"]
        _require_sound(folder, command)
        gateway = Gateway(folder, listens_on, _start(folder, command))
        try:
            _wait(gateway)
            return gateway
        except GatewayFailed:
            # Somebody else may have taken a free port in between.
            if attempt == START_ATTEMPTS or port is not None or "Address already in use" not in _said(folder):
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def find_or_get_nginx() -> str | None:
    """None when nginx can be started here, else what is missing. As root on Debian a missing package is installed."""
    try:
        _program()
    except GatewayFailed as missing:
        return str(missing)
    return None


def _program() -> Path:
    found = _installed()
    if found is None and may_install():
        install(PACKAGE)
        found = _installed()
    if found is None:
        raise GatewayFailed(f"nginx is not installed; as root: apt-get install {PACKAGE}")
    return found


def _installed() -> Path | None:
    on_path = shutil.which(PROGRAM)
    return Path(on_path) if on_path else DEBIAN_PROGRAM if DEBIAN_PROGRAM.exists() else None


def _version(nginx: Path) -> tuple[int, ...]:
    said = subprocess.run([str(nginx), "-v"], capture_output=True, text=True, check=False).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        raise GatewayFailed(f"{nginx} does not say which nginx it is: {said.strip()}")
    return tuple(int(part) for part in found.groups())


def _copy(configuration: Path, folder: Path) -> None:
    """nginx looks for what a file includes in the folder of that file, so ours and those of the place lie side by side."""
    for file in configuration.glob("*.conf"):
        shutil.copyfile(file, folder / file.name)
    (folder / "temporary").mkdir(mode=0o700, exist_ok=True)


def listen_lines(port: int, version: tuple[int, ...]) -> str:
    return f"listen {HOST}:{port} ssl;\nhttp2 on;\n" if version >= SEPARATE_HTTP2 else f"listen {HOST}:{port} ssl http2;\n"


def site(port: int, upstreams: Mapping[str, str], more_portals: Sequence[str], requests_per_second: int, sign_ins_per_second: int) -> str:
    """Strict transport stays empty: a browser would then refuse this machine's other ports too, for the local certificate's sake."""
    services = [name for name in upstreams if name not in (PORTAL, SIGN_IN)]
    behind = "\n".join(f"    {name} {name};" for name in services)
    return "\n\n".join(
        [
            f'map "" $public_host {{\n    default {HOST}:{port};\n}}',
            'map "" $strict_transport {\n    default "";\n}',
            "ssl_certificate certificate.pem;\nssl_certificate_key certificate.key;",
            f"limit_req_zone $binary_remote_addr zone=addresses:10m rate={requests_per_second}r/s;\n"
            f"limit_req_zone $sign_in_address zone=sign_ins:10m rate={sign_ins_per_second}r/s;",
            f'map $service $behind {{\n    default "";\n{behind}\n}}',
            *(_upstream(name, address) for name, address in upstreams.items() if name != PORTAL),
            _portal((upstreams[PORTAL], *more_portals)),
            "",
        ]
    )


def _upstream(name: str, address: str) -> str:
    return f"upstream {name} {{\n    server {address};\n    {KEPT_LINES}\n}}"


def _portal(addresses: Sequence[str]) -> str:
    """A person's requests go to one process, which knows at once what he has changed. Whoever is away is asked all the same: he refuses
    the line at once, the next one is asked in his place, and he has his people back with his first answer."""
    servers = "\n".join(f"    server {address} max_fails=0;" for address in addresses)
    return f"upstream {PORTAL} {{\n    hash $visitor consistent;\n{servers}\n    {KEPT_LINES}\n}}"


def _require_sound(folder: Path, command: list[str]) -> None:
    checked = subprocess.run([*command, "-t", "-q"], cwd=folder, capture_output=True, text=True, check=False)
    if checked.returncode != 0:
        wrong = re.search(r"\[emerg\] (?:\d+#\d+: )?(.*)", checked.stderr)
        raise GatewayFailed(f"nginx refuses its configuration: {wrong[1] if wrong else checked.stderr.strip()}")


def _start(folder: Path, command: list[str]) -> subprocess.Popen[bytes]:
    with (folder / "nginx.log").open("wb") as opened:
        return subprocess.Popen(
            [*command, "-g", "daemon off;"],
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=opened,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
            # Ctrl-C in a terminal goes to all of its foreground group; the gateway ends when we say so.
            start_new_session=True,
        )


def _wait(gateway: Gateway) -> None:
    """Until somebody with our certificate answers on the port, so that another server there is not taken for ours."""
    trust = ssl.create_default_context(cafile=gateway.authority)
    ends = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < ends and gateway.running():
        try:
            with socket.create_connection((HOST, gateway.port), timeout=2) as line, trust.wrap_socket(line, server_hostname=HOST):
                return
        except OSError:
            time.sleep(0.02)
    said = "was not ready in time" if gateway.running() else "ended while starting"
    gateway.stop()
    raise GatewayFailed(f"nginx {said}: {_said(gateway.folder)}")


def _said(folder: Path) -> str:
    return (folder / "nginx.log").read_text(errors="replace").strip()[-800:]


def end_leftovers(folder: Path) -> None:
    """End what a killed run left in `folder`: without their master, the workers would go on answering on its port."""
    if not kill_all_in(folder, {PROGRAM}, patience=LONGEST_STOP_SECONDS):
        raise GatewayFailed(f"an earlier nginx in {folder} cannot be ended")
