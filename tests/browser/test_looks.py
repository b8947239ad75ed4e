"""Every screen at every width, light and dark: nothing scrolls sideways, is cut, too small to touch or hard to read; nothing complains."""

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Page

from portal.app import SCREENS as ROUTERS
from tests.browser.busy_province import LONG_DEMAND, LONGEST_NAMED, Town
from tests.browser.looks import Complaints, measured, violations
from tests.browser.screens import LEADER, LONGEST, NATURE, NO_SCREEN, SCREENS, THEMES, WIDTHS, Screen, Visits, wear


def looked_at(page: Page, width: int, theme: str) -> list[str]:
    wear(page, width, theme)
    found = measured(page, width) if theme == "light" else []
    return [f"{width} {theme}: {one}" for one in (*found, *violations(page, only_colours=theme == "dark"))]


@pytest.mark.parametrize("screen", SCREENS, ids=[screen.name for screen in SCREENS])
def test_a_screen_looks_right(visits: Visits, screen: Screen) -> None:
    page = visits.page(screen.who)
    complaints = Complaints(page)
    visits.open(screen, page)
    found = [one for width in WIDTHS for theme in THEMES for one in looked_at(page, width, theme)]
    page.close()
    assert found + complaints.said == []


def test_the_province_has_what_is_hardest_to_show(visits: Visits, town: Town) -> None:
    assert len(LONG_DEMAND) == 600
    page = visits.page(LONGEST)
    page.goto(f"/tasks/{town.tasks['long']}")
    for words in (LONG_DEMAND, LONGEST_NAMED.name):
        assert page.get_by_text(words).first.is_visible()
    page.close()


def test_every_page_of_the_portal_is_in_the_table() -> None:
    routes = {
        route.path for router in ROUTERS for route in router.router.routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    assert len(routes) > 10
    assert unseen(routes, {screen.route for screen in SCREENS}) == []
    assert {screen.route for screen in SCREENS} | set(NO_SCREEN) <= routes, "the table names a route that the portal does not have"


def test_a_page_outside_the_table_is_named() -> None:
    assert unseen({"/home", "/wall", "/files/{file_id}"}, {"/home"}) == ["/wall"]


def unseen(routes: set[str], seen: set[str]) -> list[str]:
    return sorted(routes - seen - set(NO_SCREEN))


# What somebody may do to a stylesheet or a template, and how the finding about it begins. Each is planted into a page without fault.
FAULTS = {
    "sideways": ("main { inline-size: 1500px; }", "360 light: sideways"),
    "outside": ("body { overflow-x: clip; } .page-head { translate: 60vw; }", "360 light: outside"),
    "clipped": (".page-head h1 { max-inline-size: 3rem; white-space: nowrap; overflow: hidden; }", "360 light: clipped"),
    "ellipsis": (
        ".group { max-inline-size: 4rem; display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }",
        "360 light: clipped",
    ),
    "clamped": (
        ".meta { display: -webkit-box !important; -webkit-box-orient: vertical; -webkit-line-clamp: 1; overflow: hidden !important; }",
        "360 light: clipped",
    ),
    "rest": (".task .name { line-height: 1.3 !important; }", "360 light: cut: what is left"),
    "cut": (".page-head h1 { line-height: .9 !important; overflow: hidden; }", "360 light: cut"),
    "overlap": (
        ".time-axis text { transform: none !important; } .time-axis .quarter { translate: 3rem; display: block !important; }",
        "360 light: overlap",
    ),
    "small": (".chip { min-block-size: 1.5rem !important; padding-block: 0 !important; }", "360 light: small"),
    "pale": (":root { --ink-2: #c9ced6; --ink-3: #c9ced6; }", "360 light: axe: color-contrast"),
    "pale in the dark": ("@media (prefers-color-scheme: dark) { :root { --ink-2: #333b47; } }", "360 dark: axe: color-contrast"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(visits: Visits, fault: str) -> None:
    style, finding = FAULTS[fault]
    page = visits.page(NATURE)
    page.goto("/my-work")
    page.evaluate("style => { const sheet = new CSSStyleSheet(); sheet.replaceSync(style); document.adoptedStyleSheets = [sheet] }", style)
    found = [one for theme in THEMES for one in looked_at(page, 360, theme)]
    page.close()
    assert any(one.startswith(finding) for one in found), found


def test_what_the_browser_complains_of_is_heard(visits: Visits) -> None:
    page = visits.page(NATURE)
    complaints = Complaints(page)
    page.goto("/my-work")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = 1' }))")
    page.evaluate("void setTimeout(() => { throw new Error('planted') })")
    page.evaluate("fetch('/assets/none/none.css')")
    page.wait_for_timeout(200)
    page.close()
    assert any("Content Security Policy" in one for one in complaints.said)
    assert "script: planted" in complaints.said
    assert any("404" in one for one in complaints.said)


# The row of all communes has a column of a hundred, whose number stands beside it.
OVERPRINTS = {
    "upon its column": ".due-strip .tallest { translate: -14px 14px } .due-strip .tallest.ends { translate: 14px 14px }",
    "upon the next cell": ".due-strip .tallest, .due-strip .later { translate: 60vw 0 }",
    "upon the name": ".agencies th a { position: relative; inset-inline-start: 16rem }",
}


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("fault", OVERPRINTS)
def test_a_number_printed_upon_something_is_seen(visits: Visits, fault: str, width: int) -> None:
    page = visits.page(LEADER)
    page.goto("/home")
    wear(page, width, "light")
    page.locator(".agencies .due-strip .tallest").first.wait_for(state="attached")
    assert [one for one in measured(page, width) if one.startswith("overprint")] == []
    page.evaluate(
        "style => { const sheet = new CSSStyleSheet(); sheet.replaceSync(style); document.adoptedStyleSheets = [sheet] }", OVERPRINTS[fault]
    )
    found = measured(page, width)
    page.close()
    assert any(one.startswith("overprint") for one in found), found
