"""Filled data folders are kept outside the checkout, and taken again while neither schema nor seed has changed."""

import asyncio
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from embedded.cache import cache_of
from embedded.data_folder import hold
from embedded.seeded import UNFINISHED, clear, fill_folder, move_in
from seed.filling import Progress
from seed.scale import Scale

ROOT = Path(__file__).resolve().parents[1]
# What the rows are made by: schema, contracts, domains, and the seed itself.
MADE_BY = (
    "seed/**/*.py",
    "libs/contracts/**/*.py",
    "libs/contracts/data/*",
    "libs/common/messaging/tables.py",
    "libs/directory_replica/tables.py",
    "services/*/persistence/**/*.py",
    "services/*/domain/*.py",
    "services/*/outgoing.py",
    "services/directory/data/**/*.json",
    "services/notify/notices/*.py",
    "services/reporting/projections/*.py",
)


def key_of(scale: Scale, seed: int) -> str:
    """The same as long as the same rows would come out."""
    digest = hashlib.sha256(f"{scale} {seed}".encode())
    for file in sorted(_made_by()):
        digest.update(file.relative_to(ROOT).as_posix().encode())
        digest.update(file.read_bytes())
    return f"{scale.name}-{digest.hexdigest()[:16]}"


def _made_by() -> Iterator[Path]:
    for pattern in MADE_BY:
        yield from (file for file in ROOT.glob(pattern) if file.is_file())


def kept(scale: Scale, *, seed: int, progress: Progress) -> Path:
    """The data folder of this scale, filled now when it is not there. Whoever wants to run over it takes a copy."""
    folder = cache_of("seeds") / key_of(scale, seed)
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        with hold(unfinished) as held:
            if not (held.path / "postgres").exists():
                asyncio.run(fill_folder(held.path, scale, seed=seed, progress=progress))
            held.path.rename(folder)
    return folder


def copy_of(source: Path, target: Path) -> None:
    """Make `target` a data folder with the databases and files of `source`."""
    with hold(target) as held:
        clear(held.path)
        work = held.path / UNFINISHED
        work.mkdir(mode=0o700)
        for name in ("passwords.json", "postgres"):
            subprocess.run(["cp", "-a", "--reflink=auto", str(source / name), str(work / name)], check=True)
        shutil.copytree(source / "files", held.path / "files", dirs_exist_ok=True)
        move_in(held.path)
