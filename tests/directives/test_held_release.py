"""A release waits for its effect, and can be recalled until then (rulebook 1.14)."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from libs.common.held.scheduler import HeldActScheduler
from libs.directory_replica import province
from services.directives.scheduler.held_releases import held_releases
from tests.conftest import ServiceDatabase
from tests.directives.documents import document, instruction
from tests.directives.test_life_of_a_directive import registered
from tests.directory.decided import setting_decided
from tests.issuer import Issuer
from tests.signed_in import HEALTH_CLERK, LEADER, OFFICE_LEAD, TRACKER, Client, running_service


@pytest.fixture(autouse=True)
def asks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(province, "RULES_KEPT_SECONDS", 0.0)


@pytest.fixture
async def directives(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    """Releases are held for a minute; the scheduler sleeps, so that a test calls it when it wants to."""
    async with running_service("directives", database("directives"), issuer, tmp_path, held_acts_every_seconds=3600.0) as client:
        (runner,) = client.app.state.service.runners
        await runner.apply([setting_decided("hold_seconds", 60, None, 1)])
        yield client


def scheduler(client: Client) -> HeldActScheduler:
    service = client.app.state.service
    return held_releases(service, client.app.state.doorkeeper.memberships, client.app.state.province, every=1)


async def time_has_come(client: Client) -> None:
    await client.rows("UPDATE held_act SET next_try_at = now() - interval '1 s' RETURNING 1")


async def held(client: Client) -> tuple[str, dict[str, Any]]:
    address = f"/directives/{(await registered(client, instruction()))['id']}"
    answer = await client.post(OFFICE_LEAD, f"{address}/release", version=1)
    assert answer.status_code == 200, answer.text
    return address, answer.json()["held"]


async def events(client: Client) -> list[str]:
    return [row.type.split(".")[2] for row in await client.rows("SELECT type FROM event_log ORDER BY seq")]


async def test_until_its_time_a_document_is_not_released(directives: Client) -> None:
    address, mark = await held(directives)
    shown = (await directives.get(TRACKER, address)).json()
    assert (shown["state"], shown["version"], shown["released_at"]) == ("DRAFT", 1, None)
    assert (shown["held"]["kind"], shown["held"]["is_own"]) == ("RELEASE", False)
    assert {one["reason_code"] for one in shown["available_actions"]} == {"act-is-held"}
    assert await events(directives) == ["directive-registered"]
    assert (await directives.get(HEALTH_CLERK, address)).status_code == 404
    assert await scheduler(directives).once() == 0
    await time_has_come(directives)
    assert await scheduler(directives).once() == 1
    released = (await directives.get(LEADER, address)).json()
    assert (released["state"], released["held"], released["released_at"]) == ("RELEASED", None, mark["acted_at"])
    assert await events(directives) == ["directive-registered", "instruction-released", "directive-released"]
    assert await scheduler(directives).once() == 0


async def test_no_other_change_meanwhile(directives: Client) -> None:
    address, _ = await held(directives)
    for refused in (
        await directives.post(TRACKER, address, document(instruction(), subject="Khác"), version=1, method="PUT"),
        await directives.post(TRACKER, f"{address}/submit-for-release", version=1),
        await directives.post(OFFICE_LEAD, f"{address}/release", version=1),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "act-is-held")


async def test_recalled_it_is_a_draft_as_before(directives: Client) -> None:
    address, mark = await held(directives)
    assert (await directives.post(TRACKER, f"{address}/held/{mark['id']}/recall")).status_code == 403
    recalled = await directives.post(OFFICE_LEAD, f"{address}/held/{mark['id']}/recall")
    assert (recalled.status_code, recalled.json()["state"], recalled.json()["held"]) == (200, "DRAFT", None)
    await time_has_come(directives)
    assert await scheduler(directives).once() == 0
    assert await events(directives) == ["directive-registered"]
    (trace,) = await directives.rows("SELECT outcome, actor, kind FROM held_act_audit")
    assert tuple(trace) == ("recalled", str(OFFICE_LEAD.id), "RELEASE")


async def test_at_once_by_the_word_of_who_released(directives: Client) -> None:
    address, mark = await held(directives)
    released = await directives.post(OFFICE_LEAD, f"{address}/held/{mark['id']}/now")
    assert (released.status_code, released.json()["state"]) == (200, "RELEASED")
    refused = await directives.post(OFFICE_LEAD, f"{address}/held/{mark['id']}/recall")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-held")


async def test_it_is_judged_by_the_rules_of_the_moment_in_which_it_takes_effect(directives: Client) -> None:
    """A tracker released because no approval was needed; before it took effect, approval was asked for again."""
    (runner,) = directives.app.state.service.runners
    today = directives.app.state.service.clock.today()
    await runner.apply([setting_decided("release_needs_approval", False, None, 1)])
    address = f"/directives/{(await registered(directives, instruction()))['id']}"
    assert (await directives.post(TRACKER, f"{address}/release", version=1)).status_code == 200
    await runner.apply([setting_decided("release_needs_approval", True, today - timedelta(days=1), 2)])
    await time_has_come(directives)
    assert await scheduler(directives).once() == 0
    mark = (await directives.get(OFFICE_LEAD, address)).json()["held"]
    assert mark["void_because"] == "forbidden"
    assert await events(directives) == ["directive-registered"]
    # What comes next settles it.
    assert (await directives.post(OFFICE_LEAD, f"{address}/release", version=1)).json()["held"]["void_because"] is None


async def test_with_zero_seconds_it_is_released_in_the_same_transaction(directives: Client) -> None:
    (runner,) = directives.app.state.service.runners
    await runner.apply([setting_decided("hold_seconds", 0, None, 2)])
    address, mark = await held(directives)
    assert mark is None
    assert (await directives.get(TRACKER, address)).json()["state"] == "RELEASED"
