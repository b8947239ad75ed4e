"""The sign-in service says that somebody is signed out: his sessions end at once, and nobody else can say so in its place.

Each attempt fails for its own reason, which only the log tells, and ends nobody's session.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from embedded.oidc.provider import KEYS
from libs.common.signed_claims import LOGOUT
from portal.live import Ear
from portal.oidc import LOGOUT_EVENT
from tests.conftest import ServiceDatabase
from tests.forged import FORGED, LEFT_OUT, Forge, Forger, in_seconds
from tests.misbehaving import Between, status
from tests.portal.conftest import Browser
from tests.portal.over_a_provider import PORTAL, House, SignInPlace, house
from tests.portal.stand_in import ISSUER, id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADDRESS = "/sign-in/back-channel-logout"
# A logout token is of no type among the claims, nobody asked for it, and its kind in the header is the right one here.
OF_OTHERS = {"a message of the back channel", "asked for by a stranger", "of a kind that nobody knows", "of no kind"}
OF_LOGOUT: Mapping[str, tuple[Forge, str]] = {
    "an ID token": (lambda f: f.token(header={"typ": "JWT"}, typ="ID", nonce="n"), "wrong-type"),
    "of no kind": (lambda f: f.token(header={"typ": LEFT_OUT}), "wrong-type"),
    "an ID token that says it is one": (lambda f: f.token(nonce="n"), "has-nonce"),
    "with a nonce that is nothing": (lambda f: f.token(nonce=None), "has-nonce"),
    "no event": (lambda f: f.token(events=LEFT_OUT), "no-logout-event"),
    "another event": (lambda f: f.token(events={f"{LOGOUT_EVENT}-too": {}}), "no-logout-event"),
    "an event in a list": (lambda f: f.token(events=[LOGOUT_EVENT]), "no-logout-event"),
    "an event that is a word": (lambda f: f.token(events={LOGOUT_EVENT: "yes"}), "no-logout-event"),
    "kept for ten minutes": (lambda f: f.token(iat=in_seconds(-600), exp=in_seconds(200)), "too-old"),
    "without a name of its own": (lambda f: f.token(jti=LEFT_OUT), "no-token-id"),
    "with an empty name": (lambda f: f.token(jti=""), "no-token-id"),
    "with a name without end": (lambda f: f.token(jti="x" * 1000), "no-token-id"),
    "a session that is a list": (lambda f: f.token(sid=["all"]), "malformed"),
    "of a service": (lambda f: f.token(sub="service-tasks"), "not-a-person"),
    "for us and for a stranger": (lambda f: f.token(aud=[PORTAL, "stranger"]), "wrong-audience"),
}
ATTACKS = {**{name: attack for name, attack in FORGED.items() if name not in OF_OTHERS}, **OF_LOGOUT}


@pytest.fixture(scope="module")
def place() -> SignInPlace:
    return SignInPlace()


@pytest.fixture(scope="module")
def up(place: SignInPlace) -> Iterator[Between]:
    with place.up() as between:
        yield between


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    lasting_database: Callable[[str], ServiceDatabase],
    described: dict[str, dict[str, object]],
    tmp_path_factory: pytest.TempPathFactory,
    fonts: Path,
    place: SignInPlace,
    up: Between,
) -> AsyncIterator[House]:
    async with house(lasting_database("portal"), described, tmp_path_factory.mktemp("portal"), fonts, place) as running:
        yield running


@pytest.fixture
def forger(up: Between) -> Iterator[Forger]:
    """Whatever the attacks change, nothing else is wrong with their tokens."""
    now = int(time.time())
    of_tracker = {"sub": id_of("tracker"), "sid": "of somewhere", "jti": str(uuid4()), "events": {LOGOUT_EVENT: {}}}
    yield Forger({"iss": ISSUER, "aud": PORTAL, "iat": now, "exp": now + 120, **of_tracker}, up.key, LOGOUT)
    up.behave()


async def tell(home: House, token: str) -> tuple[httpx2.Response, list[str]]:
    """The answer, and what the log says of the token."""
    with capture_logs() as said:
        answer = await home.portal.browser().http.post(ADDRESS, data={"logout_token": token})
    assert answer.headers["Cache-Control"] == "no-store"
    return answer, [one["reason"] for one in said if one["event"].startswith("logout-token")]


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/workbench")).status_code == 200


async def test_all_sessions_of_the_person_end_and_nobody_elses(home: House, forger: Forger) -> None:
    """One message may stand for all sessions, whatever session it names."""
    desk, phone, other = await home.signed_in(), await home.signed_in(), await home.signed_in("clerk")
    answer, reasons = await tell(home, forger.token())
    assert (answer.status_code, answer.content, reasons) == (200, b"", [])
    assert [await is_in(desk), await is_in(phone)] == [False, False]
    assert (await other.get("/my-work")).status_code == 200


async def test_open_pages_are_told_at_once(home: House, forger: Forger) -> None:
    """Long before the next look at the session: as another process of the portal tells it."""
    desk = await home.signed_in()
    session = await home.portal.app.state.portal.sessions.find(desk.http.cookies["__Host-chidao-443"])

    async def lives() -> bool:
        return bool(await home.portal.app.state.portal.sessions.lives(session))

    heard = home.portal.app.state.portal.live.follow(Ear.of(session), lives)
    assert (await anext(heard)).startswith(b"retry: ")
    ending = asyncio.ensure_future(_to_the_end(heard))
    await asyncio.sleep(0.1)
    assert not ending.done()
    assert (await tell(home, forger.token()))[0].status_code == 200
    async with asyncio.timeout(5):
        await ending
    assert (await desk.get("/live")).status_code == 401


async def _to_the_end(heard: AsyncIterator[bytes]) -> None:
    async for _ in heard:
        pass


async def test_what_the_person_has_ended_here_ends_nothing_else(home: House, forger: Forger) -> None:
    """The service tells of every sign-out, also of ours: who leaves his telephone stays at his desk."""
    desk, phone = await home.signed_in(), await home.signed_in()
    (row,) = await home.portal.rows("SELECT provider_session FROM session ORDER BY began_at DESC LIMIT 1")
    await phone.get("/workbench")
    await phone.http.post("/sign-out", data=phone.form("/sign-out"))
    answer, _ = await tell(home, forger.token(sid=row.provider_session))
    assert answer.status_code == 200
    assert [await is_in(desk), await is_in(phone)] == [True, False]


async def test_a_token_is_heard_once(home: House, forger: Forger) -> None:
    token = forger.token()
    assert (await tell(home, token))[0].status_code == 200
    later = await home.signed_in()
    answer, reasons = await tell(home, token)
    assert (answer.status_code, answer.json(), reasons) == (400, {"error": "invalid_request"}, ["used-before"])
    assert await is_in(later)


@pytest.mark.parametrize(("forge", "reason"), ATTACKS.values(), ids=list(ATTACKS))
async def test_a_forged_token_ends_nothing(home: House, forger: Forger, forge: Forge, reason: str) -> None:
    before = await home.signed_in()
    answer, reasons = await tell(home, forge(forger))
    assert (answer.status_code, answer.json(), reasons) == (400, {"error": "invalid_request"}, [reason])
    assert await is_in(before)


@pytest.mark.parametrize("sent", [{}, {"logout_token": ""}, {"logout_token": ["a.b.c", "a.b.c"]}, {"token": "a.b.c"}])
async def test_without_one_token_nothing_is_said(home: House, sent: dict[str, str]) -> None:
    with capture_logs() as said:
        answer = await home.portal.browser().http.post(ADDRESS, data=sent)
    assert answer.status_code == 400
    assert [one["reason"] for one in said if one["event"] == "logout-token-refused"] in (["no-token"], ["malformed"])


async def test_while_nobody_can_check_it_the_service_is_asked_to_come_again(home: House, forger: Forger, up: Between) -> None:
    desk = await home.signed_in()
    home.forget_keys()
    up.instead[KEYS] = status(500)
    answer, reasons = await tell(home, forger.token())
    assert (answer.status_code, answer.headers["Retry-After"], reasons) == (503, "2", ["HTTPStatusError"])
    home.forget_keys()
    assert await is_in(desk)
