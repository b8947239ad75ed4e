"""What every service knows of agencies and people: whatever the order in which it hears of them, and to the day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.common.actor import MAY_USE
from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.messaging.consumer import Consumer, ConsumerRunner
from libs.common.messaging.envelope import Envelope
from libs.contracts.directory import AgencyChange, AgencyChanged, AgencyState, MembershipChange, MembershipChanged, MembershipState
from libs.directory_replica import replica
from libs.directory_replica.handlers import REPLICA_HANDLERS
from libs.directory_replica.replica import DirectoryReplica, ReplicaStale, agencies_with_account, living_agencies
from tests.conftest import NewDatabase
from tests.signed_in import directory_event

DAY = date(2026, 12, 7)
ONE_DAY = timedelta(days=1)
CLERK = "AGENCY_CLERK"
AGENCY, PERSON, MEMBERSHIP = uuid4(), uuid4(), uuid4()


@dataclass(frozen=True)
class On(Clock):
    """A clock that stands on `day`."""

    day: date = DAY

    def today(self) -> date:
        return self.day


@pytest.fixture(autouse=True)
def asks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "ACTOR_KEPT_SECONDS", 0.0)


@pytest.fixture
async def followed(service_database: NewDatabase) -> Database:
    return await service_database("notify")


async def hear(database: Database, *told: Envelope) -> None:
    """One after the other, as they arrive."""
    runner = ConsumerRunner(Consumer("notify-directory", ("directory",), REPLICA_HANDLERS), database)
    for envelope in told:
        await runner.apply([envelope])


def membership(
    version: int = 1,
    *,
    id: UUID = MEMBERSHIP,  # noqa: A002
    agency: UUID = AGENCY,
    role: str = CLERK,
    since: date | None = None,
    until: date | None = None,
) -> Envelope:
    state = MembershipState(id=id, person_id=PERSON, agency_id=agency, role=role, is_head=False, valid_from=since, valid_to=until)
    return directory_event(MembershipChanged(occurred_at=datetime.now(UTC), state=state, change=MembershipChange(reason="x")), id, version)


def agency(
    version: int = 1,
    *,
    id: UUID = AGENCY,  # noqa: A002
    name: str = "Sở Y tế",
    kind: str = "DEPARTMENT",
    scope: str = "quang-ngai",
    since: date | None = None,
    until: date | None = None,
) -> Envelope:
    state = AgencyState(
        id=id,
        key=str(id),
        name=name,
        short_name=name,
        kind=kind,
        scope=scope,
        parent_id=None,
        valid_from=since,
        valid_to=until,
        sort_key=name,
    )
    return directory_event(AgencyChanged(occurred_at=datetime.now(UTC), state=state, change=AgencyChange(reason="x")), id, version)


def on(database: Database, day: date = DAY) -> DirectoryReplica:
    return DirectoryReplica(database, On(day=day), consumer="notify-directory", max_age_seconds=60.0)


@pytest.mark.parametrize("arriving", permutations((1, 2, 3)))
async def test_the_newest_word_of_a_membership_counts_in_whatever_order_it_is_heard(followed: Database, arriving: tuple[int, ...]) -> None:
    said = {1: membership(1), 2: membership(2, role="AGENCY_HEAD"), 3: membership(3, role="AGENCY_HEAD", until=DAY - ONE_DAY)}
    await hear(followed, *(said[version] for version in arriving))
    roles = frozenset({CLERK, "AGENCY_HEAD"})
    assert await on(followed).resolve_actor(PERSON, MEMBERSHIP, roles) is None, "moved away"
    yesterday = await on(followed, DAY - ONE_DAY).resolve_actor(PERSON, MEMBERSHIP, roles)
    assert yesterday is not None
    assert (yesterday.role, yesterday.agency_id, yesterday.membership_id) == ("AGENCY_HEAD", AGENCY, MEMBERSHIP)


@pytest.mark.parametrize("arriving", permutations((1, 2, 3)))
async def test_the_newest_word_of_an_agency_counts_in_whatever_order_it_is_heard(followed: Database, arriving: tuple[int, ...]) -> None:
    said = {1: agency(1), 2: agency(2, name="Sở Y tế và Dân số"), 3: agency(3, name="Sở Y tế và Dân số", until=DAY)}
    await hear(followed, *(said[version] for version in arriving))
    async with followed.read() as connection:
        rows = [tuple(row) for row in await connection.execute(text("SELECT name, valid_to, version FROM agency_replica"))]
    assert rows == [("Sở Y tế và Dân số", DAY, 3)]


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (DAY - ONE_DAY, DAY + ONE_DAY, True),
        (DAY + ONE_DAY, None, False),
        (None, DAY - ONE_DAY, False),
    ],
)
async def test_first_and_last_day_belong_to_it(followed: Database, since: date | None, until: date | None, counts: bool) -> None:
    """To a membership and to the life of an agency alike."""
    await hear(followed, agency(since=since, until=until), membership(since=since, until=until))
    assert (await on(followed).resolve_actor(PERSON, MEMBERSHIP, frozenset({CLERK})) is not None) is counts
    async with followed.read() as connection:
        assert [one.id for one in await living_agencies(connection, ids=[AGENCY], day=DAY)] == [AGENCY] * counts
        assert await agencies_with_account(connection, [AGENCY], roles=[CLERK], day=DAY) == {AGENCY} & ({AGENCY} if counts else set())


async def test_nobody_acts_in_a_membership_of_somebody_else(followed: Database) -> None:
    await hear(followed, membership())
    assert await on(followed).resolve_actor(PERSON, MEMBERSHIP, frozenset({CLERK})) is not None
    assert await on(followed).resolve_actor(uuid4(), MEMBERSHIP, frozenset({CLERK})) is None
    assert await on(followed).resolve_actor(PERSON, uuid4(), frozenset({CLERK})) is None
    assert await on(followed).resolve_actor(PERSON, MEMBERSHIP, frozenset({"SYSTEM_ADMIN"})) is None, "the token does not grant the role"
    assert await on(followed).resolve_actor(PERSON, MEMBERSHIP, frozenset()) is None
    whoever_may_use_it = await on(followed).resolve_actor(PERSON, MEMBERSHIP, frozenset({MAY_USE}))
    assert whoever_may_use_it is not None
    assert whoever_may_use_it.role == CLERK, "the role is the membership's"


async def test_who_was_looked_up_is_kept_for_a_moment_and_for_the_same_question_only(
    followed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "ACTOR_KEPT_SECONDS", 3600.0)
    await hear(followed, membership())
    asked = on(followed)
    found = await asked.resolve_actor(PERSON, MEMBERSHIP, frozenset({CLERK}))
    await hear(followed, membership(2, until=DAY - ONE_DAY))
    assert await asked.resolve_actor(PERSON, MEMBERSHIP, frozenset({CLERK})) is found
    assert await asked.resolve_actor(PERSON, MEMBERSHIP, frozenset({"LEADER"})) is None
    assert await asked.resolve_actor(uuid4(), MEMBERSHIP, frozenset({CLERK})) is None


async def test_a_group_holds_the_agencies_of_its_kinds_in_the_province_of_whoever_asks(followed: Database) -> None:
    office, ward, ministry, elsewhere = uuid4(), uuid4(), uuid4(), uuid4()
    await hear(
        followed,
        agency(id=office, name="Văn phòng", kind="OFFICE"),
        agency(),
        agency(id=ward, name="Phường", kind="WARD"),
        agency(id=ministry, name="Bộ", kind="DEPARTMENT", scope="trung-uong"),
        agency(id=elsewhere, name="Sở của tỉnh khác", kind="DEPARTMENT", scope="gia-lai"),
    )
    async with followed.read() as connection:
        departments = await living_agencies(connection, kinds=["DEPARTMENT"], within=office, day=DAY)
        two_kinds = await living_agencies(connection, kinds=["DEPARTMENT", "WARD"], within=office, day=DAY)
        named = await living_agencies(connection, ids=[ministry, ward], kinds=["OFFICE"], within=office, day=DAY)
    assert [one.id for one in departments] == [AGENCY]
    assert [one.id for one in two_kinds] == [ward, AGENCY], "by name"
    assert {one.id for one in named} == {ministry, ward, office}, "who is named may live anywhere"


async def test_an_agency_has_an_account_by_a_member_who_acts_in_one_of_the_roles(followed: Database) -> None:
    officers_only, nobody = uuid4(), uuid4()
    await hear(followed, membership(), membership(id=uuid4(), agency=officers_only, role="AGENCY_OFFICER"))
    async with followed.read() as connection:
        assert await agencies_with_account(connection, [AGENCY, officers_only, nobody], roles=["AGENCY_HEAD", CLERK], day=DAY) == {AGENCY}
        assert await agencies_with_account(connection, [nobody], roles=[CLERK], day=DAY) == set()


@pytest.mark.parametrize(("heard", "fresh"), [("now() - interval '50 seconds'", True), ("now() - interval '70 seconds'", False)])
async def test_a_directory_that_is_silent_for_longer_than_a_minute_lets_nothing_change(followed: Database, heard: str, fresh: bool) -> None:
    async with followed.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM feed_position")
        for consumer, source in (("another", "directory"), ("notify-directory", "tasks")):
            await connection.exec_driver_sql(
                f"INSERT INTO feed_position (consumer, source, heard_at) VALUES ('{consumer}', '{source}', now())"
            )
    with pytest.raises(ReplicaStale):
        await on(followed).require_fresh()
    async with followed.begin() as connection:
        await connection.exec_driver_sql(
            f"INSERT INTO feed_position (consumer, source, heard_at) VALUES ('notify-directory', 'directory', {heard})"
        )
    if fresh:
        await on(followed).require_fresh()
    else:
        with pytest.raises(ReplicaStale):
            await on(followed).require_fresh()
