"""What an attacker may do to somebody's sign-in, and what a sign-in service that is broken or has been taken may answer.

Each attempt fails for its own reason, which only the log tells, and leaves no session behind.
"""

import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

import portal.sign_in
from embedded.oidc import authorization
from embedded.oidc.provider import AUTHORIZATION, KEYS, PUSH, TOKEN
from libs.common import signed_claims
from tests.conftest import ServiceDatabase
from tests.forged import FORGED, LEFT_OUT, Forge, compact, es256, own_key, unsigned
from tests.misbehaving import Answer, Between, redirect, silence, status
from tests.portal.conftest import Browser
from tests.portal.over_a_provider import ISSUER, House, SignInPlace, house, reasons_of
from tests.portal.stand_in import id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENDS_AT_ONCE = {"expires_in": 1}
ATTEMPT = "__Host-chidao-443-sign-in"

OF_IDENTITY: Mapping[str, tuple[Forge, str]] = {
    "an access token": (lambda f: f.token(typ="Bearer", aud=["directory", "tasks"]), "wrong-type"),
    "an access token that is also for us": (lambda f: f.token(typ="Bearer"), "wrong-type"),
    "a refresh token": (lambda f: f.token(typ="Refresh", aud=ISSUER), "wrong-type"),
    "for us and for a stranger": (lambda f: f.token(aud=["chidao-portal", "stranger"]), "wrong-audience"),
    "of another sign-in": (lambda f: f.token(nonce="of another sign-in"), "wrong-nonce"),
    "of no sign-in": (lambda f: f.token(nonce=LEFT_OUT), "wrong-nonce"),
    "of a list of sign-ins": (lambda f: f.token(nonce=[f.claims["nonce"]]), "wrong-nonce"),
}
GRANTED: Mapping[str, Mapping[str, Any]] = {
    "no ID token": {"id_token": None},
    "no access token": {"access_token": None},
    "no refresh token": {"refresh_token": None},
    "a refresh token that is none": {"refresh_token": 7},
    "a token of another kind": {"token_type": "mac"},
    "an end in words": {"expires_in": "soon"},
    "an ID token that is none": {"id_token": {"sub": "somebody"}},
}
ANSWERS: Mapping[str, tuple[Answer, str, str]] = {
    "500": (status(500), "away", "500"),
    "503": (status(503, "<h1>away</h1>"), "away", "503"),
    "another address": (redirect("https://evil.test/token"), "refused", "302"),
    "a page": (status(200, "<h1>welcome</h1>"), "refused", "malformed-answer"),
    "a list": (status(200, '["access_token"]'), "refused", "malformed-answer"),
    "no": (status(400, '{"error": "invalid_client"}'), "refused", "invalid_client"),
    "nothing": (silence(2), "away", "ReadTimeout"),
}


@pytest.fixture(scope="module")
def place() -> SignInPlace:
    return SignInPlace()


@pytest.fixture(scope="module")
def up(place: SignInPlace) -> Iterator[Between]:
    with place.up() as between:
        yield between


@pytest.fixture
def between(up: Between) -> Iterator[Between]:
    up.behave()
    yield up
    up.behave()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    lasting_database: Callable[[str], ServiceDatabase],
    described: dict[str, dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
    fonts: Path,
    place: SignInPlace,
    up: Between,
) -> AsyncIterator[House]:
    async with house(lasting_database("portal"), described, tmp_path_factory.mktemp("portal"), fonts, place) as running:
        # Nobody waits for a service that is silent on purpose.
        running.sign_in._client.timeout = 0.5
        yield running


async def test_the_right_sign_in_succeeds(home: House, between: Between) -> None:
    """Whatever the attacks change, nothing else is wrong with their sign-ins; also when somebody else has signed the right ID token."""
    between.identity = lambda forger: forger.token()
    browser, there = await home.begin()
    outcome = await home.bring(browser, await home.choose(there))
    assert (outcome.is_signed_in, outcome.reasons, outcome.refused) == (True, [], [])
    assert ATTEMPT not in browser.http.cookies, "an attempt is made once"
    (cookie,) = [one.lower() for one in outcome.answer.headers.get_list("Set-Cookie") if one.startswith("__Host-chidao-443=")]
    assert {"secure", "httponly", "samesite=lax", "path=/"} == {part.strip() for part in cookie.split(";")[1:]}


@pytest.mark.parametrize(("forge", "reason"), {**FORGED, **OF_IDENTITY}.values(), ids=[*FORGED, *OF_IDENTITY])
async def test_a_forged_id_token_signs_nobody_in(home: House, between: Between, forge: Forge, reason: str) -> None:
    between.identity = forge
    await fails(home, *await begun(home), "refused", reason)


@pytest.mark.parametrize("granted", GRANTED.values(), ids=list(GRANTED))
async def test_tokens_that_are_not_as_agreed_sign_nobody_in(home: House, between: Between, granted: Mapping[str, Any]) -> None:
    between.granted = granted
    await fails(home, *await begun(home), "refused", "malformed-answer")


@pytest.mark.parametrize(("answer", "failed", "reason"), ANSWERS.values(), ids=list(ANSWERS))
async def test_whatever_the_service_answers_instead_of_tokens_signs_nobody_in(
    home: House, between: Between, answer: Answer, failed: str, reason: str
) -> None:
    browser, brought = await begun(home)
    between.instead[TOKEN] = answer
    await fails(home, browser, brought, failed, reason)


@pytest.mark.parametrize(("answer", "failed", "reason"), ANSWERS.values(), ids=list(ANSWERS))
async def test_whatever_it_answers_before_the_browser_is_sent_there_leads_nowhere_else(
    home: House, between: Between, answer: Answer, failed: str, reason: str
) -> None:
    between.instead[PUSH] = answer
    with capture_logs() as said:
        start = await home.portal.browser().http.get("/sign-in/start")
    # 201 is what it should have said.
    assert reasons_of(said) == [(failed, reason if reason != "malformed-answer" else "200")]
    assert start.headers["Location"] == f"/sign-in?failed={failed}"


async def test_an_access_token_of_somebody_else_signs_nobody_in(home: House, between: Between) -> None:
    between.granted = {"access_token": compact({"alg": "none"}, {"sub": id_of("clerk")}, unsigned)}
    await fails(home, *await begun(home), "refused", "another-person")


async def test_what_the_browser_carries_says_nothing_of_the_sign_in(home: House, between: Between) -> None:
    _, there = await home.begin()
    address, _, query = there.partition("?")
    assert address == home.place.address + AUTHORIZATION
    assert {part.partition("=")[0] for part in query.split("&")} == {"client_id", "request_uri"}


BROUGHT: Mapping[str, tuple[Mapping[str, str | None], str, str]] = {
    "no state": ({"state": None}, "lost", "wrong-state"),
    "another state": ({"state": "x" * 43}, "lost", "wrong-state"),
    "a state in letters that nobody compares": ({"state": "trạng thái"}, "lost", "wrong-state"),
    "no issuer": ({"iss": None}, "lost", "wrong-issuer-of-answer"),
    "another issuer": ({"iss": "https://evil.test/realms/chidao"}, "lost", "wrong-issuer-of-answer"),
    "an issuer with one letter more": ({"iss": f"{ISSUER}/"}, "lost", "wrong-issuer-of-answer"),
    "no code": ({"code": None}, "refused", "no-code"),
    "a code that nobody gave": ({"code": "x" * 43}, "refused", "invalid_grant"),
    "a refusal": ({"code": None, "error": "access_denied"}, "refused", "access_denied"),
    "a refusal beside a code": ({"error": "access_denied"}, "refused", "access_denied"),
    "a refusal without end": ({"code": None, "error": "x" * 1000}, "refused", "x" * 60),
}


@pytest.mark.parametrize(("changed", "failed", "reason"), BROUGHT.values(), ids=list(BROUGHT))
async def test_an_answer_that_was_changed_on_its_way_signs_nobody_in(
    home: House, between: Between, changed: Mapping[str, str | None], failed: str, reason: str
) -> None:
    browser, brought = await begun(home)
    changed_answer = {name: value for name, value in {**brought, **changed}.items() if value is not None}
    await fails(home, browser, changed_answer, failed, reason)


async def test_an_answer_of_another_browser_signs_nobody_in(home: House, between: Between) -> None:
    """Somebody is sent a link that would sign him in as the attacker."""
    _, of_attacker = await begun(home, "clerk")
    victim, _ = await begun(home)
    await fails(home, victim, of_attacker, "lost", "wrong-state")


async def test_a_code_of_another_session_signs_nobody_in(home: House, between: Between) -> None:
    """The attacker has put his code into the answer for somebody, or somebody's into his own."""
    _, of_another = await begun(home, "clerk")
    browser, brought = await begun(home)
    outcome = await fails(home, browser, {**brought, "code": of_another["code"]}, "refused", "invalid_grant")
    assert outcome.refused == ["wrong-verifier"]


async def test_a_browser_that_has_begun_nothing_is_signed_in_by_nobody(home: House, between: Between) -> None:
    _, brought = await begun(home)
    await fails(home, home.portal.browser(), brought, "lost", "no-attempt")


@pytest.mark.parametrize("cookie", ["", "zz", "00", "00" * 100])
async def test_an_attempt_of_ones_own_making_is_none(home: House, between: Between, cookie: str) -> None:
    _, brought = await begun(home)
    await fails(home, with_attempt(home, cookie), brought, "lost", "no-attempt")


async def test_what_was_sealed_for_something_else_is_no_attempt(home: House, between: Between) -> None:
    _, brought = await begun(home)
    sealed = home.portal.app.state.portal.box.seal(b'{"state": "x", "ends": 4000000000}', b"draft").hex()
    await fails(home, with_attempt(home, sealed), brought, "lost", "no-attempt")


async def test_an_attempt_ends_after_ten_minutes(home: House, between: Between) -> None:
    """Also where a browser keeps the cookie for longer."""
    assert portal.sign_in.ATTEMPT_SECONDS == 600
    browser, brought = await begun(home)
    box = home.portal.app.state.portal.box
    kept = json.loads(box.open(bytes.fromhex(browser.http.cookies[ATTEMPT]), portal.sign_in.ATTEMPT))
    assert 590 < kept["ends"] - time.time() <= 600
    late = box.seal(json.dumps({**kept, "ends": time.time() - 1}).encode(), portal.sign_in.ATTEMPT).hex()
    await fails(home, with_attempt(home, late), brought, "lost", "attempt-too-old")


async def test_a_code_that_is_redeemed_too_late_signs_nobody_in(home: House, between: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorization, "CODE_SECONDS", -1.0)
    outcome = await fails(home, *await begun(home), "refused", "invalid_grant")
    assert outcome.refused == ["code-unknown-or-too-old"]


async def test_an_answer_that_is_brought_again_signs_nobody_in(home: House, between: Between) -> None:
    browser, brought = await begun(home)
    assert (await home.bring(browser, brought)).is_signed_in
    await fails(home, browser, brought, "lost", "no-attempt")


async def test_who_brings_a_stolen_code_again_is_not_signed_in_and_ends_what_it_has_opened(home: House, between: Between) -> None:
    """He has the attempt as well. The tokens of the first are not renewed any more: nobody knows which of the two is the thief."""
    browser, brought = await begun(home)
    thief = with_attempt(home, browser.http.cookies[ATTEMPT])
    between.granted = ENDS_AT_ONCE
    assert (await home.bring(browser, brought)).is_signed_in
    outcome = await fails(home, thief, brought, "refused", "invalid_grant")
    assert outcome.refused == ["code-used-before"]
    with capture_logs() as said:
        page = await browser.get("/workbench")
    assert page.headers["Location"].startswith("/sign-in")
    assert [one["reason"] for one in said if one["event"] in ("grant-refused", "tokens-not-renewed")] == ["session-ended", "invalid_grant"]


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (lambda forger: forger.token(sub=id_of("clerk")), "another-person"),
        (lambda forger: forger.token(sign=es256(own_key())), "signature"),
        (lambda forger: forger.token(iss="https://evil.test"), "wrong-issuer"),
    ],
)
async def test_tokens_of_somebody_else_renew_nobodys(home: House, between: Between, forge: Forge, reason: str) -> None:
    between.granted = ENDS_AT_ONCE
    browser = await home.signed_in()
    between.identity = forge
    with capture_logs() as said:
        page = await browser.get("/workbench")
    assert page.headers["Location"].startswith("/sign-in")
    assert [one["reason"] for one in said if one["event"] == "tokens-not-renewed"] == [reason]


async def test_a_new_key_is_taken_up_once_the_issuer_may_be_asked_again(
    home: House, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.forget_keys()
    await home.signed_in()
    monkeypatch.setattr(between, "key", own_key())
    between.identity = lambda forger: forger.token()
    await fails(home, *await begun(home), "refused", "unknown-key")
    monkeypatch.setattr(signed_claims, "KEYS_ASKED_EVERY", 0.0)
    await home.signed_in()
    home.forget_keys()


async def test_keys_that_nobody_shows_do_not_make_us_ask_for_each(home: House, between: Between) -> None:
    home.forget_keys()
    between.identity = lambda forger: forger.token(header={"kid": f"storm-{time.monotonic()}"}, sign=es256(own_key()))
    for _ in range(5):
        await fails(home, *await begun(home), "refused", "unknown-key")
    assert between.asked.count(KEYS) == 1


@pytest.mark.parametrize(
    ("answer", "reason"), [(status(500), "HTTPStatusError"), (status(200, "{}"), "KeyError"), (status(200), "JSONDecodeError")]
)
async def test_without_keys_nobody_is_signed_in_and_it_is_said_that_the_service_is_away(
    home: House, between: Between, answer: Answer, reason: str
) -> None:
    home.forget_keys()
    between.instead[KEYS] = answer
    await fails(home, *await begun(home), "away", reason)
    home.forget_keys()


async def begun(home: House, person: str = "tracker") -> tuple[Browser, dict[str, str]]:
    """A browser that has been at the sign-in service, and what it is about to bring back."""
    browser, there = await home.begin()
    return browser, await home.choose(there, person)


async def fails(home: House, browser: Browser, brought: Mapping[str, str], failed: str, reason: str) -> Any:
    before = await home.sessions()
    outcome = await home.bring(browser, brought)
    assert outcome.reasons == [(failed, reason)]
    assert outcome.answer.headers["Location"] == f"/sign-in?failed={failed}"
    assert not outcome.is_signed_in
    assert await home.sessions() == before
    return outcome


def with_attempt(home: House, cookie: str) -> Browser:
    browser = home.portal.browser()
    browser.http.cookies.set(ATTEMPT, cookie)
    return browser
