"""The clock that can be turned, and the one rule about it: business time never goes back behind what was written."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import asyncpg

from embedded.postgres import Cluster
from libs.common.clock import VIETNAM, vietnam_date
from system.refusals import CannotRun


async def latest_written(cluster: Cluster, databases: Iterable[str]) -> datetime | None:
    """The latest business time in any event log, None when nothing has happened yet."""
    found: list[datetime] = []
    for database in databases:
        connection = await asyncpg.connect(cluster.dsn(database, driver="postgresql"))
        try:
            if await connection.fetchval("SELECT to_regclass('audit_entry') IS NOT NULL"):
                # One row for each event, and a seventh of its bytes.
                latest = await connection.fetchval("SELECT max(occurred_at) FROM audit_entry")
                found += [latest] if latest is not None else []
        finally:
            await connection.close()
    return max(found, default=None)


def offset_for(day: date | None, latest: datetime | None, *, now: datetime) -> timedelta:
    """By how much to turn the clock so that it is `day`, at the present time of day. Raises CannotRun.

    On the last day that was written the clock goes on from there, however early it is outside.
    """
    begin = now if day is None else datetime.combine(day, now.astimezone(VIETNAM).timetz()).astimezone(UTC)
    if latest is not None and begin < latest:
        if vietnam_date(begin) < vietnam_date(latest):
            last = f"{vietnam_date(latest):%d/%m/%Y}"
            raise CannotRun(
                f"Dữ liệu đã có việc ghi ngày {last}, không thể lùi ngày; vui lòng chọn --at từ ngày đó hoặc bắt đầu lại bằng --fresh",
                f"something was already written on {last}; choose --at no earlier, or begin anew with --fresh",
            )
        begin = latest
    return begin - now
