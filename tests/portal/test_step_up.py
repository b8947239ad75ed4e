"""A service wants somebody to prove again who he is: he is sent to do so, what he sent waits for him, and one press does it."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.datastructures import FormData
from structlog.testing import capture_logs

from libs.common.trust import trusted
from libs.contracts.step_up import StepUpAct
from portal.messages import Catalogue
from portal.oidc import Tokens
from portal.screens.kept import unsent
from portal.web import Sent
from tests.portal.conftest import Browser, Fields, Running
from tests.portal.stand_in import id_of

WORDS = Catalogue("vi")
SECONDS = 300
KEY = "this wish and no other"
AGENCY: Fields = {
    "name": "Ban Chỉ đạo <b>chuyển đổi số</b>",
    "short_name": "BCĐ CĐS",
    "kind": "WORKING_GROUP",
    "aliases": "Ban CĐS\nTổ CĐS",
    "reason": "Quyết định số 1520/QĐ-UBND",
    "belongs_to": "province",
    "valid_from": "31/12/2030",
    "idempotency_key": KEY,
}


def refused(act: str) -> tuple[int, dict[str, Any]]:
    return 401, {"code": "insufficient-user-authentication", "act": act, "acr_values": "2", "max_age": SECONDS}


async def pressed(portal: Running, browser: Browser, act: str = "ADD_AGENCY") -> httpx2.Response:
    """The answer to whoever adds an agency and has not just proved who he is."""
    portal.stand_in.refuse["POST /directory/agencies"] = refused(act)
    return await browser.http.post("/agencies", data={**AGENCY, "form_token": browser.value_of("/sign-out", "form_token")})


async def proved(browser: Browser, sent_away: httpx2.Response) -> httpx2.Response:
    """At the sign-in service, and back."""
    async with httpx2.AsyncClient(verify=trusted()) as outside:
        granted = await outside.get(sent_away.headers["Location"])
    return await browser.follow(await browser.http.get(granted.headers["Location"]))


async def tokens_of(portal: Running) -> tuple[str | None, Tokens]:
    (row,) = await portal.rows("SELECT * FROM session")
    return row.provider_session, Tokens(**json.loads(portal.app.state.portal.box.open(row.tokens, row.id.bytes)))


async def test_what_was_typed_waits_and_one_press_does_it_under_the_same_key(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    sent_away = await pressed(portal, browser)
    assert (sent_away.status_code, urlsplit(sent_away.headers["Location"]).path) == (303, "/sign-in/auth")
    page = await proved(browser, sent_away)
    assert (page.status_code, page.url.path) == (200, "/step-up")
    assert WORDS("step-up.title.ready") in page.text
    assert "&lt;b&gt;chuyển đổi số" in page.text
    assert "<b>chuyển" not in page.text
    assert not portal.stand_in.added, "nothing is done in his absence"
    kept = {name: value for name, value in browser.form("/agencies").items() if name in AGENCY}
    assert kept == AGENCY
    del portal.stand_in.refuse["POST /directory/agencies"]
    page = await browser.send("/agencies")
    assert page.url.path == f"/agencies/{id_of(str(AGENCY['name']))}"
    (asked,) = [one for one in portal.stand_in.asked if (one.method, one.path) == ("POST", "/directory/agencies")][1:]
    assert (asked.headers["idempotency-key"], asked.body["aliases"]) == (KEY, ["Ban CĐS", "Tổ CĐS"])


def test_what_was_chosen_is_told_in_words() -> None:
    """Whether a form knows its choices or its page brings them."""
    for action, field, chosen in (
        ("/agencies", "kind", "agency-kind.WORKING_GROUP"),
        (f"/agencies/{id_of('Sở Y tế')}/people", "role", "role.AGENCY_CLERK"),
        ("/agencies/reorganisations", "kind", "reorganisation-kind.MERGE"),
    ):
        key = chosen.split(".")[1]
        told = unsent(action, Sent(FormData([(field, key)])), WORDS, {})
        assert told is not None
        assert [one.text for one in told.typed] == [WORDS(chosen)], action


async def test_the_service_is_asked_for_the_level_the_time_and_this_person(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    _, before = await tokens_of(portal)
    await pressed(portal, browser)
    asked = portal.stand_in.pushes[-1]
    assert (asked["acr_values"], asked["max_age"], asked["id_token_hint"]) == ("2", str(SECONDS), before.identity)
    assert "acr_values" not in portal.stand_in.pushes[0], "whoever signs in is asked for no more than that"


async def test_the_session_goes_on_with_what_he_has_proved(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    cookie = browser.http.cookies["__Host-chidao-443"]
    _, before = await tokens_of(portal)
    portal.stand_in.says = {"sid": "the second"}
    await proved(browser, await pressed(portal, browser))
    session, after = await tokens_of(portal)
    assert session == "the second"
    assert after.access != before.access
    assert browser.http.cookies["__Host-chidao-443"] == cookie
    await browser.get("/workbench")
    assert portal.stand_in.asked[-1].headers["authorization"] == f"Bearer {after.access}"


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ({"acr": "1"}, "not-proved"),
        ({"acr": None}, "not-proved"),
        ({"acr": 2}, "not-proved"),
        ({"auth_time": 1}, "not-proved"),
        ({"auth_time": None}, "not-proved"),
        ({"auth_time": "now"}, "not-proved"),
        ({"sub": id_of("clerk")}, "another-person"),
    ],
)
async def test_a_service_that_answers_with_less_proves_nothing(
    portal: Running, browser: Browser, says: dict[str, Any], reason: str
) -> None:
    await browser.sign_in("tracker")
    before = await tokens_of(portal)
    sent_away = await pressed(portal, browser)
    portal.stand_in.says = says
    with capture_logs() as said:
        page = await proved(browser, sent_away)
    assert [one["reason"] for one in said if one["event"] == "sign-in-failed"] == [reason]
    assert WORDS("step-up.title.refused") in page.text
    assert await tokens_of(portal) == before
    assert browser.value_of("/agencies", "reason") == AGENCY["reason"], "what was typed is still there"


async def test_somebody_else_at_the_same_browser_does_not_take_over_the_session(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    before = await tokens_of(portal)
    sent_away = await pressed(portal, browser)
    portal.stand_in.person = "clerk"
    page = await proved(browser, sent_away)
    assert WORDS("step-up.title.refused") in page.text
    assert await tokens_of(portal) == before


async def test_whoever_declines_has_lost_nothing_and_may_do_it_later(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    portal.stand_in.declines = True
    page = await proved(browser, await pressed(portal, browser))
    assert WORDS("step-up.title.refused") in page.text
    portal.stand_in.declines = False
    again = await browser.http.post("/agencies", data=browser.form("/agencies"))
    page = await proved(browser, again)
    assert WORDS("step-up.title.ready") in page.text
    assert browser.value_of("/agencies", "name") == AGENCY["name"]


async def test_where_the_service_is_away_it_is_said_and_nothing_is_lost(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    portal.app.state.portal.sign_in._settings = portal.settings.model_copy(update={"pushed_request_url": "http://127.0.0.1:1/"})
    page = await browser.follow(await pressed(portal, browser))
    assert (page.url.path, page.status_code) == ("/step-up", 200)
    assert WORDS("step-up.title.away") in page.text
    assert browser.value_of("/agencies", "name") == AGENCY["name"]


async def test_a_release_comes_back_to_its_document(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    """It has no words to keep; the way back is the page that it was pressed on, and only one of ours."""
    await browser.sign_in("lead")
    portal.stand_in.refuse[f"POST /directives/directives/{released['id']}/release"] = refused("RELEASE_DIRECTIVE")
    address = f"/directives/{released['id']}"
    token = browser.value_of("/sign-out", "form_token")
    for referer, back in ((f"https://portal.test{address}", address), ("https://evil.test/phish", "/"), ("", "/")):
        fields = {"form_token": token, "idempotency_key": "once", "version": "1"}
        sent_away = await browser.http.post(f"{address}/release", data=fields, headers={"Referer": referer})
        page = await proved(browser, sent_away)
        assert WORDS("step-up.act.RELEASE_DIRECTIVE") in page.text
        assert f'<a class="btn" href="{back}">' in page.text
        kept = browser.form(f"{address}/release")
        assert (kept["idempotency_key"], kept["version"]) == ("once", "1")


async def test_what_waits_is_shown_to_nobody_else_and_in_no_other_membership(portal: Running, browser: Browser) -> None:
    portal.stand_in.memberships["clerk"] = ["clerk", "tracker"]
    await browser.sign_in("clerk")
    await browser.get("/membership")
    await browser.send("/membership", {"membership_id": id_of("membership tracker")})
    page = await proved(browser, await pressed(portal, browser))
    address = f"{page.url.path}?{page.url.query.decode()}"
    assert AGENCY["reason"] in page.text
    other = portal.browser()
    await other.sign_in("lead")
    assert (await other.get(address)).headers["Location"] == "/"
    await browser.get("/membership")
    await browser.send("/membership", {"membership_id": id_of("membership clerk")})
    assert (await browser.get(address)).headers["Location"] == "/"


@pytest.mark.parametrize("form", ["", "/", "/agencies", "//evil.test", "https://evil.test", "/agencies/new", "\0"])
async def test_where_nothing_waits_there_is_no_page(browser: Browser, form: str) -> None:
    await browser.sign_in("tracker")
    assert (await browser.http.get("/step-up", params={"form": form})).headers["Location"] == "/"


async def test_whose_session_ends_meanwhile_signs_in_by_it_and_finds_what_waits(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    sent_away = await pressed(portal, browser)
    await portal.change("DELETE FROM session")
    page = await proved(browser, sent_away)
    assert (page.status_code, page.url.path) == (200, "/step-up")
    assert browser.value_of("/agencies", "name") == AGENCY["name"]
    assert len(await portal.rows("SELECT 1 FROM session")) == 1


async def test_the_attempt_is_for_the_session_that_has_asked(portal: Running, browser: Browser) -> None:
    """Who has signed out and in again meanwhile has another, and begins once more."""
    await browser.sign_in("tracker")
    sent_away = await pressed(portal, browser)
    attempt = browser.http.cookies["__Host-chidao-443-sign-in"]
    await browser.sign_in("tracker")
    browser.http.cookies.set("__Host-chidao-443-sign-in", attempt)
    with capture_logs() as said:
        await proved(browser, sent_away)
    assert [one["reason"] for one in said if one["event"] == "sign-in-failed"] == ["another-person"]


async def test_a_form_that_is_not_ours_sends_nobody_anywhere(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    portal.stand_in.refuse["POST /directory/agencies"] = refused("ADD_AGENCY")
    answer = await browser.http.post("/agencies", data={**AGENCY, "form_token": "x"})
    assert answer.status_code == 403
    assert await portal.rows("SELECT 1 FROM draft WHERE form LIKE '/step-up%'") == []


async def test_an_act_that_only_a_newer_service_knows_has_words_too(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    page = await proved(browser, await pressed(portal, browser, "CLOSE_PERIOD"))
    assert WORDS("step-up.act.any") in page.text


def test_every_act_of_the_services_has_words() -> None:
    for language in ("vi", "en"):
        assert all(Catalogue(language).has(f"step-up.act.{act}") for act in StepUpAct)
