"""A notice is shown for a year; what happened stands in the history of its task."""

from datetime import datetime, time, timedelta
from uuid import uuid4

from libs.common.clock import VIETNAM, Clock
from services.notify.notices.retention import shown_since
from tests.notify.test_notices import envelopes, life
from tests.signed_in import HEALTH_CLERK, Client

A_YEAR = timedelta(days=366)


async def told(notify: Client, at: datetime) -> str:
    """The id of a notice of an assignment at this moment."""
    task = uuid4()
    assigned = life(task)[0].model_copy(update={"occurred_at": at})
    (runner,) = (one for one in notify.app.state.service.runners if one.consumer.name == "notify")
    await runner.apply(envelopes(task, [assigned]))
    (row,) = await notify.rows("SELECT id FROM notice WHERE task_id = :task", task=task)
    return str(row.id)


async def test_a_notice_is_listed_and_counted_for_a_year(notify: Client) -> None:
    edge = datetime.combine(Clock().today() - A_YEAR, time(), VIETNAM)
    old, shown = await told(notify, edge - timedelta(minutes=1)), await told(notify, edge + timedelta(minutes=1))
    listed = (await notify.get(HEALTH_CLERK, "/notices")).json()
    assert [one["id"] for one in listed["items"]] == [shown]
    assert (await notify.get(HEALTH_CLERK, "/notices/unread-count")).json() == {"count": 1, "at_least": False}
    assert (await notify.post(HEALTH_CLERK, f"/notices/{old}/read")).status_code == 404
    assert (await notify.post(HEALTH_CLERK, "/notices/read-all")).json() == {"count": 0, "at_least": False}
    assert [str(row.notice_id) for row in await notify.rows("SELECT notice_id FROM notice_read")] == [shown]


def test_the_day_is_one_of_viet_nam() -> None:
    assert shown_since(Clock().today()).utcoffset() == timedelta(hours=7)
