"""Passwords: how they are made and kept, and how often somebody may try one (rulebook 4.5)."""

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

# Four classes and more than fourteen characters, none of which is mistaken for another on paper; 66 bits.
CAPITALS = "ABCDEFGHJKMNPQRSTUVWXYZ"
SMALL = "abcdefghjkmnpqrstuvwxyz"
DIGITS = "23456789"
GROUPS = 4
LONGEST = 200

# Nobody guesses 66 bits that a machine has drawn, so a try costs 4 MiB and a hundredth of a second, and a province has its passwords in a
# few seconds. What people choose themselves would have to cost thirty times as much.
COST, BLOCK, LANES = 2**12, 8, 1
HASHED_AT_ONCE = 2

MOST_WRONG = 5
SHUT_SECONDS = 60.0
LONGEST_SHUT_SECONDS = 900.0
# Names of people who do not exist are tried as well, and any number of them.
MOST_NAMES = 10_000


class WrongPassword(Exception):
    """Name and password do not belong together; which of them is wrong is not said."""


class TriedTooOften(Exception):
    """Nobody may try for this name now, with whatever password."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


def new_password() -> str:
    """Kf7m-Qx3d-Vn9r-Ht4w."""
    return "-".join("".join(secrets.choice(letters) for letters in (CAPITALS, SMALL, DIGITS, SMALL)) for _ in range(GROUPS))


def hashed(password: str) -> str:
    """What may be kept of a password: with its salt and its cost, so that a later one may be dearer."""
    salt = secrets.token_bytes(16)
    return "$".join(("scrypt", str(COST), str(BLOCK), str(LANES), _text(salt), _text(_derived(password, salt, COST, BLOCK, LANES))))


def matches(password: str, kept: str) -> bool:
    _, cost, block, lanes, salt, derived = kept.split("$")
    found = _derived(password, base64.b64decode(salt), int(cost), int(block), int(lanes))
    return secrets.compare_digest(found, base64.b64decode(derived))


def _derived(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=2 * 128 * cost * block, dklen=32)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


@dataclass(frozen=True)
class KeptPassword:
    person_id: UUID
    hash: str


class Tries:
    """How often somebody has tried in vain. A try counts before it is judged: a hundred at once are a hundred."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._wrong: dict[str, tuple[int, float]] = {}

    def begin(self, name: str) -> None:
        """Raises TriedTooOften."""
        wrong, open_at = self._wrong.pop(name, (0, 0.0))
        if open_at > self._now():
            self._wrong[name] = wrong, open_at
            raise TriedTooOften(open_at - self._now())
        wrong += 1
        shut = min(SHUT_SECONDS * 2 ** (wrong - MOST_WRONG), LONGEST_SHUT_SECONDS) if wrong >= MOST_WRONG else 0.0
        if len(self._wrong) >= MOST_NAMES:
            # Whose last try is longest ago.
            del self._wrong[next(iter(self._wrong))]
        self._wrong[name] = wrong, self._now() + shut

    def succeeded(self, name: str) -> None:
        self._wrong.pop(name, None)


class Passwords:
    """Whom a password proves to be there; nobody, until it is told of somebody."""

    def __init__(self, tries: Tries | None = None) -> None:
        self._kept: Mapping[str, KeptPassword] = {}
        self._tries = tries or Tries()
        self._hashing = asyncio.Semaphore(HASHED_AT_ONCE)
        # Whoever does not exist takes as long as whoever does.
        self._nobody = hashed(new_password())

    def know(self, kept: Mapping[str, KeptPassword]) -> None:
        """These, by the names with which people sign in."""
        self._kept = kept

    async def person(self, name: str, password: str) -> UUID:
        """Whose name and password these are. Raises WrongPassword or TriedTooOften."""
        name = name.strip().lower()[:LONGEST]
        self._tries.begin(name)
        kept = self._kept.get(name)
        async with self._hashing:
            fits = await asyncio.to_thread(matches, password.strip()[:LONGEST], kept.hash if kept else self._nobody)
        if kept is None or not fits:
            raise WrongPassword
        self._tries.succeeded(name)
        return kept.person_id
