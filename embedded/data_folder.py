"""The folder that holds everything of one run, for one run at a time."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import ECKey

from embedded import gateway, keycloak, postgres, rabbitmq
from embedded.pieces import end_programs_in
from embedded.postgres import write_secret
from system.refusals import CannotRun

LOCK = "chidao.lock"
# Everything we ever put there, and so everything that --fresh may take away.
CONTENTS = (
    "postgres",
    "postgres.new",
    "postgres.log",
    "postgres.previous.log",
    "postgres.password",
    "passwords.json",
    "passwords.json.new",
    "people.passwords",
    "people.passwords.new",
    "people.hashes",
    "people.hashes.new",
    "keys",
    "files",
    "cache",
    "chidao.log",
    "chidao.previous.log",
    "processes",
    "rabbitmq",
    "gateway",
    "keycloak",
    "seeding",
)


class Held(CannotRun):
    """Another run has the folder."""


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @property
    def postgres(self) -> Path:
        return self.path

    @property
    def has_databases(self) -> bool:
        return (self.path / "postgres").exists()

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    @property
    def session_key(self) -> Path:
        """32 bytes with which the portal seals what it keeps of a session."""
        file = self._keys / "session.key"
        if not file.exists():
            unfinished = file.with_suffix(".new")
            unfinished.unlink(missing_ok=True)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
                opened.write(secrets.token_bytes(32))
            unfinished.replace(file)
        return file

    @property
    def handed_out_passwords(self) -> Path:
        """For whoever runs the demonstration: with which password each of its people signs in."""
        return self.path / "people.passwords"

    @property
    def password_hashes(self) -> Path:
        return self.path / "people.hashes"

    def signing_key(self, name: str) -> Path:
        """The ES256 key of `name`, made when first asked for and readable by us alone."""
        file = self._keys / f"{name}.pem"
        if not file.exists():
            write_secret(file, ECKey.generate_key("P-256").as_pem(private=True).decode())
        return file

    def new_log(self) -> Path:
        """Where this run logs to; the log of the run before is kept beside it."""
        log = self.path / "chidao.log"
        if log.exists():
            log.replace(self.path / "chidao.previous.log")
        return log

    @property
    def _keys(self) -> Path:
        keys = self.path / "keys"
        keys.mkdir(mode=0o700, exist_ok=True)
        return keys

    @property
    def processes(self) -> Path:
        """Where the processes of a split run work, with their settings and logs."""
        return self.path / "processes"

    @property
    def rabbitmq(self) -> Path:
        return self.path / "rabbitmq"

    @property
    def gateway(self) -> Path:
        return self.path / "gateway"

    @property
    def keycloak(self) -> Path:
        return self.path / "keycloak"

    def end_leftovers(self) -> None:
        """End whatever a killed run left behind, whichever kind of run it was."""
        gateway.end_leftovers(self.gateway)
        end_programs_in(self.processes)
        rabbitmq.end_leftovers(self.rabbitmq)
        keycloak.end_leftovers(self.keycloak)
        postgres.end_leftovers(self.path / "postgres")

    def empty(self) -> None:
        """Forget everything. Nothing of an earlier run may be at work there any more."""
        for name in CONTENTS:
            found = self.path / name
            if found.is_dir() and not found.is_symlink():
                shutil.rmtree(found)
            else:
                found.unlink(missing_ok=True)


@contextmanager
def hold(path: Path) -> Iterator[DataFolder]:
    """The folder for ourselves alone, made when missing. Raises CannotRun, Held among others."""
    path = path.resolve()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        _require_ours(path)
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotRun(f"Không ghi được vào thư mục dữ liệu {path}", f"the data folder cannot be written: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode(errors="replace").strip() or "?"
            raise Held(
                f"Thư mục dữ liệu {path} đang được tiến trình {holder} sử dụng; vui lòng dừng tiến trình đó trước",
                f"another run, process {holder}, holds this data folder; stop it first",
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield DataFolder(path)
    finally:
        # The file stays: taking it away would let two runs lock two files of one name.
        os.close(lock)


def _require_ours(path: Path) -> None:
    """An existing folder full of something else is a slip of the fingers, and --fresh would be the end of it."""
    if not (path / LOCK).exists() and any(path.iterdir()):
        raise CannotRun(
            f"Thư mục {path} không trống và không phải là dữ liệu của Chidao; vui lòng chọn thư mục khác",
            "this folder is not empty and holds no data of Chidao; choose another",
        )
