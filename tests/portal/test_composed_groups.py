"""A group is composed in the form: a list is pasted, agencies are picked, some are left out of a group; without a script."""

import re
from typing import Any

from portal.screens.pasted_agencies import LETTERS_AT_ONCE, NAMES_AT_ONCE, asked_at_once
from tests.portal.conftest import Browser, Fields, Running
from tests.portal.stand_in import id_of
from tests.portal.test_registering import FILLED, opened, registered

PLACE = "instructions-0-"
GROUP: Fields = {
    **{name: value for name, value in FILLED.items() if name != f"{PLACE}lead"},
    f"{PLACE}lead_group": "composed",
    f"{PLACE}group_name": "Các xã bị thiệt hại",
}
READ: Fields = {"act": f"read-agencies {PLACE}group_pasted"}


async def pasted(browser: Browser, text: str, **more: str) -> str:
    page = await browser.send("/directives", {**GROUP, **READ, f"{PLACE}group_pasted": text, **more}, to="/directives/draft")
    assert page.status_code == 200
    return page.text


def chosen(browser: Browser) -> list[str]:
    found = browser.form("/directives").get(f"{PLACE}group_agencies_id", [])
    return found if isinstance(found, list) else [found]


async def test_a_pasted_list_becomes_agencies_and_what_is_not_clear_stays(portal: Running, browser: Browser) -> None:
    await opened(browser)
    text = await pasted(browser, "Sở Y tế, Sở Tài chính\nba đ\nxã ba\nXã Không Có")
    assert chosen(browser) == [id_of("health"), id_of("finance"), id_of("ba-dong")]
    assert browser.value_of("/directives", f"{PLACE}group_pasted").splitlines() == ["xã ba", "Xã Không Có"]
    assert "Còn 2 tên chưa rõ" in browser.errors[0]
    assert "không có trong danh bạ của tỉnh" in text
    offers = re.findall(rf'value="(take-agency {PLACE}group_pasted [^"]+)"', text)
    assert offers == [f"take-agency {PLACE}group_pasted {id_of(one)} xã ba" for one in ("ba-dong", "ba-dinh")]
    await browser.send("/directives", {"act": offers[1]}, to="/directives/draft")
    assert chosen(browser) == [id_of("health"), id_of("finance"), id_of("ba-dong"), id_of("ba-dinh")]
    assert browser.value_of("/directives", f"{PLACE}group_pasted").strip() == "Xã Không Có"
    assert registered(portal) == []


async def test_what_is_not_clear_is_not_saved_over(portal: Running, browser: Browser) -> None:
    await opened(browser)
    page = await browser.send("/directives", {**GROUP, f"{PLACE}group_pasted": "Sở Y tế\nXã Không Có", "act": "save"})
    assert page.status_code == 422
    assert f'<a href="#{PLACE}group_pasted">' in page.text
    assert registered(portal) == []
    page = await browser.send("/directives", {f"{PLACE}group_pasted": "Sở Tài chính", "act": "save"})
    assert page.status_code == 200
    (body,) = registered(portal)
    (one,) = body["instructions"]  # type: ignore[misc]
    assert one["composed_group"] == {"name": "Các xã bị thiệt hại", "agency_ids": [id_of("health"), id_of("finance")]}
    assert (one["lead_group"], one["assignments"], one["left_out_agency_ids"]) == (None, [], [])
    assert not {"group_name", "group_pasted"} & one.keys()
    assert "Các xã bị thiệt hại (2 cơ quan)" in page.text


async def test_agencies_are_picked_and_taken_out_one_by_one(browser: Browser) -> None:
    await opened(browser)
    for typed in ("Sở Y tế", "Sở Tài chính"):
        step: Fields = {"act": f"add-agency {PLACE}group_agencies", f"{PLACE}group_agencies": typed}
        await browser.send("/directives", {**GROUP, **step}, to="/directives/draft")
    assert chosen(browser) == [id_of("health"), id_of("finance")]
    await browser.send("/directives", {"act": f"remove-agency {PLACE}group_agencies {id_of('health')}"}, to="/directives/draft")
    assert chosen(browser) == [id_of("finance")]


async def test_a_group_that_is_corrected_is_filled_in_again(portal: Running, browser: Browser) -> None:
    await opened(browser)
    page = await browser.send("/directives", {**GROUP, f"{PLACE}group_pasted": "Sở Y tế, Sở Tài chính", "act": "save"})
    await browser.get(f"{page.url.path}/edit")
    assert browser.value_of("/directives", f"{PLACE}lead_group") == "composed"
    assert browser.value_of("/directives", f"{PLACE}group_name") == "Các xã bị thiệt hại"
    assert chosen(browser) == [id_of("health"), id_of("finance")]


async def test_some_are_left_out_of_a_group(portal: Running, browser: Browser) -> None:
    given = [{"agency_id": id_of(one), "leads": [1], "coordinates": [], "reports": []} for one in ("health", "finance", "ba-dong")]
    portal.stand_in.summary |= {"given": 3, "groups": 1, "agencies": given}
    await opened(browser)
    without: Fields = {**GROUP, f"{PLACE}lead_group": "communes", f"{PLACE}left_out": "Xã Ba Dinh", "act": "save"}
    page = await browser.send("/directives", without)
    (body,) = registered(portal)
    (one,) = body["instructions"]  # type: ignore[misc]
    assert (one["lead_group"], one["left_out_agency_ids"], one["composed_group"]) == ("communes", [id_of("ba-dinh")], None)
    said = " ".join(re.sub(r"<[^>]+>", "", page.text).split())
    assert "Các xã, phường, đặc khu (3 cơ quan); trừ 1: Xã Ba Dinh" in said, "as many as the release gives it to"
    await browser.get(f"{page.url.path}/edit")
    assert browser.value_of("/directives", f"{PLACE}left_out_id") == id_of("ba-dinh")


async def test_what_the_service_says_of_agencies_names_them_all(portal: Running, browser: Browser) -> None:
    await opened(browser)
    errors = [{"field": f"instructions.0.composed_group.agency_ids.{n}", "code": "member-without-account"} for n in (0, 1)]
    errors += [{"field": "instructions.0.composed_group.name", "code": "text-too-long"}]
    portal.stand_in.refuse["POST /directives/directives"] = (422, {"code": "member-without-account", "errors": errors})
    page = await browser.send("/directives", {**GROUP, f"{PLACE}group_pasted": "Sở Y tế, Sở Tài chính", "act": "save"})
    links = re.findall(r'<li><a href="#([^"]+)">', page.text)
    assert links == [f"{PLACE}group_name", f"{PLACE}group_agencies"]
    assert any("Sở Y tế, Sở Tài chính: Cơ quan này không có tài khoản" in one for one in browser.errors)


async def test_the_summary_and_the_task_say_the_group_by_its_name(portal: Running, browser: Browser) -> None:
    given = [{"agency_id": id_of(one), "leads": [1], "coordinates": [], "reports": []} for one in ("health", "finance")]
    portal.stand_in.summary |= {"given": 2, "groups": 1, "agencies": given}
    await opened(browser)
    page = await browser.send("/directives", {**GROUP, f"{PLACE}group_pasted": "Sở Y tế, Sở Tài chính", "act": "save"})
    assert "Nhiệm vụ 1: Các xã bị thiệt hại, 2 cơ quan" in page.text


async def test_a_task_to_a_group_is_called_by_its_name(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    await browser.sign_in("tracker")
    parts = {"total": 2, "accepted": 0, "awaiting": 0, "completed": 0, "overdue": 0, "kinds": ["COMMUNE"]}
    whole = {"is_group": True, "lead_agency_id": None, "children_summary": parts}
    for told, said in (
        ({"group_name": "Các xã <bị> thiệt hại", "left_out": 0}, "Các xã &lt;bị&gt; thiệt hại (2 cơ quan)"),
        ({"group_name": None, "left_out": 3}, "2 xã, trừ 3"),
    ):
        released |= whole | told
        for address in ("/workbench", f"/tasks/{released['id']}"):
            assert said in (await browser.get(address)).text, address


def test_a_list_is_asked_in_portions_and_nothing_of_it_is_lost() -> None:
    names = [f"Xã Thứ {n}" for n in range(130)]
    for pasted_text in ("\n".join(names), ", ".join(names), "; ".join(names)):
        portions = list(asked_at_once(pasted_text))
        assert [name.strip() for lines in portions for line in lines for name in line.split(",")] == names
        assert all(sum(1 + line.count(",") for line in lines) <= NAMES_AT_ONCE for lines in portions)
    long = "x" * (2 * LETTERS_AT_ONCE + 1)
    portions = list(asked_at_once(f"{long}, a"))
    assert "".join(line for lines in portions for line in lines) == f"{long}a"
    assert all(sum(map(len, lines)) <= LETTERS_AT_ONCE for lines in portions)
    assert list(asked_at_once(" \n ; ")) == []
