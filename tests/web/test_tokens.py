"""Whose token is taken: signed by the issuer's present key, for this service, asked for by a party we know, not expired."""

import asyncio
import time

import httpx2
import pytest
from joserfc.jwk import ECKey, OctKey

from libs.common import signed_claims, tokens
from libs.common.signed_claims import InvalidToken, IssuerAway
from libs.common.tokens import TokenVerifier
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


async def test_clocks_that_differ_a_little_are_no_fault(issuer: Issuer) -> None:
    assert signed_claims.CLOCKS_DIFFER_SECONDS == 30
    soon = int(time.time()) + 25
    assert (await verifier(issuer).verify(issuer.token(**SUBJECT, iat=soon, nbf=soon))).subject == "somebody"


async def test_a_token_that_was_taken_is_refused_when_it_expires(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, token = verifier(issuer), issuer.token(**SUBJECT)
    # The first brings the keys, the second is remembered.
    for _ in range(2):
        await asked.verify(token)
    now = time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: now + 301)
    with pytest.raises(InvalidToken, match="expired"):
        await asked.verify(token)


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What issuers are asked for."""
    asked: list[str] = []
    get = httpx2.AsyncClient.get

    async def counted(client: httpx2.AsyncClient, url: str) -> httpx2.Response:
        asked.append(url)
        return await get(client, url)

    monkeypatch.setattr(httpx2.AsyncClient, "get", counted)
    return asked


def stranger() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


async def test_a_key_that_was_turned_is_learnt_but_strangers_do_not_make_us_ask_again_and_again(
    questions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_issuer() as issuer:
        asked = verifier(issuer)
        taken = issuer.token(**SUBJECT)
        await asked.verify(taken)
        assert questions == [issuer.jwks_url]
        for _ in range(5):
            with pytest.raises(InvalidToken, match="unknown-key"):
                await asked.verify(issuer.token(**SUBJECT, key=stranger()))
        assert questions == [issuer.jwks_url], "the keys were asked for a moment ago"

        before = issuer.token(**SUBJECT, jti="before")
        issuer.turn_key()
        monkeypatch.setattr(signed_claims, "KEYS_ASKED_EVERY", 0.0)
        assert (await asked.verify(issuer.token(**SUBJECT))).subject == "somebody"
        assert questions == [issuer.jwks_url] * 2
        for withdrawn in (before, taken):
            with pytest.raises(InvalidToken, match="unknown-key"):
                await asked.verify(withdrawn)


async def test_a_storm_of_unknown_keys_asks_the_issuer_once(questions: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with running_issuer() as issuer:
        asked = verifier(issuer)
        storm = [asked.verify(issuer.token(**SUBJECT, key=stranger())) for _ in range(50)]
        refused = await asyncio.gather(*storm, return_exceptions=True)
        assert {str(one) for one in refused} == {"unknown-key"}
        assert questions == [issuer.jwks_url], "whoever comes while it is asked waits for the same answer"
        monkeypatch.setattr(signed_claims, "KEYS_ASKED_EVERY", 0.0)
        storm = [asked.verify(issuer.token(**SUBJECT, key=stranger())) for _ in range(50)]
        await asyncio.gather(*storm, return_exceptions=True)
        assert len(questions) == 2


async def test_while_the_issuer_is_away_known_keys_serve_and_it_may_come_back(
    questions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_issuer() as issuer:
        asked = verifier(issuer)
        await asked.verify(issuer.token(**SUBJECT))
        fresh = issuer.token(**SUBJECT)
    assert (await asked.verify(fresh)).subject == "somebody"
    nobody_known = verifier(issuer)
    questions.clear()
    away = await asyncio.gather(*(nobody_known.verify(fresh) for _ in range(50)), return_exceptions=True)
    assert {type(one) for one in away} == {IssuerAway}
    assert len(questions) == 1, "whoever is away is not asked fifty times"
    with pytest.raises(IssuerAway):
        await nobody_known.verify(fresh)
    assert len(questions) == 1

    monkeypatch.setattr(signed_claims, "KEYS_ASKED_AGAIN", 0.0)
    with running_issuer(issuer) as back:
        nobody_known._keys._url = back.jwks_url
        assert (await nobody_known.verify(fresh)).subject == "somebody"


async def test_a_withdrawn_key_is_forgotten_in_time_though_nobody_brings_a_newer_one(
    questions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed_claims.KEYS_KEPT_SECONDS == 600
    with running_issuer() as issuer:
        asked = verifier(issuer)
        stolen = issuer.key
        await asked.verify(issuer.token(**SUBJECT))
        issuer.turn_key()
        monkeypatch.setattr(signed_claims, "KEYS_KEPT_SECONDS", 0.0)
        monkeypatch.setattr(signed_claims, "KEYS_ASKED_EVERY", 0.0)
        # Nobody waits for the issuer while the key is known.
        assert (await asked.verify(issuer.token(**SUBJECT, key=stolen))).subject == "somebody"
        async with asyncio.timeout(5):
            while stolen.kid in asked._keys.known:
                await asyncio.sleep(0.01)
        monkeypatch.setattr(signed_claims, "KEYS_ASKED_EVERY", 10.0)
        with pytest.raises(InvalidToken, match="unknown-key"):
            await asked.verify(issuer.token(**SUBJECT, key=stolen))


@pytest.mark.parametrize("told", [{}, {"keys": "none"}, {"keys": ["none"]}, {"keys": [{"kty": "EC", "crv": "P-256", "kid": "x"}]}, []])
async def test_an_issuer_that_shows_no_keys_is_away(told: object) -> None:
    with running_issuer() as issuer:
        issuer.shown = told
        with pytest.raises(IssuerAway):
            await verifier(issuer).verify(issuer.token(**SUBJECT))


async def test_of_what_the_issuer_shows_only_keys_for_such_signatures_are_taken() -> None:
    """Others are there for others: a secret, or a key for another algorithm, makes no signature here."""
    with running_issuer() as issuer:
        public = issuer.key.as_dict(private=False)
        secret = OctKey.generate_key(256).as_dict(private=True) | {"kid": "secret"}
        longer = ECKey.generate_key("P-384").as_dict(private=False) | {"kid": "longer"}
        issuer.shown = {"keys": [secret, longer, {**public, "kid": "for-secrets", "use": "enc"}, {**public, "kid": 7}, public]}
        asked = verifier(issuer)
        assert (await asked.verify(issuer.token(**SUBJECT))).subject == "somebody"
        assert set(asked._keys.known) == {issuer.key.kid}
