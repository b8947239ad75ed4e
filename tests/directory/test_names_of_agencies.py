"""Documents call an agency by one name more, or one less than was thought: who searches and pastes finds it so, and it is told."""

from typing import Any

from libs.contracts.bounds import MOST_ALIASES
from libs.contracts.directory import AgencyChanged
from services.directory.domain.agency import agency_id
from services.directory.domain.membership import Role
from tests.directory.conftest import Member, at_once, member
from tests.signed_in import Client

ADMIN = Member(member(Role.SYSTEM_ADMIN))
TRACKER = Member(member(Role.OFFICE_TRACKER))
HEALTH = agency_id("quang-ngai-so-y-te")
FINANCE = agency_id("quang-ngai-so-tai-chinh")
NEW = "Sở Y tế và Dân số"


async def call(client: Client, alias: str, *, version: int | None = 1, act: str = "", of: Any = HEALTH, person: Member = ADMIN) -> Any:
    return await client.post(person, f"/agencies/{of}/aliases{act}", {"alias": alias, "reason": "Công văn số 5425"}, version=version)


async def names_of(client: Client, agency: Any = HEALTH) -> set[str]:
    record = (await client.get(TRACKER, f"/agencies/{agency}")).json()
    return {one["name"] for one in record["names"] if not one["is_former"]}


async def found(client: Client, typed: str) -> list[str]:
    return [one["id"] for one in (await client.get(TRACKER, "/agencies", q=typed)).json()["items"]]


async def test_a_name_more_finds_the_agency_and_one_less_does_not(directory: Client) -> None:
    before = await names_of(directory)
    async with directory.telling_open_pages("agencies"):
        answer = await call(directory, NEW)
    assert (answer.status_code, answer.headers["ETag"], answer.json()) == (200, '"2"', {"id": str(HEALTH), "version": 2})
    assert await names_of(directory) == before | {NEW}
    assert await found(directory, "so y te va dan so") == [str(HEALTH)]
    pasted = (await directory.get(TRACKER, "/named-agencies", lines=NEW)).json()
    assert [one["agency"]["id"] for one in pasted] == [str(HEALTH)]
    assert (await call(directory, NEW, version=2, act="/drop")).json()["version"] == 3
    assert await names_of(directory) == before
    assert await found(directory, "so y te va dan so") == []


async def test_it_is_told_with_all_names_and_why(directory: Client) -> None:
    [first] = await directory.rows("SELECT payload FROM event_log WHERE aggregate_id = :id", id=FINANCE)
    was = AgencyChanged.model_validate(first.payload).state
    await call(directory, "Sở TC tỉnh QN", of=FINANCE)
    rows = await directory.rows("SELECT payload FROM event_log WHERE aggregate_id = :id AND version = 2", id=FINANCE)
    [event] = [AgencyChanged.model_validate(row.payload) for row in rows]
    others = {*was.aliases} - {*was.former_names, was.name, was.short_name}
    assert {*event.state.aliases} == others | {"Sở TC tỉnh QN"}
    assert {*event.state.former_names} == {*was.former_names}
    assert (event.state.name, event.change.reason) == (was.name, "Công văn số 5425")
    kept = await directory.rows("SELECT alias FROM agency_alias WHERE agency_id = :id AND is_former", id=FINANCE)
    assert {row.alias for row in kept} == {*was.former_names}, "what it took over stays"


async def test_what_is_refused_leaves_everything_as_it_was(directory: Client) -> None:
    before = await directory.everything()
    for alias, act, version, expected in (
        ("Sở Y tế", "", 1, (409, "agency-alias-known")),
        ("SỞ TÀI CHÍNH", "", 1, (409, "agency-name-taken")),
        ("x" * 201, "", 1, (422, "invalid-body")),
        (" ", "", 1, (422, "invalid-body")),
        (NEW, "", 9, (412, "stale-version")),
        (NEW, "", None, (428, "precondition-missing")),
        (NEW, "/drop", 1, (409, "agency-alias-unknown")),
        ("Sở Y tế", "/drop", 1, (409, "agency-alias-unknown")),
    ):
        answer = await call(directory, alias, act=act, version=version)
        assert (answer.status_code, answer.json()["code"]) == expected, alias
        assert await directory.everything() == before, alias
    taken = await call(directory, "Sở Tài chính")
    assert taken.json()["bearer"]["id"] == str(FINANCE)
    for act in ("", "/drop"):
        assert (await call(directory, NEW, act=act, person=TRACKER)).status_code == 403
        assert (await call(directory, NEW, act=act, of=ADMIN.id)).status_code == 404
    assert await directory.everything() == before
    assert [(await directory.get(one, f"/agencies/{HEALTH}")).json()["may_change"] for one in (ADMIN, TRACKER)] == [True, False]


async def test_there_is_an_end_to_the_names_of_one_agency(directory: Client) -> None:
    free = MOST_ALIASES - len(await names_of(directory))
    for n in range(free):
        assert (await call(directory, f"Tên thứ {n}", version=n + 1)).status_code == 200
    answer = await call(directory, "Một tên nữa", version=free + 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "agency-too-many-aliases")


async def test_of_two_agencies_that_get_one_name_at_once_one_is_refused(directory: Client) -> None:
    answers = await at_once(directory, *(call(directory, "Tên chung", of=one) for one in (HEALTH, FINANCE)))
    assert sorted(one.status_code for one in answers) == [200, 409]
