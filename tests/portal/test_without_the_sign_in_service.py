"""The sign-in service is slow, or dies: nobody holds anything while he waits for it, and people work on to the end of their token."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from portal import oidc, session
from portal.messages import Catalogue
from tests.conftest import ServiceDatabase
from tests.portal.over_a_provider import House, SignInPlace, house

AT_ONCE = 50


@pytest.fixture
async def home(
    database: Callable[[str], ServiceDatabase], described: dict[str, dict[str, Any]], tmp_path: Path, fonts: Path
) -> AsyncIterator[House]:
    async with house(database("portal"), described, tmp_path, fonts, SignInPlace()) as running:
        yield running


async def what_is_held(home: House) -> tuple[int, int]:
    """How many transactions of the portal are open, and how many locks they have."""
    (row,) = await home.portal.rows("""
        WITH portal AS (
          SELECT pid, xact_start FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'chidao-portal%')
        SELECT (SELECT count(*) FROM portal WHERE xact_start IS NOT NULL) AS transactions,
               (SELECT count(*) FROM pg_locks JOIN portal USING (pid)) AS locks""")
    return row.transactions, row.locks


async def test_fifty_requests_with_an_expired_token_renew_it_once_and_hold_nothing_meanwhile(home: House) -> None:
    # It answers late on purpose, and is not given up while this test looks around.
    home.sign_in._client.timeout = session.LONGEST_REFRESH_SECONDS
    with home.place.up() as between:
        between.granted = {"expires_in": 1}
        browser = await home.signed_in()
        between.granted, between.hold_back = {}, "refresh_token"
        asking = [asyncio.create_task(browser.http.get("/workbench")) for _ in range(AT_ONCE)]
        async with asyncio.timeout(20):
            while "refresh_token" not in between.grants or await what_is_held(home) != (0, 0):
                await asyncio.sleep(0.02)
        for _ in range(10):
            assert await what_is_held(home) == (0, 0)
            await asyncio.sleep(0.02)
        assert not any(one.done() for one in asking)
        # Whoever works elsewhere in the same session is not held up either.
        async with asyncio.timeout(2):
            await home.portal.change("UPDATE session SET seen_at = now()")
        between.may_answer.set()
        assert [answer.status_code for answer in await asyncio.gather(*asking)] == [200] * AT_ONCE
        assert between.grants.count("refresh_token") == 1
        # A second renewal with the same token would have ended the session: refresh tokens serve once.
        assert (await browser.get("/workbench")).status_code == 200


async def test_a_service_that_hangs_delays_nobody_whose_token_serves(home: House) -> None:
    with home.place.up() as between:
        between.granted = {"expires_in": oidc.RENEWED_BEFORE_END - 1}
        browser = await home.signed_in()
        between.hold_back = "refresh_token"
        assert (await browser.get("/workbench")).status_code == 200
        assert between.grants.count("refresh_token") == 1, "it is asked, and answers later"
        between.may_answer.set()
        between.granted = {}
        async with asyncio.timeout(20):
            while await ends_soon(home):
                await asyncio.sleep(0.05)
        assert (await browser.get("/workbench")).status_code == 200
        assert between.grants.count("refresh_token") == 1


async def ends_soon(home: House) -> bool:
    """Whether the tokens of the one session are those of the beginning."""
    (row,) = await home.portal.rows("SELECT * FROM session")
    return home.portal.app.state.portal.sessions._session(row).tokens.expire_soon


async def test_a_killed_service_leaves_people_working_to_the_end_of_their_token_and_comes_back_without_us(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with home.place.up() as between:
        between.granted = {"expires_in": oidc.RENEWED_BEFORE_END - 1}
        browser = await home.signed_in()
    # Its end is near enough to be renewed, nobody renews it, and it serves.
    assert (await browser.get("/workbench")).status_code == 200

    now = time.time()
    monkeypatch.setattr(oidc.time, "time", lambda: now + oidc.RENEWED_BEFORE_END)
    words = Catalogue("vi")
    with capture_logs() as said:
        page = await browser.get("/workbench?state=ASSIGNED")
    assert page.status_code == 503
    assert words("sign-in-away.title") in page.text
    assert words("sign-in-away.text") in page.text
    assert 'href="/workbench?state=ASSIGNED"' in page.text
    assert page.headers["Retry-After"] == "5"
    assert "page-without-sign-in-service" in [one["event"] for one in said]
    start = await home.portal.browser().http.get("/sign-in/start")
    assert start.headers["Location"] == "/sign-in?failed=away", "nobody is sent to an address at which nobody answers"

    with home.place.up():
        assert (await browser.get("/workbench?state=ASSIGNED")).status_code == 200
        await home.signed_in("clerk")


async def test_what_was_typed_is_kept_while_the_service_is_away(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with home.place.up():
        browser = await home.signed_in()
        await browser.get("/directives/new")
    now = time.time()
    monkeypatch.setattr(oidc.time, "time", lambda: now + 600)
    page = await browser.send("/directives", {"subject": "Phòng, chống dịch bệnh mùa mưa"})
    assert page.status_code == 503
    assert Catalogue("vi")("sign-in-away.title") in page.text
    assert "Phòng, chống dịch bệnh mùa mưa" in page.text
