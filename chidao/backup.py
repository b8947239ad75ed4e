"""Backup of everything at one moment, and its way back.

All six databases are copied as one cluster, because the feeds live from the order of its transactions: databases put back one by one
would hold events that no consumer ever sees (messaging.md, feed and sweep).
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from embedded.data_folder import hold
from embedded.ordinary_user import NoOrdinaryUser
from embedded.postgres import SUPERUSER, Address, Cluster, PostgresFailed, binaries, environment, sql_answers, start_cluster
from services.tasks.files.store import FileStore
from system.refusals import CannotRun

CLUSTER = "postgres"
# Beside the cluster: the files of the services, and the secrets with which roles log in and sessions are sealed.
BESIDE = ("files", "keys", "passwords.json")
# The SHA-256 of each of them; PostgreSQL writes such a list of the cluster itself.
LIST = "beside.sha256"
# Where the rows say which files there must be, each under the digest of its bytes.
FILES_OF_ROWS = "chidao_tasks"
MOST_NAMED = 5


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
    (unfinished / LIST).write_text("".join(f"{digest}  {name}\n" for name, digest in _beside(unfinished).items()), encoding="utf-8")
    os.sync()
    unfinished.rename(target)


def restore(source: Path, data: Path) -> None:
    """A backup into the empty or new folder `data`, checked file by file, and PostgreSQL seen starting on it. Raises CannotRun.

    What is restored is whole: every file and key is as it was when it was saved, and every file that a row speaks of is there.
    """
    if not (source / CLUSTER / "backup_manifest").exists() or not (source / LIST).exists():
        raise CannotRun(f"{source} không phải là bản sao lưu", "this is no backup")
    _program("pg_verifybackup", str(source / CLUSTER))
    _require_as_saved(source)
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
            cluster = start_cluster(folder.path)
            try:
                _require_files_of_rows(cluster)
            finally:
                cluster.stop()
        except (PostgresFailed, NoOrdinaryUser) as error:
            (folder.path / CLUSTER).rename(unfinished)
            raise CannotRun("Bản sao lưu không khởi động được", f"the backup does not start: {error}") from error
        except CannotRun:
            (folder.path / CLUSTER).rename(unfinished)
            raise


def _beside(folder: Path) -> dict[str, str]:
    """Name → digest of everything beside the cluster."""
    found = [path for name in BESIDE for path in (folder / name, *(folder / name).rglob("*"))]
    return {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(found) if path.is_file()}


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _require_as_saved(source: Path) -> None:
    lines = (source / LIST).read_text(encoding="utf-8").splitlines()
    saved = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    present = _beside(source)
    _require_none([name for name in {**saved, **present} if saved.get(name) != present.get(name)])


def _require_files_of_rows(cluster: Cluster) -> None:
    """Also what was damaged before it was saved is told now, while another backup may still have it."""
    if not sql_answers(cluster, FILES_OF_ROWS, "SELECT 1 WHERE to_regclass('file') IS NOT NULL"):
        return
    files = FileStore(cluster.folder / "files" / "tasks")
    paths = [files.path(digest) for digest in sql_answers(cluster, FILES_OF_ROWS, "SELECT DISTINCT sha256 FROM file ORDER BY 1")]
    _require_none([path.name for path in paths if not path.exists() or _digest(path) != path.name])


def _require_none(wrong: list[str]) -> None:
    if wrong:
        named = ", ".join(wrong[:MOST_NAMED]) + (" …" if len(wrong) > MOST_NAMED else "")
        raise CannotRun(
            f"Bản sao lưu thiếu hoặc sai {len(wrong)} tệp, không phục hồi: {named}", "files are missing, altered or not of this backup"
        )


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
