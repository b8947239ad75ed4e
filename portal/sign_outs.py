"""Sessions that end: by their person, here or from another browser, or by the sign-in service. Open pages are told at once, wherever."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from libs.common.db import Database
from libs.common.housekeeping import BATCH, Chore
from libs.common.live import QUIET_SECONDS
from libs.common.supervise import is_well
from portal.oidc import EndedAtService, SignInRefused, Tokens
from portal.session import SealedBox

CHANNEL = "signed_out"

_END = text("""
WITH gone AS (
  DELETE FROM session
  WHERE person_id = :person AND (CAST(:only AS uuid) IS NULL OR id = :only) AND id IS DISTINCT FROM CAST(:but AS uuid)
  RETURNING id, provider_session, tokens),
noted AS (
  INSERT INTO signed_out (provider_session) SELECT provider_session FROM gone WHERE provider_session IS NOT NULL ON CONFLICT DO NOTHING)
SELECT id, tokens FROM gone
""")
_HEARD = text("INSERT INTO logout_token (id) VALUES (:id) ON CONFLICT DO NOTHING")
_ENDED_HERE = text("SELECT 1 FROM signed_out WHERE provider_session = :session")
_END_ALL = text("DELETE FROM session WHERE person_id = :person")
_TELL = text(f"SELECT pg_notify('{CHANNEL}', :person)")


def _after_a_day(table: str) -> Chore:
    """Messages of the sign-in service come at once, or never."""
    return Chore(
        table,
        text(f"""
WITH gone AS (
  DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} WHERE at < now() - interval '1 day' LIMIT {BATCH}) RETURNING 1)
SELECT count(*) AS gone, CASE WHEN count(*) = {BATCH} THEN CAST(:after AS text[]) END AS last FROM gone
"""),
    )


OLD_SIGN_OUTS = (_after_a_day("signed_out"), _after_a_day("logout_token"))


@dataclass(frozen=True)
class EndedSession:
    """`tokens` are those that the sign-in service still takes."""

    id: UUID
    tokens: Tokens


class SignOuts:
    """`look_again` is called with a person some of whose sessions have ended, in every process of the portal."""

    def __init__(self, database: Database, box: SealedBox, look_again: Callable[[UUID], None]) -> None:
        self._database = database
        self._box = box
        self._look_again = look_again

    async def end(self, person_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> list[EndedSession]:
        """The person ends his session `only`, or all of them `but` one; those that have ended."""
        async with self._database.begin() as connection:
            rows = (await connection.execute(_END, {"person": person_id, "only": only, "but": but})).all()
        await self._tell(person_id)
        return [EndedSession(row.id, Tokens(**json.loads(self._box.open(row.tokens, row.id.bytes)))) for row in rows]

    async def heard(self, ended: EndedAtService) -> int:
        """How many sessions end because the sign-in service says so. Raises SignInRefused for what was heard before.

        What the person has ended here ends nothing else. In all else one message may stand for all sessions of the person, and ends them.
        """
        async with self._database.begin() as connection:
            if (await connection.execute(_HEARD, {"id": ended.token_id})).rowcount == 0:
                raise SignInRefused("used-before")
            if (await connection.execute(_ENDED_HERE, {"session": ended.session_id})).first() is not None:
                return 0
            gone = (await connection.execute(_END_ALL, {"person": ended.person_id})).rowcount
        await self._tell(ended.person_id)
        return gone

    async def _tell(self, person_id: UUID) -> None:
        """After the commit; whoever is not reached finds out at his next look at his session (portal/live.py)."""
        async with self._database.begin() as connection:
            await connection.execute(_TELL, {"person": str(person_id)})

    async def hear(self) -> None:
        """What of it is kept running: what other processes have ended."""
        line = await self._database.direct()
        lost = asyncio.Event()
        line.add_termination_listener(lambda _: lost.set())
        try:
            await line.add_listener(CHANNEL, lambda _connection, _pid, _channel, person: self._look_again(UUID(person)))
            is_well()
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(QUIET_SECONDS):
                        await lost.wait()
                # A peer that is gone without a word is noticed only by asking.
                await line.execute("SELECT 1")
            raise ConnectionError("the line that listens for ended sessions was lost")
        finally:
            await line.close(timeout=2)
