"""Calls to the services over HTTP, as the person who is signed in. A service that does not answer in time is away, never a hanging page."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

import httpx2
import structlog

from libs.common.telemetry import present_traceparent
from portal.route import Answer, Route

log = structlog.get_logger()

# A service that answers so has changed nothing, and knows why: people are told that instead of being left in doubt.
SURELY_NOT_WRITTEN = frozenset({"replica-stale", "disk-full"})

Json = Any

TIMEOUT = httpx2.Timeout(5.0, connect=2.0)
UPLOAD_TIMEOUT = httpx2.Timeout(60.0, connect=2.0)
MEMBERSHIP_HEADER = "Chidao-Membership"
LONGEST_KEY = 200


class ServiceAway(Exception):
    """The service did not answer, or answered that it cannot now. Whether a change was made is not known."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


class Refused(Exception):
    """The service said no, with a problem document."""

    def __init__(self, service: str, status: int, problem: Mapping[str, Json]) -> None:
        super().__init__(f"{service} {status} {problem.get('code')}")
        self.service = service
        self.status = status
        self.code = str(problem.get("code", "unexpected"))
        self.title = str(problem.get("title", ""))
        self.errors: list[dict[str, Json]] = list(problem.get("errors") or ())
        self.problem = problem


class Asks(Protocol):
    """Whoever asks services for somebody who is signed in."""

    async def get(self, route: Route[Answer], *ids: str, **query: Json) -> Answer:
        """Raises Refused or ServiceAway, among others."""
        ...

    async def shared(self, drawn_from: str, route: Route[Answer], **query: Json) -> Answer:
        """The same answer for all that is asked alike in a moment; `drawn_from` is the list whose change ends it."""
        ...


@dataclass(frozen=True)
class Identity:
    """On whose behalf a service is asked."""

    access_token: str
    membership_id: UUID | None

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.access_token}"}
        if self.membership_id is not None:
            headers[MEMBERSHIP_HEADER] = str(self.membership_id)
        return headers


@dataclass(frozen=True)
class ChangeMarks:
    """What makes a change safe to send twice, and refused when somebody else was quicker: both lie hidden in the form."""

    key: str
    version: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Idempotency-Key": self._key_for_a_header()}
        if self.version:
            # Whatever is no number was not hidden there by us; it stands for no version, and the service says so.
            headers["If-Match"] = f'"{self.version if self.version.isascii() and self.version.isdecimal() else "?"}"'
        return headers

    def _key_for_a_header(self) -> str:
        """Somebody may have put anything into the form; the same key stays the same."""
        fits = self.key.isascii() and self.key.isprintable() and len(self.key) <= LONGEST_KEY
        return self.key if fits else hashlib.sha256(self.key.encode(errors="surrogatepass")).hexdigest()


class Services:
    def __init__(self, addresses: Mapping[str, str], client: httpx2.AsyncClient) -> None:
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}
        self._client = client

    async def get(self, identity: Identity, service: str, path: str, query: Mapping[str, Json]) -> Json:
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        return (await self._send(identity, service, "GET", path, params=asked)).json()

    async def change(self, identity: Identity, service: str, method: str, path: str, body: Json, change: ChangeMarks) -> Json:
        answer = await self._send(identity, service, method, plain_path(path), json=body, headers=change.headers)
        return answer.json() if answer.content else None

    async def upload(
        self, identity: Identity, service: str, path: str, name: str, content: Any, media_type: str, change: ChangeMarks
    ) -> Json:
        files = {"file": (name, content, media_type)}
        return (
            await self._send(identity, service, "POST", plain_path(path), files=files, headers=change.headers, timeout=UPLOAD_TIMEOUT)
        ).json()

    @asynccontextmanager
    async def download(self, identity: Identity, service: str, path: str) -> AsyncIterator[httpx2.Response]:
        """The answer with its body still to be read."""
        request = self._client.build_request(
            "GET", self._url(service, plain_path(path)), headers=self._headers(identity), timeout=UPLOAD_TIMEOUT
        )
        try:
            answer = await self._client.send(request, stream=True)
        except httpx2.HTTPError as error:
            raise ServiceAway(service) from error
        try:
            if answer.is_error:
                await answer.aread()
                _require_success(service, answer)
            yield answer
        finally:
            await answer.aclose()

    def address(self, service: str) -> str:
        return self._addresses[service]

    async def _send(
        self, identity: Identity, service: str, method: str, path: str, *, headers: Mapping[str, str] | None = None, **how: Any
    ) -> httpx2.Response:
        try:
            answer = await self._client.request(
                method, self._url(service, path), headers={**self._headers(identity), **(headers or {})}, **{"timeout": TIMEOUT, **how}
            )
        except httpx2.HTTPError as error:
            log.warning("service-away", service=service, error=type(error).__name__)
            raise ServiceAway(service) from error
        _require_success(service, answer)
        return answer

    def _headers(self, identity: Identity) -> dict[str, str]:
        trace = present_traceparent()
        return {**identity.headers, **({"traceparent": trace} if trace else {})}

    def _url(self, service: str, path: str) -> str:
        return f"{self._addresses[service]}{path}"


def plain_path(path: str) -> str:
    """A path with ids in it as they stood in an address: a question mark in one of them begins no query."""
    return quote(path, safe="/")


def _require_success(service: str, answer: httpx2.Response) -> None:
    if answer.is_success:
        return
    is_problem = answer.headers.get("Content-Type", "").startswith("application/problem+json")
    problem = answer.json() if is_problem else {}
    is_told = answer.request.method != "GET" and problem.get("code") in SURELY_NOT_WRITTEN
    if answer.status_code >= 500 and not is_told:
        log.warning("service-away", service=service, status=answer.status_code)
        raise ServiceAway(service)
    raise Refused(service, answer.status_code, problem)
