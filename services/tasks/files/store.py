"""A folder of files named by the SHA-256 of their bytes. Written and synced before a row speaks of them, and read only as they came."""

import asyncio
import hashlib
import os
import time
from pathlib import Path
from uuid import uuid4

import structlog

from libs.common.domain import DomainError

log = structlog.get_logger()

# A file younger than this may belong to an upload whose row is still being written.
YOUNGEST_ORPHAN_SECONDS = 3600.0


class FileDamaged(DomainError):
    """Its bytes are gone, or no longer those that were received: nobody is given others in their place."""

    code = "file-damaged"


class FileStore:
    """`damaged` are the files that were read and were not as they came, until they are whole again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.damaged: set[str] = set()

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    async def read(self, sha256: str) -> bytes:
        """The bytes as they were received. Raises FileDamaged, which the operator hears of by the log and by deep health."""
        content = await asyncio.to_thread(self._read, sha256)
        if content is None:
            self.damaged.add(sha256)
            log.error("file-damaged", sha256=sha256)
            raise FileDamaged
        self.damaged.discard(sha256)
        return content

    async def is_whole(self, sha256: str) -> bool:
        """Whether the bytes are as they were received. A damage is told like that of a file that somebody asked for."""
        try:
            await self.read(sha256)
        except FileDamaged:
            return False
        return True

    def _read(self, sha256: str) -> bytes | None:
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    async def keep(self, content: bytes) -> str:
        """The SHA-256 of `content`, which is on the disk when this returns."""
        return await asyncio.to_thread(self._keep, content)

    def _keep(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        final = self.path(sha256)
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = final.with_name(f".{sha256}.{uuid4().hex}")
        with unfinished.open("xb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        # Also when the same bytes are there already: being new protects them from the sweep while their row is written.
        unfinished.replace(final)
        for folder in (final.parent, self._folder):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return sha256

    def old_files(self, *, older_than_seconds: float = YOUNGEST_ORPHAN_SECONDS) -> list[Path]:
        """Files old enough to be judged, unfinished ones too; which of them no row speaks of is for the caller to know."""
        limit = time.time() - older_than_seconds
        return [path for path in self._folder.glob("??/*") if path.is_file() and path.stat().st_mtime < limit]

    def remove(self, path: Path, *, older_than_seconds: float = YOUNGEST_ORPHAN_SECONDS) -> None:
        """Unless the same bytes have just been kept again."""
        if path.stat().st_mtime < time.time() - older_than_seconds:
            path.unlink()
