"""Hints to open pages: what got lost with a process or a line is made good by whoever begins to speak or to listen."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text

from libs.common import live
from libs.common.db import Database
from libs.common.live import EVERYBODY, MOST_NAMED, ChangedLists, Concerned, Gathering, Hint, Hints, concerned
from libs.common.supervise import running
from tests.conftest import ServiceDatabase

pytestmark = pytest.mark.asyncio

_CUT = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%-direct'"
)


@pytest_asyncio.fixture
async def tasks(database: Callable[[str], ServiceDatabase]) -> AsyncIterator[Database]:
    opened = Database(database("tasks").app_url, application="chidao-tasks")
    yield opened
    await opened.dispose()


async def heard(following: AsyncIterator[Hint], *, until: str) -> Concerned:
    async with asyncio.timeout(20):
        async for hint in following:
            if until in hint.lists:
                return hint.lists[until]
    raise AssertionError("the stream ended")


async def test_what_was_to_be_said_while_the_line_was_away_is_made_good(tasks: Database) -> None:
    hints, changed = Hints(tasks), ChangedLists(tasks)
    following = changed.follow()
    async with running(("hints", hints.run), ("changed-lists", changed.run)):
        await heard(following, until="*")
        hints.lists_changed("tasks")
        await heard(following, until="tasks")
        async with tasks.read() as connection:
            assert (await connection.execute(_CUT)).scalars().all() == [True, True]
        hints.lists_changed("tasks")
        await heard(following, until="*")


async def test_a_process_that_begins_says_that_everything_may_have_changed(tasks: Database) -> None:
    """The one before it may have been killed between its commit and its word."""
    changed = ChangedLists(tasks)
    following = changed.follow()
    async with running(("changed-lists", changed.run)):
        await heard(following, until="*")
        async with running(("hints", Hints(tasks).run)):
            await heard(following, until="*")


async def test_a_line_that_is_silent_is_asked_and_speaks_all_the_same(tasks: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.2)
    changed = ChangedLists(tasks)
    following = changed.follow()
    async with running(("changed-lists", changed.run)):
        await heard(following, until="*")
        async with asyncio.timeout(20):
            assert not await anext(following)
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT 1'"
        async with tasks.read() as connection, asyncio.timeout(20):
            while (await connection.execute(text(asked))).scalar_one() != 1:
                await asyncio.sleep(0.05)


async def test_whom_it_concerns_comes_through_the_database(tasks: Database) -> None:
    one, other, person = uuid4(), uuid4(), uuid4()
    hints, changed = Hints(tasks), ChangedLists(tasks)
    following = changed.follow()
    async with running(("hints", hints.run), ("changed-lists", changed.run)):
        # One for who begins to speak, one for who begins to listen; what is between them may be gathered with either.
        await heard(following, until="*")
        async with asyncio.timeout(20):
            hints.changed(Hint({"before": EVERYBODY}))
            await heard(following, until="before")
        hints.changed(Hint({"tasks": concerned(agencies=[one], roles=["LEADER"])}))
        hints.changed(Hint({"tasks": concerned(agencies=[other]), "notices": concerned(persons=[person])}))
        assert await heard(following, until="tasks") == concerned(agencies=[one, other], roles=["LEADER"])


@pytest.mark.parametrize("agencies", [1, MOST_NAMED, MOST_NAMED + 1, 500])
async def test_a_hint_names_as_many_as_fit_and_more_are_everybody(tasks: Database, agencies: int) -> None:
    hints, changed = Hints(tasks), ChangedLists(tasks)
    following = changed.follow()
    named = [uuid4() for _ in range(agencies)]
    async with running(("hints", hints.run), ("changed-lists", changed.run)):
        await heard(following, until="*")
        hints.changed(Hint({"tasks": concerned(agencies=named)}))
        found = await heard(following, until="tasks")
    assert found == (EVERYBODY if agencies > MOST_NAMED else concerned(agencies=named))


async def test_lists_that_each_fit_are_everybody_when_they_do_not_fit_together() -> None:
    hint = Hint({name: concerned(agencies=[uuid4() for _ in range(MOST_NAMED)]) for name in ("tasks", "notices", "figures")})
    assert json.loads(hint.text()) == {"tasks": None, "notices": None, "figures": None}


async def test_gathered_hints_forget_nobody() -> None:
    """Told one after another or gathered on the way: whoever was concerned by one of them is by all."""
    people = [uuid4() for _ in range(2 * MOST_NAMED)]
    gathered = Hint()
    for number, person in enumerate(people, start=1):
        gathered |= Hint({"notices": concerned(persons=[person])})
        told = Hint.from_json(json.loads(gathered.text()))
        assert len(gathered.text()) < 8000
        assert all(_hears(told, one) for one in people[:number])
        assert _hears(told, uuid4()) == (number > MOST_NAMED)


def _hears(hint: Hint, person: UUID) -> bool:
    return hint.lists["notices"].includes(agency_id=None, person_id=person, role="INSPECTOR")


async def test_who_has_not_listened_for_long_has_no_more_waiting_than_one_hint() -> None:
    gathering = Gathering()
    for _ in range(10_000):
        gathering.add(Hint({"notices": concerned(persons=[uuid4()])}))
    assert await gathering.take(within=0) == Hint({"notices": EVERYBODY})
    assert not await gathering.take(within=0)
