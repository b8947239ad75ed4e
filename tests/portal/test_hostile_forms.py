"""Every address and every form of the portal, filled in with what nobody means: an answer in the page's words, never a break.

Drawn by the tree's hash; CHIDAO_FUZZ says how many are sent.
"""

import os
from collections.abc import Callable
from random import Random
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute

from portal.app import SCREENS
from tests.chance import seed_of_tree
from tests.portal.conftest import Browser, Fields

REQUESTS = int(os.environ.get("CHIDAO_FUZZ") or 90)
TEXTS = (
    "",
    "ổ",
    "?scope=oversight",
    "..",
    "a\x0bb",
    "\0",
    "'; --",
    "<script>",
    "9" * 5000,
    "-1",
    "0",
    "٣",
    "32/13/2026",
    "2026-02-30",
    "9999-12-31",
    "𝄞" * 300,
    "remove-instruction x",
    "remove-instruction 99",
    "remove-agency instructions-x y",
    "add-agency",
)
# The level of secrecy stays as it is: the stand-in would take a secret document, which no service does.
NAMES = (
    "act",
    "version",
    "idempotency_key",
    "directive_id",
    "kind",
    "number",
    "subject",
    "instructions-0-content",
    "instructions-0-lead",
    "instructions-0-lead_id",
    "instructions-0-due",
    "instructions-7-coordinating",
    "percent",
    "percent_choice",
    "quality",
    "reason",
    "file_id",
    "report_date",
    "value",
    "valid_from",
    "membership_id",
    "days",
    "q",
    "cursor",
    "part",
    "level",
    "number",
)
NOT_HERE = frozenset({"/live", "/sign-out", "/sessions/end-all", "/sign-in/start", "/sign-in/callback"})
# The stand-in has no rules of the province; test_settings.py brings its own.
OF_OTHERS = "/settings"


def addresses() -> list[tuple[str, str]]:
    return [
        (method, route.path.replace(":path", ""))
        for screen in SCREENS
        for route in screen.router.routes
        if isinstance(route, APIRoute) and route.path not in NOT_HERE and not route.path.startswith(OF_OTHERS)
        for method in sorted(route.methods)
    ]


@pytest.mark.parametrize("person", ["tracker", "clerk"])
async def test_whatever_is_typed_is_answered(browser: Browser, person: str) -> None:
    chance = Random(f"{seed_of_tree()} {person}")
    await browser.sign_in(person)
    form_token = browser.form("/sign-out")["form_token"]
    for number in range(max(REQUESTS, len(addresses()))):
        method, template = addresses()[number % len(addresses())]
        path = at(template, lambda: chance.choice(TEXTS[1:]))
        fields: Fields = {name: chance.choice(TEXTS) for name in chance.sample(NAMES, chance.randint(0, 8))}
        await is_answered(browser, method, path, fields, form_token)


async def test_the_zero_character_is_answered_wherever_it_stands(browser: Browser) -> None:
    """A database refuses it, and what a viewer of documents puts into the clipboard may hold it."""
    await browser.sign_in("tracker")
    form_token = browser.form("/sign-out")["form_token"]
    for method, template in addresses():
        await is_answered(browser, method, at(template, lambda: "\0"), {}, form_token)
        await is_answered(browser, method, at(template, lambda: "7"), dict.fromkeys(NAMES, "a\0"), form_token)


def at(template: str, one: Callable[[], str]) -> str:
    path = template
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + quote(one(), safe="") + rest.partition("}")[2]
    return path


async def is_answered(browser: Browser, method: str, path: str, fields: Fields, form_token: str) -> None:
    if method == "GET":
        answer = await browser.http.get(path, params=fields)
    else:
        answer = await browser.http.post(path, data={"secrecy": "NORMAL", **fields, "form_token": form_token})
    assert answer.status_code != 500, f"{method} {path} {fields}"
