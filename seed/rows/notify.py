"""Notices, told by the service's own handlers, of which some have been read."""

from collections.abc import Coroutine
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from seed.cast import Cast
from seed.playing import TASKS, Happened, Played
from seed.rows.batch import Batch
from seed.rows.messages import followers
from services.notify.notices.retention import SHOWN

SERVICE = "notify"
READ_SHARE = 0.6
LONGEST_UNREAD = timedelta(days=3)


class Collected:
    """Stands where a handler expects its connection, and keeps the rows that it would insert."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    async def execute(self, _: object, rows: list[dict[str, Any]]) -> None:
        self.rows += rows


def add_notices(batch: Batch, played: Played, cast_: Cast, chance: Random, *, until: datetime) -> None:
    """`until` is the present of the seed: what is shown no more has been read by nobody that we know of."""
    for happened in played.happened:
        for row in _told(happened):
            batch.add(SERVICE, "notice", row | {"recorded_at": happened.envelope.time})
            if row["created_at"] > until - SHOWN and chance.random() < READ_SHARE:
                reader = cast_.staff(row["agency_id"]).clerk if row["agency_id"] else chance.choice(cast_.trackers)
                read_at = happened.envelope.time + LONGEST_UNREAD * chance.random()
                batch.add(SERVICE, "notice_read", {"person_id": reader.person_id, "notice_id": row["id"], "read_at": read_at})


def _told(happened: Happened) -> list[dict[str, Any]]:
    if happened.envelope.source != TASKS:
        return []
    collected = Collected()
    for service, consumer in followers(TASKS):
        handler = consumer.handlers.get(type(happened.contract))
        if service == SERVICE and handler is not None:
            _at_once(handler(happened.contract, happened.envelope, cast(AsyncConnection, collected)))
    return collected.rows


def _at_once(effect: Any) -> None:
    """Run a coroutine that has nothing to wait for."""
    running = cast(Coroutine[Any, Any, None], effect)
    try:
        running.send(None)
    except StopIteration:
        return
    raise AssertionError("a handler of notices waits for something else than its insert")
