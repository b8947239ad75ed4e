"""Who releases is a rule of the province, by the day on which it is done."""

from datetime import timedelta

import pytest

from libs.directory_replica import province
from tests.directives.documents import instruction
from tests.directives.test_life_of_a_directive import registered
from tests.directory.decided import setting_decided
from tests.signed_in import TRACKER, Client


@pytest.fixture(autouse=True)
def asks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(province, "RULES_KEPT_SECONDS", 0.0)


async def may_release(client: Client, address: str) -> bool:
    actions = (await client.get(TRACKER, address)).json()["available_actions"]
    return any(one["action"] == "RELEASE" and one["allowed"] for one in actions)


async def test_a_tracker_releases_where_the_province_asks_for_no_approval(directives: Client) -> None:
    service = directives.app.state.service
    (runner,) = service.runners
    address = f"/directives/{(await registered(directives, instruction()))['id']}"
    tomorrow = service.clock.today() + timedelta(days=1)
    await runner.apply([setting_decided("release_needs_approval", False, tomorrow, 2)])
    assert not await may_release(directives, address)
    refused = await directives.post(TRACKER, f"{address}/release", version=1)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    await runner.apply([setting_decided("release_needs_approval", False, None, 1)])
    assert await may_release(directives, address)
    released = await directives.post(TRACKER, f"{address}/release", version=1)
    assert (released.status_code, released.json()["state"]) == (200, "RELEASED")
