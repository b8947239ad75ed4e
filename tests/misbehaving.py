"""A sign-in service that misbehaves on purpose.

`Between` stands before a real one, the small one of the embedded run or another, and hands on what that says: distorted, late, or not
at all, as a test wishes. It shows a key of its own among those of the service, and so can sign whatever the service might have signed.
"""

import asyncio
import json
import threading
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx2
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.forged import Forge, Forger, own_key

Answer = Callable[[], Awaitable[Response]]
HANDED_ON = ("Content-Type", "Location")


@dataclass
class Between:
    """`service` reaches the one behind, whose keys and tokens are at `keys` and `token`.

    `identity` forges the ID token and `granted` changes the rest of what the service gave; `instead` answers a path in its place.
    What `hold_back` names as a grant is answered once `may_answer` is set. `asked` are the paths that were asked for, `grants` what for.
    """

    service: httpx2.AsyncClient
    keys: str
    token: str
    key: ECKey = field(default_factory=own_key)
    identity: Forge | None = None
    granted: Mapping[str, Any] = field(default_factory=dict)
    instead: dict[str, Answer] = field(default_factory=dict)
    hold_back: str = ""
    may_answer: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._hand_on, methods=["GET", "POST"])])

    def behave(self) -> None:
        """From now on, as the service does."""
        self.identity, self.granted, self.hold_back = None, {}, ""
        self.may_answer.clear()
        for kept in (self.instead, self.asked, self.grants):
            kept.clear()

    async def _hand_on(self, request: Request) -> Response:
        path = request.url.path
        self.asked.append(path)
        if path in self.instead:
            return await self.instead[path]()
        body = await request.body()
        if path == self.token:
            (grant,) = parse_qs(body.decode())["grant_type"]
            self.grants.append(grant)
            if grant == self.hold_back:
                await asyncio.to_thread(self.may_answer.wait)
        sent = {name: value for name, value in request.headers.items() if name == "content-type"}
        target = f"{path}?{request.url.query}" if request.url.query else path
        answer = await self.service.request(request.method, target, content=body, headers=sent)
        if path == self.keys:
            return JSONResponse({"keys": [*answer.json()["keys"], self.key.as_dict(private=False)]})
        if path == self.token and answer.status_code == 200:
            return JSONResponse(self._distorted(answer.json()))
        told = {name: value for name, value in answer.headers.items() if name.title() in HANDED_ON}
        return Response(answer.content, answer.status_code, told)

    def _distorted(self, granted: Mapping[str, Any]) -> Mapping[str, Any]:
        identity = {"id_token": self.identity(self.forger(granted["id_token"]))} if self.identity and "id_token" in granted else {}
        return {name: value for name, value in {**granted, **identity, **self.granted}.items() if value is not None}

    def forger(self, token: str) -> Forger:
        claims = token.split(".")[1]
        return Forger(json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4))), self.key)


def status(code: int, body: str = "") -> Answer:
    async def answer() -> Response:
        return Response(body, code)

    return answer


def redirect(there: str) -> Answer:
    async def answer() -> Response:
        return Response(status_code=302, headers={"Location": there})

    return answer


def silence(seconds: float) -> Answer:
    async def answer() -> Response:
        await asyncio.sleep(seconds)
        return Response(status_code=200)

    return answer
