"""The published totals G1 to G4, as rows of the service and through its SQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from libs.common.db import Database
from libs.contracts.buckets import Bucket
from libs.contracts.province import Decision, ProvinceRules
from libs.contracts.rates import RATES, Rounding
from services.reporting.figures.counting import pictures
from services.reporting.figures.standing import Day
from services.reporting.figures.stretches import Rules
from services.reporting.projections.derivation import require_rules
from services.reporting.projections.tasks import KnownTask
from tests.contracts.golden import GOLDEN_CASES, GoldenCase
from tests.reporting.story import AGENCIES, known_task, told

ONE_DAY = timedelta(days=1)

BY_DATE = ProvinceRules({"awaiting_counts_as": [Decision(None, "BY_DATE")]})


def tasks_of(case: GoldenCase) -> Iterator[KnownTask]:
    """As many tasks as the report counts; what the report says of each follows from its dates alone."""
    due = case.as_of - 10 * ONE_DAY
    dates: dict[Bucket, dict[str, Any]] = {
        Bucket.COMPLETED_ON_TIME: {"state": "COMPLETED", "due": due, "completed_on": due},
        Bucket.COMPLETED_LATE: {"state": "COMPLETED", "due": due, "completed_on": due + ONE_DAY},
        Bucket.COMPLETED_UNDATED: {"state": "COMPLETED", "completed_on": due},
        Bucket.OPEN_IN_TIME: {"due": case.as_of},
        Bucket.OPEN_OVERDUE: {"due": case.as_of - ONE_DAY},
        Bucket.OPEN_UNDATED: {},
    }
    for bucket, count in case.counts.items():
        for number in range(count):
            agency = AGENCIES[number % len(AGENCIES)]
            task = known_task(f"{case.id}-{bucket}-{number}", assigned_on=case.as_of - 60 * ONE_DAY, agency=agency)
            yield replace(task, **dates[bucket])


@pytest.mark.parametrize("case", GOLDEN_CASES, ids=[case.id for case in GOLDEN_CASES])
async def test_golden_case(reporting: Database, case: GoldenCase) -> None:
    await require_rules(reporting, Rules.of(BY_DATE))
    async with reporting.begin() as connection:
        await told(connection, *tasks_of(case))
    day = Day(case.as_of, case.as_of)
    async with reporting.read() as connection:
        [newest] = await pictures(connection, [day], today=case.as_of, rules=BY_DATE)
        entered_since = Day(case.as_of, case.as_of + ONE_DAY)
        [from_facts] = await pictures(connection, [entered_since], today=case.as_of + ONE_DAY, rules=BY_DATE)
    assert newest == from_facts
    figures = newest.province
    assert (figures.assigned, figures.completed, figures.open) == (case.totals["N"], case.totals["C"], case.totals["U"])
    assert {bucket: figures.buckets[bucket] for bucket in Bucket} == case.counts
    for name, expected in case.rates.items():
        rate = figures.rate(name, Rounding.HALF_UP)
        assert (rate.numerator, rate.denominator, rate.value) == (expected.numerator, expected.denominator, expected.half_up), name
        assert figures.rate(name, Rounding.TRUNCATE).value == expected.truncated, name
    assert set(case.rates) <= set(RATES)
