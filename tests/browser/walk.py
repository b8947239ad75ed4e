"""A walk by chance through the portal: two people press links, fill and send forms and use keys, at three widths, and never break anything.

What is drawn is drawn by a seed, so that a walk is walked again. What it looks for: an answer of 5xx, an error in the browser, and words
that were typed into a long form and are gone when the form is opened again.
"""

import re
import time
from dataclasses import dataclass, field
from random import Random
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error, Locator, Page, Response

from tests.browser.looks import Complaints
from tests.browser.screens import WIDTHS

KEYS = ("Tab", "Tab", "Enter", "Escape", "ArrowDown", "Shift+Tab", "/", "j", "k", "?", "g", "Space")
WORDS = ("Đã rà soát 12/43 hồ chứa.", "số 5", "12/3", "Sở", "xã", "0", "Ế" * 40, "<b>&", "  ", "2026", "NV-1003", "nhà sập, tốc mái")
# Where a walk would end: out of the system, or into a file.
LEADS_AWAY = re.compile(r"/sign-out|/sign-in|/sessions/|/files/|\.xlsx|^mailto:|^https?:")
# Keys that press what has the focus, and where that would lead.
PRESSES = {"Enter", "Space"}
WHERE_IT_LEADS = (
    "() => { const one = document.activeElement; return one?.getAttribute('href') ?? one?.form?.getAttribute('action') ?? ''; }"
)
LONG_FORMS = "form[data-draft] textarea, form[data-draft] input[type=text]"
LONGEST_STEP = 10_000


@dataclass
class Walk:
    """One person's browser: what was done, so that it can be done again by hand, and what went wrong."""

    who: str
    page: Page
    chance: Random
    done: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.complaints = Complaints(self.page)
        self.page.on("response", self._answered)
        self.page.on("dialog", lambda dialog: dialog.accept())

    def step(self) -> None:
        """One thing that a person may do here."""
        weights = {self._follow: 5, self._fill: 4, self._send: 3, self._key: 3, self._turn: 1, self._back: 1, self._reload: 1}
        act = self.chance.choices([*weights], [*weights.values()])[0]
        try:
            act()
            self.page.wait_for_load_state("load", timeout=LONGEST_STEP)
        except Error as error:
            # Open pages renew themselves: what was drawn may be gone when it is pressed.
            self.done.append(f"    {str(error).splitlines()[0]}")
        self._look()

    def _look(self) -> None:
        if self.complaints.said:
            self.wrong += [f"{one}, on {self._path}, after\n" + "\n".join(self.done[-6:]) for one in self.complaints.said]
            self.complaints.said.clear()
        if urlsplit(self.page.url).path.startswith("/sign-in"):
            raise SignedOut(f"{self.who}, after\n" + "\n".join(self.done[-12:]))

    @property
    def _path(self) -> str:
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.wrong.append(f"{response.request.method} {response.url}: {response.status}, after\n" + "\n".join(self.done[-6:]))

    def _say(self, what: str) -> None:
        self.done.append(f"  {self.who} on {self._path}: {what}")

    def _one(self, found: Locator) -> Locator | None:
        seen = [one for one in found.all() if one.is_visible()]
        return self.chance.choice(seen) if seen else None

    def _follow(self) -> None:
        addresses = self.page.eval_on_selector_all("a[href]", "links => links.map((one) => one.getAttribute('href'))")
        ours = sorted({one for one in addresses if not LEADS_AWAY.search(one) and not one.startswith("#")})
        if not ours:
            self.page.goto("/")
            return
        address = self.chance.choice(ours)
        self._say(f"opens {address}")
        self.page.goto(address)

    def _fill(self) -> None:
        area = self._one(self.page.locator("main textarea, main input[type=text], main input[type=search], main input:not([type])"))
        if area is None:
            return
        words = self.chance.choice(WORDS)
        self._say(f"types {words!r} into {area.get_attribute('name')}")
        area.fill(words, timeout=LONGEST_STEP)
        choice = self._one(self.page.locator("main select, main input[type=radio], main input[type=checkbox]"))
        if choice is not None and self.chance.random() < 0.3 and not self._wipes(choice):
            kind = choice.evaluate("one => one.localName")
            self._say(f"chooses in {choice.get_attribute('name')}")
            if kind == "select":
                choice.select_option(index=self.chance.randrange(choice.locator("option").count()))
            else:
                choice.check(force=True, timeout=LONGEST_STEP)
        if self.chance.random() < 0.25:
            self._comes_back(area)

    def _wipes(self, choice: Locator) -> bool:
        """A level of secrecy that is not normal takes away what was typed, as it should."""
        return choice.get_attribute("name") == "secrecy" and choice.get_attribute("value") != "NORMAL"

    def _comes_back(self, area: Locator) -> None:
        """What was typed into a long form stands in it again when the page is loaded anew."""
        if self.page.locator(LONG_FORMS).count() == 0:
            return
        name = area.get_attribute("name") or ""

        def is_kept(answer: Response) -> bool:
            sent = parse_qs(answer.request.post_data or "").get(name, [""])
            return urlsplit(answer.url).path == "/drafts" and answer.ok and sent[-1].endswith(".")

        try:
            with self.page.expect_response(is_kept, timeout=4_000):
                area.press_sequentially(".")
        except Error:
            # Not every field is one of the form, and not every form asks for a draft yet.
            return
        typed = self._typed()
        self._say("loads the form anew")
        self.page.reload()
        again = self._typed()
        lost = {name: words for name, words in typed.items() if words.strip() and again.get(name, "").strip() != words.strip()}
        if lost:
            self.wrong.append(f"lost on {self._path}: {lost}, after\n" + "\n".join(self.done[-6:]))

    def _typed(self) -> dict[str, str]:
        found: dict[str, str] = self.page.eval_on_selector_all(
            LONG_FORMS, "fields => Object.fromEntries(fields.filter((one) => one.name).map((one) => [one.name, one.value]))"
        )
        return found

    def _send(self) -> None:
        button = self._one(self.page.locator("main button, main summary, main [role=option]"))
        if button is None or LEADS_AWAY.search(button.evaluate("one => one.form?.getAttribute('action') ?? ''")):
            return
        self._say(f"presses “{' '.join((button.text_content() or '').split())[:40]}”")
        button.click(timeout=LONGEST_STEP)

    def _key(self) -> None:
        key = self.chance.choice(KEYS)
        if key in PRESSES and LEADS_AWAY.search(self.page.evaluate(WHERE_IT_LEADS)):
            return
        self._say(f"presses {key}")
        self.page.keyboard.press(key)

    def _turn(self) -> None:
        width = self.chance.choice([*WIDTHS])
        self.page.set_viewport_size({"width": width, "height": WIDTHS[width]})

    def _back(self) -> None:
        self._say("goes back")
        self.page.go_back()
        if self.page.url == "about:blank":
            self.page.goto("/")

    def _reload(self) -> None:
        self._say("loads the page anew")
        self.page.reload()


class SignedOut(Exception):
    """The walk has ended before its time."""


def walk_together(walks: list[Walk], seconds: float) -> int:
    """Turn by turn until the time is over; how many steps they made."""
    end = time.monotonic() + seconds
    steps = 0
    for walk in walks:
        walk.page.goto("/")
    while time.monotonic() < end:
        for walk in walks:
            walk.step()
            steps += 1
    return steps
