"""What a service tells of itself: the description of its API says what a change needs, and its deep health how it stands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ServiceDatabase
from tests.issuer import AUDIENCES, Issuer
from tests.signed_in import HEALTH_CLERK, LEADER, running_service
from tests.tasks.released import instruction, release

CHANGING = {"post", "put", "patch", "delete"}


@pytest.mark.parametrize("name", AUDIENCES)
async def test_every_change_is_described_with_its_key_and_every_route_with_its_token(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path, name: str
) -> None:
    async with running_service(name, database(name), issuer, tmp_path, replica=name != "directory") as client:
        described: dict[str, Any] = (await client.http.get("/openapi.json")).raise_for_status().json()
    changes = 0
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            headers = {one["name"]: one for one in route.get("parameters", []) if one["in"] == "header"}
            if method in CHANGING:
                changes += 1
                assert headers["Idempotency-Key"]["required"], f"{method} {path}"
                assert "If-Match" in headers, f"{method} {path}"
            if not path.startswith("/health"):
                assert route["security"] == [{"HTTPBearer": []}], f"{method} {path}"
    assert changes > 0 or name == "reporting"


async def test_deep_health_tells_what_waits_and_who_was_heard(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path
) -> None:
    async with running_service("tasks", database("tasks"), issuer, tmp_path) as client:
        await release(client, instruction())
        as_service = {"Authorization": f"Bearer {issuer.service_token('reporting', 'tasks')}"}
        found = (await client.http.get("/health/deep", headers=as_service)).raise_for_status().json()
        refused = await client.http.get("/health/deep", headers=issuer.headers(HEALTH_CLERK))
        leader = await client.http.get("/health/deep", headers=issuer.headers(LEADER))
    assert found.keys() == {
        "service",
        "clock_offset_seconds",
        "log_lines_lost",
        "outbox",
        "consumer",
        "heard",
        "tables",
        "put_aside",
        "damaged_files",
        "held_acts",
    }
    assert found["tables"].keys() >= {"task", "event_log", "inbox"}
    assert all(table["bytes"] > 0 for table in found["tables"].values())
    assert found["outbox"]["events"] == 1
    assert found["outbox"]["waiting"] in (0, 1)
    assert found["outbox"]["put_off"] in (0, 1)
    assert found["consumer"] == {"dead": 0, "held": 0, "put_aside": 0}
    assert (refused.status_code, leader.status_code) == (401, 401)


@pytest.mark.parametrize("name", AUDIENCES)
async def test_every_refusal_is_described_in_the_form_in_which_it_is_sent(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path, name: str
) -> None:
    async with running_service(name, database(name), issuer, tmp_path, replica=name != "directory") as client:
        described: dict[str, Any] = (await client.http.get("/openapi.json")).raise_for_status().json()
    assert {"HTTPValidationError", "ValidationError"} & described["components"]["schemas"].keys() == set()
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            told = {int(status) for status in route["responses"] if status >= "400"}
            signed_in = {401, 403, 404} if "security" in route else set()
            changing = {400, 412, 413, 428} if method in CHANGING else set()
            assert told == {409, 422, 503} | signed_in | changing, f"{method} {path}"
            for status in told:
                response = route["responses"][str(status)]
                assert list(response["content"]) == ["application/problem+json"], f"{method} {path} {status}"
                assert response["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert response["description"].endswith(".")
