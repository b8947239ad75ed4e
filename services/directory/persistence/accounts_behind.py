"""What of the sign-in server is behind the directory: whose change it has not been told, since when, and why not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.feed import Position, read_feed
from libs.contracts.directory import AgencyChanged, MembershipChanged

SOURCE = "directory"
PAGE = 200
LONGEST_ERROR = 500
AGENCY, PERSON = "agency", "person"

_HEARD = text("SELECT epoch, CAST(tx_id AS bigint) AS tx_id, seq, day FROM account_heard FOR UPDATE")
_HEAR = text("""
INSERT INTO account_heard (epoch, tx_id, seq, day) VALUES (:epoch, :tx_id, :seq, :day)
ON CONFLICT (is_only) DO UPDATE SET epoch = excluded.epoch, tx_id = excluded.tx_id, seq = excluded.seq, day = excluded.day
""")
# What is asked for anew is tried at once, however often it has failed before.
_AGAIN = """
ON CONFLICT (kind, subject_id) DO UPDATE SET asked_at = excluded.asked_at, attempts = 0, try_at = excluded.try_at
"""
_ASK = text(f"""
INSERT INTO account_behind (kind, subject_id) SELECT :kind, unnest(CAST(:ids AS uuid[])) {_AGAIN}
""")
_ASK_FOR_MEMBERS = text(f"""
INSERT INTO account_behind (kind, subject_id)
SELECT DISTINCT '{PERSON}', person_id FROM membership WHERE id = ANY(CAST(:ids AS uuid[])) {_AGAIN}
""")
# The first and the last day belong to a membership and to an agency: what changes on a day began on it or ended on its eve.
_TURNED = "(valid_from > :before AND valid_from <= :after) OR (valid_to >= :before AND valid_to < :after)"
_ASK_FOR_TURNED_MEMBERS = text(f"""
INSERT INTO account_behind (kind, subject_id) SELECT DISTINCT '{PERSON}', person_id FROM membership WHERE {_TURNED} {_AGAIN}
""")
# Whoever is in an agency that begins or ends joins or leaves it.
_ASK_FOR_TURNED_AGENCIES = text(f"""
WITH turned AS (SELECT id FROM agency WHERE {_TURNED})
INSERT INTO account_behind (kind, subject_id)
SELECT '{AGENCY}', id FROM turned
UNION SELECT '{PERSON}', person_id FROM membership JOIN turned ON turned.id = agency_id {_AGAIN}
""")
_DUE = text("SELECT kind, subject_id, asked_at FROM account_behind WHERE try_at <= now() ORDER BY try_at LIMIT :limit")
_DONE = text("""
DELETE FROM account_behind b
USING unnest(CAST(:kinds AS text[]), CAST(:ids AS uuid[]), CAST(:asked AS timestamptz[])) AS d (kind, id, asked_at)
WHERE b.kind = d.kind AND b.subject_id = d.id AND b.asked_at = d.asked_at
""")
_FAILED = text(f"""
UPDATE account_behind SET attempts = attempts + 1, error = left(:error, {LONGEST_ERROR}),
  try_at = now() + least(interval '10 minutes', interval '1 second' * power(2, least(attempts, 10)))
WHERE kind = :kind AND subject_id = :id
""")
_BEHIND = text("""
SELECT (SELECT count(*) FROM (SELECT FROM account_behind LIMIT 10000) AS few) AS waiting,
  (SELECT extract(epoch FROM now() - min(asked_at)) FROM account_behind) AS oldest_seconds,
  (SELECT count(*) FROM (SELECT FROM account_behind WHERE attempts > 0 LIMIT 10000) AS few) AS failed
""")
_NOW = text("SELECT clock_timestamp()")


@dataclass(frozen=True)
class Subject:
    """An agency or a person whose change is to be told; `asked_at` is when it was asked for last."""

    kind: str
    id: UUID
    asked_at: datetime


@dataclass(frozen=True)
class Behind:
    """At most 10,000 are counted. `failed` of them were tried in vain."""

    waiting: int
    oldest_seconds: float
    failed: int


async def hear(connection: AsyncConnection, today: date) -> int:
    """One page of what has happened in the directory since it was asked last, days that have begun included; how many events that were.

    In a transaction, which others who ask wait for.
    """
    heard = (await connection.execute(_HEARD)).one_or_none()
    position = Position(heard.epoch, heard.tx_id, heard.seq) if heard else Position()
    page = await read_feed(connection, SOURCE, position, PAGE)
    agencies = [envelope.subject for envelope in page.envelopes if envelope.type == AgencyChanged.type]
    memberships = [envelope.subject for envelope in page.envelopes if envelope.type == MembershipChanged.type]
    await ask_for(connection, agencies=agencies)
    if memberships:
        await connection.execute(_ASK_FOR_MEMBERS, {"ids": memberships})
    if heard and heard.day != today:
        # A clock that was turned back undoes the same days.
        days = {"before": min(heard.day, today), "after": max(heard.day, today)}
        await connection.execute(_ASK_FOR_TURNED_MEMBERS, days)
        await connection.execute(_ASK_FOR_TURNED_AGENCIES, days)
    if heard is None or page.position != position or heard.day != today:
        reached = page.position
        await connection.execute(_HEAR, {"epoch": reached.epoch, "tx_id": reached.tx_id, "seq": reached.seq, "day": today})
    return len(page.envelopes) + page.unreadable


async def ask_for(connection: AsyncConnection, *, agencies: Collection[UUID] = (), people: Collection[UUID] = ()) -> None:
    """These are to be told soon: for whoever changes a person in a way of which no event tells."""
    for kind, ids in ((AGENCY, agencies), (PERSON, people)):
        if ids:
            await connection.execute(_ASK, {"kind": kind, "ids": list(set(ids))})


async def due(connection: AsyncConnection, limit: int) -> list[Subject]:
    return [Subject(*row) for row in await connection.execute(_DUE, {"limit": limit})]


async def settle(connection: AsyncConnection, tried: Collection[Subject], failed: Mapping[UUID, str]) -> None:
    """Those that were tried are done, unless they failed or were asked for anew meanwhile; `failed` says of ids why."""
    done = [one for one in tried if one.id not in failed]
    if done:
        columns = {"kinds": [one.kind for one in done], "ids": [one.id for one in done], "asked": [one.asked_at for one in done]}
        await connection.execute(_DONE, columns)
    for one in tried:
        if one.id in failed:
            await connection.execute(_FAILED, {"kind": one.kind, "id": one.id, "error": failed[one.id]})


async def settle_everything(connection: AsyncConnection, until: datetime, failed: Collection[UUID]) -> None:
    """Everybody was told what stood at `until`, but for those who failed."""
    await connection.execute(
        text("DELETE FROM account_behind WHERE asked_at <= :until AND NOT subject_id = ANY(CAST(:failed AS uuid[]))"),
        {"until": until, "failed": list(failed)},
    )


async def now(connection: AsyncConnection) -> datetime:
    """By the clock with which `asked_at` is written."""
    moment: datetime = (await connection.execute(_NOW)).scalar_one()
    return moment


async def examined(connection: AsyncConnection) -> Behind:
    row = (await connection.execute(_BEHIND)).one()
    return Behind(row.waiting, round(float(row.oldest_seconds or 0), 1), row.failed)
