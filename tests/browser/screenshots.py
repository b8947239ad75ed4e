"""`python -m tests.browser.screenshots`: a picture of every screen at every width, light and dark, out of a province at work."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tests.browser.busy_province import busy_province
from tests.browser.conftest import CHROMIUM_FLAGS, ROOT
from tests.browser.screens import SCREENS, THEMES, WIDTHS, Screen, Visits, wear
from tests.browser_here import find_or_get_browser

OF_THE_README = ROOT / "docs" / "images" / "home.png"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="SCREEN", help="only these; all when none is named")
    parser.add_argument("--out", type=Path, default=ROOT / ".test" / "screenshots", metavar="FOLDER")
    parser.add_argument("--readme", action="store_true", help="also renew the picture in README.md")
    given = parser.parse_args()
    unknown = set(given.names) - {screen.name for screen in SCREENS}
    if unknown:
        parser.error(f"no screen is called {', '.join(sorted(unknown))}")
    chromium = find_or_get_browser()
    if chromium.missing:
        print(chromium.missing, file=sys.stderr)
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data, busy_province(Path(data) / "run") as town, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.program, args=CHROMIUM_FLAGS)
        visits = Visits(browser, town)
        for screen in SCREENS:
            if not given.names or screen.name in given.names:
                take(visits, screen, given.out)
        if given.readme:
            take_for_readme(visits)
        browser.close()
    return 0


def take(visits: Visits, screen: Screen, folder: Path) -> None:
    page = visits.page(screen.who)
    visits.open(screen, page)
    for width in WIDTHS:
        for theme in THEMES:
            wear(page, width, theme)
            # Bars that stick to the window belong to its end, not across the middle of the picture.
            height = page.evaluate("document.scrollingElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(WIDTHS[width], height)})
            page.screenshot(path=folder / f"{screen.name}-{theme}-{width}.png", full_page=True)
    page.close()
    print(screen.name)


def take_for_readme(visits: Visits) -> None:
    page: Page = visits.page(next(screen.who for screen in SCREENS if screen.name == "home"))
    page.goto("/home")
    wear(page, 1440, "light")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=OF_THE_README)


if __name__ == "__main__":
    sys.exit(main())
