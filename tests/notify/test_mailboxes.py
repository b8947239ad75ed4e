"""The mailbox of an agency that has ended: whoever alone took over reads in it, with nothing to catch up on that others were told."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from faults.bodies import today
from libs.contracts.directory import ReorganisationChange, ReorganisationChanged, ReorganisationState
from tests.issuer import Person
from tests.notify.test_gathering import apply, listed, overdue, unread
from tests.notify.test_notices import everything_listed
from tests.signed_in import (
    COMMUNE_CLERK,
    FINANCE,
    FINANCE_CLERK,
    HEALTH,
    HEALTH_CLERK,
    HEALTH_OFFICER,
    SOUTH_COMMUNE,
    TRACKER,
    Client,
    directory_event,
)

ABOLISHED = UUID(int=7)


async def reorganised(notify: Client, ended: Sequence[UUID], successors: Sequence[UUID], standing: str = "IN_EFFECT") -> None:
    state = ReorganisationState(
        id=uuid4(),
        kind="MERGE" if len(successors) == 1 else "SPLIT",
        standing=standing,
        effective_on=today(),
        legal_basis="Nghị quyết số 52/NQ-HĐND",
        from_agency_ids=tuple(ended),
        ended_agency_ids=tuple(ended),
        successor_ids=tuple(successors),
    )
    event = ReorganisationChanged(occurred_at=datetime.now(UTC), state=state, change=ReorganisationChange(reason="test"))
    for _ in range(2):
        await notify.app.state.service.runners[1].apply([directory_event(event, state.id)])


async def codes(notify: Client, person: Person) -> list[str]:
    return [one["task_code"] for one in await listed(notify, person)]


async def sat_in(notify: Client, person: Person, agency: UUID) -> None:
    """He acted there, and does no more."""
    await notify.rows(
        """INSERT INTO membership_replica (id, person_id, agency_id, role, is_head, valid_from, valid_to, version)
           VALUES (:id, :person, :agency, 'AGENCY_CLERK', false, NULL, CURRENT_DATE - 1, 1) RETURNING 1""",
        id=uuid4(),
        person=person.id,
        agency=agency,
    )


async def test_who_took_over_reads_what_was_told_and_is_told_what_comes(notify: Client) -> None:
    await apply(notify, overdue(HEALTH, "NV-1"), overdue(FINANCE, "NV-2"))
    assert await codes(notify, FINANCE_CLERK) == ["NV-2"]
    await reorganised(notify, [HEALTH], [FINANCE])
    assert await codes(notify, FINANCE_CLERK) == ["NV-2", "NV-1"]
    assert await unread(notify, FINANCE_CLERK) == 1, "what others were told before he came is nothing to catch up on"
    await apply(notify, overdue(HEALTH, "NV-3"))
    assert await codes(notify, FINANCE_CLERK) == ["NV-3", "NV-2", "NV-1"], "what is told late, to an agency that has ended"
    assert [one["inherited_from"] for one in await listed(notify, FINANCE_CLERK)] == [str(HEALTH), None, str(HEALTH)]
    assert await unread(notify, FINANCE_CLERK) == 2
    assert [one["task_code"] for one in await listed(notify, FINANCE_CLERK, unread=True)] == ["NV-3", "NV-2"]
    for size in (1, 2):
        assert len(await everything_listed(notify, FINANCE_CLERK, size)) == 3
    assert [(one["task_code"], one["inherited_from"]) for one in await listed(notify, HEALTH_CLERK)] == [("NV-3", None), ("NV-1", None)]
    assert await codes(notify, COMMUNE_CLERK) == []
    (of_day,) = await listed(notify, TRACKER)
    assert (of_day["kind"], of_day["inherited_from"]) == ("overdue-of-day", None), "the Office has one mailbox"


async def test_who_came_along_has_read_what_he_had_read(notify: Client) -> None:
    await sat_in(notify, FINANCE_CLERK, HEALTH)
    await apply(notify, overdue(HEALTH, "NV-1"), overdue(HEALTH, "NV-2"))
    await reorganised(notify, [HEALTH], [FINANCE])
    assert await unread(notify, FINANCE_CLERK) == 2
    one = (await listed(notify, FINANCE_CLERK))[0]
    assert (await notify.post(FINANCE_CLERK, f"/notices/{one['id']}/read")).json()["count"] == 1
    assert await unread(notify, FINANCE_CLERK, task_id=one["task_id"]) == 0
    assert (await notify.post(FINANCE_CLERK, "/notices/read-all")).json()["count"] == 0
    assert await unread(notify, HEALTH_CLERK) == 2, "he has read it for himself"
    await apply(notify, overdue(HEALTH, "NV-3"))
    assert await unread(notify, FINANCE_CLERK) == 1


async def test_all_that_is_read_at_once_is_read_in_every_mailbox(notify: Client) -> None:
    await sat_in(notify, FINANCE_CLERK, HEALTH)
    await apply(notify, overdue(HEALTH, "NV-1"), overdue(FINANCE, "NV-2"))
    await reorganised(notify, [HEALTH], [FINANCE])
    # So long ago that no mark of its own is needed.
    await notify.rows("UPDATE succession SET known_at = now() - interval '2 days' RETURNING 1")
    await notify.post(FINANCE_CLERK, "/notices/read-all")
    through = await notify.rows("SELECT agency_id FROM read_through WHERE person_id = :id", id=FINANCE_CLERK.id)
    assert {row.agency_id for row in through} == {HEALTH, FINANCE}
    assert await unread(notify, FINANCE_CLERK) == 0


async def test_what_is_of_one_task_is_read_with_it(notify: Client) -> None:
    await reorganised(notify, [HEALTH], [FINANCE])
    late = overdue(HEALTH, "NV-1")
    await apply(notify, late)
    task_id = (await listed(notify, FINANCE_CLERK))[0]["task_id"]
    assert await unread(notify, FINANCE_CLERK, task_id=task_id) == 1
    assert (await notify.post(FINANCE_CLERK, f"/notices/of-task/{task_id}/read")).json()["count"] == 0
    assert await unread(notify, HEALTH_OFFICER, task_id=task_id) == 1


@pytest.mark.parametrize("order", permutations(range(3)))
async def test_a_mailbox_goes_on_to_the_heir_of_the_heir(notify: Client, order: tuple[int, ...]) -> None:
    """In whatever order it is told."""
    handed = (([ABOLISHED], [SOUTH_COMMUNE]), ([SOUTH_COMMUNE], [HEALTH]), ([HEALTH], [FINANCE]))
    await apply(notify, *(overdue(one, f"NV-{number}") for number, one in enumerate((ABOLISHED, SOUTH_COMMUNE, HEALTH, FINANCE), 1)))
    for one in order:
        await reorganised(notify, *handed[one])
    assert await codes(notify, FINANCE_CLERK) == ["NV-4", "NV-3", "NV-2", "NV-1"]
    assert await codes(notify, COMMUNE_CLERK) == ["NV-2", "NV-1"]


@pytest.mark.parametrize(
    ("successors", "standing"),
    [([FINANCE], "PLANNED"), ([FINANCE], "WITHDRAWN"), ([FINANCE, SOUTH_COMMUNE], "IN_EFFECT"), ([], "IN_EFFECT")],
)
async def test_nobody_else_reads_in_it(notify: Client, successors: list[UUID], standing: str) -> None:
    """A plan hands nothing over, and where several took over, or nobody, the mailbox stays closed."""
    await apply(notify, overdue(HEALTH, "NV-1"))
    notice = (await listed(notify, HEALTH_CLERK))[0]
    await reorganised(notify, [HEALTH], successors, standing)
    for person in (FINANCE_CLERK, COMMUNE_CLERK):
        assert await codes(notify, person) == []
        assert await unread(notify, person, task_id=notice["task_id"]) == 0
        before = await notify.everything()
        assert (await notify.post(person, f"/notices/{notice['id']}/read")).status_code == 404
        await notify.post(person, f"/notices/of-task/{notice['task_id']}/read")
        assert await notify.everything() == before
