"""Two people correct one draft: nobody's words go without being seen."""

from copy import deepcopy
from typing import Any

import pytest

from tests.portal.conftest import Browser, Fields, Running
from tests.portal.stand_in import id_of
from tests.portal.test_registering import FILLED

Found = dict[str, Any]
SECOND: Fields = {
    "instructions-1-content": "Báo cáo kết quả",
    "instructions-1-lead": "Sở Tài chính",
    "instructions-1-due": "10/03/2026",
}


@pytest.fixture
async def draft(portal: Running, browser: Browser) -> Found:
    """A draft of two tasks, opened by the second of two people."""
    await browser.sign_in("tracker")
    await browser.get("/directives/new")
    await browser.send("/directives", {**FILLED, "act": "add-instruction"}, to="/directives/draft")
    await browser.send("/directives", {**SECOND, "act": "save"})
    (found,) = portal.stand_in.directives.values()
    await browser.get(f"/directives/{found['id']}/edit")
    return found


def saved_meanwhile(portal: Running, draft: Found) -> None:
    """The first has saved: what the second sends is upon an old version, once."""
    draft["version"] += 1
    # Every change gives the tasks of a draft new names.
    for one in draft["instructions"]:
        one["id"] = id_of(f"{one['id']} anew")
    refused = {"code": "stale-version", "present_version": draft["version"]}
    portal.stand_in.refuse[f"PUT /directives/directives/{draft['id']}"] = (412, refused)


async def save(portal: Running, browser: Browser, changes: Fields | None = None) -> Found:
    """What the second press of the button sends."""
    portal.stand_in.refuse.clear()
    page = await browser.send("/directives", {"act": "save", **(changes or {})})
    assert page.url.path.startswith("/directives/"), page.text
    body: Found = [one for one in portal.stand_in.asked if one.method == "PUT"][-1].body
    return body


async def test_what_was_not_touched_takes_the_newest(portal: Running, browser: Browser, draft: Found) -> None:
    draft["subject"] = "Trích yếu của người trước"
    draft["instructions"][0]["due"] = "2026-03-20"
    draft["instructions"][1]["assignments"] = [{"agency_id": id_of("health"), "role": "LEAD"}]
    saved_meanwhile(portal, draft)
    page = await browser.send("/directives", {"act": "save", "signer": "Phó Chủ tịch"})
    assert page.status_code == 412
    assert "Nhiệm vụ 1 · Hạn" in page.text
    assert "-choice" not in page.text
    assert browser.value_of("/directives", "version") == str(draft["version"])
    body = await save(portal, browser)
    assert (body["subject"], body["signer"]) == ("Trích yếu của người trước", "Phó Chủ tịch")
    assert [one["due"] for one in body["instructions"]] == ["2026-03-20", "2026-03-10"]
    assert body["instructions"][1]["assignments"] == [{"agency_id": id_of("health"), "role": "LEAD"}]


@pytest.mark.parametrize(("chosen", "sent"), [("mine", "2026-04-01"), ("theirs", "2026-03-20")])
async def test_what_both_touched_stands_side_by_side_until_one_is_chosen(
    portal: Running, browser: Browser, draft: Found, chosen: str, sent: str
) -> None:
    draft["instructions"][0]["due"] = "2026-03-20"
    saved_meanwhile(portal, draft)
    page = await browser.send("/directives", {"act": "save", "instructions-0-due": "1/4/2026"})
    assert page.status_code == 412
    assert "20/03/2026" in page.text
    assert browser.value_of("/directives", "instructions-0-due") == "1/4/2026"
    portal.stand_in.refuse.clear()
    before = len(portal.stand_in.asked)
    page = await browser.send("/directives", {"act": "save"})
    assert page.status_code == 422
    assert "chọn một trong hai" in page.text
    assert not [one for one in portal.stand_in.asked[before:] if one.method == "PUT"]
    body = await save(portal, browser, {"instructions-0-due-choice": chosen})
    assert body["instructions"][0]["due"] == sent


async def test_the_same_day_written_otherwise_is_not_touched(portal: Running, browser: Browser, draft: Found) -> None:
    draft["instructions"][0]["due"] = "2026-03-20"
    saved_meanwhile(portal, draft)
    page = await browser.send("/directives", {"act": "save", "instructions-0-due": "5-3-2026"})
    assert "-choice" not in page.text
    assert (await save(portal, browser))["instructions"][0]["due"] == "2026-03-20"


async def test_tasks_that_were_added_and_removed_meet(portal: Running, browser: Browser, draft: Found) -> None:
    added = deepcopy(draft["instructions"][1]) | {"content": "Việc thêm của người trước"}
    del draft["instructions"][0]
    draft["instructions"].append(added)
    saved_meanwhile(portal, draft)
    await browser.send("/directives", {"act": "add-instruction"}, to="/directives/draft")
    mine = {"instructions-2-content": "Việc thêm của tôi", "instructions-2-lead": "Sở Y tế", "instructions-2-due": "11/03/2026"}
    page = await browser.send("/directives", {**mine, "act": "save"})
    assert "Nhiệm vụ vừa bị bỏ: Rà soát" in page.text
    body = await save(portal, browser)
    assert [one["content"] for one in body["instructions"]] == ["Báo cáo kết quả", "Việc thêm của người trước", "Việc thêm của tôi"]


async def test_a_task_that_one_removed_and_the_other_changed_stays(portal: Running, browser: Browser, draft: Found) -> None:
    draft["instructions"][0]["deadline_wording"] = "trong tháng 3"
    del draft["instructions"][1]
    saved_meanwhile(portal, draft)
    await browser.send("/directives", {"act": "remove-instruction 0"}, to="/directives/draft")
    page = await browser.send("/directives", {"act": "save", "instructions-0-content": "Báo cáo kết quả, số liệu"})
    assert page.status_code == 412
    assert "người khác vừa sửa nên còn đây" in page.text
    assert "đồng chí đã sửa nên còn đây" in page.text
    body = await save(portal, browser)
    assert [one["content"] for one in body["instructions"]] == ["Rà soát", "Báo cáo kết quả, số liệu"]


async def test_what_comes_back_crooked_was_not_seen(portal: Running, browser: Browser, draft: Found) -> None:
    for crooked in ("", "{", "[]", '{"instructions": [1], "document": {"subject": []}}', '{"instructions": 1}'):
        await browser.get(f"/directives/{draft['id']}/edit")
        await browser.send("/directives", {"draft": f"/directives/{draft['id']}/edit"}, to="/drafts/forget")
        draft["subject"] += "."
        saved_meanwhile(portal, draft)
        page = await browser.send("/directives", {"act": "save", "seen": crooked})
        assert page.status_code == 412
        assert "subject-choice" in page.text


@pytest.mark.parametrize(("typed", "sent"), [({}, 60), ({"percent_choice": "30"}, None)])
async def test_a_figure_that_was_not_touched_does_not_go_back(
    portal: Running, browser: Browser, released: Found, typed: Fields, sent: int | None
) -> None:
    await browser.sign_in("clerk")
    await browser.get(f"/tasks/{released['id']}")
    await browser.send(f"/tasks/{released['id']}/accept")
    released["percent"] = 20
    path = f"/tasks/{released['id']}/progress"
    await browser.get(path)
    released |= {"percent": 60, "version": released["version"] + 1}
    page = await browser.send(path, {"content": "Đã làm", **typed})
    assert page.status_code == 412
    if sent is None:
        assert "đã có báo cáo 60%" in page.text
    else:
        await browser.send(path)
        assert released["percent"] == sent
