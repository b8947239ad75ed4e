"""What every service knows of the rules of the province: whatever the order in which it hears of them, and before it has heard."""

import random
from datetime import date, timedelta

import pytest

from libs.common.db import Database
from libs.common.messaging.consumer import Consumer, ConsumerRunner
from libs.contracts.province import ProvinceRules, RulesOfDay
from libs.contracts.working_days import BUNDLED, CalendarDay, DayType
from libs.directory_replica import province
from libs.directory_replica.handlers import REPLICA_HANDLERS
from libs.directory_replica.province import ProvinceReplica
from tests.conftest import NewDatabase
from tests.directory.decided import calendar_decided, setting_decided

DAY = date(2026, 12, 7)
HOLIDAY = date(2026, 12, 9)
ONE_DAY = timedelta(days=1)
TOLD = [
    setting_decided("due_soon_days", 3, None, 1),
    setting_decided("due_soon_days", 5, DAY, 2),
    setting_decided("due_soon_days", 7, DAY, 3),
    setting_decided("release_needs_approval", False, None, 1),
    setting_decided("release_needs_approval", True, DAY, 2),
    setting_decided("release_needs_approval", None, DAY, 3),
    setting_decided("rounding", "HALF_UP", None, 1),
    setting_decided("rounding", "TRUNCATE", DAY, 2),
    calendar_decided(2026, (), None, 1),
    calendar_decided(2026, (CalendarDay(date=HOLIDAY, type=DayType.LE, name="Ngày nghỉ"),), DAY, 2),
    calendar_decided(2027, (), DAY, 1),
    calendar_decided(2027, None, DAY, 2),
]


@pytest.fixture(autouse=True)
def asks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(province, "RULES_KEPT_SECONDS", 0.0)


@pytest.fixture
async def followed(service_database: NewDatabase) -> Database:
    return await service_database("notify")


def runner(database: Database) -> ConsumerRunner:
    return ConsumerRunner(Consumer("notify-directory", ("directory",), REPLICA_HANDLERS), database)


def seen(rules: ProvinceRules) -> list[object]:
    days = [DAY + ONE_DAY * n for n in range(-2, 3)]
    return [(rules.on(day), rules.due_soon_until(day), rules.calendar_on(day).decided) for day in days]


@pytest.mark.parametrize("service", ["directives", "tasks", "notify", "reporting"])
async def test_a_service_that_has_heard_nothing_follows_the_rules_of_the_software(service: str, service_database: NewDatabase) -> None:
    rules = await ProvinceReplica(await service_database(service)).rules()
    assert (rules.on(DAY), rules.calendar_on(DAY)) == (RulesOfDay(), BUNDLED)


async def test_what_was_told_is_known(followed: Database) -> None:
    replica = ProvinceReplica(followed)
    assert (await replica.rules()).on(DAY) == RulesOfDay()
    await runner(followed).apply(TOLD)
    rules = await replica.rules()
    before, after = rules.on(DAY - ONE_DAY), rules.on(DAY)
    assert (before.due_soon_days, after.due_soon_days) == (3, 7)
    assert (before.release_needs_approval, after.release_needs_approval) == (False, False), "the change was taken back"
    assert (before.rounding.value, after.rounding.value) == ("HALF_UP", "TRUNCATE")
    assert (rules.calendar_on(DAY - ONE_DAY).is_working_day(HOLIDAY), rules.calendar_on(DAY).is_working_day(HOLIDAY)) == (True, False)
    assert rules.calendar_on(DAY).is_working_day(date(2027, 1, 1)) is False, "what was planned for 2027 was taken back"


@pytest.mark.parametrize("seed", range(3))
async def test_neither_order_nor_repeats_matter(seed: int, followed: Database) -> None:
    chosen = random.Random(seed)
    applying, replica = runner(followed), ProvinceReplica(followed)
    await applying.apply(TOLD)
    in_order = seen(await replica.rules())
    async with followed.begin() as connection:
        for table in ("province_setting_replica", "working_calendar_replica", "inbox"):
            await connection.exec_driver_sql(f"DELETE FROM {table}")
    arriving = [*TOLD, *chosen.sample(TOLD, 6)]
    chosen.shuffle(arriving)
    for envelope in arriving:
        await applying.apply([envelope])
        await replica.rules()
    assert seen(await replica.rules()) == in_order
    async with followed.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM inbox")
    await applying.apply(TOLD)
    assert seen(await replica.rules()) == in_order, "a year of events told again changes nothing"


async def test_it_answers_from_memory_between_two_looks(followed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(province, "RULES_KEPT_SECONDS", 3600.0)
    replica = ProvinceReplica(followed)
    known = await replica.rules()
    await runner(followed).apply(TOLD)
    assert await replica.rules() is known
    assert (await ProvinceReplica(followed).rules()).on(DAY).due_soon_days == 7
