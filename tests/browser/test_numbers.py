"""Every number opens its list: pressed where it is seen, at every width, it leads where its own link says, to a list as long as it says."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.screens import SCREENS, WIDTHS, Screen, Visits, wear

FIND = (Path(__file__).parent / "numbers.js").read_text("utf-8")
WITH_NUMBERS = (
    "home-communes",
    "home-agency",
    "rate",
    "my-work",
    "workbench",
    "confirm",
    "notices",
    "search",
    "directive",
    "task-group",
)
# Where a list says how long it is, by the beginning of its address.
TOLD_BY = {
    "/numbers/": "h1 .count",
    "/workbench": ".result b",
    "/my-work": ".group .count",
    "/confirm": "h1 .count",
    "/notices": "h1 .count",
}


class Redrawn(Exception):
    """The page has renewed this part of itself meanwhile, as open pages do, and the number that was found lies in it no more."""


def pressed(page: Page, place: int) -> str | None:
    """Where a click of the mouse upon the middle of this number leads. Raises Redrawn."""
    found = page.evaluate(
        """place => {
          const { range, element } = window.numbers[place];
          if (!element.isConnected) return null;
          element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
          const box = range.getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        }""",
        place,
    )
    if found is None:
        raise Redrawn
    page.mouse.click(*found)
    opened: str | None = page.evaluate("window.opened.pop() ?? null")
    return opened


def length_of(page: Page, address: str) -> int | None:
    """How many the list at an address says it has; None for an address that is no list."""
    told_by = next((where for beginning, where in TOLD_BY.items() if address.startswith(beginning)), None)
    if told_by is None:
        return None
    counts: list[str] = page.evaluate(
        """async ([address, toldBy]) => {
          const list = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
          return [...list.querySelectorAll(toldBy)].map((one) => one.textContent);
        }""",
        [address, told_by],
    )
    return sum(int(found[0].replace(".", "")) for text in counts if (found := re.search(r"\d[\d.]*", text)))


def wrongly_opened(page: Page, width: int) -> tuple[list[str], set[tuple[str, int]]]:
    """What opens another list than it says, and what was pressed."""
    wear(page, width, "light")
    numbers = page.evaluate(FIND)
    wrong: list[str] = []
    place = 0
    while place < len(numbers):
        one = numbers[place]
        try:
            opened = pressed(page, place)
        except Redrawn:
            numbers = page.evaluate(FIND)
            continue
        if opened != one["own"]:
            wrong.append(f"{width}: {one['number']} of {one['own']} opens {opened}")
        place += 1
    return wrong, {(one["own"], one["number"]) for one in numbers}


@pytest.mark.parametrize("name", WITH_NUMBERS)
def test_a_number_opens_its_own_list(visits: Visits, name: str) -> None:
    screen = screen_called(name)
    wrong: list[str] = []
    numbers: set[tuple[str, int]] = set()
    page = visits.page(screen.who)
    for width in WIDTHS:
        visits.open(screen, page)
        opened_wrongly, pressed_here = wrongly_opened(page, width)
        wrong += opened_wrongly
        numbers |= pressed_here
    for address, number in sorted(numbers):
        length = length_of(page, address)
        if length is not None and length != number:
            wrong.append(f"{number} of {address}, whose list has {length}")
    page.close()
    assert numbers
    assert wrong == []


def test_a_link_that_lies_over_a_number_is_seen(visits: Visits) -> None:
    screen = screen_called("home")
    page = visits.page(screen.who)
    visits.open(screen, page)
    style = ".agencies .number.number.number { position: static; & a::after { content: none; } }"
    page.evaluate("style => { const sheet = new CSSStyleSheet(); sheet.replaceSync(style); document.adoptedStyleSheets = [sheet] }", style)
    wrong, _ = wrongly_opened(page, 1440)
    page.close()
    assert any("/numbers/open_overdue?agency_id=" in one and "opens /numbers/U?agency_id=" in one for one in wrong)


def screen_called(name: str) -> Screen:
    return next(screen for screen in SCREENS if screen.name == name)
