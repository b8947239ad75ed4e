"""Whoever is signed in at the small provider proves again who he is: he and nobody else, and his tokens say how and when."""

import re
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from embedded.oidc.authorization import Session
from embedded.oidc.passwords import KeptPassword, Passwords, hashed
from embedded.oidc.provider import AUTHORIZATION, KEYS, REALM
from faults.people import hidden
from tests.embedded.provider import PUBLIC, Account, Position, SignIn, brought_back, running_provider

LEAD = Account("Đặng Thị Châu (DEMO)", (Position("Văn phòng UBND tỉnh", "OFFICE", "Chánh Văn phòng", "OFFICE_LEAD"),), username="lead")
CLERK = Account("Hồ Văn Ấn (DEMO)", (Position("UBND xã Ba Động", "COMMUNE", "Văn thư", "AGENCY_CLERK"),), username="clerk")


@pytest.fixture
async def sign_in() -> AsyncIterator[SignIn]:
    async with running_provider([LEAD, CLERK]) as running:
        yield running


async def said_by(sign_in: SignIn, token: str) -> dict[str, Any]:
    return jwt.decode(token, KeySet.import_key_set((await sign_in.http.get(KEYS)).json()), algorithms=["ES256"]).claims


async def asked_again(sign_in: SignIn, granted: dict[str, Any]) -> httpx2.Response:
    return await sign_in.page_for(acr_values="2", max_age="300", id_token_hint=granted["id_token"])


async def say(sign_in: SignIn, page: httpx2.Response, **said: str) -> httpx2.Response:
    return await sign_in.http.post(AUTHORIZATION, data={**hidden(page.text), **said})


async def test_whoever_signs_in_is_signed_in_and_no_more(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    for token in ("access_token", "id_token"):
        said = await said_by(sign_in, granted[token])
        assert said["acr"] == "1"
        assert abs(said["auth_time"] - time.time()) < 5


async def test_one_person_is_shown_and_his_tokens_tell_that_he_has_proved_it(sign_in: SignIn) -> None:
    first = await sign_in.sign_in(LEAD)
    page = await asked_again(sign_in, first)
    assert re.findall(r'name="person" value="([^"]+)"', page.text) == [str(LEAD.person_id)]
    assert CLERK.name not in page.text
    granted = (await sign_in.redeem(brought_back(await say(sign_in, page, person=str(LEAD.person_id)))["code"])).json()
    for told in (granted, (await sign_in.refresh(granted)).json()):
        said = await said_by(sign_in, told["access_token"])
        assert (said["acr"], said["sub"]) == ("2", str(LEAD.person_id))
    assert (await sign_in.refresh(first)).status_code == 200, "what was granted before is not taken for stolen"


async def test_nobody_proves_it_for_somebody_else(sign_in: SignIn) -> None:
    page = await asked_again(sign_in, await sign_in.sign_in(LEAD))
    for person in (str(CLERK.person_id), "", "somebody"):
        answer = await say(sign_in, page, person=person)
        assert (answer.status_code, answer.headers.get("Location")) == (409, None)


async def test_whoever_declines_is_sent_back_and_the_request_may_still_be_proved(sign_in: SignIn) -> None:
    page = await asked_again(sign_in, await sign_in.sign_in(LEAD))
    back = brought_back(await say(sign_in, page, decline="yes"))
    assert back == {"error": "access_denied", "state": "state-1", "iss": PUBLIC + REALM}
    assert "code" in brought_back(await say(sign_in, page, person=str(LEAD.person_id)))


async def test_whoever_may_not_sign_in_any_more_is_told_so(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    sign_in.people.remove(LEAD)
    page = await asked_again(sign_in, granted)
    assert 'name="person"' not in page.text
    assert (await say(sign_in, page, person=str(LEAD.person_id))).status_code == 409


@pytest.mark.parametrize(
    "changed",
    [{"acr_values": "9"}, {"acr_values": "1 2"}, {"acr_values": ""}, {"max_age": "soon"}, {"max_age": "-1"}, {"id_token_hint": "a.b.c"}],
)
async def test_what_cannot_be_asked_is_refused(sign_in: SignIn, changed: dict[str, str]) -> None:
    answer = await sign_in.push(**changed)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_hint_that_is_of_nobody_who_is_signed_in_is_none(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    assert (await sign_in.push(id_token_hint=granted["access_token"])).status_code == 400
    said = await said_by(sign_in, granted["id_token"])
    sign_in.provider.end(Session(said["sid"], "chidao-portal", LEAD.person_id, said["auth_time"]))
    assert (await sign_in.push(id_token_hint=granted["id_token"])).status_code == 400


async def test_where_passwords_are_asked_for_it_is_ones_own_that_proves_it() -> None:
    passwords = Passwords()
    passwords.know({one.username: KeptPassword(one.person_id, hashed(f"of {one.username}")) for one in (LEAD, CLERK)})
    async with running_provider([LEAD, CLERK], passwords) as sign_in:
        page = await sign_in.page()
        first = (await sign_in.redeem(brought_back(await say(sign_in, page, username="lead", password="of lead"))["code"])).json()
        page = await asked_again(sign_in, first)
        assert 'value="lead"' in page.text
        assert "access_denied" in (await say(sign_in, page, decline="yes")).headers["Location"]
        others = await say(sign_in, page, username="clerk", password="of clerk")
        assert (others.status_code, others.headers.get("Location")) == (401, None)
        granted = (await sign_in.redeem(brought_back(await say(sign_in, page, username="lead", password="of lead"))["code"])).json()
        assert (await said_by(sign_in, granted["access_token"]))["acr"] == "2"
