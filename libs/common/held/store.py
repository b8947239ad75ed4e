"""Held acts as rows, within the transaction of a use case.

Whoever takes an act (`take`) has it alone and never waits for another who is at it: he finds nothing held. So a request, which has
locked the aggregate first, and the scheduler, which takes the act first, cannot wait for each other.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.domain import Aggregate
from libs.common.held.act import ActIsHeld, HeldAct, NothingHeld

_LEFT = "greatest(0, extract(epoch FROM held_until - now())) AS seconds_left"
_OF = text(f"SELECT *, {_LEFT} FROM held_act WHERE aggregate_id = :aggregate_id")
_SEEN = text(f"SELECT *, {_LEFT} FROM held_act WHERE aggregate_id = ANY(:aggregate_ids) AND agency_id = :agency_id")
_HOLD = text("""
INSERT INTO held_act (id, aggregate_id, aggregate_version, kind, command, person_id, membership_id, agency_id, role, request_id,
                      acted_at, held_until, next_try_at)
VALUES (:id, :aggregate_id, :aggregate_version, :kind, CAST(:command AS jsonb), :person_id, :membership_id, :agency_id, :role,
        :request_id, :acted_at, now() + make_interval(secs => :seconds), now() + make_interval(secs => :seconds))
""")
_TAKE = text(f"""
DELETE FROM held_act WHERE id = (
  SELECT id FROM held_act WHERE id = :id AND (:void_too OR void_because IS NULL) FOR UPDATE SKIP LOCKED) RETURNING *, {_LEFT}
""")
_FORGET_VOID = text("DELETE FROM held_act WHERE aggregate_id = :aggregate_id AND void_because IS NOT NULL")
_DUE = text(f"""
SELECT *, {_LEFT} FROM held_act WHERE void_because IS NULL AND next_try_at <= now() ORDER BY next_try_at, id LIMIT :limit
""")
_MAKE_VOID = text("UPDATE held_act SET void_because = :because WHERE id = :id AND void_because IS NULL RETURNING 1")
_PUT_ASIDE = text("""
UPDATE held_act SET last_error = :reason, tries = tries + 1,
  next_try_at = now() + least(interval '1 minute' * power(2, least(tries, 20)), interval '1 day')
WHERE id = :id
""")
_TRACE = text("""
INSERT INTO held_act_audit (held_act_id, aggregate_id, aggregate_version, kind, outcome, because, actor, role, membership_id, agency_id,
                            acted_at, request_id)
VALUES (:id, :aggregate_id, :aggregate_version, :kind, :outcome, :because, :actor, :role, :membership_id, :agency_id,
        :acted_at, :request_id)
""")
# A scheduler that looks every second is late after ten.
_EXAMINED = text("""
SELECT count(*) FILTER (WHERE void_because IS NULL) AS waiting,
       count(*) FILTER (WHERE void_because IS NULL AND held_until < now() - interval '10 seconds') AS overdue,
       count(*) FILTER (WHERE void_because IS NULL AND tries > 0) AS put_aside,
       count(*) FILTER (WHERE void_because IS NOT NULL) AS void
FROM held_act
""")


def _act_of(row: Any) -> HeldAct:
    return HeldAct(
        id=row.id,
        aggregate_id=row.aggregate_id,
        aggregate_version=row.aggregate_version,
        kind=row.kind,
        command=json.loads(row.command) if isinstance(row.command, str | bytes) else row.command,
        person_id=row.person_id,
        membership_id=row.membership_id,
        agency_id=row.agency_id,
        role=row.role,
        request_id=row.request_id,
        acted_at=row.acted_at,
        seconds_left=float(row.seconds_left),
        void_because=row.void_because,
    )


class HeldActs:
    """On the connection of a unit of work, which has locked the aggregate before it holds an act or asks whether one is held."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def of(self, aggregate: Aggregate) -> HeldAct | None:
        row = (await self.connection.execute(_OF, {"aggregate_id": aggregate.id})).one_or_none()
        return _act_of(row) if row is not None else None

    async def require_none(self, aggregate: Aggregate) -> None:
        """Raises ActIsHeld. One that had become void is settled by what is done now, and goes."""
        act = await self.of(aggregate)
        if act is None:
            return
        if act.void_because is None:
            raise ActIsHeld
        await self.connection.execute(_FORGET_VOID, {"aggregate_id": aggregate.id})

    async def hold(self, act: HeldAct, *, seconds: int) -> None:
        row = {name: value for name, value in vars(act).items() if name not in ("seconds_left", "void_because")}
        await self.connection.execute(_HOLD, {**row, "command": json.dumps(act.command), "seconds": float(seconds)})

    async def own(self, act_id: UUID, aggregate: Aggregate, actor: Actor) -> HeldAct | None:
        """The act of this aggregate, None when it is no longer held. Raises Forbidden when it is not this actor's."""
        act = await self.of(aggregate)
        if act is None or act.id != act_id:
            return None
        act.require_own(actor)
        return act

    async def take(self, act_id: UUID) -> HeldAct:
        """To give it its effect: gone from here on, if the transaction commits. Raises NothingHeld, also when somebody else takes it."""
        return await self._take(act_id, void_too=False)

    async def recall(self, act_id: UUID, *, by: Actor, request_id: str) -> HeldAct:
        """Thu hồi: it goes without an effect, and the audit says so. Raises NothingHeld. One that was void is laid aside likewise."""
        act = await self._take(act_id, void_too=True)
        await self.trace(act, "recalled", by=by, request_id=request_id, because=act.void_because)
        return act

    async def _take(self, act_id: UUID, *, void_too: bool) -> HeldAct:
        row = (await self.connection.execute(_TAKE, {"id": act_id, "void_too": void_too})).one_or_none()
        if row is None:
            raise NothingHeld
        return _act_of(row)

    async def trace(self, act: HeldAct, outcome: str, *, by: Actor, request_id: str, because: str | None = None) -> None:
        """The row of the audit: an act that took effect has the audit of its event instead."""
        told = {name: getattr(act, name) for name in ("id", "aggregate_id", "aggregate_version", "kind", "acted_at")}
        # A service that finds it void acts in no membership: then it is told whose act it was.
        membership, agency = by.membership_id or act.membership_id, by.agency_id or act.agency_id
        who = {"actor": by.name, "role": by.role, "membership_id": membership, "agency_id": agency}
        await self.connection.execute(_TRACE, {**told, **who, "outcome": outcome, "because": because, "request_id": request_id})

    async def make_void(self, act: HeldAct, *, because: str, by: Actor) -> None:
        """It will never take effect; its office reads why."""
        made = await self.connection.execute(_MAKE_VOID, {"id": act.id, "because": because})
        if made.one_or_none() is not None:
            await self.trace(act, "void", by=by, request_id=act.request_id, because=because)

    async def put_aside(self, act: HeldAct, *, reason: str) -> None:
        """It cannot take effect now: tried again in a minute, then after twice as long each time, at last once a day."""
        await self.connection.execute(_PUT_ASIDE, {"id": act.id, "reason": reason})


async def due_acts(connection: AsyncConnection, *, limit: int) -> list[HeldAct]:
    """Those whose time has come, the oldest first."""
    return [_act_of(row) for row in await connection.execute(_DUE, {"limit": limit})]


async def held_seen(connection: AsyncConnection, actor: Actor, aggregate_ids: Sequence[UUID]) -> dict[UUID, HeldAct]:
    """The held acts upon these aggregates, as far as the actor's own office made them."""
    if actor.agency_id is None or not aggregate_ids:
        return {}
    rows = await connection.execute(_SEEN, {"aggregate_ids": list(aggregate_ids), "agency_id": actor.agency_id})
    return {row.aggregate_id: _act_of(row) for row in rows}


async def examined(connection: AsyncConnection) -> dict[str, object]:
    """For those who operate it."""
    return {"held_acts": dict((await connection.execute(_EXAMINED)).one()._mapping)}
