"""Bytes without a row: their upload was cut off before its transaction was committed. Nobody can reach them, so they go."""

import asyncio

import structlog
from sqlalchemy import text

from libs.common.db import Database
from libs.common.supervise import repeat
from services.tasks.files.store import FileStore

log = structlog.get_logger()

_KNOWN = text("SELECT DISTINCT sha256 FROM file WHERE sha256 = ANY(CAST(:names AS text[]))")


class OrphanSweep:
    def __init__(self, database: Database, store: FileStore, *, every: float) -> None:
        self._database = database
        self._store = store
        self._every = every

    async def run(self) -> None:
        await repeat(self.once, every=self._every)

    async def once(self, **judged: float) -> int:
        """Remove what no row speaks of; how many files went."""
        candidates = await asyncio.to_thread(self._store.old_files, **judged)
        async with self._database.read() as connection:
            known = set((await connection.execute(_KNOWN, {"names": [path.name for path in candidates]})).scalars())
        orphans = [path for path in candidates if path.name not in known]
        for path in orphans:
            await asyncio.to_thread(self._store.remove, path, **judged)
        if orphans:
            log.warning("orphans-swept", count=len(orphans))
        return len(orphans)
