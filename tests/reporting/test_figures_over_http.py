"""Figures as leaders get them: over HTTP, from events, with the list behind every number."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from faults.bodies import today
from libs.common.messaging.envelope import Envelope
from libs.contracts.directives import DirectiveSummary
from libs.contracts.tasks import (
    AssignedChange,
    AssignmentState,
    ConfirmationChange,
    ResultChange,
    ResultConfirmed,
    ResultSubmitted,
    TaskAssigned,
    TaskState,
)
from tests.conftest import ServiceDatabase
from tests.contracts.test_golden_samples import SAMPLES
from tests.issuer import Issuer
from tests.signed_in import COMMUNE_CLERK, HEALTH, HEALTH_CLERK, LEADER, NORTH_WARD, OFFICE_LEAD, SOUTH_COMMUNE, Client, running_service


@pytest.fixture
async def figures(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    async with running_service("reporting", database("reporting"), issuer, tmp_path) as client:
        yield client


def task(agency: UUID, **other: object) -> TaskState:
    directive = DirectiveSummary(
        id=uuid4(), kind="cong-van", number="5425", notation="UBND-KGVX", subject="Phòng dịch", issue_date=today(), urgency="NORMAL"
    )
    assigned = datetime.now(UTC) - timedelta(days=5)
    return TaskState.model_validate(
        {
            "id": uuid4(),
            "code": "NV-1001",
            "directive": directive,
            "parent_id": None,
            "is_group": False,
            "ordinal": 1,
            "content": "Rà soát",
            "state": "ASSIGNED",
            "deadline_class": "DATED",
            "original_due": today(),
            "due": today(),
            "assigned_on": assigned.date(),
            "assigned_at": assigned,
            "lead_agency_id": agency,
            "assignments": (AssignmentState(agency_id=agency, role="LEAD"),),
        }
        | other
    )


async def tell(client: Client, contract: TaskAssigned | ResultSubmitted | ResultConfirmed, version: int) -> None:
    envelope = Envelope(
        id=uuid4(),
        source="tasks",
        type=contract.type,
        subject=contract.state.id,
        aggregate_type="task",
        time=contract.occurred_at,
        epoch=1,
        version=version,
        actor="test",
        correlation_id="test",
        causation_id=None,
        traceparent=None,
        data=contract.model_dump(mode="json"),
    )
    (runner,) = client.app.state.service.runners
    await runner.apply([envelope])


async def test_figures_follow_the_events_and_open_their_lists(figures: Client) -> None:
    now = datetime.now(UTC)
    done, late, open_one = task(HEALTH), task(HEALTH, due=today() - timedelta(days=2)), task(SOUTH_COMMUNE)
    for state in (done, late, open_one):
        await tell(figures, TaskAssigned(occurred_at=now - timedelta(days=5), state=state, change=AssignedChange()), 1)
    result = ResultChange(result_number=1, report_number="1/BC", report_date=today())
    waiting = done.model_copy(update={"state": "AWAITING_CONFIRMATION", "submitted_on": today(), "submitted_at": now})
    confirmed = waiting.model_copy(update={"state": "COMPLETED", "completed_on": today()})
    # The confirmation overtakes the submission: the newest version stands.
    await tell(figures, ResultConfirmed(occurred_at=now, state=confirmed, change=ConfirmationChange(result_number=1, quality=None)), 3)
    await tell(figures, ResultSubmitted(occurred_at=now, state=waiting, change=result), 2)
    picture = (await figures.get(LEADER, "/figures")).json()
    province = picture["province"]
    assert {name: province[name] for name in ("N", "C", "U", "completed_on_time", "open_overdue", "open_in_time", "due_soon")} == {
        "N": 3,
        "C": 1,
        "U": 2,
        "completed_on_time": 1,
        "open_overdue": 1,
        "open_in_time": 1,
        "due_soon": 1,
    }
    assert province["rates"]["R1"] == {"value": "33.33", "numerator": 1, "denominator": 3}
    assert {one["agency_id"]: one["N"] for one in picture["agencies"]} == {str(HEALTH): 2, str(SOUTH_COMMUNE): 1}
    assert [one["open_dues"] for one in picture["agencies"]] == [[], []], "nobody asked when"
    today_alone = (await figures.get(LEADER, "/figures", dues_within=0)).json()["agencies"]
    assert {one["agency_id"]: (one["open_dues_before"], one["open_dues"], one["open_dues_after"]) for one in today_alone} == {
        str(HEALTH): (1, [], 0),
        str(SOUTH_COMMUNE): (0, [{"due": str(today()), "count": 1}], 0),
    }
    overdue = (await figures.get(LEADER, "/figures/tasks", bucket="open_overdue")).json()
    assert (overdue["counted"], overdue["total"], [one["task_id"] for one in overdue["items"]]) == (1, 1, [str(late.id)])
    hidden = (await figures.get(COMMUNE_CLERK, "/figures/tasks", bucket="open_overdue")).json()
    assert (hidden["counted"], hidden["total"], hidden["items"]) == (1, 0, [])
    assert (await figures.get(HEALTH_CLERK, "/figures/tasks", bucket="N", agency_id=str(HEALTH))).json()["total"] == 2
    changes = (await figures.get(LEADER, "/figures/changes", bucket="open_overdue", since=str(today() - timedelta(days=7)))).json()
    assert (changes["before"], changes["now"], changes["left"]["counted"]) == (0, 1, 0)
    assert [one["task_id"] for one in changes["entered"]["items"]] == [str(late.id)]
    stranger = (await figures.get(COMMUNE_CLERK, "/figures/changes", bucket="open_overdue", since=str(today() - timedelta(days=7)))).json()
    assert (stranger["entered"]["counted"], stranger["entered"]["total"], stranger["entered"]["items"]) == (1, 0, [])
    yesterday = (
        await figures.get(LEADER, "/figures", as_of=str(today() - timedelta(days=1)), known_on=str(today() - timedelta(days=1)))
    ).json()
    assert (yesterday["province"]["C"], yesterday["province"]["N"]) == (0, 3)
    points = (await figures.get(LEADER, "/figures/series", weeks=2)).json()["points"]
    assert [one["province"]["N"] for one in points] == [0, 3]


async def test_what_was_released_and_did_not_arrive_is_told(figures: Client) -> None:
    """Counted exactly over what arrived, figures are wrong all the same when something did not."""
    released = Envelope.from_json(dict(SAMPLES["chidao.directives.directive-released.v1"]))
    ids = released.data["state"]["instruction_ids"]
    (runner,) = figures.app.state.service.runners
    as_service = {"Authorization": f"Bearer {figures.issuer.service_token('notify', 'reporting')}"}

    async def missing() -> dict[str, Any]:
        answer = await figures.http.get("/health/deep", headers=as_service)
        told: dict[str, Any] = answer.raise_for_status().json()["released_but_not_arrived"]
        return told

    async def late() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await figures.get(OFFICE_LEAD, "/late-releases")).json()
        return found

    assert await missing() == {"instructions": 0, "oldest_release": None, "late": 0}
    just_now = replace(released, data=released.data | {"occurred_at": datetime.now(UTC).isoformat()}, version=released.version + 1)
    await runner.apply([just_now])
    assert ((await missing())["instructions"], (await missing())["late"], await late()) == (len(ids), 0, []), "it may still come"
    async with figures.admin.begin() as connection:
        await connection.execute(text("DELETE FROM awaited_instruction"))
    await runner.apply([released])
    assert (await missing())["instructions"] == (await missing())["late"] == len(ids) > 0
    assert [(one["directive_id"], one["instructions"]) for one in await late()] == [(str(released.subject), len(ids))]
    assert (await figures.get(COMMUNE_CLERK, "/late-releases")).status_code == 403
    assert datetime.fromisoformat((await missing())["oldest_release"]) == datetime.fromisoformat(released.data["occurred_at"])
    for one in ids:
        await tell(figures, TaskAssigned(occurred_at=datetime.now(UTC), state=task(HEALTH, id=one), change=AssignedChange()), 1)
    assert ((await missing())["instructions"], await late()) == (0, [])


async def test_two_numbers_of_one_page_are_one_number_of_an_earlier_day_too(figures: Client) -> None:
    # Assigned five days ago, and entered only today: what is known of yesterday has changed since.
    await tell(figures, TaskAssigned(occurred_at=datetime.now(UTC), state=task(HEALTH), change=AssignedChange()), 1)
    yesterday = str(today() - timedelta(days=1))
    for known_on, expected in ((None, 1), (yesterday, 0)):
        asked = {"bucket": "N", "as_of": yesterday} | ({"known_on": known_on} if known_on else {})
        counted = (await figures.get(LEADER, "/figures/tasks", **asked)).json()["counted"]
        changed = (await figures.get(LEADER, "/figures/changes", since=str(today() - timedelta(days=30)), **asked)).json()
        assert (changed["now"], changed["known_on"]) == (counted, known_on or str(today()))
        assert counted == expected


async def test_open_pages_hear_of_new_figures(figures: Client) -> None:
    async with figures.telling_open_pages("figures"):
        await tell(figures, TaskAssigned(occurred_at=datetime.now(UTC), state=task(HEALTH), change=AssignedChange()), 1)


async def test_who_does_not_say_who_he_is_reads_nothing(figures: Client) -> None:
    for path in ("/figures", "/figures/series", "/figures/tasks", "/figures/changes", "/rates"):
        answer = await figures.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


async def test_wrong_questions(figures: Client) -> None:
    for path, parameters, code in (
        ("/figures", {"as_of": str(today() + timedelta(days=1))}, "day-in-future"),
        ("/figures", {"as_of": "hôm qua"}, "invalid-parameters"),
        ("/figures", {"as_of": "0001-01-01"}, "invalid-parameters"),
        ("/figures", {"known_on": "0"}, "invalid-parameters"),
        ("/figures/changes", {"since": "1764288000"}, "invalid-parameters"),
        ("/figures/tasks", {"bucket": "everything"}, "invalid-parameters"),
        ("/figures/tasks", {"cursor": "x"}, "invalid-cursor"),
        ("/figures/changes", {"since": str(today())}, "day-not-earlier"),
        ("/figures/changes", {}, "invalid-parameters"),
    ):
        answer = await figures.get(LEADER, path, **parameters)
        assert (answer.status_code, answer.json()["code"]) == (422, code), path
    rates = (await figures.get(LEADER, "/rates")).json()
    assert {"R1", "R3c", "R4", "R5", "RU"} <= {one["name"] for one in rates if one["shown"]}


async def test_of_a_group_it_is_said_how_many_and_which_agencies(figures: Client) -> None:
    now = datetime.now(UTC)
    group = task(HEALTH, is_group=True, lead_agency_id=None, assignments=())
    parts = [task(agency, group_id=group.id) for agency in (SOUTH_COMMUNE, NORTH_WARD)]
    alone = task(HEALTH)
    for state in (group, *parts, alone):
        await tell(figures, TaskAssigned(occurred_at=now - timedelta(days=5), state=state, change=AssignedChange()), 1)
    listed = (await figures.get(LEADER, "/figures/tasks", bucket="N")).json()
    moved = (await figures.get(LEADER, "/figures/changes", bucket="N", since=str(today() - timedelta(days=7)))).json()
    for items in (listed["items"], moved["entered"]["items"]):
        told = {one["task_id"]: one["parts"] for one in items}
        assert told == {str(group.id): {"total": 2, "kinds": ["COMMUNE", "WARD"]}, str(alone.id): None}
