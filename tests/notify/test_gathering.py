"""What became overdue is told to the Office together, once, and what somebody has seen or decided is read."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import text

from faults.bodies import today
from libs.common.clock import VIETNAM
from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import OverdueChange, OverdueTold, TaskAssigned
from services.notify.notices import reading
from tests.issuer import Person
from tests.notify.test_notices import envelopes, everything_listed, life
from tests.signed_in import (
    COMMUNE_CLERK,
    FINANCE,
    HEALTH,
    HEALTH_CLERK,
    HEALTH_OFFICER,
    LEADER,
    OFFICE_LEAD,
    SOUTH_COMMUNE,
    TRACKER,
    Client,
)


def morning(*, later: int = 0) -> datetime:
    """When what passed on the day before is told, on this day or some days later."""
    return datetime.combine(today(), time(0, 0, 5), VIETNAM) + timedelta(days=later)


def overdue(lead: UUID, code: str, *, group: UUID | None = None, later: int = 0) -> Envelope:
    """It was told that the due date of a task of this agency passed."""
    task = uuid5(group, str(lead)) if group else uuid4()
    (assigned, *_) = life(task, lead=lead, parent=group)
    assert isinstance(assigned, TaskAssigned)
    due = assigned.state.due
    assert due is not None
    state = assigned.state.model_copy(update={"code": code, "group_id": group})
    event = OverdueTold(occurred_at=morning(later=later).astimezone(UTC), state=state, change=OverdueChange(due=due))
    return envelopes(uuid5(task, due.isoformat()), [event])[0]


def group_assigned(group: UUID, code: str) -> Envelope:
    (assigned, *_) = life(group, is_group=True)
    assert isinstance(assigned, TaskAssigned)
    return envelopes(group, [assigned.model_copy(update={"state": assigned.state.model_copy(update={"code": code})})])[0]


async def apply(notify: Client, *arriving: Envelope) -> None:
    for envelope in arriving:
        await notify.app.state.service.runners[0].apply([envelope])


async def listed(notify: Client, person: Person, **filters: object) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await notify.get(person, "/notices", **filters)).json()["items"]
    return items


async def unread(notify: Client, person: Person, **asked: str) -> int:
    count: int = (await notify.get(person, "/notices/unread-count", **asked)).json()["count"]
    return count


async def test_a_group_is_one_notice_to_the_office_and_to_each_agency_its_own(notify: Client) -> None:
    group = uuid4()
    agencies = [HEALTH, SOUTH_COMMUNE, *(uuid4() for _ in range(93))]
    parts = [overdue(agency, f"NV-{2000 + place}", group=group) for place, agency in enumerate(agencies)]
    await apply(notify, group_assigned(group, "NV-1003"), *parts)
    for person in (TRACKER, OFFICE_LEAD):
        (told,) = await listed(notify, person)
        assert (told["kind"], told["task_id"], told["task_code"]) == ("overdue-of-group", str(group), "NV-1003")
        assert sum(one["number"] for one in told["gathered"]) == 95
        assert await unread(notify, person) == 1
    for person, code in ((HEALTH_CLERK, "NV-2000"), (COMMUNE_CLERK, "NV-2001")):
        (told,) = await listed(notify, person)
        assert (told["kind"], told["task_code"], told["gathered"]) == ("overdue", code, [])
    assert await listed(notify, LEADER) == []


async def test_the_code_of_a_group_may_come_after_its_parts(notify: Client) -> None:
    group = uuid4()
    await apply(notify, overdue(HEALTH, "NV-2000", group=group))
    assert [one["task_code"] for one in await listed(notify, TRACKER)] == [None]
    await apply(notify, group_assigned(group, "NV-1003"))
    assert [one["task_code"] for one in await listed(notify, TRACKER)] == ["NV-1003"]


async def test_a_day_is_one_notice_with_numbers_by_agency(notify: Client) -> None:
    group = uuid4()
    of_health = [overdue(HEALTH, f"NV-{code}") for code in range(1001, 1008)]
    await apply(notify, *of_health, overdue(FINANCE, "NV-1008"), overdue(HEALTH, "NV-1009", group=group))
    await apply(notify, overdue(FINANCE, "NV-1010", later=1))
    next_day, of_group, day = await listed(notify, TRACKER)
    assert (next_day["kind"], of_group["kind"], day["kind"]) == ("overdue-of-day", "overdue-of-group", "overdue-of-day")
    assert (day["task_id"], day["task_code"], day["detail"]) == (None, None, {"day": today().isoformat()})
    assert [(one["agency_id"], one["number"]) for one in day["gathered"]] == [(str(HEALTH), 7), (str(FINANCE), 1)]
    assert [one["code"] for one in day["gathered"][0]["tasks"]] == [f"NV-{code}" for code in range(1001, 1006)]
    assert next_day["detail"] == {"day": morning(later=1).date().isoformat()}


async def test_what_grows_is_unread_again_and_what_is_repeated_does_not_grow(notify: Client) -> None:
    first = overdue(HEALTH, "NV-1001")
    await apply(notify, first)
    (told,) = await listed(notify, TRACKER)
    assert (await notify.post(TRACKER, f"/notices/{told['id']}/read")).json()["count"] == 0
    assert (await notify.post(OFFICE_LEAD, "/notices/read-all")).json()["count"] == 0
    await apply(notify, first, replace(first, epoch=2))
    assert [await unread(notify, person) for person in (TRACKER, OFFICE_LEAD)] == [0, 0]
    await apply(notify, overdue(FINANCE, "NV-1002"))
    assert [await unread(notify, person) for person in (TRACKER, OFFICE_LEAD)] == [1, 1]
    (again,) = await listed(notify, TRACKER, unread=True)
    assert (again["id"], len(again["gathered"])) == (told["id"], 2)


async def test_who_reads_all_has_read_what_is_old_by_one_row(notify: Client) -> None:
    """What may still have been on its way is not taken for read, and what gathers has a mark of its own."""
    task = uuid4()
    await apply(notify, *envelopes(task, life(task))[:4], overdue(HEALTH, "NV-1001"))
    copied = (
        "INSERT INTO notice (id, source, aggregate_id, version, agency_id, roles, kind, task_id, task_code, directive_label, content, "
        "detail, created_at, recorded_at) SELECT gen_random_uuid(), source, gen_random_uuid(), version, agency_id, roles, kind, task_id, "
        "task_code, directive_label, content, detail, created_at, now() - CAST(:ago AS interval) FROM notice WHERE kind = 'submitted' "
        "AND aggregate_id = :task"
    )

    async def older(ago: timedelta) -> None:
        async with notify.admin.begin() as connection:
            await connection.execute(text(copied), {"ago": ago, "task": task})

    for ago in (timedelta(days=3), timedelta(hours=1), timedelta(minutes=1)):
        await older(ago)
    assert await unread(notify, TRACKER) == 5
    assert (await notify.post(TRACKER, "/notices/read-all")).json()["count"] == 0
    assert [row.marks for row in await notify.rows("SELECT count(*) AS marks FROM notice_read")] == [3]
    assert [one["read"] for one in await listed(notify, TRACKER)] == [True] * 5
    assert await listed(notify, TRACKER, unread=True) == []
    assert await unread(notify, OFFICE_LEAD) == 5, "read by one person only"
    await older(timedelta(minutes=2))
    assert await unread(notify, TRACKER) == 1
    await apply(notify, overdue(FINANCE, "NV-1002"))
    assert await unread(notify, TRACKER) == 2
    assert [one["read"] for one in await listed(notify, TRACKER)].count(False) == 2


async def test_who_sees_the_task_has_read_what_he_was_told_of_it(notify: Client) -> None:
    one, other, group = uuid4(), uuid4(), uuid4()
    await apply(notify, *envelopes(one, life(one)), *envelopes(other, life(other)), overdue(HEALTH, "NV-2000", group=group))
    assert await unread(notify, HEALTH_CLERK, task_id=str(one)) == 4
    for _ in range(2):
        assert (await notify.post(HEALTH_CLERK, f"/notices/of-task/{one}/read")).json()["count"] == 5
    assert {told["task_id"] for told in await listed(notify, HEALTH_CLERK, unread=True)} == {str(other), str(uuid5(group, str(HEALTH)))}
    assert await unread(notify, HEALTH_OFFICER) == 9, "read by one person only"
    assert await unread(notify, HEALTH_CLERK, task_id=str(one)) == 0
    assert await unread(notify, HEALTH_OFFICER, task_id=str(one)) == 4
    before = await unread(notify, TRACKER)
    assert await unread(notify, TRACKER, task_id=str(group)) == 1
    assert (await notify.post(TRACKER, f"/notices/of-task/{group}/read")).json()["count"] == before - 1
    assert await unread(notify, TRACKER, task_id=str(group)) == 0
    assert await unread(notify, COMMUNE_CLERK, task_id=str(one)) == 0
    assert (await notify.post(COMMUNE_CLERK, f"/notices/of-task/{one}/read")).json()["count"] == 0
    assert (await notify.post(LEADER, f"/notices/of-task/{one}/read")).json()["count"] == 0


async def test_who_decides_has_read_that_the_result_awaited_him(notify: Client) -> None:
    task = uuid4()
    happened = envelopes(task, life(task))
    await apply(notify, *happened[:4])
    await apply(notify, replace(happened[4], actor=str(TRACKER.id)))
    assert (await unread(notify, TRACKER), await unread(notify, OFFICE_LEAD)) == (0, 1)
    await apply(notify, *happened[5:7])
    assert [one["kind"] for one in await listed(notify, TRACKER, unread=True)] == ["submitted", "overdue-of-day"]
    await apply(notify, replace(happened[7], actor=str(TRACKER.id)))
    assert [one["kind"] for one in await listed(notify, TRACKER, unread=True)] == ["overdue-of-day"]
    assert await unread(notify, OFFICE_LEAD) == 3


async def test_lists_of_one_kind(notify: Client) -> None:
    task, group = uuid4(), uuid4()
    await apply(notify, *envelopes(task, life(task)), overdue(HEALTH, "NV-2000", group=group))
    for person, kind, found in (
        (HEALTH_CLERK, "overdue", ["overdue", "overdue"]),
        (HEALTH_CLERK, "confirmed", ["confirmed"]),
        (HEALTH_CLERK, "submitted", []),
        (TRACKER, "overdue", ["overdue-of-group", "overdue-of-day"]),
        (TRACKER, "submitted", ["submitted", "submitted"]),
    ):
        assert [one["kind"] for one in await listed(notify, person, kind=kind)] == found
    assert (await notify.get(TRACKER, "/notices", kind="urged")).status_code == 422


async def test_the_count_stops(notify: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_COUNTED", 3)
    monkeypatch.setattr("services.notify.api.notices.MOST_COUNTED", 3)
    task = uuid4()
    await apply(notify, *envelopes(task, life(task)))
    assert (await notify.get(HEALTH_CLERK, "/notices/unread-count")).json() == {"count": 3, "at_least": True}
    assert len(await everything_listed(notify, HEALTH_CLERK, 200, unread=True)) == 4


async def test_every_gathered_notice_has_the_one_that_gathers_it(notify: Client) -> None:
    await apply(notify, overdue(HEALTH, "NV-1001"), overdue(FINANCE, "NV-1002", group=uuid4()))
    alone = "SELECT 1 FROM notice line WHERE gathered_in IS NOT NULL AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.id = line.gathered_in)"
    assert await notify.rows(alone) == []
