"""Calls to the services over HTTP, as the person who is signed in. A service that does not answer in time is away, never a hanging page.

A page asks three to eight times, so what one question costs is most of what a page costs (docs/decisions/0037-what-a-question-costs.md).
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote, urlencode
from uuid import UUID

import aiohttp
import structlog
from pydantic_core import from_json
from yarl import URL

from libs.common.telemetry import present_traceparent
from portal.route import Answer, Route

log = structlog.get_logger()

# A service that answers so has changed nothing, and knows why: people are told that instead of being left in doubt.
SURELY_NOT_WRITTEN = frozenset({"replica-stale", "disk-full"})

Json = Any

# Of each wait for the service, not of the whole answer: a long file may come for as long as it comes.
TIMEOUT = aiohttp.ClientTimeout(connect=5.0, sock_connect=2.0, sock_read=5.0)
FILE_TIMEOUT = aiohttp.ClientTimeout(connect=5.0, sock_connect=2.0, sock_read=60.0)
CHUNK_BYTES = 64 * 1024
# Many pages that are told at once ask at once; one that waited for its line to a service would find the service away.
MOST_LINES = 400
# Below the time after which a service closes a line that is idle: who sends at that moment would not know whether he was heard.
IDLE_LINE_SECONDS = 5.0
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


def lines_to_services() -> aiohttp.ClientSession:
    """To be closed by whoever opens it; it remembers no cookies, and heeds no proxy of the machine."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=MOST_LINES, keepalive_timeout=IDLE_LINE_SECONDS), cookie_jar=aiohttp.DummyCookieJar()
    )


class Services:
    def __init__(self, addresses: Mapping[str, str], lines: aiohttp.ClientSession) -> None:
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}
        self._lines = lines

    async def get(self, identity: Identity, service: str, path: str, query: Mapping[str, Json]) -> Json:
        asked = urlencode([(name, value) for name, value in query.items() if value not in (None, "")], doseq=True)
        return await self._answer(identity, service, "GET", f"{path}?{asked}" if asked else path)

    async def change(self, identity: Identity, service: str, method: str, path: str, body: Json, change: ChangeMarks) -> Json:
        headers = {**change.headers, "Content-Type": "application/json"}
        said = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        return await self._answer(identity, service, method, plain_path(path), headers=headers, data=said)

    async def upload(
        self, identity: Identity, service: str, path: str, name: str, content: BinaryIO, media_type: str, change: ChangeMarks
    ) -> Json:
        files = aiohttp.FormData(quote_fields=False)
        files.add_field("file", content, filename=name, content_type=media_type)
        return await self._answer(identity, service, "POST", plain_path(path), headers=change.headers, data=files, timeout=FILE_TIMEOUT)

    @asynccontextmanager
    async def download(self, identity: Identity, service: str, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer with its body still to be read."""
        with _away(service):
            answer = await self._asked(identity, service, "GET", plain_path(path), timeout=FILE_TIMEOUT)
        async with answer:
            if not _is_success(answer):
                with _away(service):
                    _require_success(service, answer, await answer.read())
            yield answer

    def address(self, service: str) -> str:
        return self._addresses[service]

    async def _answer(self, identity: Identity, service: str, method: str, path: str, **how: Any) -> Json:
        with _away(service):
            async with await self._asked(identity, service, method, path, **how) as answer:
                body = await answer.read()
        _require_success(service, answer, body)
        return from_json(body) if body else None

    async def _asked(
        self,
        identity: Identity,
        service: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        data: Any = None,
    ) -> aiohttp.ClientResponse:
        # What is in the address has been quoted once; it would be quoted again.
        url = URL(f"{self._addresses[service]}{path}", encoded=True)
        sent = {**self._headers(identity), **(headers or {})}
        return await self._lines.request(method, url, headers=sent, data=data, timeout=timeout, allow_redirects=False)

    def _headers(self, identity: Identity) -> dict[str, str]:
        trace = present_traceparent()
        return {**identity.headers, **({"traceparent": trace} if trace else {})}


@contextmanager
def _away(service: str) -> Iterator[None]:
    """Whatever goes wrong on the way to a service, and back: it is away."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("service-away", service=service, error=type(error).__name__)
        raise ServiceAway(service) from error


def plain_path(path: str) -> str:
    """A path with ids in it as they stood in an address: a question mark in one of them begins no query."""
    return quote(path, safe="/")


def _require_success(service: str, answer: aiohttp.ClientResponse, body: bytes) -> None:
    if _is_success(answer):
        return
    problem = json.loads(body) if answer.content_type == "application/problem+json" else {}
    is_told = answer.method != "GET" and problem.get("code") in SURELY_NOT_WRITTEN
    if answer.status >= 500 and not is_told:
        log.warning("service-away", service=service, status=answer.status)
        raise ServiceAway(service)
    raise Refused(service, answer.status, problem)


def _is_success(answer: aiohttp.ClientResponse) -> bool:
    return 200 <= answer.status < 300
