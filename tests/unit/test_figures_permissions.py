"""Figures are for everybody, the tasks behind them are not: every role, from the table. No database, no HTTP."""

from uuid import uuid4

import pytest

from libs.common.actor import Actor
from services.reporting.figures.permissions import SeesTasks, sees_tasks

SEES = {
    **dict.fromkeys(("LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "INSPECTOR"), SeesTasks.ALL),
    **dict.fromkeys(("AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS"), SeesTasks.OF_OWN_AGENCY),
    **dict.fromkeys(("SYSTEM_ADMIN", "SERVICE", "STRANGER"), SeesTasks.NONE),
}


@pytest.mark.parametrize("role", SEES)
def test_which_tasks_behind_a_figure_a_role_sees(role: str) -> None:
    assert sees_tasks(Actor.of_person(uuid4(), uuid4(), uuid4(), role)) is SEES[role]
