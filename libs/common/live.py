"""Hints after a commit: to the relay that the outbox has work, to open pages that lists changed. A lost hint costs a moment, nothing else:
whoever begins to speak or to listen says that everything may have changed, for it may have while he was away.

A hint names whom it concerns, so that nobody else's page is woken. Where that is not known, or where they are many, it is everybody:
one page woken for nothing is cheap, one that sleeps through its change is wrong.

NOTIFY inside a transaction would hold one lock of the whole cluster through the flush, so it is sent afterwards, in a
statement of its own, by one line that gathers what has piled up meanwhile.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from libs.common.db import Database
from libs.common.supervise import is_well

OUTBOX = "outbox"
LISTS = "lists"
# What may be any of them.
EVERYTHING = "*"
# NOTIFY carries at most 8,000 bytes, and an id takes 39 of them.
MOST_NAMED = 100
# A line over which nothing has come for so long is asked whether it is still there; so is a listener who has heard nothing.
QUIET_SECONDS = 15.0


@dataclass(frozen=True)
class Concerned:
    """Whom a change concerns: those who act for one of `agencies`, single `persons`, and whoever acts in one of `roles`, wherever.

    More than can be named are `everybody`.
    """

    agencies: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    everybody: bool = False

    def __or__(self, other: "Concerned") -> "Concerned":
        if self.everybody or other.everybody:
            return EVERYBODY
        return _few_or_all(self.agencies | other.agencies, self.persons | other.persons, self.roles | other.roles)

    def includes(self, *, agency_id: UUID | None, person_id: UUID | None, role: str) -> bool:
        """Whether somebody who acts in this agency and role is concerned."""
        return self.everybody or str(agency_id) in self.agencies or str(person_id) in self.persons or role in self.roles


EVERYBODY = Concerned(everybody=True)
NOBODY = Concerned()


def concerned(*, agencies: Iterable[UUID] = (), persons: Iterable[UUID] = (), roles: Iterable[str] = ()) -> Concerned:
    """Whom a change concerns, or EVERYBODY when they are more than a hint can name."""
    return _few_or_all(frozenset(map(str, agencies)), frozenset(map(str, persons)), frozenset(roles))


def _few_or_all(agencies: frozenset[str], persons: frozenset[str], roles: frozenset[str]) -> Concerned:
    if len(agencies) + len(persons) > MOST_NAMED:
        return EVERYBODY
    return Concerned(agencies, persons, roles)


@dataclass(frozen=True)
class Hint:
    """Which lists changed, and whom that concerns. One without lists says nothing."""

    lists: Mapping[str, Concerned] = field(default_factory=dict)

    @staticmethod
    def for_everybody(*lists: str) -> "Hint":
        return Hint(dict.fromkeys(lists, EVERYBODY))

    def __or__(self, other: "Hint") -> "Hint":
        lists = self.lists.keys() | other.lists.keys()
        return Hint({name: self.lists.get(name, NOBODY) | other.lists.get(name, NOBODY) for name in lists})

    def __bool__(self) -> bool:
        return any(whom != NOBODY for whom in self.lists.values())

    def to_json(self) -> dict[str, Any]:
        """`{list: null}` for everybody, else whom by agencies, persons and roles."""
        return {name: _whom_to_json(whom) for name, whom in sorted(self.lists.items()) if whom != NOBODY}

    @staticmethod
    def from_json(lists: Mapping[str, Any]) -> "Hint":
        return Hint({name: _whom_from_json(whom) for name, whom in lists.items()})

    def text(self) -> str:
        """The same for NOTIFY: everybody, when several lists together name more than fits."""
        if sum(len(whom.agencies) + len(whom.persons) for whom in self.lists.values()) > MOST_NAMED:
            return Hint.for_everybody(*self.lists).text()
        return json.dumps(self.to_json(), separators=(",", ":"))


def _whom_to_json(whom: Concerned) -> dict[str, list[str]] | None:
    if whom.everybody:
        return None
    named = {"agencies": whom.agencies, "persons": whom.persons, "roles": whom.roles}
    return {kind: sorted(names) for kind, names in named.items() if names}


def _whom_from_json(whom: Mapping[str, list[str]] | None) -> Concerned:
    if whom is None:
        return EVERYBODY
    return _few_or_all(*(frozenset(whom.get(kind, ())) for kind in ("agencies", "persons", "roles")))


class Hints:
    """`outbox` and `changed` return at once; `run` (kept running by the service) speaks to the database.

    `forget` is called at once: what this process has kept is older than what it has just changed.
    """

    def __init__(self, database: Database, forget: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._forget = forget
        self._outbox_has_work = False
        self._changed = Hint()
        self._something = asyncio.Event()

    def outbox(self) -> None:
        self._outbox_has_work = True
        self._something.set()

    def changed(self, hint: Hint) -> None:
        if hint:
            self._forget()
            self._changed |= hint
            self._something.set()

    def lists_changed(self, *lists: str) -> None:
        """For everybody."""
        self.changed(Hint.for_everybody(*lists))

    async def run(self) -> None:
        line = await self._database.direct()
        # A process that was killed after its commit, or a line that broke, has not said what changed.
        self.outbox()
        self.lists_changed(EVERYTHING)
        is_well()
        try:
            while True:
                await self._something.wait()
                self._something.clear()
                for channel, words in self._taken():
                    await line.execute("SELECT pg_notify($1, $2)", channel, words)
        finally:
            await line.close(timeout=2)

    def _taken(self) -> list[tuple[str, str]]:
        """What has gathered, to be said now."""
        words = [(OUTBOX, "")] if self._outbox_has_work else []
        if self._changed:
            words.append((LISTS, self._changed.text()))
        self._outbox_has_work, self._changed = False, Hint()
        return words


class ChangedLists:
    """Fans out what the database says changed to every open `/internal/stream`, after `forget`.

    While it is not `listening`, nobody here knows what changes.
    """

    def __init__(self, database: Database, forget: Callable[[], None] = lambda: None) -> None:
        self.listening = False
        self._database = database
        self._forget = forget
        self._listeners: set[Gathering] = set()

    async def run(self) -> None:
        line = await self._database.direct()
        lost = asyncio.Event()
        line.add_termination_listener(lambda _: lost.set())
        try:
            await line.add_listener(LISTS, lambda _connection, _pid, _channel, payload: self._tell(Hint.from_json(json.loads(payload))))
            # What changed while nobody listened is not known, so everything may have.
            self._tell(Hint.for_everybody(EVERYTHING))
            self.listening = True
            is_well()
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(QUIET_SECONDS):
                        await lost.wait()
                # A peer that is gone without a word is noticed only by asking.
                await line.execute("SELECT 1")
            raise ConnectionError("the line that listens for changed lists was lost")
        finally:
            self.listening = False
            await line.close(timeout=2)

    def _tell(self, hint: Hint) -> None:
        self._forget()
        for listener in self._listeners:
            listener.add(hint)

    async def follow(self) -> AsyncIterator[Hint]:
        """Every hint from now on, several gathered into one; one that says nothing after a while of silence."""
        gathering = Gathering()
        self._listeners.add(gathering)
        try:
            while True:
                yield await gathering.take(within=QUIET_SECONDS)
        finally:
            self._listeners.discard(gathering)


class Gathering:
    """What was said since one last listened, as one hint: however long he is away, it grows no longer than a hint can be."""

    def __init__(self) -> None:
        self._gathered = Hint()
        self._something = asyncio.Event()

    def add(self, hint: Hint) -> None:
        self._gathered |= hint
        self._something.set()

    async def take(self, *, within: float) -> Hint:
        """What has gathered, at once or when there is something; a hint that says nothing after `within` seconds of silence."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._something.wait()
        return self.taken()

    def taken(self) -> Hint:
        """What has gathered by now."""
        self._something.clear()
        gathered, self._gathered = self._gathered, Hint()
        return gathered
