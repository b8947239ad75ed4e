"""A release asks who one is again, of the token itself: whatever a portal has asked before, or has not (decision 0039)."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest

from libs.contracts.province import RulesOfDay
from tests.directives.documents import document
from tests.signed_in import OFFICE_LEAD, TRACKER, Client

MINUTES = RulesOfDay().step_up_minutes


def ago(seconds: float) -> int:
    return int(time.time() - seconds)


# What a token says of how and when its person has proved who he is.
NOT_PROVED: Mapping[str, Callable[[], dict[str, Any]]] = {
    "signed in and no more": lambda: {"acr": "1"},
    "nothing of how": lambda: {"acr": None},
    "a level that nobody knows": lambda: {"acr": "9"},
    "a level in words": lambda: {"acr": "urn:mace:incommon:iap:silver"},
    "a level that is a number": lambda: {"acr": 2},
    "a list of levels": lambda: {"acr": ["1", "2"]},
    "a level with space around it": lambda: {"acr": " 2"},
    "a level in other digits": lambda: {"acr": "٢"},
    "nothing of when": lambda: {"auth_time": None},
    "too long ago": lambda: {"auth_time": ago(60 * MINUTES + 1)},
    "in an hour": lambda: {"auth_time": ago(-3600)},
    "in words": lambda: {"auth_time": "now"},
    "yes": lambda: {"auth_time": True},
    "never to end": lambda: {"auth_time": 10**30},
}


async def drafted(client: Client) -> str:
    return f"/directives/{(await client.post(TRACKER, '/directives', document())).json()['id']}"


async def release(client: Client, address: str, *, key: str = "release", **claims: Any) -> httpx2.Response:
    token = client.issuer.person_token(OFFICE_LEAD, **claims)
    headers = client.issuer.headers(OFFICE_LEAD) | {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "If-Match": '"1"'}
    return await client.http.post(f"{address}/release", json={}, headers=headers)


@pytest.mark.parametrize("claims", NOT_PROVED.values(), ids=list(NOT_PROVED))
async def test_whoever_has_not_just_proved_who_he_is_releases_nothing(directives: Client, claims: Callable[[], dict[str, Any]]) -> None:
    address = await drafted(directives)
    before = await directives.everything()
    answer = await release(directives, address, **claims())
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["act"]) == (401, "insufficient-user-authentication", "RELEASE_DIRECTIVE")
    assert (problem["acr_values"], problem["max_age"]) == ("2", 60 * MINUTES)
    assert await directives.everything() == before


async def test_the_challenge_is_that_of_the_standard(directives: Client) -> None:
    """RFC 9470, 3."""
    answer = await release(directives, await drafted(directives), acr="1")
    scheme, _, rest = answer.headers["WWW-Authenticate"].partition(" ")
    told = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    assert scheme == "Bearer"
    assert told.pop("error_description")
    assert told == {"error": "insufficient_user_authentication", "acr_values": "2", "max_age": str(60 * MINUTES)}


async def test_whoever_comes_back_after_it_does_the_same_under_the_same_key(directives: Client) -> None:
    address = await drafted(directives)
    assert (await release(directives, address, acr="1")).status_code == 401
    released = await release(directives, address, auth_time=ago(60 * MINUTES - 30))
    assert (released.status_code, released.json()["state"]) == (200, "RELEASED")
    assert "Idempotent-Replayed" not in released.headers
    assert (await release(directives, address)).headers["Idempotent-Replayed"] == "true"


async def test_what_is_wrong_with_the_request_is_said_before_and_a_token_that_is_none_is_none(directives: Client) -> None:
    address = await drafted(directives)
    headers = directives.issuer.headers(OFFICE_LEAD)
    assert (await directives.http.post(f"{address}/release", content=b"{", headers=headers | {"Idempotency-Key": "k"})).status_code == 400
    assert (await directives.http.post(f"{address}/release", json={}, headers=headers)).json()["code"] == "idempotency-key-missing"
    answer = await directives.http.post(f"{address}/release", json={}, headers={"Idempotency-Key": "k"})
    assert (answer.json()["code"], answer.headers["WWW-Authenticate"]) == ("not-signed-in", "Bearer")


async def test_what_asks_for_no_proof_needs_none(directives: Client) -> None:
    address = await drafted(directives)
    token = directives.issuer.person_token(TRACKER, acr=None, auth_time=None)
    headers = directives.issuer.headers(TRACKER) | {"Authorization": f"Bearer {token}", "Idempotency-Key": "k", "If-Match": '"1"'}
    assert (await directives.http.get(address, headers=headers)).status_code == 200
    assert (await directives.http.post(f"{address}/submit-for-release", json={}, headers=headers)).status_code == 200
