"""One number per meaning: what each screen says of an agency or of the province is what the figures say, coordinated work apart."""

import re
from datetime import timedelta
from html import unescape
from random import Random

import pytest
from playwright.sync_api import Page, expect

from services.directory.domain.agency import AgencyKind, agency_id
from tests.browser.busy_province import AGENCIES, TODAY, Town
from tests.browser.screens import LEADER, NATURE, TRACKING, WIDTHS, Visits, Who, clerk, wear
from tests.chance import seed_of_tree
from tests.embedded.visitor import Visitor

# These lead tasks and coordinate those of others; what they coordinate is overdue, returned, or awaits the Office.
LEADING_AND_HELPING = ("Sở NN&MT", "Sở Tài chính", "Sở Y tế", "Sở Xây dựng", "Xã Ba Động", "CA tỉnh")
# Chip of a list → the number of the figures that it repeats.
FIGURE_OF = {
    "open": "U",
    "overdue": "open_overdue",
    "due-soon": "due_soon",
    "in-time": "due_later",
    "undated": "open_undated",
    "completed": "C",
    "on-time": "completed_on_time",
    "late": "completed_late",
    "completed-undated": "completed_undated",
    "all": "N",
}
OPEN = ("overdue", "due-soon", "in-time", "undated")


def number(text: str | None) -> int:
    found = re.search(r"\d[\d.]*", text or "")
    assert found is not None, text
    return int(found[0].replace(".", ""))


def chips(page: Page, address: str) -> dict[str, int]:
    """What each filter of a list says it holds; what is not offered holds nothing."""
    page.goto(address)
    # Looked at from outside: a page of ours lets nobody have words evaluated in it.
    expect(page.locator("[data-later]")).to_have_count(0)
    found = {}
    for chip in page.locator("a.chip").all():
        count = chip.locator(".count")
        if count.count():
            name = re.search(r"(?:filter|view)=([\w-]+)", chip.get_attribute("href") or "")
            found[name[1] if name else "open"] = number(count.text_content())
    return found


def figures(page: Page, of: str = "") -> dict[str, int]:
    """The official numbers, each from the head of its own list."""
    found = {}
    for name in FIGURE_OF.values():
        page.goto(f"/numbers/{name}{of}")
        found[name] = number(page.locator("h1 .count").text_content())
    return found


def repeated(said: dict[str, int]) -> dict[str, int]:
    return {FIGURE_OF[name]: count for name, count in said.items() if name in FIGURE_OF}


def agree(said: dict[str, int], official: dict[str, int]) -> None:
    assert repeated(said) == {name: official[name] for name in repeated(said)}
    left_out = {FIGURE_OF[name] for name in OPEN} - {*repeated(said)}
    assert {official[name] for name in left_out} <= {0}, left_out
    assert sum(said.get(name, 0) for name in OPEN) == said["open"], "side by side they are all that is open"


@pytest.mark.parametrize("short_name", LEADING_AND_HELPING)
def test_an_agency_is_told_the_same_everywhere(visits: Visits, short_name: str) -> None:
    agency = agency_id(AGENCIES[short_name].key)
    own, office = visits.page(clerk(short_name)), visits.page(TRACKING)
    official = figures(own, f"?agency_id={agency}")
    said = chips(own, "/my-work")
    agree(said, official)
    assert said.get("coordinating", 0) > 0, "the story lets it help others"
    head = own.locator(".topbar #waiting-mine .count")
    assert (number(head.text_content()) if head.count() else 0) == official["U"]
    own.goto("/home")
    longest = own.locator("#exceptions-heading .count")
    assert number(longest.text_content()) == official["open_overdue"], "what it coordinates is not its overdue"
    agree(chips(office, f"/workbench?agency_id={agency}"), official)
    own.goto("/my-work?filter=coordinating")
    assert own.locator(".main-pane li.task").count() == said["coordinating"]
    assert own.locator(".main-pane .is-overdue, .main-pane .is-soon").count() == 0, "no red and no amber of others"
    own.close()
    office.close()


def test_the_province_is_told_the_same_everywhere(visits: Visits) -> None:
    page = visits.page(LEADER)
    official = figures(page)
    said = chips(page, "/workbench")
    agree(said, official)
    assert said["all"] == official["N"] == said["open"] + sum(said.get(name, 0) for name in ("on-time", "late", "completed-undated"))
    page.goto("/home")
    cards = {card.get_attribute("data-figure"): card.text_content() for card in page.locator(".kpi-value").all()}
    assert {name: number(text) for name, text in cards.items() if name in official} == {
        name: official[name] for name in ("open_overdue", "due_soon", "due_later", "open_undated", "C")
    }
    assert sum(official[name] for name in ("open_overdue", "due_soon", "due_later", "open_undated", "C")) == official["N"]
    assert number(page.locator("#exceptions-heading .count").text_content()) == official["open_overdue"]
    page.close()


@pytest.mark.parametrize("who", [LEADER, NATURE], ids=["leader", "agency"])
def test_no_row_of_the_home_prints_over_its_number(visits: Visits, who: Who) -> None:
    page = visits.page(who)
    for width in WIDTHS:
        page.goto("/home")
        wear(page, width, "light")
        over = page.evaluate(
            """() => {
              const wrong = [];
              for (const strip of document.querySelectorAll(".agencies:not(#communes) .due-strip")) {
                const row = strip.closest("tr");
                // As many as a year of work brings.
                for (const [css, x, dx, words] of [["later", "100%", "6", "1.234›"], ["earlier", "0", "-6", "‹1.234"]]) {
                  const text = strip.querySelector(`.${css}`)
                    ?? strip.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "text"));
                  text.setAttribute("class", css);
                  text.setAttribute("x", x);
                  text.setAttribute("dx", dx);
                  text.setAttribute("y", "22");
                  text.textContent = words;
                }
                for (const text of strip.querySelectorAll("text")) {
                  const a = text.getBoundingClientRect();
                  if (a.left < 0 || a.right > document.documentElement.clientWidth) wrong.push(`${text.textContent} is cut`);
                  for (const other of row.querySelectorAll("th a, .number, .movement")) {
                    const range = document.createRange();
                    range.selectNodeContents(other);
                    const b = range.getBoundingClientRect();
                    if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
                      wrong.push(`${text.textContent} over ${other.textContent.trim()}`);
                  }
                }
              }
              return wrong;
            }"""
        )
        assert over == [], width
    page.close()


def test_the_office_reaches_every_place_on_a_phone(visits: Visits) -> None:
    page = visits.page(TRACKING)
    page.goto("/workbench")
    wear(page, 360, "light")
    page.locator(".bottombar a[href='/home']").click()
    page.wait_for_url("**/home")
    page.locator("[popovertarget=me]").click()
    page.locator("#me a[href='/my-work']").click()
    page.wait_for_url("**/my-work")
    page.close()


def read(page: str) -> tuple[int, set[str], str]:
    """Of a page of a number: the number, the tasks that its list shows, and where its next page is."""
    head = re.search(r'<h1>.*?<span class="count"[^>]*>([^<]*)</span>', page, re.DOTALL)
    assert head is not None, page
    listed = page.partition('id="number-list"')[2].partition('class="side-pane"')[0]
    following = re.search(r'class="list-end">.*?<a href="([^"]+)"', listed, re.DOTALL)
    return number(head[1]), set(re.findall(r'href="/tasks/([0-9a-f-]{36})"', listed)), unescape(following[1]) if following else ""


def listed(leader: Visitor, name: str, asked: dict[str, str]) -> set[str]:
    """The tasks behind a number, from all pages of its list, each of which says the same number."""
    said, tasks, following = read(leader.get(f"/numbers/{name}", **asked).text)
    while following:
        again, more, following = read(leader.get(following).text)
        assert again == said
        assert not tasks & more, "no task stands on two pages"
        tasks |= more
    assert len(tasks) == said, (name, asked)
    return tasks


def test_every_number_is_as_long_as_its_list_for_ten_agencies_today_and_on_a_day_before(town: Town) -> None:
    """Without a browser: so many pages ask for hundreds of questions, and of each only what it says counts here."""
    chance = Random(seed_of_tree())
    communes = [name for name, agency in AGENCIES.items() if agency.kind is AgencyKind.COMMUNE]
    agencies = [*LEADING_AND_HELPING, *chance.sample(communes, 4)]
    past = (TODAY - timedelta(chance.randrange(1, 28))).isoformat()
    with Visitor(town.url) as leader:
        leader.sign_in(f"{LEADER.position} {LEADER.agency}")
        for day in ("", past):
            of_agencies: dict[str, set[str]] = {}
            for of in ({}, {"counted": "assignments"}, *({"agency_id": str(agency_id(AGENCIES[name].key))} for name in agencies)):
                asked = of | ({"as_of": day} if day else {})
                tasks = {name: listed(leader, name, asked) for name in FIGURE_OF.values()}
                assert tasks["N"] == tasks["U"] | tasks["C"], asked
                assert tasks["U"] == union(tasks, "open_overdue", "due_soon", "due_later", "open_undated"), asked
                assert tasks["C"] == union(tasks, "completed_on_time", "completed_late", "completed_undated"), asked
                of_agencies[of.get("agency_id") or of.get("counted", "province")] = tasks["N"]
            assert any(of_agencies.values()), day
            for who, tasks_of in of_agencies.items():
                assert who == "province" or tasks_of <= of_agencies["assignments"], (who, day)


def union(tasks: dict[str, set[str]], *names: str) -> set[str]:
    """Those of all the names, each of which stands beside the others."""
    found = set[str]().union(*(tasks[name] for name in names))
    assert len(found) == sum(len(tasks[name]) for name in names), names
    return found
