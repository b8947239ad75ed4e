"""A sign-in provider in the test's process, and a client that speaks to it as the portal does."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx2
from joserfc.jwk import ECKey

from embedded.oidc.back_channel import BackChannel
from embedded.oidc.clients import Client, Clients
from embedded.oidc.issuing import TokenIssuer
from embedded.oidc.passwords import Passwords
from embedded.oidc.provider import AUTHORIZATION, PUSH, REALM, TOKEN, Provider, create_provider
from faults.people import hidden
from libs.common.tokens import CLIENT_ASSERTION, client_assertion

PUBLIC = "http://127.0.0.1:8700"
CALLBACK = f"{PUBLIC}/sign-in/callback"
AFTER_SIGN_OUT = f"{PUBLIC}/sign-in"
TOLD_OF_SIGN_OUTS = f"{PUBLIC}/sign-in/back-channel-logout"
VERIFIER = "v" * 43
SERVICES = ("directory", "tasks")


@dataclass(frozen=True)
class Position:
    agency_name: str
    agency_kind: str
    position: str
    role: str


@dataclass(frozen=True)
class Account:
    name: str
    positions: tuple[Position, ...]
    person_id: UUID = field(default_factory=uuid4)
    username: str = "demo"


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Told(BackChannel):
    """What the client was told, in place of telling it; `answers` is the status that it gives."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self.answers = 200

    async def send(self, url: str, token: str) -> int:
        self.said.append((url, token))
        return self.answers


@dataclass
class SignIn:
    """`http` reaches the provider, `people` may sign in; what a test takes from `people` is gone for the provider too."""

    http: httpx2.AsyncClient
    provider: Provider
    people: list[Account]
    keys: dict[str, ECKey]

    def asked(self, **changed: str | None) -> dict[str, str]:
        """A right authorization request, with parameters changed or (None) left out."""
        right: dict[str, str | None] = {
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (right | changed).items() if value is not None}

    async def push(self, client_id: str = "chidao-portal", **changed: str | None) -> httpx2.Response:
        return await self.http.post(PUSH, data={**self.asked(**changed), **self.proof(client_id)})

    async def reference(self, **changed: str | None) -> dict[str, str]:
        """What the browser brings to the page."""
        pushed = await self.push(**changed)
        assert pushed.status_code == 201, pushed.text
        return {"client_id": "chidao-portal", "request_uri": pushed.json()["request_uri"]}

    async def page(self, **more: str) -> httpx2.Response:
        """The page on which somebody says who he is."""
        return await self.http.get(AUTHORIZATION, params={**await self.reference(), **more})

    async def page_for(self, **changed: str | None) -> httpx2.Response:
        """The page for a request with parameters changed."""
        return await self.http.get(AUTHORIZATION, params=await self.reference(**changed))

    async def choose(self, person: Account, **changed: str | None) -> dict[str, str]:
        """What the browser brings back to the portal after a person was chosen on the page."""
        page = await self.http.get(AUTHORIZATION, params=await self.reference(**changed))
        answer = await self.http.post(AUTHORIZATION, data={**hidden(page.text), "person": str(person.person_id)})
        assert answer.status_code == 303, answer.text
        return brought_back(answer)

    def proof(self, client_id: str = "chidao-portal", **changed: Any) -> dict[str, str]:
        return {
            "client_id": client_id,
            "client_assertion_type": CLIENT_ASSERTION,
            "client_assertion": client_assertion(client_id, self.keys[client_id], PUBLIC + REALM),
            **changed,
        }

    async def token(self, grant: dict[str, str], client_id: str = "chidao-portal", **changed: Any) -> httpx2.Response:
        return await self.http.post(TOKEN, data={**grant, **self.proof(client_id, **changed)})

    async def redeem(self, code: str, **changed: Any) -> httpx2.Response:
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return await self.token(grant | changed)

    async def sign_in(self, person: Account) -> dict[str, Any]:
        answer = await self.redeem((await self.choose(person))["code"])
        assert answer.status_code == 200, answer.text
        granted: dict[str, Any] = answer.json()
        return granted

    async def refresh(self, granted: dict[str, Any], client_id: str = "chidao-portal") -> httpx2.Response:
        return await self.token({"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}, client_id)


def brought_back(answer: httpx2.Response) -> dict[str, str]:
    location = urlsplit(answer.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == CALLBACK
    return {name: value for name, (value,) in parse_qs(location.query).items()}


@asynccontextmanager
async def running_provider(people: list[Account], passwords: Passwords | None = None) -> AsyncIterator[SignIn]:
    keys = {name: ECKey.generate_key("P-256", auto_kid=True) for name in ("issuer", "chidao-portal", "service-tasks", "stranger")}
    public = {name: ECKey.import_key(key.as_dict(private=False)) for name, key in keys.items()}
    clients = Clients(
        [
            Client(
                "chidao-portal",
                public["chidao-portal"],
                frozenset({CALLBACK}),
                frozenset({AFTER_SIGN_OUT}),
                frozenset(SERVICES),
                told_of_sign_outs=TOLD_OF_SIGN_OUTS,
            ),
            Client("service-tasks", public["service-tasks"], targets=frozenset({"directory"})),
        ],
        audiences=frozenset({PUBLIC + TOKEN, PUBLIC + REALM}),
    )

    async def accounts() -> list[Account]:
        return people

    issuer = TokenIssuer(PUBLIC + REALM, keys["issuer"], SERVICES)
    provider = Provider(PUBLIC, clients, issuer, accounts, passwords=passwords, back_channel=Told())
    transport = httpx2.ASGITransport(app=create_provider(provider), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=PUBLIC) as http:
        yield SignIn(http, provider, people, keys)
