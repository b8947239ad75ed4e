"""Whether stored files still are what was received, looked at little by little: a damage is told while a backup may still have the file."""

from collections.abc import Sequence
from secrets import token_hex

import structlog
from sqlalchemy import text

from libs.common.db import Database
from libs.common.supervise import repeat
from services.tasks.files.store import FileStore

log = structlog.get_logger()

# So much is read in one run, at the most: the disk and the processor are for those who wait for an answer.
FILES, BYTES = 100, 64 * 1024 * 1024
_SHA256_BYTES = 32

_NEXT = text("""
SELECT sha256, max(size) AS size FROM file WHERE sha256 > :after GROUP BY sha256 ORDER BY sha256 LIMIT :files
""")


class FileVerification:
    """Goes round all files in the order of their names, and again from the beginning. What is damaged `FileStore` tells of.

    It begins anywhere, so that a service that is often started does not look at the same files each time.
    """

    def __init__(self, database: Database, store: FileStore, *, every: float, files: int = FILES, limit: int = BYTES) -> None:
        self._database = database
        self._store = store
        self._every = every
        self._files = files
        self._limit = limit
        self._after = token_hex(_SHA256_BYTES)

    async def run(self) -> None:
        await repeat(self.once, every=self._every)

    async def once(self) -> int:
        """Look at the next files; how many. After the last one the round begins anew with the next run."""
        names = await self._next()
        damaged = [name for name in names if not await self._store.is_whole(name)]
        self._after = names[-1] if names else ""
        if damaged:
            log.error("stored-files-damaged", count=len(damaged), looked_at=len(names))
        return len(names)

    async def _next(self) -> Sequence[str]:
        async with self._database.read() as connection:
            rows = (await connection.execute(_NEXT, {"after": self._after, "files": self._files})).all()
        names: list[str] = []
        total = 0
        for row in rows:
            total += row.size
            # One file is looked at, however large it is: nothing may end the round.
            if names and total > self._limit:
                break
            names.append(row.sha256)
        return names
