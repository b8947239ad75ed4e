"""Notices of one person: what was told to the audience he belongs to since a moment (`since`), and what of it he has read.

An agency reads in its own mailbox and in those of whom it is the only one to have taken over from (rulebook 1.11): the Office has one.
Each list walks an index from the newest and stops when it has a page; each count stops at MOST_COUNTED. So neither grows with the years.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.domain import NotFound
from services.notify.notices.gathering import Gathered, gathered
from services.notify.notices.kinds import GATHERING, Audience, NoticeKind, audience_with

MOST_COUNTED = 1000
# What was recorded in this time may still be on its way into sight of others when somebody reads all: it gets marks of its own.
ON_ITS_WAY = timedelta(minutes=10)

_GATHERING = "(" + ", ".join(f"'{kind.value}'" for kind in GATHERING) + ")"
_MARK = "FROM notice_read mark WHERE mark.notice_id = n.id AND mark.person_id = :person_id"
# The clock of the province may stand elsewhere than that of the machine: only the first says what is shown.
_SHOWN = """
n.gathered_in IS NULL AND n.created_at >= :since AND n.recorded_at >= least(:since, now() - interval '366 days')
"""
# A notice that gathers grows: only a mark of its own says that it was read.
# Asked for each row of a page by itself, so that nobody's many marks are all read for it.
_MARKED = f"coalesce((SELECT true {_MARK}), false)"
_READ = f"({_MARKED} OR n.recorded_at <= box.through AND n.kind NOT IN {_GATHERING})"
# "Of no agency" is no constant to the planner: only with the agency in front is this the order of the index.
_FROM_INDEX = "ORDER BY n.agency_id, n.recorded_at DESC, n.number DESC LIMIT :limit"
_NEWEST = "ORDER BY n.recorded_at DESC, n.number DESC LIMIT :limit"
_COLUMNS = """
n.id, n.number, n.agency_id, n.kind, n.task_id, n.directive_label, n.content, n.detail, n.created_at, n.recorded_at,
coalesce(n.task_code, (SELECT told_group.code FROM told_group WHERE told_group.id = n.task_id)) AS task_code
"""
_AUDIENCE = {True: "n.agency_id IS NULL", False: "n.agency_id = box.agency_id"}
# Each mailbox with the moment up to which he has read all in it; where he never did, with the beginning of what is shown. Whoever has
# inherited one in which he never sat has nothing to catch up on: what stood there when it was handed over, was told to others.
_BOXES = {
    True: """
box AS MATERIALIZED (SELECT CAST(NULL AS uuid) AS agency_id,
  coalesce((SELECT through FROM read_through WHERE person_id = :person_id AND agency_id IS NULL), :first) AS through)""",
    False: """
own AS (
  SELECT CAST(:agency_id AS uuid) AS agency_id, CAST(NULL AS timestamptz) AS known_at
  UNION
  SELECT s.ended_agency_id, s.known_at FROM own JOIN succession s ON s.heir_id = own.agency_id),
box AS MATERIALIZED (
  SELECT own.agency_id, coalesce(r.through, CASE
      WHEN own.known_at IS NULL THEN :first
      WHEN EXISTS (SELECT 1 FROM membership_replica m WHERE m.person_id = :person_id AND m.agency_id = own.agency_id) THEN :first
      ELSE own.known_at END) AS through
  FROM own LEFT JOIN read_through r ON r.person_id = :person_id AND r.agency_id = own.agency_id)""",
}
_AFTER = "(n.recorded_at, n.number) < (CAST(:before AS timestamptz), CAST(:before_number AS bigint))"

_READ_THROUGH = {
    of_office: text(f"""
WITH RECURSIVE {boxes}
INSERT INTO read_through (person_id, agency_id, through) SELECT :person_id, box.agency_id, now() - CAST(:on_its_way AS interval) FROM box
ON CONFLICT (person_id, agency_id) DO UPDATE SET through = greatest(read_through.through, excluded.through)
""")
    for of_office, boxes in _BOXES.items()
}


@dataclass(frozen=True)
class Notice:
    """`task_code` of a group may not be known; what gathers a day has no task at all. `inherited_from` is who was told, and has ended."""

    id: UUID
    number: int
    kind: str
    task_id: UUID | None
    task_code: str | None
    directive_label: str | None
    content: str | None
    detail: dict[str, str | None]
    created_at: datetime
    recorded_at: datetime
    read: bool
    inherited_from: UUID | None
    gathered: list[Gathered] = field(default_factory=list)


def _kinds_like(kind: NoticeKind | None, *, of_office: bool) -> tuple[NoticeKind, ...]:
    """What somebody sees who asks for this kind: of what is overdue, in the Office, also the notices that gather it."""
    if kind is None:
        return ()
    return (kind, *GATHERING) if kind is NoticeKind.OVERDUE and of_office else (kind,)


def _together(columns: str, ends: Sequence[Sequence[str]], *, of_office: bool) -> str:
    """Each of `ends` is what comes from one end of an index, of each mailbox, and stops there."""
    found = (
        f"(SELECT one.* FROM box CROSS JOIN LATERAL ("
        f"SELECT {columns} FROM notice n WHERE {' AND '.join((_AUDIENCE[of_office], _SHOWN, *end))} {_FROM_INDEX}) one)"
        for end in ends
    )
    return f"({' UNION ALL '.join(found)}) AS n"


def _asked(words: str, *, of_office: bool) -> TextClause:
    return text(f"WITH RECURSIVE {_BOXES[of_office]} {words}")


def _is(kind: NoticeKind) -> str:
    return f"n.kind = '{kind.value}'"


def _ends_of_unread(kinds: tuple[NoticeKind, ...], *, of_office: bool) -> list[list[str]]:
    """What came since all was read, and what gathers of whatever time."""
    since, unmarked = "n.recorded_at > box.through", f"NOT EXISTS (SELECT 1 {_MARK})"
    if kinds:
        return [[_is(kind), unmarked, *(() if kind in GATHERING else (since,))] for kind in kinds]
    gathering = [[_is(kind), "n.recorded_at <= box.through", unmarked] for kind in GATHERING] if of_office else []
    return [[since, unmarked], *gathering]


@cache
def _list(kinds: tuple[NoticeKind, ...] = (), *, of_office: bool, after: bool) -> TextClause:
    ends = [[*([_is(kind)] if kind else []), *([_AFTER] if after else [])] for kind in kinds or (None,)]
    return _asked(f"SELECT * FROM {_together(f'{_COLUMNS}, {_READ} AS read', ends, of_office=of_office)} {_NEWEST}", of_office=of_office)


@cache
def _list_unread(kinds: tuple[NoticeKind, ...] = (), *, of_office: bool, after: bool) -> TextClause:
    ends = [[*end, *([_AFTER] if after else [])] for end in _ends_of_unread(kinds, of_office=of_office)]
    return _asked(f"SELECT * FROM {_together(f'{_COLUMNS}, false AS read', ends, of_office=of_office)} {_NEWEST}", of_office=of_office)


@cache
def _count_unread(*, of_office: bool) -> TextClause:
    unread = _together("1", _ends_of_unread((), of_office=of_office), of_office=of_office)
    return _asked(f"SELECT least(count(*), :limit) FROM {unread}", of_office=of_office)


@cache
def _unread_of_task(*, of_office: bool) -> TextClause:
    """Of one task there are few."""
    his = f"n.task_id = :task_id AND {_AUDIENCE[of_office]} AND {_SHOWN}"
    return _asked(f"SELECT count(*) FROM box, notice n WHERE {his} AND NOT {_READ}", of_office=of_office)


@cache
def _mark(which: str, *, of_office: bool) -> TextClause:
    """For each that is his, whether it is read only now."""
    return _asked(
        f""",
his AS MATERIALIZED (SELECT n.id FROM box, notice n WHERE {which} AND {_AUDIENCE[of_office]} AND {_SHOWN}),
fresh AS (INSERT INTO notice_read (person_id, notice_id) SELECT :person_id, id FROM his ON CONFLICT DO NOTHING RETURNING notice_id)
SELECT his.id IN (SELECT notice_id FROM fresh) FROM his
""",
        of_office=of_office,
    )


@cache
def _mark_unread(*, of_office: bool) -> TextClause:
    unread = _together("n.id", _ends_of_unread((), of_office=of_office), of_office=of_office)
    return _asked(
        f"INSERT INTO notice_read (person_id, notice_id) SELECT :person_id, n.id FROM {unread} ON CONFLICT DO NOTHING", of_office=of_office
    )


def _of(actor: Actor, audience: Audience, since: datetime) -> dict[str, Any]:
    about = {"person_id": actor.person_id, "since": since, "first": since - timedelta(days=366)}
    return about if audience.agency_id is None else {**about, "agency_id": audience.agency_id}


async def list_notices(
    connection: AsyncConnection,
    actor: Actor,
    *,
    since: datetime,
    only_unread: bool,
    kind: NoticeKind | None,
    before: tuple[datetime, int] | None,
    limit: int,
) -> list[Notice]:
    """A page, what was told last first."""
    audience = audience_with(actor)
    if audience is None:
        return []
    asked = {**_of(actor, audience, since), "limit": limit}
    if before is not None:
        asked["before"], asked["before_number"] = before
    of_office = audience.agency_id is None
    statement = (_list_unread if only_unread else _list)(
        _kinds_like(kind, of_office=of_office), of_office=of_office, after=before is not None
    )
    rows = (await connection.execute(statement, asked)).all()
    by_agency = await gathered(connection, [row.id for row in rows if row.kind in GATHERING])
    return [
        Notice(
            id=row.id,
            number=row.number,
            kind=row.kind,
            task_id=row.task_id,
            task_code=row.task_code,
            directive_label=row.directive_label,
            content=row.content,
            detail=json.loads(row.detail) if isinstance(row.detail, str) else row.detail,
            created_at=row.created_at,
            recorded_at=row.recorded_at,
            read=row.read,
            inherited_from=None if row.agency_id == audience.agency_id else row.agency_id,
            gathered=by_agency.get(row.id, []),
        )
        for row in rows
    ]


async def count_unread(connection: AsyncConnection, actor: Actor, *, since: datetime) -> int:
    """Up to MOST_COUNTED, which then says: so many or more."""
    audience = audience_with(actor)
    if audience is None:
        return 0
    asked = {**_of(actor, audience, since), "limit": MOST_COUNTED}
    return int((await connection.execute(_count_unread(of_office=audience.agency_id is None), asked)).scalar_one())


async def count_unread_of_task(connection: AsyncConnection, actor: Actor, task_id: UUID, *, since: datetime) -> int:
    """How much of what he was told of one task he has not read."""
    audience = audience_with(actor)
    if audience is None:
        return 0
    asked = {**_of(actor, audience, since), "task_id": task_id}
    return int((await connection.execute(_unread_of_task(of_office=audience.agency_id is None), asked)).scalar_one())


async def mark_read(connection: AsyncConnection, actor: Actor, notice_id: UUID, *, since: datetime) -> None:
    """Raises NotFound for a notice that was told to others. Reading twice changes nothing."""
    if not await _marked(connection, actor, "n.id = :id", {"id": notice_id}, since):
        raise NotFound


async def mark_task_read(connection: AsyncConnection, actor: Actor, task_id: UUID, *, since: datetime) -> bool:
    """Whoever sees the task sees what he was told of it. False where there was nothing that he had not read."""
    return any(await _marked(connection, actor, "n.task_id = :task_id", {"task_id": task_id}, since))


async def _marked(connection: AsyncConnection, actor: Actor, which: str, about: dict[str, Any], since: datetime) -> list[bool]:
    audience = audience_with(actor)
    if audience is None:
        return []
    statement = _mark(which, of_office=audience.agency_id is None)
    return list((await connection.execute(statement, {**_of(actor, audience, since), **about})).scalars())


async def mark_all_read(connection: AsyncConnection, actor: Actor, *, since: datetime) -> None:
    """What is older than what may be on its way is read by one row; the rest, and what gathers, has marks."""
    audience = audience_with(actor)
    if audience is None:
        return
    of_office, whose = audience.agency_id is None, _of(actor, audience, since)
    await connection.execute(_READ_THROUGH[of_office], {**whose, "on_its_way": ON_ITS_WAY})
    await connection.execute(_mark_unread(of_office=of_office), {**whose, "limit": None})
