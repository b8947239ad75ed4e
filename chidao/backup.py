"""Backup of everything at one moment, and its way back.

All six databases are copied as one cluster, because the feeds live from the order of its transactions: databases put back one by one
would hold events that no consumer ever sees (messaging.md, feed and sweep).
"""

import os
import shutil
import subprocess
from pathlib import Path

from embedded.data_folder import hold
from embedded.ordinary_user import NoOrdinaryUser
from embedded.postgres import SUPERUSER, Address, PostgresFailed, binaries, environment, start_cluster
from system.refusals import CannotRun

CLUSTER = "postgres"
# Beside the cluster: the files of the services, and the secrets with which roles log in and sessions are sealed.
BESIDE = ("files", "keys", "passwords.json")


def back_up(address: Address, target: Path) -> None:
    """Everything in `address.folder` into the new folder `target`, while it is in use. Raises CannotRun."""
    target = target.resolve()
    if target.exists():
        raise CannotRun(f"Đã có {target}; vui lòng chọn tên khác", "this name is taken; choose another")
    unfinished = target.with_name(f"{target.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    _program(
        "pg_basebackup",
        f"--pgdata={unfinished / CLUSTER}",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--no-password",
        secrets={
            "PGHOST": address.host,
            "PGPORT": str(address.port),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": address.passwords[SUPERUSER],
        },
    )
    # After the databases: a file is stored before a row speaks of it, so every file that the copied rows know is there by now.
    for name in BESIDE:
        _copy(address.folder / name, unfinished / name)
    os.sync()
    unfinished.rename(target)


def restore(source: Path, data: Path) -> None:
    """A backup into the empty or new folder `data`, checked file by file, and PostgreSQL seen starting on it. Raises CannotRun."""
    if not (source / CLUSTER / "backup_manifest").exists():
        raise CannotRun(f"{source} không phải là bản sao lưu", "this is no backup")
    _program("pg_verifybackup", str(source / CLUSTER))
    with hold(data) as folder:
        if (folder.path / CLUSTER).exists():
            raise CannotRun(
                f"Thư mục {folder.path} đã có dữ liệu; vui lòng chọn thư mục trống", "this folder holds data already; choose an empty one"
            )
        folder.empty()
        for name in BESIDE:
            _copy(source / name, folder.path / name)
        # Last and by a rename: a folder with a cluster in it is a folder that was restored whole.
        unfinished = folder.path / f"{CLUSTER}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        _copy(source / CLUSTER, unfinished)
        os.sync()
        unfinished.rename(folder.path / CLUSTER)
        try:
            start_cluster(folder.path).stop()
        except (PostgresFailed, NoOrdinaryUser) as error:
            raise CannotRun("Bản sao lưu không khởi động được", f"the backup does not start: {error}") from error


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        # A file that is being written bears a name with a dot, and belongs to no row yet.
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*"))
    elif source.exists():
        shutil.copy2(source, target)


def _program(name: str, *arguments: str, secrets: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [str(binaries() / name), *arguments], env=environment() | (secrets or {}), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise CannotRun(f"{name} không thực hiện được", f"{name} failed: {done.stderr.strip()[-500:]}")
