"""The rules of the province: decided for a day to come by an administrator, with a reason, and only ever added to."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from libs.common.actor import Actor
from libs.common.clock import VIETNAM
from libs.common.messaging.event_log import Cause
from libs.contracts.directory import ProvinceSettingState, WorkingCalendarState
from libs.contracts.province import SETTINGS
from libs.contracts.working_days import BUNDLED_DAYS
from services.directory.domain.membership import Role
from services.directory.outgoing import to_contract
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.import_province import Imported, import_province
from tests.conftest import ServiceDatabase
from tests.directory.conftest import PROVINCE, Member, member
from tests.issuer import Issuer
from tests.signed_in import Client, running_service

PEOPLE = [member(Role.SYSTEM_ADMIN), member(Role.OFFICE_TRACKER)]
ADMIN, TRACKER = (Member(one) for one in PEOPLE)
TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)
LATER = TODAY + timedelta(days=10)
DUE_SOON = "/province/settings/due_soon_days"
CALENDAR = "/province/calendars/2027"
A_MONDAY = date(2027, 6, 7)


async def load(client: Client, **settings: Any) -> Imported:
    service = client.app.state.service
    uow = DirectoryUnitOfWork(service.database, to_contract, actor=Actor.of_service("directory"), cause=Cause("import"))
    return await import_province(PROVINCE, uow, now=service.clock.now(), members=PEOPLE, settings=settings)


@pytest.fixture
async def directory(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    # Business time is turned to noon of TODAY, so that no test depends on when it runs.
    offset = datetime.combine(TODAY, time(12), VIETNAM) - datetime.now(UTC)
    turned = {"replica": False, "clock_offset_seconds": offset.total_seconds()}
    async with running_service("directory", database("directory"), issuer, tmp_path, **turned) as client:
        await load(client, release_needs_approval=False)
        yield client


def planned(value: object = 5, valid_from: date = LATER, reason: str = "Quyết định số 41") -> dict[str, object]:
    return {"value": value, "valid_from": valid_from.isoformat(), "reason": reason}


def days_of(calendar: dict[str, Any], *more: dict[str, object]) -> list[dict[str, object]]:
    return [*calendar["days"], *more]


def day_off(day: date, kind: str = "LE") -> dict[str, object]:
    return {"date": day.isoformat(), "type": kind, "name": "Ngày nghỉ của tỉnh"}


async def test_the_first_values_are_valid_from_the_beginning(directory: Client) -> None:
    settings = {one["key"]: one for one in (await directory.get(TRACKER, "/province/settings")).json()}
    assert set(settings) == set(SETTINGS)
    assert {key: one["today"] for key, one in settings.items()} == {
        key: False if key == "release_needs_approval" else setting.default for key, setting in SETTINGS.items()
    }
    [first] = settings["rounding"]["decisions"]
    assert (first["valid_from"], first["standing"], first["reason"], first["decided_by"]) == (None, "IN_FORCE", "import quang-ngai", None)
    assert {key: (one["kind"], one["least"], one["most"]) for key, one in settings.items() if key in ("due_soon_days", "rounding")} == {
        "due_soon_days": ("number", 1, 30),
        "rounding": ("choice", None, None),
    }
    assert (await directory.get(TRACKER, "/province/calendars")).json() == sorted(BUNDLED_DAYS)
    calendar = (await directory.get(TRACKER, "/province/calendars/2026")).json()
    assert [one["date"] for one in calendar["days"]] == [day.date.isoformat() for day in BUNDLED_DAYS[2026]]
    assert [one["date"] for one in calendar["days"] if one["pending"]] == ["2026-11-24"]
    assert calendar["working_days"] == 250
    assert [(await directory.get(person, DUE_SOON)).json()["may_decide"] for person in (TRACKER, ADMIN)] == [False, True]
    before = await directory.everything()
    again = await load(directory)
    assert (again.settings, again.calendars, await directory.everything()) == (0, 0, before)


async def test_a_change_is_planned_replaced_and_taken_back(directory: Client) -> None:
    async with directory.telling_open_pages("agencies"):
        first = await directory.post(ADMIN, f"{DUE_SOON}/plan", planned(5), version=1, key="plan")
    assert (first.status_code, first.headers["ETag"], first.json()["today"]) == (200, '"2"', 3)
    repeated = await directory.post(ADMIN, f"{DUE_SOON}/plan", planned(5), version=1, key="plan")
    assert (repeated.status_code, repeated.headers["Idempotent-Replayed"], repeated.json()["version"]) == (200, "true", 2)
    await directory.post(ADMIN, f"{DUE_SOON}/plan", planned(7), version=2)
    await directory.post(ADMIN, f"{DUE_SOON}/plan", planned(9, TOMORROW), version=3)
    body = {"valid_from": LATER.isoformat(), "reason": "Quyết định được hoãn"}
    told = (await directory.post(ADMIN, f"{DUE_SOON}/withdraw", body, version=4)).json()
    assert [(one["value"], one["standing"], one["valid_from"]) for one in told["decisions"]] == [
        (None, "WITHDRAWAL", LATER.isoformat()),
        (9, "PLANNED", TOMORROW.isoformat()),
        (7, "WITHDRAWN", LATER.isoformat()),
        (5, "REPLACED", LATER.isoformat()),
        (3, "IN_FORCE", None),
    ]
    assert told["decisions"][0]["decided_by"].endswith("(DEMO)")
    rows = await directory.rows(
        "SELECT CAST(e.payload AS text) AS payload, a.role FROM event_log e JOIN audit_entry a USING (event_id) "
        "WHERE e.aggregate_type = 'province-setting' AND e.version > 1 ORDER BY e.version"
    )
    states = [ProvinceSettingState.model_validate(json.loads(row.payload)["state"]) for row in rows]
    assert [(state.key, state.value, state.valid_from) for state in states] == [
        ("due_soon_days", 5, LATER),
        ("due_soon_days", 7, LATER),
        ("due_soon_days", 9, TOMORROW),
        ("due_soon_days", None, LATER),
    ]
    assert {row.role for row in rows} == {"SYSTEM_ADMIN"}
    assert json.loads(rows[-1].payload)["change"] == {"reason": "Quyết định được hoãn"}


async def test_what_is_refused_leaves_everything_as_it_was(directory: Client) -> None:
    before = await directory.everything()
    withdrawal = {"valid_from": LATER.isoformat(), "reason": "Thôi"}
    for person, path, body, version, expected in (
        (ADMIN, "/province/settings/colour/plan", planned(), 1, (404, "not-found")),
        (TRACKER, f"{DUE_SOON}/plan", planned(), 1, (403, "forbidden")),
        (TRACKER, f"{DUE_SOON}/withdraw", withdrawal, 1, (403, "forbidden")),
        (ADMIN, f"{DUE_SOON}/plan", planned(), None, (428, "precondition-missing")),
        (ADMIN, f"{DUE_SOON}/plan", planned(), 9, (412, "stale-version")),
        (ADMIN, f"{DUE_SOON}/plan", planned(valid_from=TODAY - timedelta(days=1)), 1, (422, "change-not-to-come")),
        (ADMIN, f"{DUE_SOON}/plan", planned(valid_from=TODAY), 1, (422, "change-not-to-come")),
        (ADMIN, f"{DUE_SOON}/plan", planned(31), 1, (422, "setting-value-wrong")),
        (ADMIN, f"{DUE_SOON}/plan", planned(True), 1, (422, "setting-value-wrong")),
        (ADMIN, "/province/settings/rounding/plan", planned("UP"), 1, (422, "setting-value-wrong")),
        (ADMIN, f"{DUE_SOON}/plan", planned(reason="  "), 1, (422, "invalid-body")),
        (ADMIN, f"{DUE_SOON}/plan", planned(None), 1, (422, "invalid-body")),
        (ADMIN, f"{DUE_SOON}/plan", planned() | {"more": 1}, 1, (422, "invalid-body")),
        (ADMIN, f"{DUE_SOON}/plan", planned(3), 1, (409, "nothing-changes")),
        (ADMIN, f"{DUE_SOON}/withdraw", withdrawal, 1, (409, "nothing-planned")),
        (ADMIN, f"{DUE_SOON}/withdraw", withdrawal | {"valid_from": TODAY.isoformat()}, 1, (422, "change-not-to-come")),
        (ADMIN, "/province/calendars/1999/plan", planned(), 0, (404, "not-found")),
        (TRACKER, f"{CALENDAR}/plan", {}, 1, (403, "forbidden")),
    ):
        answer = await directory.post(person, path, body, version=version)
        assert (answer.status_code, answer.json()["code"]) == expected, (path, body)
        assert await directory.everything() == before, (path, body)
    assert (await directory.post(ADMIN, f"{DUE_SOON}/plan", planned(valid_from=TODAY), version=1)).json()["field"] == "valid_from"
    assert (await directory.get(TRACKER, "/province/settings/colour")).status_code == 404
    assert (await directory.get(TRACKER, "/province/calendars/2101")).status_code == 404


async def test_the_days_of_a_year_are_planned_as_a_whole(directory: Client) -> None:
    old = (await directory.get(TRACKER, CALENDAR)).json()
    body = {"days": days_of(old, day_off(A_MONDAY)), "valid_from": LATER.isoformat(), "reason": "Thông báo nghỉ lễ"}
    told = (await directory.post(ADMIN, f"{CALENDAR}/plan", body, version=old["version"])).json()
    assert (told["version"], told["days"], told["last_planned"]) == (old["version"] + 1, old["days"], LATER.isoformat())
    assert A_MONDAY.isoformat() in [one["date"] for one in told["decisions"][0]["days"]]
    [row] = await directory.rows(
        "SELECT CAST(payload AS text) AS payload FROM event_log WHERE aggregate_type = 'working-calendar' AND version = 2"
    )
    state = WorkingCalendarState.model_validate(json.loads(row.payload)["state"])
    assert (state.year, state.valid_from, len(state.days or ())) == (2027, LATER, len(old["days"]) + 1)

    before = await directory.everything()
    for more, expected in (
        ({"valid_from": TODAY.isoformat()}, "change-not-to-come"),
        ({"days": days_of(old, day_off(date(2028, 1, 4)))}, "calendar-days-wrong"),
        ({"days": days_of(old, day_off(A_MONDAY), day_off(A_MONDAY))}, "calendar-days-wrong"),
        ({"days": days_of(old, day_off(A_MONDAY, "HOAN_DOI_LAM"))}, "calendar-days-wrong"),
        ({"days": days_of(old, day_off(A_MONDAY - timedelta(days=1), "BU"))}, "calendar-days-wrong"),
        ({"days": days_of(old, day_off(A_MONDAY, "HOLIDAY"))}, "invalid-body"),
        ({"valid_from": TOMORROW.isoformat(), "days": []}, "later-calendar-planned"),
        ({"valid_from": (A_MONDAY + timedelta(days=1)).isoformat(), "days": old["days"]}, "calendar-day-not-to-come"),
        ({}, "nothing-changes"),
    ):
        answer = await directory.post(ADMIN, f"{CALENDAR}/plan", body | more, version=told["version"])
        assert (answer.json()["code"], await directory.everything()) == (expected, before), more
    wrong = await directory.post(
        ADMIN, f"{CALENDAR}/plan", body | {"days": [day_off(date(2028, 1, 4)), day_off(A_MONDAY, "HOAN_DOI_LAM")]}, version=2
    )
    assert wrong.json()["errors"] == [
        {"field": "days.0.date", "code": "day-of-another-year"},
        {"field": "days.1.type", "code": "type-does-not-fit-the-week"},
    ]
    twice = body | {"days": [day_off(A_MONDAY), day_off(A_MONDAY)]}
    wrong = await directory.post(ADMIN, f"{CALENDAR}/plan", twice, version=2)
    assert wrong.json()["errors"] == [{"field": "days.1.date", "code": "day-named-twice"}]

    back = await directory.post(ADMIN, f"{CALENDAR}/withdraw", {"valid_from": LATER.isoformat(), "reason": "Thôi"}, version=2)
    assert (back.json()["last_planned"], back.json()["decisions"][1]["standing"]) == (None, "WITHDRAWN")


async def test_a_year_of_which_nothing_is_known_gets_its_first_calendar(directory: Client) -> None:
    path = "/province/calendars/2040"
    assert (await directory.get(TRACKER, path)).json() == {
        "year": 2040,
        "version": 0,
        "days": [],
        "working_days": 261,
        "last_planned": None,
        "may_decide": False,
        "decisions": [],
    }
    body = {"days": [day_off(date(2040, 1, 2))], "valid_from": TOMORROW.isoformat(), "reason": "Thông báo"}
    answer = await directory.post(ADMIN, f"{path}/plan", body, version=0)
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert 2040 in (await directory.get(TRACKER, "/province/calendars")).json()


async def test_decisions_are_only_added(directory: Client) -> None:
    for table in ("province_setting_decision", "working_calendar_decision"):
        for statement in (f"UPDATE {table} SET reason = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(DBAPIError, match="only ever added to"):
                async with directory.admin.begin() as connection:
                    await connection.exec_driver_sql(statement)


async def test_the_routes_say_what_they_take_and_answer(directory: Client) -> None:
    described = (await directory.http.get("/openapi.json")).json()["paths"]
    plan = described["/province/settings/{key}/plan"]["post"]
    example = plan["requestBody"]["content"]["application/json"]["schema"]["example"]
    assert SETTINGS["due_soon_days"].checked(example["value"]) == 5
    assert {one["name"] for one in plan["parameters"]} >= {"Idempotency-Key", "If-Match"}
    assert {path for path in described if path.startswith("/province")} == {
        "/province/settings",
        "/province/settings/{key}",
        "/province/settings/{key}/plan",
        "/province/settings/{key}/withdraw",
        "/province/calendars",
        "/province/calendars/{year}",
        "/province/calendars/{year}/plan",
        "/province/calendars/{year}/withdraw",
    }
