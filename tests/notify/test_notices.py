"""Notices: in order, once, to those whom they concern."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4, uuid5

import pytest

from faults.bodies import today
from libs.common.messaging.dead_events import listed
from libs.common.messaging.envelope import Envelope
from libs.common.web.pagination import encode_cursor
from libs.contracts.contract import Contract
from libs.contracts.directives import DirectiveSummary
from libs.contracts.tasks import (
    AssignedChange,
    AssignmentState,
    ConfirmationChange,
    LeadChange,
    LeadChanged,
    NoChange,
    OverdueChange,
    ProgressChange,
    ProgressReported,
    ResultChange,
    ResultConfirmed,
    ResultReturned,
    ResultSubmitted,
    ReturnChange,
    TaskAccepted,
    TaskAssigned,
    TaskOverdue,
    TaskState,
)
from tests.issuer import Person
from tests.signed_in import (
    ADMIN,
    COMMUNE_CLERK,
    FINANCE,
    FINANCE_CLERK,
    HEALTH,
    HEALTH_CLERK,
    HEALTH_OFFICER,
    LEADER,
    OFFICE,
    OFFICE_LEAD,
    SOUTH_COMMUNE,
    TRACKER,
    Client,
)


def life(
    task: UUID, *, lead: UUID = HEALTH, coordinating: UUID | None = None, is_group: bool = False, parent: UUID | None = None
) -> list[Contract]:
    """A task is assigned, accepted, reported on, submitted, returned, overdue, submitted again and confirmed."""
    now = datetime.now(UTC)
    directive = DirectiveSummary(
        id=uuid4(),
        kind="cong-van",
        number="5425",
        notation="UBND-KGVX",
        subject="Phòng dịch",
        issue_date=today(),
        urgency="NORMAL",
        issuing_agency_id=OFFICE,
    )
    lead_agency = None if is_group else lead
    assignments = [
        AssignmentState(agency_id=agency, role=role) for agency, role in ((lead_agency, "LEAD"), (coordinating, "COORDINATING")) if agency
    ]
    state = TaskState(
        id=task,
        code="NV-1001",
        directive=directive,
        parent_id=parent,
        is_group=is_group,
        ordinal=1,
        content="Rà soát năng lực điều trị",
        state="ASSIGNED",
        deadline_class="DATED",
        original_due=today(),
        due=today(),
        assigned_on=today(),
        assigned_at=now,
        lead_agency_id=lead_agency,
        assignments=tuple(assignments),
    )

    def at(hours: int) -> datetime:
        return now + timedelta(hours=hours)

    result = ResultChange(result_number=1, report_number="128/BC-SYT", report_date=today())
    return [
        TaskAssigned(occurred_at=at(0), state=state, change=AssignedChange()),
        TaskAccepted(occurred_at=at(1), state=state, change=NoChange()),
        ProgressReported(occurred_at=at(2), state=state, change=ProgressChange(percent=10, has_difficulty=False)),
        ResultSubmitted(occurred_at=at(3), state=state, change=result),
        ResultReturned(occurred_at=at(4), state=state, change=ReturnChange(result_number=1, reason="Thiếu số liệu")),
        TaskOverdue(occurred_at=at(5), state=state, change=OverdueChange(due=today())),
        ResultSubmitted(occurred_at=at(6), state=state, change=result),
        ResultConfirmed(occurred_at=at(7), state=state, change=ConfirmationChange(result_number=2, quality="GOOD")),
    ]


def envelopes(task: UUID, events: list[Contract]) -> list[Envelope]:
    return [
        Envelope(
            id=uuid4(),
            source="tasks",
            type=event.type,
            subject=task,
            aggregate_type="task",
            time=event.occurred_at,
            epoch=1,
            version=version,
            actor="test",
            correlation_id="test",
            causation_id=None,
            traceparent=None,
            data=event.model_dump(mode="json"),
        )
        for version, event in enumerate(events, start=1)
    ]


async def kinds(client: Client, person: object) -> list[str]:
    page = (await client.get(person, "/notices")).json()  # type: ignore[arg-type]
    assert page["next_cursor"] is None
    return [one["kind"] for one in page["items"]]


@pytest.mark.parametrize("seed", range(6))
async def test_each_hears_what_concerns_him_in_order_and_once(notify: Client, seed: int) -> None:
    runner = notify.app.state.service.runners[0]
    task = uuid4()
    arriving = envelopes(task, life(task, coordinating=FINANCE))
    arriving += Random(seed).sample(arriving, 4)
    Random(seed).shuffle(arriving)
    for envelope in arriving:
        await runner.apply([envelope])
    numbers = [row.version for row in await notify.rows("SELECT version FROM notice WHERE agency_id = :id ORDER BY number", id=HEALTH)]
    assert numbers == [1, 5, 6, 8], "written in the order in which things happened"
    assert await kinds(notify, HEALTH_CLERK) == ["confirmed", "overdue", "returned", "released"]
    assert await kinds(notify, HEALTH_OFFICER) == ["confirmed", "overdue", "returned", "released"]
    for person in (TRACKER, OFFICE_LEAD):
        assert await kinds(notify, person) == ["submitted", "overdue-of-day", "submitted"]
    assert await kinds(notify, FINANCE_CLERK) == ["released"]
    for person in (COMMUNE_CLERK, ADMIN, LEADER):
        assert await kinds(notify, person) == []
    assert [row.rows for row in await notify.rows("SELECT count(*) AS rows FROM held_notice")] == [0]


async def test_details_and_marks_of_reading(notify: Client) -> None:
    task = uuid4()
    await notify.app.state.service.runners[0].apply(envelopes(task, life(task)))
    items = (await notify.get(HEALTH_CLERK, "/notices")).json()["items"]
    assert [one["detail"] for one in items] == [{"quality": "GOOD"}, {"due": today().isoformat()}, {"reason": "Thiếu số liệu"}, {}]
    assert (items[0]["task_code"], items[0]["directive_label"], items[0]["read"]) == ("NV-1001", "5425/UBND-KGVX", False)
    assert (await notify.get(HEALTH_CLERK, "/notices/unread-count")).json() == {"count": 4, "at_least": False}
    for _ in range(2):
        assert (await notify.post(HEALTH_CLERK, f"/notices/{items[0]['id']}/read")).json() == {"count": 3, "at_least": False}
    assert (await notify.get(HEALTH_OFFICER, "/notices/unread-count")).json() == {"count": 4, "at_least": False}, "read by one person only"
    assert [one["id"] for one in (await notify.get(HEALTH_CLERK, "/notices", unread=True)).json()["items"]] == [
        one["id"] for one in items[1:]
    ]
    before = await notify.everything()
    refused = await notify.post(COMMUNE_CLERK, f"/notices/{items[1]['id']}/read")
    assert (refused.status_code, refused.json()["code"], await notify.everything()) == (404, "not-found", before)
    no_key = await notify.http.post("/notices/read-all", headers=notify.issuer.headers(HEALTH_CLERK))
    assert (no_key.status_code, no_key.json()["code"]) == (400, "idempotency-key-missing")
    assert (await notify.post(HEALTH_CLERK, "/notices/read-all")).json() == {"count": 0, "at_least": False}


async def test_pages(notify: Client) -> None:
    task = uuid4()
    await notify.app.state.service.runners[0].apply(envelopes(task, life(task)))
    first = (await notify.get(HEALTH_CLERK, "/notices", limit=3)).json()
    second = (await notify.get(HEALTH_CLERK, "/notices", limit=3, cursor=first["next_cursor"])).json()
    assert [one["kind"] for one in first["items"] + second["items"]] == ["confirmed", "overdue", "returned", "released"]
    assert second["next_cursor"] is None


def of_one_task() -> list[Envelope]:
    task = uuid4()
    return envelopes(task, life(task))


async def everything_listed(notify: Client, person: Person, limit: int, **filters: object) -> list[str]:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await notify.get(person, "/notices", limit=limit, **filters, **cursor)).json()
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            return seen
        assert len(page["items"]) == limit
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("seed", range(3))
async def test_pages_of_any_size_show_each_notice_once(notify: Client, seed: int) -> None:
    """Many notices of one moment and of few, some of them read, some gathered; every filter and page size gives the same list."""
    chance = Random(seed)
    for _ in range(4):
        happened = [envelope for _ in range(chance.randint(1, 3)) for envelope in of_one_task()]
        await notify.app.state.service.runners[0].apply(happened)
    for person in (HEALTH_CLERK, TRACKER):
        whole = await everything_listed(notify, person, 200)
        for one in chance.sample(whole, len(whole) // 2):
            assert (await notify.post(person, f"/notices/{one}/read")).status_code == 200
        for filters in ({}, {"unread": True}, {"kind": "overdue"}, {"kind": "submitted", "unread": True}):
            listed = await everything_listed(notify, person, 200, **filters)
            assert len(listed) == len(set(listed))
            assert set(listed) <= set(whole)
            for limit in (1, 2, 7):
                assert await everything_listed(notify, person, limit, **filters) == listed
        told = await notify.rows(
            "SELECT id FROM notice WHERE agency_id IS NOT DISTINCT FROM :agency AND gathered_in IS NULL",
            agency=HEALTH if person is HEALTH_CLERK else None,
        )
        assert sorted(whole) == sorted(str(row.id) for row in told)
        assert len(await everything_listed(notify, person, 200, unread=True)) == len(whole) - len(whole) // 2


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-12T08:00:00", None])
async def test_a_cursor_that_is_no_moment(notify: Client, moment: str | None) -> None:
    answer = await notify.get(HEALTH_CLERK, "/notices", cursor=encode_cursor(moment, 1))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-cursor")


async def test_of_a_group_only_coordinators_hear_at_the_parent(notify: Client) -> None:
    task = uuid4()
    await notify.app.state.service.runners[0].apply(envelopes(task, life(task, coordinating=FINANCE, is_group=True)[:1]))
    rows = await notify.rows("SELECT agency_id FROM notice")
    assert [row.agency_id for row in rows] == [FINANCE]


async def test_each_agency_of_a_group_gets_its_own_notice_and_the_office_none(notify: Client) -> None:
    parent = uuid4()
    runner = notify.app.state.service.runners[0]
    await runner.apply(envelopes(parent, life(parent, is_group=True)[:1]))
    for agency in (HEALTH, SOUTH_COMMUNE):
        child = uuid5(parent, str(agency))
        await runner.apply(envelopes(child, life(child, lead=agency, parent=parent)[:1]))
    for person in (HEALTH_CLERK, COMMUNE_CLERK):
        assert await kinds(notify, person) == ["released"]
    assert await kinds(notify, TRACKER) == []


async def test_what_waits_behind_a_dead_event_goes_on_when_it_is_waived(notify: Client) -> None:
    runner = notify.app.state.service.runners[0]
    task = uuid4()
    arriving = envelopes(task, life(task))
    submission = replace(arriving[3], data={"no": "task"})
    await runner.apply([*arriving[:3], submission, *arriving[4:]])
    assert await kinds(notify, HEALTH_CLERK) == ["released"]
    async with notify.admin.read() as connection:
        assert [dead.envelope.version for dead in await listed(connection)] == [4]
    await runner.waive(submission, by="test", reason="Bản ghi thử")
    assert await kinds(notify, HEALTH_CLERK) == ["confirmed", "overdue", "returned", "released"]
    assert await kinds(notify, TRACKER) == ["submitted", "overdue-of-day"]


async def test_a_dead_event_that_comes_again_whole_is_told_in_its_place(notify: Client) -> None:
    runner = notify.app.state.service.runners[0]
    task = uuid4()
    arriving = envelopes(task, life(task))
    await runner.apply([*arriving[:3], replace(arriving[3], data={"no": "task"}), *arriving[4:]])
    await runner.apply([arriving[3]])
    numbers = [
        row.version for row in await notify.rows("SELECT version FROM notice WHERE agency_id IS NULL AND source = 'tasks' ORDER BY number")
    ]
    assert numbers == [4, 6, 7]


async def test_a_rebuild_of_what_was_applied_tells_nobody_again(notify: Client) -> None:
    """The inbox, the places in the sequence and even the epoch may be new; what was told stays told."""
    runner = notify.app.state.service.runners[0]
    task = uuid4()
    arriving = envelopes(task, life(task, coordinating=FINANCE))
    await runner.apply(arriving)
    told = await notify.rows("SELECT * FROM notice ORDER BY number")
    async with notify.admin.begin() as connection:
        await connection.exec_driver_sql("TRUNCATE inbox, sequence_position")
    await runner.apply(arriving)
    await runner.apply([replace(envelope, epoch=2) for envelope in arriving])
    assert await notify.rows("SELECT * FROM notice ORDER BY number") == told
    assert [row.rows for row in await notify.rows("SELECT count(*) AS rows FROM inbox")] == [2 * len(arriving)]


async def test_open_pages_hear_of_notices_and_of_marks(notify: Client) -> None:
    task = uuid4()
    async with notify.telling_open_pages("notices"):
        await notify.app.state.service.runners[0].apply(envelopes(task, life(task)))
    async with notify.telling_open_pages("notices"):
        await notify.post(HEALTH_CLERK, "/notices/read-all")


async def test_who_does_not_say_who_he_is_reads_nothing(notify: Client) -> None:
    for path in ("/notices", "/notices/unread-count"):
        answer = await notify.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


async def test_who_reports_for_the_lead_hears_what_the_lead_would(notify: Client) -> None:
    runner, task = notify.app.state.service.runners[0], uuid4()
    events = [replace_state(event, reporting_agency_id=FINANCE) for event in life(task)]
    await runner.apply(envelopes(task, events))
    assert await kinds(notify, FINANCE_CLERK) == await kinds(notify, HEALTH_CLERK) == ["confirmed", "overdue", "returned", "released"]


def replace_state(event: Contract, **changed: object) -> Contract:
    return event.model_copy(update={"state": event.state.model_copy(update=changed)})  # type: ignore[attr-defined]


async def test_whoever_led_before_hears_that_another_leads_now(notify: Client) -> None:
    runner, task = notify.app.state.service.runners[0], uuid4()
    (assigned, *_) = life(task, coordinating=SOUTH_COMMUNE)
    ended = (AssignmentState(agency_id=HEALTH, role="LEAD"), AssignmentState(agency_id=SOUTH_COMMUNE, role="COORDINATING"))
    moved = LeadChanged(
        occurred_at=assigned.occurred_at + timedelta(hours=1),
        state=replace_state(assigned, lead_agency_id=FINANCE).state,  # type: ignore[attr-defined]
        change=LeadChange(ended=ended, reason="Đúng chức năng"),
    )
    await runner.apply(envelopes(task, [assigned, moved]))
    assert await kinds(notify, HEALTH_CLERK) == ["moved-away", "released"]
    assert await kinds(notify, FINANCE_CLERK) == ["released"]
    assert await kinds(notify, COMMUNE_CLERK) == ["released"]
    (newest, _) = (await notify.get(HEALTH_CLERK, "/notices")).json()["items"]
    assert newest["detail"] == {"reason": "Đúng chức năng"}


async def test_whoever_reported_and_leads_now_has_lost_nothing(notify: Client) -> None:
    runner, task = notify.app.state.service.runners[0], uuid4()
    (assigned, *_) = life(task)
    ended = (AssignmentState(agency_id=HEALTH, role="LEAD"), AssignmentState(agency_id=FINANCE, role="REPORTING"))
    moved = LeadChanged(
        occurred_at=assigned.occurred_at + timedelta(hours=1),
        state=replace_state(assigned, lead_agency_id=FINANCE).state,  # type: ignore[attr-defined]
        change=LeadChange(ended=ended, reason="Đã có tài khoản"),
    )
    await runner.apply(envelopes(task, [assigned, moved]))
    assert await kinds(notify, FINANCE_CLERK) == ["released"]
    assert await kinds(notify, HEALTH_CLERK) == ["moved-away", "released"]
