"""A sign-in service that wants to hear beforehand what a browser will ask it (PAR): what was pushed stands in no address."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from libs.common.tokens import CLIENT_ASSERTION
from portal.oidc import SignInService
from tests.portal.conftest import Browser, Running


@pytest.fixture
async def pushing(portal: Running, address: str) -> AsyncIterator[Running]:
    """The portal, told to push."""
    settings = portal.settings.model_copy(update={"pushed_authorization_url": f"{address}/sign-in/pushed"})
    async with httpx2.AsyncClient() as client:
        portal.app.state.portal = replace(portal.app.state.portal, sign_in=SignInService(settings, client))
        yield portal


async def test_somebody_signs_in_by_a_request_that_only_the_portal_has_made(pushing: Running, browser: Browser) -> None:
    start = await browser.http.get("/sign-in/start")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(start.headers["Location"]).query).items()}
    assert asked == {"client_id": "chidao-portal", "request_uri": "urn:pushed:0"}
    pushed = pushing.stand_in.pushed["urn:pushed:0"]
    assert (pushed["response_type"], pushed["code_challenge_method"], pushed["scope"]) == ("code", "S256", "openid")
    assert pushed["client_assertion_type"] == CLIENT_ASSERTION
    assert (await browser.sign_in("clerk")).url.path == "/my-work"


async def test_a_request_that_is_not_taken_is_told_on_our_own_page(pushing: Running, browser: Browser) -> None:
    pushing.stand_in.refuse_pushed = True
    answer = await browser.http.get("/sign-in/start")
    assert answer.headers["Location"] == "/sign-in?failed=refused"


async def test_a_sign_in_service_that_does_not_answer_is_told_on_our_own_page(pushing: Running, browser: Browser) -> None:
    sign_in = pushing.app.state.portal.sign_in
    nowhere = sign_in._settings.model_copy(update={"pushed_authorization_url": "http://127.0.0.1:9/"})
    pushing.app.state.portal = replace(pushing.app.state.portal, sign_in=SignInService(nowhere, sign_in._client))
    answer = await browser.http.get("/sign-in/start")
    assert answer.headers["Location"] == "/sign-in?failed=away"
