"""Settings other than the default, through a running service: each key of the province changes something that people can see."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from libs.common.settings import ProcessPart, ServiceSettings
from libs.contracts.province import SETTINGS, SettingValue
from libs.directory_replica import province
from tests.conftest import ServiceDatabase
from tests.directives.documents import document
from tests.issuer import Issuer
from tests.reporting.story import confirmed, known_task, submitted, told
from tests.signed_in import LEADER, OFFICE_LEAD, TRACKER, Client, running_service
from tests.tasks.population import populate
from tests.tasks.released import act, due_in
from tests.tasks.released import submitted as result_of

NOT_READ_YET = {"truoc_ngay": "what a deadline says in words is read by nobody yet; a person confirms the day (rulebook 1.7)"}


async def due_soon_days(tasks: Client) -> Callable[[], Awaitable[Any]]:
    await due_in(tasks, 9)

    async def seen() -> Any:
        return (await tasks.get(TRACKER, "/tasks/counts", scope="oversight")).json()["due_soon"]

    return seen


async def awaiting_counts_as(tasks: Client) -> Callable[[], Awaitable[Any]]:
    await populate(tasks, 1, tasks=40, groups=5)

    async def seen() -> Any:
        return (await tasks.get(TRACKER, "/tasks/counts", scope="oversight")).json()["by_bucket"]["open_overdue"]

    return seen


async def hold_seconds(tasks: Client) -> Callable[[], Awaitable[Any]]:
    async def seen() -> Any:
        task = await due_in(tasks, 3)
        await result_of(tasks, task)
        return (await act(tasks, TRACKER, task, "results/confirm")).json()["state"]

    return seen


async def release_needs_approval(directives: Client) -> Callable[[], Awaitable[Any]]:
    async def seen() -> Any:
        draft = (await directives.post(TRACKER, "/directives", document())).json()
        return (await directives.post(TRACKER, f"/directives/{draft['id']}/release", version=1)).status_code

    return seen


async def step_up_minutes(directives: Client) -> Callable[[], Awaitable[Any]]:
    async def seen() -> Any:
        draft = (await directives.post(TRACKER, "/directives", document())).json()
        ten_minutes_ago = directives.issuer.person_token(OFFICE_LEAD, auth_time=int(time.time()) - 600)
        headers = directives.issuer.headers(OFFICE_LEAD) | {"Authorization": f"Bearer {ten_minutes_ago}"}
        marks = {"Idempotency-Key": draft["id"], "If-Match": '"1"'}
        return (await directives.http.post(f"/directives/{draft['id']}/release", json={}, headers=headers | marks)).status_code

    return seen


async def rounding(reporting: Client) -> Callable[[], Awaitable[Any]]:
    today = datetime.now(UTC).date()
    first = [known_task(f"{number}", assigned_on=today - timedelta(days=5)) for number in range(3)]
    async with reporting.app.state.service.database.begin() as connection:
        for one in first:
            await told(connection, one)
        for one in first[:2]:
            entered = submitted(one, today - timedelta(days=3))
            await told(connection, entered, confirmed(entered, today - timedelta(days=2)))

    async def seen() -> Any:
        return (await reporting.get(LEADER, "/figures")).json()["province"]["rates"]["R1"]["value"]

    return seen


Begin = Callable[[Client], Awaitable[Callable[[], Awaitable[Any]]]]
SEEN: Mapping[str, tuple[str, Begin, SettingValue, Callable[[Any, Any], bool]]] = {
    "due_soon_days": ("tasks", due_soon_days, 30, lambda before, after: (before, after) == (0, 1)),
    "awaiting_counts_as": ("tasks", awaiting_counts_as, "BY_DATE", lambda before, after: before < after),
    "hold_seconds": ("tasks", hold_seconds, 60, lambda before, after: (before, after) == ("COMPLETED", "AWAITING_CONFIRMATION")),
    "release_needs_approval": ("directives", release_needs_approval, False, lambda before, after: (before, after) == (403, 200)),
    "step_up_minutes": ("directives", step_up_minutes, 15, lambda before, after: (before, after) == (401, 200)),
    "rounding": ("reporting", rounding, "TRUNCATE", lambda before, after: (before, after) == ("66.67", "66.66")),
}
"""Key → the service, what is there to be seen, another value than the default, and how what is seen changes by it."""


def test_every_setting_of_the_province_is_seen_at_work() -> None:
    assert SEEN.keys() | NOT_READ_YET.keys() == SETTINGS.keys()
    assert all(SETTINGS[key].default != value for key, (_, _, value, _) in SEEN.items())


@pytest.mark.parametrize("key", SEEN)
async def test_a_setting_changes_what_is_seen(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(province, "RULES_KEPT_SECONDS", 0.0)
    service, begin, value, has_changed = SEEN[key]
    async with running_service(service, database(service), issuer, tmp_path) as client:
        seen = await begin(client)
        before = await seen()
        await client.rows(
            "INSERT INTO province_setting_replica (key, version, value) VALUES (:key, 9, CAST(:value AS jsonb)) RETURNING 1",
            key=key,
            value=json.dumps(value),
        )
        after = await seen()
        assert has_changed(before, after), (before, after)


OUTSIDE: Mapping[str, tuple[str, object]] = {
    "CHIDAO_PORT": ("8123", 8123),
    "CHIDAO_PARTS": ('["api", "relay"]', frozenset({ProcessPart.API, ProcessPart.RELAY})),
    "CHIDAO_ALLOWED_PARTIES": ('["chidao-portal", "somebody"]', ("chidao-portal", "somebody")),
    "CHIDAO_CLOCK_OFFSET_SECONDS": ("86400", 86400.0),
    "CHIDAO_SOURCES": ('{"tasks": "http://tasks.test"}', {"tasks": "http://tasks.test"}),
    "CHIDAO_SWEEP_SECONDS": ("0.5", 0.5),
    "CHIDAO_FILES_FOLDER": ("/srv/files", Path("/srv/files")),
    "CHIDAO_MEMBERSHIP_MAX_AGE_SECONDS": ("12", 12.0),
    "CHIDAO_HOST": ("0.0.0.0", "0.0.0.0"),
    "CHIDAO_BUS_URL": ("amqp://tasks@broker.test", "amqp://tasks@broker.test"),
}
NEEDED = {
    "CHIDAO_NAME": "tasks",
    "CHIDAO_DATABASE_URL": "postgresql://x",
    "CHIDAO_ISSUER": "https://issuer.test",
    "CHIDAO_JWKS_URL": "https://issuer.test/keys",
    "CHIDAO_TOKEN_URL": "https://issuer.test/token",
    "CHIDAO_CLIENT_ID": "service-tasks",
    "CHIDAO_PRIVATE_KEY_FILE": "/srv/key.pem",
}


def test_what_a_service_is_told_from_outside_is_what_it_works_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (NEEDED | {name: words for name, (words, _) in OUTSIDE.items()}).items():
        monkeypatch.setenv(name, value)
    password = tmp_path / "password"
    password.write_text("a b/c\n")
    monkeypatch.setenv("CHIDAO_BUS_PASSWORD_FILE", str(password))
    monkeypatch.setenv("CHIDAO_OWNER_DATABASE_URL", "postgresql://owner")
    told_so = ServiceSettings.from_outside()
    assert {name: getattr(told_so, name.removeprefix("CHIDAO_").lower()) for name in OUTSIDE} == {
        name: one for name, (_, one) in OUTSIDE.items()
    }
    assert told_so.bus == "amqp://tasks:a%20b%2Fc@broker.test"
    assert told_so.clock.now() - datetime.now(UTC) > timedelta(hours=23)
    known = {f"CHIDAO_{name.upper()}" for name in ServiceSettings.model_fields}
    assert known == {*OUTSIDE, *NEEDED, "CHIDAO_BUS_PASSWORD_FILE", "CHIDAO_OWNER_DATABASE_URL"}, "a setting that no test has given"


def test_a_setting_that_is_missing_or_wrong_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (NEEDED | {"CHIDAO_SWEEP_SECONDS": "a secret word"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CHIDAO_ISSUER")
    with pytest.raises(SystemExit) as ended:
        ServiceSettings.from_outside()
    assert "CHIDAO_ISSUER" in str(ended.value)
    assert "CHIDAO_SWEEP_SECONDS" in str(ended.value)
    assert "secret" not in str(ended.value)
