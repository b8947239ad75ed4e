"""A composed group, or one without some of it, is a parent that says so and a part for each agency (rulebook 1.14)."""

from datetime import UTC, datetime

from libs.contracts.agency_groups import COMPOSED
from services.tasks.use_cases.assign_tasks import tasks_of
from tests.signed_in import COMMUNE_CLERK, FINANCE, FINANCE_CLERK, HEALTH, HEALTH_CLERK, NORTH_WARD, SOUTH_COMMUNE, TRACKER, Client
from tests.tasks.released import instruction, release

HIT = "Các xã bị thiệt hại"


async def test_a_composed_group_is_a_parent_by_its_name_and_a_part_for_each(tasks: Client) -> None:
    state = instruction(HEALTH, SOUTH_COMMUNE, group=COMPOSED).model_copy(update={"group_name": HIT})
    parent = await release(tasks, state)
    seen = (await tasks.get(TRACKER, f"/tasks/{parent}")).json()
    assert (seen["is_group"], seen["group_name"], seen["left_out"], seen["children_summary"]["total"]) == (True, HIT, 0, 2)
    parts = (await tasks.get(TRACKER, f"/tasks/{parent}/children")).json()["items"]
    assert {one["lead_agency_id"] for one in parts} == {str(HEALTH), str(SOUTH_COMMUNE)}
    assert [one["group_name"] for one in parts] == [None, None], "the whole is called so"
    for clerk, status in ((HEALTH_CLERK, 200), (COMMUNE_CLERK, 200), (FINANCE_CLERK, 404)):
        assert (await tasks.get(clerk, f"/tasks/{parent}")).status_code == status
    (listed,) = (await tasks.get(TRACKER, "/tasks", scope="oversight")).json()["items"]
    assert (listed["group_name"], listed["left_out"]) == (HIT, 0)
    (found,) = (await tasks.get(TRACKER, "/tasks", scope="oversight", q="xa bi thiet hai")).json()["items"]
    assert found["id"] == parent


async def test_a_group_tells_how_many_of_it_are_left_out(tasks: Client) -> None:
    state = instruction(SOUTH_COMMUNE, group="communes").model_copy(update={"left_out_agency_ids": (NORTH_WARD, FINANCE)})
    parent = await release(tasks, state)
    seen = (await tasks.get(TRACKER, f"/tasks/{parent}")).json()
    assert (seen["group_name"], seen["left_out"], seen["children_summary"]["total"]) == (None, 2, 1)
    parts = (await tasks.get(TRACKER, f"/tasks/{parent}/children")).json()["items"]
    assert [(one["lead_agency_id"], one["left_out"]) for one in parts] == [(str(SOUTH_COMMUNE), 0)]


def test_a_release_of_before_says_nothing_of_names() -> None:
    told = instruction(HEALTH, FINANCE, group="departments").model_dump()
    del told["group_name"], told["left_out_agency_ids"]
    state = instruction().model_validate(told)
    parent, *parts = tasks_of(state, [1, 2, 3], released_at=datetime.now(UTC))
    assert (parent.assigned.group_name, parent.assigned.left_out, len(parts)) == (None, 0, 2)
