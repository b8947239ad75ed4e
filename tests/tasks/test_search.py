"""What people type finds the task they mean: codes of any form, words in any order, a citation, the name of who leads."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.tasks.queries import listing
from tests.issuer import Person
from tests.signed_in import COMMUNE_CLERK, FINANCE, FINANCE_CLERK, HEALTH, HEALTH_CLERK, NORTH_WARD, SOUTH_COMMUNE, TRACKER, Client
from tests.tasks.population import populate
from tests.tasks.released import act, instruction, release, submitted, today
from tests.tasks.test_pages import SORTS, pages


async def found(client: Client, person: Person, q: str, **asked: Any) -> list[str]:
    answer = await client.get(person, "/tasks", q=q, **({"scope": "oversight"} | asked))
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["items"])
    return [one["id"] for one in answer.json()["items"]]


async def code_of(client: Client, task: str) -> str:
    return str((await client.get(TRACKER, f"/tasks/{task}")).json()["code"])


@pytest.mark.parametrize(
    "q",
    [
        "5425 UBND-KGVX",
        "UBND-KGVX 5425",
        "Số: 5425/UBND-KGVX",
        "số 5425/UBND‑KGVX",
        "Công văn số 5425/UBND-KGVX ngày 12/02/2026 của UBND tỉnh",
        "văn bản số 5425 ngày 12 tháng 02 năm 2026",
        "nhà sập nhà tốc mái",
        "nha toc mai, nha sap",
        "tốc m",
    ],
)
async def test_words_in_any_order_and_what_stands_around_them_aside(tasks: Client, q: str) -> None:
    meant = await release(tasks, instruction(content="Kiểm tra nhà sập, nhà tốc mái"))
    other = await release(tasks, instruction(content="Rà soát cơ sở vật chất"))
    by_document = "5425" in q
    assert set(await found(tasks, TRACKER, q)) == ({meant, other} if by_document else {meant})


async def test_every_form_of_a_code_finds_its_task_a_part_of_a_group_too(tasks: Client) -> None:
    group = await release(tasks, instruction(HEALTH, SOUTH_COMMUNE, group="communes"))
    parts = (await tasks.get(TRACKER, f"/tasks/{group}/children")).json()["items"]
    of_commune = next(part["id"] for part in parts if part["lead_agency_id"] == str(SOUTH_COMMUNE))
    for task in (group, of_commune):
        number = (await code_of(tasks, task)).removeprefix("NV-")
        for typed in (f"NV-{number}", f"nv{number}", f" nv {number} ", f"NV‑{number}", f"Nv.{number}."):
            assert await found(tasks, TRACKER, typed) == [task], typed
            assert await found(tasks, COMMUNE_CLERK, typed) == [task], typed
    number_of_part = (await code_of(tasks, of_commune)).removeprefix("NV-")
    assert await found(tasks, HEALTH_CLERK, f"NV-{number_of_part}") == [], "the part of a peer is not to be seen"


async def test_an_agency_finds_its_own_part_and_the_office_the_whole(tasks: Client) -> None:
    group = await release(tasks, instruction(HEALTH, SOUTH_COMMUNE, group="communes", content="Tiêm phòng gia súc"))
    parts = (await tasks.get(TRACKER, f"/tasks/{group}/children")).json()["items"]
    own = next(part["id"] for part in parts if part["lead_agency_id"] == str(SOUTH_COMMUNE))
    assert await found(tasks, TRACKER, "tiêm phòng") == [group]
    assert await found(tasks, COMMUNE_CLERK, "tiêm phòng", sort="-assigned_on") == [own, group], "its own part comes before the whole"


async def test_the_name_of_the_lead_finds_what_it_leads(tasks: Client) -> None:
    alone = await release(tasks, instruction(HEALTH, content="Rà soát"))
    of_others = await release(tasks, instruction(FINANCE, coordinating=(HEALTH,), content="Rà soát"))
    named = await release(tasks, instruction(FINANCE, content="Phối hợp với Sở Y tế rà soát"))
    group = await release(tasks, instruction(HEALTH, NORTH_WARD, group="communes", content="Rà soát"))
    parts = (await tasks.get(TRACKER, f"/tasks/{group}/children")).json()["items"]
    part = next(one["id"] for one in parts if one["lead_agency_id"] == str(HEALTH))
    for typed in ("Sở Y tế", "so y te", "y tế sở"):
        assert set(await found(tasks, TRACKER, typed)) == {alone, part, named}, typed
    assert set(await found(tasks, HEALTH_CLERK, "Sở Y tế")) == {alone, part}
    assert set(await found(tasks, FINANCE_CLERK, "Sở Y tế")) == {named}, "who leads what is not to be seen is not told"
    assert set(await found(tasks, TRACKER, "Sở Y tế", level="instruction")) == {alone, named}
    assert set(await found(tasks, TRACKER, "y tế")) == {named}, "half a name is words like any other"
    assert of_others not in await found(tasks, TRACKER, "Sở Y tế")


async def test_a_commune_is_named_without_its_kind(tasks: Client) -> None:
    led = await release(tasks, instruction(SOUTH_COMMUNE, content="Rà soát"))
    for typed in ("Bình Sơn", "xã bình sơn", "UBND xã Bình Sơn"):
        assert await found(tasks, TRACKER, typed) == [led], typed


@pytest.mark.parametrize("walked", [1, 4, 1_500])
async def test_pages_of_a_search_are_together_what_is_counted(tasks: Client, walked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However far a list is walked before the index of words is asked."""
    monkeypatch.setattr(listing, "WALKED", walked)
    population = await populate(tasks, 5, tasks=30, groups=8)
    expected = {
        str(task.id) for task in population.tasks.values() if task.assigned.content.startswith("Báo cáo") and task.assigned.group_id is None
    }
    for sort in SORTS:
        for limit in (1, 3, 50):
            shown = [
                one["id"]
                for page in await pages(tasks, TRACKER, "/tasks", limit, scope="oversight", q="dịch báo cáo", sort=sort)
                for one in page
            ]
            assert len(shown) == len(set(shown))
            assert set(shown) == expected


async def test_what_an_agency_coordinates_follows_its_task(tasks: Client) -> None:
    first = await release(tasks, instruction(HEALTH, due=today() + timedelta(9), coordinating=(FINANCE,)))
    second = await release(tasks, instruction(HEALTH, due=today() + timedelta(3), coordinating=(FINANCE,)))
    own = {"scope": "agency"}

    async def listed(**asked: Any) -> list[str]:
        return [one["id"] for one in (await tasks.get(FINANCE_CLERK, "/tasks", **own, **asked)).json()["items"]]

    assert await listed() == [second, first]
    assert await listed(bucket="open_in_time") == [second, first]
    await submitted(tasks, second)
    assert (await act(tasks, TRACKER, second, "results/confirm", {})).status_code == 200
    assert await listed() == [second, first]
    assert (await listed(bucket="open_in_time"), await listed(state="COMPLETED")) == ([first], [second])


@pytest.mark.parametrize(
    ("name", "short_name", "kind", "typed"),
    [
        ("Sở Nông nghiệp và Môi trường tỉnh Quảng Ngãi", "Sở NN&MT", "DEPARTMENT", "Sở Nông nghiệp và Môi trường"),
        ("Sở Nông nghiệp và Môi trường tỉnh Quảng Ngãi", "Sở NN&MT", "DEPARTMENT", "sở nn&mt"),
        ("Sở Nông nghiệp và Môi trường tỉnh Quảng Ngãi", "Sở NN&MT", "DEPARTMENT", "Sở NN-MT Quảng Ngãi"),
        ("Văn phòng Ủy ban nhân dân tỉnh Quảng Ngãi", "VP UBND tỉnh", "OFFICE", "văn phòng UBND tỉnh"),
        ("Ủy ban nhân dân đặc khu Lý Sơn", "Đặc khu Lý Sơn", "SPECIAL_ZONE", "Lý Sơn"),
    ],
)
async def test_short_and_long_names_name_an_agency(tasks: Client, name: str, short_name: str, kind: str, typed: str) -> None:
    led = await release(tasks, instruction(FINANCE, content="Rà soát"))
    async with tasks.admin.begin() as connection:
        await connection.execute(
            text("UPDATE agency_replica SET name = :name, short_name = :short_name, kind = :kind WHERE id = :id"),
            {"name": name, "short_name": short_name, "kind": kind, "id": FINANCE},
        )
    assert await found(tasks, TRACKER, typed) == [led]
    assert await found(tasks, TRACKER, f"{typed} huyện khác") == []
