"""What an attacker may bring to a service instead of an access token. Each is refused for its own reason, which only the log tells."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from libs.common.actor import Actor
from libs.common.tokens import TokenVerifier
from libs.common.web.auth import Doorkeeper, ServiceCaller, SignedInPerson
from libs.common.web.problems import install_problem_answers
from tests.forged import FORGED, LEFT_OUT, Forge, Forger, in_seconds
from tests.issuer import AUDIENCES, ISSUER, Issuer, running_issuer

SUBJECT = str(uuid4())
PORTAL, SERVICE = "chidao-portal", "service-reporting"

OF_ACCESS: Mapping[str, tuple[Forge, str]] = {
    "an ID token": (lambda f: f.token(typ="ID", aud=PORTAL, nonce="n"), "wrong-audience"),
    "an ID token that is for all": (lambda f: f.token(typ="ID"), "wrong-type"),
    "a refresh token": (lambda f: f.token(typ="Refresh"), "wrong-type"),
    "a token for the other services": (lambda f: f.token(aud=[name for name in AUDIENCES if name != "tasks"]), "wrong-audience"),
    "asked for by nobody": (lambda f: f.token(azp=LEFT_OUT), "unknown-party"),
    "asked for by a list of whom we know": (lambda f: f.token(azp=[PORTAL]), "unknown-party"),
    "roles in words": (lambda f: f.token(realm_access={"roles": "LEADER"}), "malformed"),
    "roles in a list": (lambda f: f.token(realm_access=["LEADER"]), "malformed"),
    "roles that are no words": (lambda f: f.token(realm_access={"roles": [{"LEADER": True}]}), "malformed"),
}
ATTACKS = {**FORGED, **OF_ACCESS}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


class NoMemberships:
    """Nobody acts here: it does not come so far."""

    async def resolve_actor(self, person_id: object, membership_id: object, roles: object) -> Actor | None:
        raise AssertionError

    async def require_fresh(self) -> None:
        raise AssertionError


@pytest.fixture
async def service(issuer: Issuer) -> AsyncIterator[httpx2.AsyncClient]:
    """The door of the service of tasks, and nothing behind it."""
    app = FastAPI()
    install_problem_answers(app)
    parties = frozenset({PORTAL, SERVICE})
    verifier = TokenVerifier(issuer=ISSUER, jwks_url=issuer.jwks_url, audience="tasks", parties=parties)
    app.state.doorkeeper = Doorkeeper(verifier, NoMemberships())

    @app.get("/person")
    async def person(who: SignedInPerson) -> str:
        return str(who.id)

    @app.get("/service")
    async def service(who: ServiceCaller) -> str:
        return who

    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://tasks.test") as http:
        yield http


def forger(issuer: Issuer) -> Forger:
    right: dict[str, Any] = {"iss": ISSUER, "typ": "Bearer", "azp": PORTAL, "aud": AUDIENCES, "sub": SUBJECT, "jti": str(uuid4())}
    return Forger({**right, "iat": in_seconds(0), "exp": in_seconds(300), "realm_access": {"roles": ["LEADER"]}}, issuer.key)


async def bring(service: httpx2.AsyncClient, token: str, path: str = "/person") -> tuple[httpx2.Response, list[str]]:
    """The answer, and what the log says of the token."""
    with capture_logs() as said:
        answer = await service.get(path, headers={"Authorization": f"Bearer {token}"})
    return answer, [one["reason"] for one in said if one["event"] == "token-refused"]


async def test_the_right_token_is_taken(service: httpx2.AsyncClient, issuer: Issuer) -> None:
    """Whatever the attacks change, nothing else is wrong with their tokens."""
    answer, reasons = await bring(service, forger(issuer).token())
    assert (answer.status_code, answer.json(), reasons) == (200, SUBJECT, [])


@pytest.mark.parametrize(("forge", "reason"), ATTACKS.values(), ids=list(ATTACKS))
async def test_a_forged_token_opens_nothing(
    service: httpx2.AsyncClient, issuer: Issuer, forge: Callable[[Forger], str], reason: str
) -> None:
    answer, reasons = await bring(service, forge(forger(issuer)))
    assert reasons == [reason]
    assert answer.status_code == 401
    # Whoever was refused is not told why.
    assert answer.json()["reason"] == "token-refused"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("path", "claims", "reason"),
    [
        ("/person", {"sub": "service-reporting", "azp": SERVICE}, "not-a-person"),
        ("/person", {"sub": "somebody"}, "subject"),
        ("/service", {}, "not-a-service"),
    ],
)
async def test_a_service_is_no_person_and_a_person_no_service(
    service: httpx2.AsyncClient, issuer: Issuer, path: str, claims: dict[str, str], reason: str
) -> None:
    answer, reasons = await bring(service, forger(issuer).token(**claims), path)
    assert (answer.status_code, answer.json()["reason"], reasons) == (401, reason, [])


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dGFza3M6dGFza3M=", "bearer:x"])
async def test_without_a_token_nothing_opens(service: httpx2.AsyncClient, header: str) -> None:
    answer = await service.get("/person", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["reason"]) == (401, "no-token")
