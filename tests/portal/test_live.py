"""The stream to one browser: it says what concerns whoever sits before it, seldom enough, and only while he is who he was."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from joserfc.jwk import ECKey

from libs.common.live import Concerned, Hint, concerned
from libs.common.tokens import ServiceTokens
from portal import live as live_lines
from portal.live import Ear, Live
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import id_of

HEALTH, FINANCE = uuid4(), uuid4()


def ear(*, agency: UUID | None = HEALTH, role: str = "AGENCY_CLERK", person: UUID | None = None, session: UUID | None = None) -> Ear:
    return Ear(session or uuid4(), person or uuid4(), agency, role)


async def signed_in() -> bool:
    return True


@pytest.fixture
def live(tmp_path: Path) -> Live:
    """Without a line to any service: nothing is said but what the test says."""
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return Live({}, ServiceTokens(client_id="portal", private_key_file=key_file, token_url=""), lambda _: None)


@asynccontextmanager
async def hearing(live: Live, whose: Ear) -> AsyncIterator[AsyncIterator[bytes]]:
    heard = live.follow(whose, signed_in)
    assert (await anext(heard)).startswith(b"retry: ")
    yield heard
    await heard.aclose()  # type: ignore[attr-defined]


async def lists_of(heard: AsyncIterator[bytes]) -> list[str]:
    """What the next word says that changed; nothing when it is only a heartbeat."""
    async with asyncio.timeout(20):
        word = await anext(heard)
    found: list[str] = json.loads(word.removeprefix(b"data: "))["lists"] if word.startswith(b"data: ") else []
    return found


async def test_an_open_page_hears_within_a_moment_that_something_changed(portal: Running, browser: Browser) -> None:
    await browser.sign_in("leader")
    while not portal.stand_in.streams.get("reporting"):
        await asyncio.sleep(0.05)
    async with hearing(portal.app.state.portal.live, ear()) as heard:
        waiting = asyncio.ensure_future(lists_of(heard))
        await asyncio.sleep(0)
        portal.stand_in.say_changed_from_afar("reporting")
        # Before it may come what a line says of itself that has just been connected.
        while "figures" not in await waiting:
            waiting = asyncio.ensure_future(lists_of(heard))


@pytest.mark.parametrize(
    ("told", "whose", "hears"),
    [
        (concerned(agencies=[HEALTH]), ear(), True),
        (concerned(agencies=[HEALTH]), ear(agency=FINANCE), False),
        (concerned(agencies=[HEALTH]), ear(agency=None, role="SYSTEM_ADMIN"), False),
        (concerned(agencies=[HEALTH], roles=["LEADER"]), ear(agency=FINANCE, role="LEADER"), True),
        (concerned(roles=["LEADER"]), ear(), False),
        (concerned(persons=[HEALTH]), ear(person=HEALTH, agency=FINANCE), True),
        (concerned(agencies=[uuid4() for _ in range(500)]), ear(), True),
    ],
)
async def test_a_hint_wakes_only_whom_it_concerns(
    live: Live, monkeypatch: pytest.MonkeyPatch, told: Concerned, whose: Ear, hears: bool
) -> None:
    monkeypatch.setattr(live_lines, "HEARTBEAT_SECONDS", 0.2)
    async with hearing(live, whose) as heard:
        live.say(Hint({"tasks": told}))
        assert await lists_of(heard) == (["tasks"] if hears else [])


async def test_who_has_signed_out_hears_nothing_more_however_much_there_is_to_tell(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_lines, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(live_lines, "SHORTEST_SILENCE_SECONDS", 0.02)
    is_signed_in = True

    async def still() -> bool:
        return is_signed_in

    heard = live.follow(ear(), still)
    async with asyncio.timeout(20):
        while await anext(heard) != b": still here\n\n":
            pass
    is_signed_in = False
    told = 0
    async with asyncio.timeout(20):
        live.say(Hint.for_everybody("figures"))
        async for _ in heard:
            told += 1
            live.say(Hint.for_everybody("figures"))
    assert told < 10


async def test_after_a_word_a_page_is_left_in_peace_for_a_while_and_then_told_all(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_lines, "TURN_SECONDS", 0)
    monkeypatch.setattr(live_lines, "SHORTEST_SILENCE_SECONDS", 3)
    async with hearing(live, ear()) as heard:
        live.say(Hint.for_everybody("tasks"))
        assert await lists_of(heard) == ["tasks"]
        waiting = asyncio.ensure_future(lists_of(heard))
        for name in ("figures", "notices"):
            await asyncio.sleep(0.02)
            live.say(Hint.for_everybody(name))
        assert await waiting == ["figures", "notices"]


async def test_many_pages_are_told_one_after_another(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_lines, "TURN_SECONDS", 0.05)
    followed = [live.follow(ear(), signed_in) for _ in range(6)]
    for one in followed:
        await anext(one)
    words = [asyncio.ensure_future(lists_of(one)) for one in followed]
    await asyncio.sleep(0)
    live.say(Hint.for_everybody("figures"))
    told_together = []
    while any(not word.done() for word in words):
        before = sum(word.done() for word in words)
        await asyncio.sleep(0.001)
        told_together.append(sum(word.done() for word in words) - before)
    assert max(told_together) == 1
    assert [word.result() for word in words] == [["figures"]] * 6
    for one in followed:
        await one.aclose()  # type: ignore[attr-defined]


async def test_who_acts_as_somebody_else_hears_what_concerns_him_now(portal: Running, browser: Browser) -> None:
    """The stream of before ends at once, also in another process by its next look at the session; a browser opens it again by itself."""
    portal.stand_in.memberships["tracker"] = ["tracker", "clerk"]
    await browser.sign_in("tracker")
    await browser.get("/membership")
    await browser.send("/membership", {"membership_id": id_of("membership tracker")})
    sessions, cookie = portal.app.state.portal.sessions, browser.http.cookies[portal.settings.cookie_name]
    before = await sessions.find(cookie)
    assert await sessions.lives(before)
    heard = portal.app.state.portal.live.follow(Ear.of(before), signed_in)
    await anext(heard)
    await browser.get("/membership")
    await browser.send("/membership", {"membership_id": id_of("membership clerk")})
    async with asyncio.timeout(20):
        async for _ in heard:
            pass
    after = await sessions.find(cookie)
    assert not await sessions.lives(before)
    assert await sessions.lives(after)
    assert (Ear.of(before).role, Ear.of(after).role) == ("OFFICE_TRACKER", "AGENCY_CLERK")


async def test_sessions_that_have_ended_go_and_no_others(portal: Running, browser: Browser) -> None:
    await browser.sign_in("tracker")
    await portal.change("""
        INSERT INTO session (id, cookie_hash, person_id, person_name, memberships, tokens, form_secret, began_at, seen_at)
        SELECT gen_random_uuid(), sha256(CAST(CAST(number AS text) AS bytea)), gen_random_uuid(), 'ended', '[]', '', '',
               now() - CASE WHEN number % 2 = 0 THEN interval '11 hours' ELSE interval '1 hour' END,
               now() - CASE WHEN number % 2 = 0 THEN interval '1 minute' ELSE interval '31 minutes' END
        FROM generate_series(1, 2100) AS number""")
    assert await portal.app.state.portal.sessions.forget_ended() == 2100
    assert [row.person_name for row in await portal.rows("SELECT person_name FROM session")] == ["Phạm Đình Khôi"]
    assert (await browser.get("/home")).status_code == 200
