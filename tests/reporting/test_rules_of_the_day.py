"""Figures follow the rules valid on the day they are of: a change of a rule leaves the days before it as they were."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from faults.bodies import today
from libs.contracts.tasks import AssignedChange, ResultChange, ResultSubmitted, TaskAssigned
from libs.directory_replica import province
from tests.directory.decided import setting_decided
from tests.reporting.test_figures_over_http import figures, task, tell  # noqa: F401 - `figures` is a fixture
from tests.signed_in import HEALTH, LEADER, Client

ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def asks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(province, "RULES_KEPT_SECONDS", 0.0)


async def test_an_awaiting_result_counts_by_the_rule_of_the_day(figures: Client) -> None:  # noqa: F811
    now = datetime.now(UTC)
    due = today() - 4 * ONE_DAY
    assigned = task(HEALTH, due=due)
    await tell(figures, TaskAssigned(occurred_at=now - 5 * ONE_DAY, state=assigned, change=AssignedChange()), 1)
    submitted = now - 4 * ONE_DAY
    waiting = assigned.model_copy(update={"state": "AWAITING_CONFIRMATION", "submitted_on": due, "submitted_at": submitted})
    result = ResultChange(result_number=1, report_number="1/BC", report_date=due)
    await tell(figures, ResultSubmitted(occurred_at=submitted, state=waiting, change=result), 2)
    (runner,) = figures.app.state.service.runners
    await runner.apply(
        [
            setting_decided("awaiting_counts_as", "IN_TIME_IF_SUBMITTED_BY_DUE", None, 1),
            setting_decided("awaiting_counts_as", "BY_DATE", today() - ONE_DAY, 2),
            setting_decided("rounding", "TRUNCATE", today(), 1),
        ]
    )
    in_time, by_date = "IN_TIME_IF_SUBMITTED_BY_DUE", "BY_DATE"
    judged = {
        2: ({"awaiting_counts_as": in_time, "rounding": "HALF_UP", "due_soon_days": 3}, 1, 0),
        1: ({"awaiting_counts_as": by_date, "rounding": "HALF_UP", "due_soon_days": 3}, 0, 1),
        0: ({"awaiting_counts_as": by_date, "rounding": "TRUNCATE", "due_soon_days": 3}, 0, 1),
    }
    assert await seen(figures) == judged, "from the facts, while stretches are derived anew"
    await derived_by(figures, f"{in_time} {today() - ONE_DAY}={by_date}")
    assert await seen(figures) == judged, "from the stretches"
    assert await changed(figures) == ([waiting.code], [])


async def seen(figures: Client) -> dict[int, tuple[dict[str, object], int, int]]:  # noqa: F811
    """The rules, and what is in time and overdue by them, as known two days, one day and no day ago."""
    found = {}
    for ago in (2, 1, 0):
        day = (today() - ago * ONE_DAY).isoformat()
        picture = (await figures.get(LEADER, "/figures", as_of=day, known_on=day)).json()
        now_known = (await figures.get(LEADER, "/figures", as_of=day)).json()
        assert now_known["province"] == picture["province"], (
            "what is known since then changes nothing here, and neither does the rule of today"
        )
        listed = (await figures.get(LEADER, "/figures/tasks", bucket="open_overdue", as_of=day, known_on=day)).json()
        assert listed["total"] == picture["province"]["open_overdue"], "a number and its list are judged alike"
        found[ago] = (picture["rules"], picture["province"]["open_in_time"], picture["province"]["open_overdue"])
    return found


async def changed(figures: Client) -> tuple[list[str], list[str]]:  # noqa: F811
    """What came into the overdue since the day before yesterday, and what left them."""
    since = (today() - 2 * ONE_DAY).isoformat()
    told = (await figures.get(LEADER, "/figures/changes", bucket="open_overdue", since=since)).json()
    entered, left = ([one["code"] for one in told[way]["items"]] for way in ("entered", "left"))
    return entered, left


async def derived_by(figures: Client, rules: str) -> None:  # noqa: F811
    async with asyncio.timeout(20):
        while not await figures.rows("SELECT 1 FROM derivation WHERE complete AND rules = :rules", rules=rules):
            await asyncio.sleep(0.05)
