"""Open pages learn within a second that something changed: one line to each service, one to each browser, and never any content on them.

Each browser hears only what concerns whoever sits before it, at most once a second, and they are told one after another: what is told to
all at once is asked for by all at once. While this process is busy, the turns come more slowly by themselves.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import aiohttp

from libs.common.live import EVERYTHING, Gathering, Hint
from libs.common.tokens import ServiceTokens
from portal.session import Session

# What a page calls the lists of a service; a page does not know which service draws them.
LISTS = {
    "directory": ("agencies",),
    "directives": ("directives",),
    "tasks": ("tasks", "groups"),
    "notify": ("notices",),
    "reporting": ("figures",),
}
HEARTBEAT_SECONDS = 20.0
SHORTEST_SILENCE_SECONDS = 1.0
# Between one page and the next; whoever has more pages open than turns in a second hears later, and of more at once.
TURN_SECONDS = 1 / 150
# A service says something every quarter of a minute; one that is silent for longer is gone, whatever the line looks like.
STREAM_TIMEOUT = aiohttp.ClientTimeout(sock_connect=5.0, sock_read=40.0)


@dataclass(frozen=True)
class Ear:
    """Who sits before a browser, as far as it says what concerns him."""

    session_id: UUID
    person_id: UUID
    agency_id: UUID | None
    role: str

    @staticmethod
    def of(session: Session) -> "Ear":
        membership = session.membership
        agency_id, role = (membership.agency_id, membership.role) if membership else (None, "")
        return Ear(session.id, session.person_id, agency_id, role)

    def heard(self, hint: Hint) -> Hint:
        """What of a hint concerns him; whom else it concerns is nobody's business here."""
        who = {"agency_id": self.agency_id, "person_id": self.person_id, "role": self.role}
        return Hint.for_everybody(*(name for name, whom in hint.lists.items() if whom.includes(**who)))  # type: ignore[arg-type]


class Listener:
    """One open stream."""

    def __init__(self, ear: Ear) -> None:
        self.ear = ear
        self.gathering = Gathering()
        self.must_look_again = False

    def tell(self, hint: Hint) -> None:
        if heard := self.ear.heard(hint):
            self.gathering.add(heard)


class Live:
    """`works` keeps the lines to the services; `follow` is what one browser hears."""

    def __init__(self, addresses: Mapping[str, str], tokens: ServiceTokens, changed: Callable[[str], None]) -> None:
        self._addresses = addresses
        self._tokens = tokens
        self._changed = changed
        self._listeners: set[Listener] = set()
        self._heard: set[str] = set()
        self._turn = asyncio.Lock()

    def works(self, lines: aiohttp.ClientSession) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """One work for each service, to be kept running."""
        return [(f"live line to {service}", self._line(service, lines)) for service in self._addresses]

    def _line(self, service: str, lines: aiohttp.ClientSession) -> Callable[[], Awaitable[None]]:
        async def listen() -> None:
            headers = {"Authorization": f"Bearer {await self._tokens.for_audience(service)}"}
            url = f"{self._addresses[service]}/internal/stream"
            async with lines.get(url, headers=headers, timeout=STREAM_TIMEOUT, allow_redirects=False, raise_for_status=True) as answer:
                # What changed while the line was down is not known, so everything may have.
                self.say(Hint.for_everybody(*LISTS[service]))
                self._heard.add(service)
                try:
                    async for line in answer.content:
                        if line.startswith(b"data:"):
                            self.say(_of_this_service(service, Hint.from_json(json.loads(line.removeprefix(b"data:"))["lists"])))
                finally:
                    self._heard.discard(service)
            raise ConnectionError(f"{service} ended the live line")

        return listen

    def hears(self, service: str) -> bool:
        """Whether what changes in it is heard of at present."""
        return service in self._heard

    def say(self, hint: Hint) -> None:
        """Tell the open pages of those whom it concerns."""
        for name in hint.lists:
            self._changed(name)
        for listener in self._listeners:
            listener.tell(hint)

    def look_again(self, session_id: UUID) -> None:
        """Whoever has this session acts as somebody else from now on: his streams end, and begin again by themselves as what he is now."""
        self._look_again(lambda ear: ear.session_id == session_id)

    def look_again_of(self, person_id: UUID) -> None:
        """Some of his sessions have ended: all his streams end, and those begin again whose session lives."""
        self._look_again(lambda ear: ear.person_id == person_id)

    def _look_again(self, meant: Callable[[Ear], bool]) -> None:
        for listener in self._listeners:
            if meant(listener.ear):
                listener.must_look_again = True
                listener.gathering.add(Hint.for_everybody(EVERYTHING))

    async def follow(self, ear: Ear, still_signed_in: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
        """Server-sent events `{"lists": […]}` for one browser, as long as its session lives."""
        listener = Listener(ear)
        self._listeners.add(listener)
        clock = asyncio.get_running_loop().time
        seen_signed_in = clock()
        try:
            # After a restart of ours not all come back in the same moment.
            yield f"retry: {round(1000 * (1 + random.random()))}\n\n".encode()  # noqa: S311 - nothing secret
            while True:
                hint = await listener.gathering.take(within=HEARTBEAT_SECONDS)
                # However much there is to tell: who has signed out hears nothing more.
                if listener.must_look_again or clock() - seen_signed_in >= HEARTBEAT_SECONDS:
                    if listener.must_look_again or not await still_signed_in():
                        return
                    seen_signed_in = clock()
                if not hint:
                    yield b": still here\n\n"
                    continue
                async with self._turn:
                    await asyncio.sleep(TURN_SECONDS)
                hint |= listener.gathering.taken()
                yield b"data: " + json.dumps({"lists": sorted(hint.lists)}).encode() + b"\n\n"
                await asyncio.sleep(SHORTEST_SILENCE_SECONDS)
        finally:
            self._listeners.discard(listener)


def _of_this_service(service: str, hint: Hint) -> Hint:
    """A service that does not know what changed means its own lists, not those of others."""
    return Hint.for_everybody(*LISTS[service]) if EVERYTHING in hint.lists else hint
