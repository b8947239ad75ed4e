"""Sessions: a row of ours and an opaque cookie, of which only the hash is stored; the tokens in the row are encrypted."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from libs.common.db import Database
from libs.common.supervise import is_well
from portal.devices import Device
from portal.oidc import SignInAway, SignInRefused, Tokens

log = structlog.get_logger()

IDLE = "interval '30 minutes'"
ABSOLUTE = "interval '10 hours'"
# A visit is written down at most this often: every page would cost a flush otherwise.
SEEN_EVERY = "interval '1 minute'"
FORGOTTEN_AT_ONCE = 1000
FORGOTTEN_EVERY_SECONDS = 300.0
ALIVE = f"seen_at > now() - {IDLE} AND began_at > now() - {ABSOLUTE}"


# Nobody else renews the tokens of a session for this long: whoever died while he did so locks nobody out for longer.
LEASE = "interval '10 seconds'"
# Below the lease: who has it has an answer or has given up before it ends.
LONGEST_REFRESH_SECONDS = 8.0
LONGEST_WAIT_SECONDS = 12.0
LOOKED_AT_EVERY_SECONDS = 0.1

# Only as long as the tokens are those that were seen to expire: what somebody else has renewed is not renewed again.
_CLAIM = text(f"""
UPDATE session SET refreshing_until = now() + {LEASE}
WHERE id = :id AND tokens = :seen AND (refreshing_until IS NULL OR refreshing_until < now())
RETURNING *
""")
_PRESENT = text("SELECT * FROM session WHERE id = :id")
_ALIVE = text(f"SELECT *, seen_at < now() - {SEEN_EVERY} AS long_unseen FROM session WHERE cookie_hash = :hash AND {ALIVE}")
_OF_PERSON = text(f"""
SELECT id, browser, system, began_at, seen_at, count(*) OVER () AS total,
  (SELECT one ->> 'position' FROM jsonb_array_elements(memberships) AS one WHERE one ->> 'id' = CAST(membership_id AS text)) AS position
FROM session WHERE person_id = :person AND {ALIVE} ORDER BY seen_at DESC, id LIMIT :limit
""")
_GIVE_BACK = text("""
UPDATE session SET refreshing_until = NULL, tokens = coalesce(CAST(:tokens AS bytea), tokens) WHERE id = :id AND tokens = :seen
""")


@dataclass(frozen=True)
class Membership:
    """Tư cách in which the person may act."""

    id: UUID
    agency_id: UUID
    agency_name: str
    agency_short_name: str
    position: str
    role: str


@dataclass(frozen=True)
class SessionListed:
    """What its person is shown of a session, on whatever device it is; `position` is the one he acts in there."""

    id: UUID
    device: Device
    position: str | None
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Session:
    """`tokens_seen` are the tokens as they lie in the row: by them it is known whether somebody has renewed them since."""

    id: UUID
    person_id: UUID
    person_name: str
    memberships: tuple[Membership, ...]
    membership: Membership | None
    tokens: Tokens
    tokens_seen: bytes


Refresh = Callable[[Tokens], Awaitable[Tokens]]


class SessionEnded(Exception):
    """No session, or one that has ended: the person signs in again."""


class SealedBox:
    """Authenticated encryption with the key of the portal; `about` binds a text to the place it was made for."""

    def __init__(self, key_file: Path) -> None:
        self._cipher = AESGCM(key_file.read_bytes())

    def seal(self, plain: bytes, about: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, plain, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """Raises cryptography.exceptions.InvalidTag for anything we did not seal for this place."""
        return self._cipher.decrypt(sealed[:12], sealed[12:], about)


class Sessions:
    def __init__(self, database: Database, box: SealedBox) -> None:
        self._database = database
        self._box = box
        self._renewing: dict[UUID, asyncio.Task[Session]] = {}

    async def begin(
        self,
        person_id: UUID,
        person_name: str,
        memberships: Iterable[Membership],
        tokens: Tokens,
        *,
        acting_as: Membership | None,
        provider_session: str | None,
        device: Device,
    ) -> str:
        """A new session; returns what the cookie holds. `provider_session` is the name that the sign-in service has for it."""
        cookie = secrets.token_urlsafe(32)
        session_id = uuid7()
        async with self._database.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO session (id, cookie_hash, person_id, person_name, memberships, membership_id, tokens, provider_session, "
                    "browser, system) "
                    "VALUES (:id, :hash, :person, :name, CAST(:memberships AS jsonb), :membership, :tokens, :provider_session, "
                    ":browser, :system)"
                ),
                {
                    "id": session_id,
                    "hash": _hash(cookie),
                    "person": person_id,
                    "name": person_name,
                    "memberships": _to_json(memberships),
                    "membership": acting_as and acting_as.id,
                    "tokens": self._seal(session_id, tokens),
                    "provider_session": provider_session,
                    **asdict(device),
                },
            )
        return cookie

    async def find(self, cookie: str | None, *, seen: bool = True) -> Session:
        """The living session of a cookie. `seen=False` leaves its idle time running: a page that refreshes itself is no visit."""
        if not cookie:
            raise SessionEnded
        async with self._database.read() as connection:
            row = (await connection.execute(_ALIVE, {"hash": _hash(cookie)})).one_or_none()
        if row is None:
            raise SessionEnded
        if seen and row.long_unseen:
            async with self._database.begin() as connection:
                await connection.execute(text("UPDATE session SET seen_at = now() WHERE id = :id"), {"id": row.id})
        return self._session(row)

    async def of_person(self, person_id: UUID, *, limit: int) -> tuple[list[SessionListed], int]:
        """The living ones, the last used first, and how many there are."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_OF_PERSON, {"person": person_id, "limit": limit})).all()
        found = [SessionListed(row.id, Device(row.browser, row.system), row.position, row.began_at, row.seen_at) for row in rows]
        return found, rows[0].total if rows else 0

    async def fresh_tokens(self, session: Session, refresh: Refresh) -> Session:
        """The session with tokens that are not about to expire. Raises SessionEnded, or SignInAway when nobody can renew them now.

        One request renews them, and the others wait for it: a refresh token that is used twice ends the session. No transaction is
        open while the sign-in service is asked, and whoever turns away meanwhile does not break it off.
        """
        renewing = self._renewing.get(session.id)
        if renewing is None:
            renewing = asyncio.create_task(self._renewed(session, refresh))
            self._renewing[session.id] = renewing
            renewing.add_done_callback(lambda done: self._forget(session.id, done))
        return await asyncio.shield(renewing)

    def _forget(self, session_id: UUID, renewing: asyncio.Task[Session]) -> None:
        del self._renewing[session_id]
        if not renewing.cancelled():
            # Whoever waited has been told; that nobody waits any more is no fault.
            renewing.exception()

    async def _renewed(self, session: Session, refresh: Refresh) -> Session:
        """Among processes, who has the lease renews; who waits for it looks whether there is something new already."""
        present, is_ours = await self._leased(session)
        if not is_ours:
            return present
        sealed: bytes | None = None
        try:
            async with asyncio.timeout(LONGEST_REFRESH_SECONDS):
                tokens = await refresh(present.tokens)
            sealed = self._seal(session.id, tokens)
        except SignInRefused as refused:
            log.warning("tokens-not-renewed", reason=str(refused))
            raise SessionEnded from refused
        except TimeoutError:
            raise SignInAway("no answer in time") from None
        finally:
            async with self._database.begin() as connection:
                await connection.execute(_GIVE_BACK, {"id": session.id, "seen": present.tokens_seen, "tokens": sealed})
        return replace(present, tokens=tokens, tokens_seen=sealed)

    async def _leased(self, session: Session) -> tuple[Session, bool]:
        """The session as it is now, and whether it is ours to renew; it is not when somebody else has renewed it meanwhile."""
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                while True:
                    async with self._database.begin() as connection:
                        claimed = (await connection.execute(_CLAIM, {"id": session.id, "seen": session.tokens_seen})).one_or_none()
                        row = claimed or (await connection.execute(_PRESENT, {"id": session.id})).one_or_none()
                    if row is None:
                        raise SessionEnded
                    present = self._session(row)
                    if claimed is not None:
                        return present, True
                    if present.tokens_seen != session.tokens_seen:
                        return present, False
                    await asyncio.sleep(LOOKED_AT_EVERY_SECONDS)
        except TimeoutError:
            raise SignInAway("somebody else renews the tokens, and does not come to an end") from None

    async def offer(self, session: Session, memberships: Iterable[Membership]) -> Session:
        """Write down what the directory says today; a membership that is no longer among them is no longer acted in."""
        offered = tuple(memberships)
        chosen = session.membership if session.membership in offered else None
        async with self._database.begin() as connection:
            await connection.execute(
                text("UPDATE session SET memberships = CAST(:memberships AS jsonb), membership_id = :chosen WHERE id = :id"),
                {"id": session.id, "memberships": _to_json(offered), "chosen": chosen and chosen.id},
            )
        return replace(session, memberships=offered, membership=chosen)

    async def act_as(self, session: Session, membership: Membership) -> None:
        async with self._database.begin() as connection:
            await connection.execute(
                text("UPDATE session SET membership_id = :membership WHERE id = :id"), {"id": session.id, "membership": membership.id}
            )

    async def take(self, session: Session, tokens: Tokens, *, provider_session: str | None) -> None:
        """The person has proved again who he is: from now on these are his tokens, though somebody renews the ones before just now."""
        async with self._database.begin() as connection:
            await connection.execute(
                text("UPDATE session SET tokens = :tokens, provider_session = :provider_session WHERE id = :id"),
                {"id": session.id, "tokens": self._seal(session.id, tokens), "provider_session": provider_session},
            )

    async def forget_ended(self) -> int:
        """Remove the rows of sessions that have ended, a few at a time; how many went."""
        ended = text(f"""
            WITH gone AS (
              DELETE FROM session WHERE id IN (SELECT id FROM session WHERE NOT ({ALIVE}) LIMIT {FORGOTTEN_AT_ONCE}) RETURNING 1)
            SELECT count(*) FROM gone""")
        forgotten = 0
        while True:
            async with self._database.begin() as connection:
                went = int((await connection.execute(ended)).scalar_one())
            forgotten += went
            if went < FORGOTTEN_AT_ONCE:
                return forgotten

    async def keep_forgetting(self) -> None:
        """What of it is kept running."""
        while True:
            await self.forget_ended()
            is_well()
            await asyncio.sleep(FORGOTTEN_EVERY_SECONDS)

    async def lives(self, session: Session) -> bool:
        """Whether it lives and still acts in the same membership."""
        same = f"SELECT 1 FROM session WHERE id = :id AND membership_id IS NOT DISTINCT FROM CAST(:membership AS uuid) AND {ALIVE}"
        async with self._database.read() as connection:
            found = await connection.execute(text(same), {"id": session.id, "membership": session.membership and session.membership.id})
            return found.first() is not None

    def _seal(self, session_id: UUID, tokens: Tokens) -> bytes:
        return self._box.seal(json.dumps(asdict(tokens)).encode(), session_id.bytes)

    def _session(self, row: Row[Any]) -> Session:
        memberships = tuple(_membership(one) for one in row.memberships)
        return Session(
            id=row.id,
            person_id=row.person_id,
            person_name=row.person_name,
            memberships=memberships,
            membership=next((one for one in memberships if one.id == row.membership_id), None),
            tokens=Tokens(**json.loads(self._box.open(row.tokens, row.id.bytes))),
            tokens_seen=row.tokens,
        )


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def _to_json(memberships: Iterable[Membership]) -> str:
    return json.dumps([asdict(one) for one in memberships], default=str)


def _membership(found: dict[str, str]) -> Membership:
    return Membership(**{**found, "id": UUID(found["id"]), "agency_id": UUID(found["agency_id"])})  # type: ignore[arg-type]
