"""The portal over the small sign-in service of the embedded run, with somebody between them who can make it misbehave."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import httpx2
from fastapi import FastAPI
from joserfc.jwk import ECKey
from structlog.testing import capture_logs

from embedded.oidc.clients import Client, Clients
from embedded.oidc.issuing import TokenIssuer
from embedded.oidc.provider import AUTHORIZATION, KEYS, PUSH, REALM, SIGN_OUT, TOKEN, Provider, create_provider
from embedded.processes import free_port
from faults.people import hidden
from libs.common.clock import vietnam_date
from libs.common.signed_claims import IssuerKeys
from portal.oidc import SignInService
from tests.conftest import ServiceDatabase
from tests.embedded.provider import Account, Position
from tests.forged import own_key
from tests.misbehaving import Between
from tests.portal.conftest import PUBLIC_URL, SERVICES, Browser, Running, running_portal, served
from tests.portal.stand_in import AGENCIES, ISSUER, PEOPLE, StandIn, id_of

PUBLIC = ISSUER.removesuffix(REALM)
PORTAL = "chidao-portal"


def account(key: str) -> Account:
    name, agency, position, role = PEOPLE[key]
    return Account(name, (Position(AGENCIES[agency][0], AGENCIES[agency][2], position, role),), UUID(id_of(key)), key)


@dataclass
class SignInPlace:
    """Where the sign-in service is, whether or not it is up; `signing` and `client` are its key and the portal's."""

    signing: ECKey = field(default_factory=own_key)
    client: ECKey = field(default_factory=own_key)
    port: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def up(self) -> Iterator[Between]:
        """The service as it comes up, remembering nothing of what was before."""
        transport = httpx2.ASGITransport(app=self._provider(), raise_app_exceptions=False)
        between = Between(httpx2.AsyncClient(transport=transport, base_url=PUBLIC), KEYS, TOKEN)
        with served(between.app(), self.port):
            try:
                yield between
            finally:
                # Whoever waits for an answer would be waited for.
                between.may_answer.set()

    def _provider(self) -> FastAPI:
        public = ECKey.import_key(self.client.as_dict(private=False))
        callback, after = f"{PUBLIC_URL}/sign-in/callback", f"{PUBLIC_URL}/sign-in"
        portal = Client(PORTAL, public, frozenset({callback}), frozenset({after}), frozenset(SERVICES))
        people = [account(key) for key in PEOPLE]

        async def accounts() -> list[Account]:
            return people

        clients = Clients([portal], audiences=frozenset({ISSUER, self.address + TOKEN}))
        return create_provider(Provider(PUBLIC, clients, TokenIssuer(ISSUER, self.signing, SERVICES), accounts))

    @property
    def settings(self) -> Mapping[str, str]:
        return {
            "issuer": ISSUER,
            "authorization_url": self.address + AUTHORIZATION,
            "pushed_request_url": self.address + PUSH,
            "token_url": self.address + TOKEN,
            "end_session_url": self.address + SIGN_OUT,
            "sign_out_url": self.address + SIGN_OUT,
            "jwks_url": self.address + KEYS,
        }


@dataclass(frozen=True)
class Outcome:
    """What came of a sign-in, and why it failed: `reasons` by our log, `refused` by that of the service."""

    answer: httpx2.Response
    reasons: list[tuple[str, str]]
    refused: list[str]

    @property
    def is_signed_in(self) -> bool:
        return any(cookie.startswith("__Host-chidao-443=") for cookie in self.answer.headers.get_list("Set-Cookie"))


@dataclass
class House:
    """The portal and its sign-in service."""

    portal: Running
    place: SignInPlace

    @property
    def sign_in(self) -> SignInService:
        service: SignInService = self.portal.app.state.portal.sign_in
        return service

    def forget_keys(self) -> None:
        """As if the portal had just begun."""
        self.sign_in._keys = IssuerKeys(self.portal.settings.jwks_url)

    async def begin(self) -> tuple[Browser, str]:
        """A browser that has begun to sign in, and where it is sent."""
        browser = self.portal.browser()
        return browser, (await browser.http.get("/sign-in/start")).headers["Location"]

    async def choose(self, there: str, person: str = "tracker") -> dict[str, str]:
        """What the browser brings back from the sign-in service."""
        async with httpx2.AsyncClient(trust_env=False) as outside:
            page = await outside.get(there)
            back = await outside.post(there.partition("?")[0], data={**hidden(page.text), "person": id_of(person)})
        return dict(parse_qsl(urlsplit(back.headers["Location"]).query))

    async def bring(self, browser: Browser, brought: Mapping[str, str]) -> Outcome:
        with capture_logs() as said:
            answer = await browser.http.get(f"/sign-in/callback?{urlencode(brought)}")
        return Outcome(answer, reasons_of(said), [one["reason"] for one in said if one["event"] == "grant-refused"])

    async def signed_in(self, person: str = "tracker") -> Browser:
        browser, there = await self.begin()
        outcome = await self.bring(browser, await self.choose(there, person))
        assert outcome.is_signed_in, outcome
        return browser

    async def sessions(self) -> int:
        return len(await self.portal.rows("SELECT id FROM session"))


def reasons_of(said: list[Any]) -> list[tuple[str, str]]:
    return [(one["failed"], one["reason"]) for one in said if one["event"] == "sign-in-failed"]


@asynccontextmanager
async def house(
    own: ServiceDatabase, described: dict[str, dict[str, Any]], folder: Path, fonts: Path, place: SignInPlace
) -> AsyncIterator[House]:
    """The portal over a stand-in for the services; the sign-in service is for the caller to bring up."""
    (folder / "client.pem").write_bytes(place.client.as_pem(private=True))
    stand_in = StandIn(vietnam_date(datetime.now(UTC)), described=described)
    with served(stand_in.app()) as services:
        async with running_portal(own, stand_in, services, folder, fonts, place.settings) as portal:
            yield House(portal, place)
    assert stand_in.unpromised == [], "the stand-in said what no service says"
