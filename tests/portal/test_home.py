"""The ten-second home, the lists behind its numbers, and what is shown while a service is away."""

import re
from html import unescape
from typing import Any

import pytest

from portal.messages import en, vi
from tests.portal import stand_in
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import id_of

PAGES = (
    "/home",
    "/my-work",
    "/workbench",
    "/directives",
    "/directives/new",
    "/confirm",
    "/notices",
    "/search?q=y",
    "/numbers/N",
    "/rates/R3c",
)


async def test_every_number_of_the_home_is_a_door_to_its_list(browser: Browser, released: dict[str, Any]) -> None:
    await browser.sign_in("leader")
    page = await browser.get("/home")
    assert 1 <= len(re.findall(r'<a class="kpi ', page.text)) <= 7
    doors = dict(re.findall(r'href="(/(?:numbers|rates)/[^"]+)"[^>]*>(?:<[^>]+>)*([0-9.,]*)', page.text))
    for name in (
        "open_overdue",
        "due_soon",
        "due_later",
        "open_in_time",
        "open_undated",
        "C",
        "N",
        "completed_on_time",
        "completed_late",
        "completed_undated",
    ):
        assert f"/numbers/{name}" in doors
    for door in doors:
        assert (await browser.get(unescape(door))).status_code == 200
    # What is told outside a link is a day, an hour, the rule of three working days, or how much a heading stands above.
    main = "".join(re.findall(r"<main.*?</main>", page.text, re.DOTALL))
    told = re.sub(
        r"<(a|svg)\b.*?</\1>|<span\s+class=.count.>.*?</span>|<[^>]*>|\d+/\d+(/\d+)?|\d+:\d+|3 ngày làm việc", " ", main, flags=re.DOTALL
    )
    assert re.findall(r"\d+", told) == [], told
    page = await browser.get("/numbers/open_in_time")
    assert released["content"] in page.text
    assert "1 nhiệm vụ mới vào con số này" in page.text


@pytest.mark.usefixtures("released")
async def test_the_sentence_says_how_far_due_soon_reaches(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stand_in.RULES, "due_soon_days", 5)
    await browser.sign_in("leader")
    sentence = re.search(r'<h1 id="opening">(.*?)</h1>', (await browser.get("/home")).text)[1]  # type: ignore[index]
    assert "trong 5 ngày làm việc tới" in re.sub(r"\s+", " ", re.sub(r"<.*?>", "", sentence))


async def test_the_sentence_is_true(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    await browser.sign_in("leader")
    page = await browser.get("/home")
    assert "không có việc quá hạn" in page.text
    released |= {"bucket": "open_overdue", "deadline": {"kind": "overdue", "days_overdue": 2, "working_days_left": None}}
    portal.hear_that_all_changed()
    page = await browser.get("/home?part=figures")
    sentence = re.sub(r"<.*?>", "", re.search(r'<h1 id="opening">(.*?)</h1>', page.text)[1])  # type: ignore[index]
    assert "1\u00a0việc quá hạn" in sentence
    assert "<html" not in page.text


async def test_each_agency_stands_beside_what_it_was_a_week_ago(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    released |= {"bucket": "open_overdue", "deadline": {"kind": "overdue", "days_overdue": 2, "working_days_left": None}}
    await browser.sign_in("leader")
    for earlier, words in (({}, "tăng 1"), ({id_of("health"): 1}, "không đổi"), ({id_of("health"): 1201}, "giảm 1.200")):
        portal.stand_in.overdue_a_week_ago = earlier
        portal.hear_that_all_changed()
        page = await browser.get("/home")
        for row in (r">Sở Y tế</a>.*?</tr>", r"<tfoot>.*?</tfoot>"):
            assert f"{words}</span>" in "".join(re.findall(row, page.text, re.DOTALL))


async def test_a_service_that_is_away_costs_its_part_and_not_the_page(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    await browser.sign_in("tracker")
    portal.stand_in.away.add("reporting")
    portal.app.state.portal.answers.forget()
    page = await browser.get("/home")
    assert page.status_code == 200
    assert "tạm thời gián đoạn" in page.text
    portal.stand_in.away = {"notify", "directory"}
    for path in ("/workbench", "/home", f"/tasks/{released['id']}"):
        assert (await browser.get(path)).status_code == 200
    portal.stand_in.away = {"tasks"}
    page = await browser.get("/workbench")
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "tạm thời gián đoạn" in page.text
    assert 'class="topbar"' in page.text


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_every_page_in_both_languages(browser: Browser, released: dict[str, Any], language: str, path: str) -> None:
    await browser.sign_in("tracker")
    browser.http.cookies.set("chidao-language", language)
    page = await browser.get(path)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert 'class="demo-mark"' in page.text, "nobody takes the trial version for the real one"


async def test_theme_density_and_language_are_remembered(browser: Browser) -> None:
    await browser.sign_in("tracker")
    for choice, expected in (({"theme": "dark"}, 'data-theme="dark"'), ({"density": "compact"}, 'data-density="compact"')):
        page = await browser.send("/preferences", {**choice, "return_to": "/workbench"})
        assert expected in page.text
    page = await browser.send("/preferences", {"theme": "system", "return_to": "/workbench"})
    assert "data-theme" not in page.text


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    assert vi.WORDS.keys() == en.WORDS.keys()
    places = {key: re.findall(r"\{\w*\}", words) for key, words in vi.WORDS.items()}
    assert {key: set(found) for key, found in places.items()} == {
        key: set(re.findall(r"\{\w*\}", words)) for key, words in en.WORDS.items()
    }
