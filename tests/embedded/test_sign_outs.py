"""Whoever is signed out at the small provider is signed out at the portal: what it is told, when, and that nobody waits for it."""

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from structlog.testing import capture_logs

from embedded.oidc.back_channel import BackChannel
from embedded.oidc.provider import KEYS, REALM, SIGN_OUT
from portal.oidc import LOGOUT_EVENT
from tests.embedded.provider import AFTER_SIGN_OUT, PUBLIC, TOLD_OF_SIGN_OUTS, Account, Position, SignIn, Told, running_provider

LEAD = Account("Đặng Thị Châu (DEMO)", (Position("Văn phòng UBND tỉnh", "OFFICE", "Chánh Văn phòng", "OFFICE_LEAD"),))


@pytest.fixture
async def sign_in() -> AsyncIterator[SignIn]:
    async with running_provider([LEAD]) as running:
        yield running


async def told(sign_in: SignIn) -> list[tuple[str, str]]:
    back_channel = sign_in.provider.back_channel
    assert isinstance(back_channel, Told)
    await back_channel.settled()
    return back_channel.said


async def end(sign_in: SignIn, granted: dict[str, Any], client_id: str = "chidao-portal") -> httpx2.Response:
    return await sign_in.http.post(SIGN_OUT, data={"refresh_token": granted["refresh_token"], **sign_in.proof(client_id)})


async def test_the_client_is_told_by_a_token_that_can_be_nothing_else(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    await sign_in.http.get(SIGN_OUT, params={"id_token_hint": granted["id_token"], "post_logout_redirect_uri": AFTER_SIGN_OUT})
    ((url, token),) = await told(sign_in)
    assert url == TOLD_OF_SIGN_OUTS
    header = json.loads(urlsafe_b64decode(token.split(".")[0] + "=="))
    assert header["typ"] == "logout+jwt"
    said = jwt.decode(token, KeySet.import_key_set((await sign_in.http.get(KEYS)).json()), algorithms=["ES256"]).claims
    assert (said["iss"], said["aud"], said["sub"]) == (PUBLIC + REALM, "chidao-portal", str(LEAD.person_id))
    identity = json.loads(urlsafe_b64decode(granted["id_token"].split(".")[1] + "=="))
    assert said["sid"] == identity["sid"]
    assert said["events"] == {LOGOUT_EVENT: {}}
    assert not {"nonce", "typ", "azp"} & said.keys()
    assert 0 <= said["exp"] - time.time() <= 120


async def test_a_client_ends_a_session_by_itself_with_its_refresh_token(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    assert (await end(sign_in, granted)).status_code == 204
    assert (await sign_in.refresh(granted)).json()["error"] == "invalid_grant"
    assert len(await told(sign_in)) == 1
    assert (await end(sign_in, granted)).status_code == 400, "it has ended"
    assert len(await told(sign_in)) == 1


async def test_nobody_else_ends_it(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    assert (await end(sign_in, granted, "service-tasks")).status_code == 400
    assert (await sign_in.http.post(SIGN_OUT, data={"refresh_token": granted["refresh_token"]})).status_code == 401
    assert (await end(sign_in, {"refresh_token": granted["id_token"]})).status_code == 400
    assert await told(sign_in) == []
    assert (await sign_in.refresh(granted)).status_code == 200


async def test_whoever_steals_a_token_signs_its_person_out_everywhere(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    assert (await sign_in.refresh(granted)).status_code == 200
    assert (await sign_in.refresh(granted)).status_code == 400
    assert len(await told(sign_in)) == 1


async def test_a_client_that_does_not_listen_delays_no_sign_out_and_stands_in_the_log(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    back_channel = sign_in.provider.back_channel
    assert isinstance(back_channel, Told)
    back_channel.answers = 503
    with capture_logs() as said:
        assert (await end(sign_in, granted)).status_code == 204
        await back_channel.settled()
    assert [one["status"] for one in said if one["event"] == "client-not-told-of-sign-out"] == [503]


async def test_one_that_is_away_stands_in_the_log_too() -> None:
    back_channel = BackChannel()
    with capture_logs() as said:
        back_channel.tell("http://127.0.0.1:1/", "token")
        await back_channel.settled()
    assert [one["error"] for one in said if one["event"] == "client-not-told-of-sign-out"] == ["ConnectError"]
