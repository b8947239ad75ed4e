"""Whose token is taken: signed by the issuer's present key, for this service, asked for by a party we know, not expired."""

import time
from collections.abc import Callable

import httpx2
import pytest
from joserfc.jwk import ECKey

from libs.common import tokens
from libs.common.tokens import InvalidToken, TokenVerifier
from tests.issuer import AUDIENCES, ISSUER, Issuer, running_issuer

SUBJECT = {"sub": "somebody", "realm_access": {"roles": ["LEADER"]}}
PARTY = "chidao-portal"


def verifier(issuer: Issuer, audience: str = "tasks") -> TokenVerifier:
    return TokenVerifier(issuer=ISSUER, jwks_url=issuer.jwks_url, audience=audience, parties=frozenset({PARTY}))


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_a_token_for_a_service_is_taken_there_and_nowhere_else(issuer: Issuer, audience: str) -> None:
    token = issuer.token(**SUBJECT, aud=[audience])
    claims = await verifier(issuer, audience).verify(token)
    assert (claims.subject, claims.party, claims.roles) == ("somebody", PARTY, {"LEADER"})
    for other in set(AUDIENCES) - {audience}:
        with pytest.raises(InvalidToken):
            await verifier(issuer, other).verify(token)


WRONG: dict[str, Callable[[Issuer], str]] = {
    "expired": lambda issuer: issuer.token(**SUBJECT, exp=int(time.time()) - 1),
    "of a foreign issuer": lambda issuer: issuer.token(**SUBJECT, iss="https://elsewhere.test"),
    "of a stranger's key": lambda issuer: issuer.token(**SUBJECT, key=ECKey.generate_key("P-256", auto_kid=True)),
    "a key of ours that is not one": lambda issuer: issuer.token(
        **SUBJECT, key=ECKey.import_key(ECKey.generate_key("P-256").as_dict(private=True) | {"kid": issuer.key.kid})
    ),
    "asked for by nobody we know": lambda issuer: issuer.token(**SUBJECT, azp="somebody-else"),
    "of another kind": lambda issuer: issuer.token(**SUBJECT, typ="Refresh"),
    "without an end": lambda issuer: issuer.token(**SUBJECT, exp=None),
    "of tomorrow": lambda issuer: issuer.token(**SUBJECT, iat=int(time.time()) + 3600),
    "not valid yet": lambda issuer: issuer.token(**SUBJECT, nbf=int(time.time()) + 3600),
    "valid from some day on": lambda issuer: issuer.token(**SUBJECT, nbf="tomorrow"),
    "no token at all": lambda _: "a.b.c",
    "without signature": lambda issuer: issuer.token(**SUBJECT).rpartition(".")[0] + ".",
}


@pytest.mark.parametrize("make", WRONG.values(), ids=list(WRONG))
async def test_a_wrong_token_is_refused(issuer: Issuer, make: Callable[[Issuer], str]) -> None:
    with pytest.raises(InvalidToken):
        await verifier(issuer).verify(make(issuer))


async def test_clocks_that_differ_a_little_are_no_fault(issuer: Issuer) -> None:
    soon = int(time.time()) + tokens.CLOCKS_DIFFER_SECONDS - 5
    assert (await verifier(issuer).verify(issuer.token(**SUBJECT, iat=soon, nbf=soon))).subject == "somebody"


async def test_a_token_that_was_taken_is_refused_when_it_expires(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, token = verifier(issuer), issuer.token(**SUBJECT)
    await asked.verify(token)
    now = time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: now + 301)
    with pytest.raises(InvalidToken, match="expired"):
        await asked.verify(token)


async def test_a_key_that_was_turned_is_learnt_but_strangers_do_not_make_us_ask_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_issuer() as issuer:
        asked = verifier(issuer)
        await asked.verify(issuer.token(**SUBJECT))
        questions: list[str] = []
        get = httpx2.AsyncClient.get

        async def counted(client: httpx2.AsyncClient, url: str) -> httpx2.Response:
            questions.append(url)
            return await get(client, url)

        monkeypatch.setattr(httpx2.AsyncClient, "get", counted)
        for _ in range(5):
            with pytest.raises(InvalidToken):
                await asked.verify(issuer.token(**SUBJECT, key=ECKey.generate_key("P-256", auto_kid=True)))
        assert questions == [], "the keys were asked for a moment ago"

        before = issuer.token(**SUBJECT, jti="before")
        issuer.turn_key()
        monkeypatch.setattr(tokens, "KEYS_ASKED_EVERY", 0.0)
        assert (await asked.verify(issuer.token(**SUBJECT))).subject == "somebody"
        assert questions == [issuer.jwks_url]
        with pytest.raises(InvalidToken):
            await asked.verify(before)


async def test_while_the_issuer_is_away_known_keys_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_issuer() as issuer:
        asked = verifier(issuer)
        await asked.verify(issuer.token(**SUBJECT))
        fresh = issuer.token(**SUBJECT)
    assert (await asked.verify(fresh)).subject == "somebody"
    with pytest.raises(httpx2.HTTPError):
        await verifier(issuer).verify(fresh)
