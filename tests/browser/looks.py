"""What is wrong with how a page looks: measured in the page itself, and by axe."""

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page

MEASURE = (Path(__file__).parent / "looks.js").read_text("utf-8")
# In the dark only colours differ: rules that look at names, roles and order would find what they found in the light.
COLOUR_RULES = ("color-contrast", "link-in-text-block")


def measured(page: Page, width: int) -> list[str]:
    found: list[str] = page.evaluate(MEASURE, width)
    return found


def violations(page: Page, *, only_colours: bool = False) -> list[str]:
    """What axe finds."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if only_colours:
        options["runOnly"] = list(COLOUR_RULES)
    answer = page.evaluate(f"axe.run({json.dumps(options)})")
    return [
        f"axe: {violation['id']} at {' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]


class Complaints:
    """What the browser itself complains of while a page is open: scripts, what could not be loaded, what the policy forbade."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        # Chromium complains of a page whose own status is that of a refusal, too.
        assert message.page is not None
        own_status = message.text.startswith("Failed to load resource") and message.location["url"] == message.page.url
        if message.type == "error" and not own_status:
            self.said.append(f"console: {message.text}")
