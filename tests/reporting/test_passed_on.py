"""Agencies were merged: figures of every day before stay with those that led then, and the successor counts from its first day on."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from faults.bodies import today
from libs.contracts.tasks import AssignedChange, AssignmentState, PassedOnChange, TaskAssigned, TaskPassedOn
from tests.conftest import ServiceDatabase
from tests.issuer import Issuer
from tests.reporting.test_figures_over_http import task, tell
from tests.signed_in import FINANCE, HEALTH, LEADER, SOUTH_COMMUNE, Client, running_service


def days_before() -> list[date]:
    return [today() - timedelta(days=back) for back in range(1, 7)]


@pytest.fixture
async def figures(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    async with running_service("reporting", database("reporting"), issuer, tmp_path) as client:
        yield client


async def of_past_days(client: Client) -> list[dict[str, Any]]:
    """As each was known at its end."""
    found = []
    for day in days_before():
        picture = (await client.get(LEADER, "/figures", as_of=str(day), known_on=str(day))).json()
        found.append({name: picture[name] for name in ("province", "agencies")})
    return found


async def led_today(client: Client) -> dict[str, int]:
    return {one["agency_id"]: one["N"] for one in (await client.get(LEADER, "/figures")).json()["agencies"] if one["N"]}


async def test_figures_of_the_past_stay_and_the_successor_counts_from_today(figures: Client) -> None:
    now = datetime.now(UTC)
    merged = [task(HEALTH), task(HEALTH, due=today() - timedelta(days=3)), task(FINANCE)]
    for state in (*merged, task(SOUTH_COMMUNE)):
        await tell(figures, TaskAssigned(occurred_at=now - timedelta(days=5), state=state, change=AssignedChange()), 1)
    before = await of_past_days(figures)
    assert await led_today(figures) == {str(HEALTH): 2, str(FINANCE): 1, str(SOUTH_COMMUNE): 1}
    lead = (AssignmentState(agency_id=FINANCE, role="LEAD"),)
    for state in merged[:2]:
        moved = state.model_copy(update={"lead_agency_id": FINANCE, "assignments": lead})
        change = PassedOnChange(ended=state.assignments, reason="Nghị quyết số 52/NQ-HĐND")
        await tell(figures, TaskPassedOn(occurred_at=now, state=moved, change=change), 2)
    assert await of_past_days(figures) == before
    assert {one["agency_id"]: one["N"] for one in before[0]["agencies"] if one["N"]} == {
        str(HEALTH): 2,
        str(FINANCE): 1,
        str(SOUTH_COMMUNE): 1,
    }
    assert await led_today(figures) == {str(FINANCE): 3, str(SOUTH_COMMUNE): 1}
    picture = (await figures.get(LEADER, "/figures")).json()["province"]
    assert (picture["N"], picture["open_overdue"]) == (4, 1), "of the province nothing has changed"
