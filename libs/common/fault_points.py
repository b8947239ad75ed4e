"""Named moments at which a process can be stopped, so that whoever tries it may look at the world as it stands there, and kill it.

`CHIDAO_FAULT=tasks:after-commit:7` stops the process by SIGSTOP when its service `tasks` comes to that point for the seventh time, and,
when it was let go on (SIGCONT), each time after; with `:once` behind it, only that one time. In any other run nothing is armed and a
point costs one comparison.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

VARIABLE = "CHIDAO_FAULT"
ONCE = "once"


class Point(StrEnum):
    """Where a process may end; each says what has and what has not happened there."""

    BEFORE_FILE = "before-file"
    """A file was received and may be kept; nothing of it is on the disk."""
    AFTER_FILE = "after-file"
    """The bytes of a file are written and synced; no row speaks of them."""
    BEFORE_EVENTS = "before-events"
    """A use case has decided; its idempotency key is claimed, but neither event log and outbox nor the row are written."""
    AFTER_EVENTS = "after-events"
    """Event log, outbox, audit and key are written; the row is not."""
    BEFORE_COMMIT = "before-commit"
    """All that a use case writes is written; nothing is committed."""
    AFTER_COMMIT = "after-commit"
    """A use case is committed; its caller has no answer, and the relay was not woken."""
    BEFORE_PUBLISH = "before-publish"
    """The relay has read rows of the outbox; the bus has none of them."""
    AFTER_PUBLISH = "after-publish"
    """The bus has answered for each message; the rows are still in the outbox."""
    AFTER_OUTBOX = "after-outbox"
    """The rows that the bus has taken are deleted from the outbox; consumers may not have seen them."""
    BEFORE_EFFECT = "before-effect"
    """A consumer has claimed an event in its inbox; the event has had no effect, and nothing is committed."""
    AFTER_EFFECT = "after-effect"
    """An event has had its effect, others of its batch perhaps not; nothing is committed."""
    BEFORE_ACKNOWLEDGE = "before-acknowledge"
    """A consumer has committed claims and effects; the bus does not know."""
    AFTER_ACKNOWLEDGE = "after-acknowledge"
    """The bus knows that the consumer needs these messages no more."""


class WrongFault(ValueError):
    """What was written is not `service:point:number` or `service:point:number:once`; the words say what is wrong with it."""


@dataclass
class Fault:
    """Stops the process when `service` comes to `point` for the `time`th time, and `once` or each time after."""

    service: str
    point: Point
    time: int
    once: bool = False
    reached: int = 0

    @staticmethod
    def parse(words: str) -> "Fault":
        """Raises WrongFault."""
        service, _, rest = words.partition(":")
        point, _, rest = rest.partition(":")
        time, _, once = rest.partition(":")
        if not service or point not in set(Point):
            raise WrongFault(f"{words!r} is not service:point:number with one of the points {', '.join(Point)}")
        if not (time.isascii() and time.isdigit() and int(time) > 0) or once not in ("", ONCE):
            raise WrongFault(f"{words!r} does not end with a number from 1 on, or with that and {ONCE!r}")
        return Fault(service, Point(point), int(time), bool(once))

    def __str__(self) -> str:
        return f"{self.service}:{self.point}:{self.time}{f':{ONCE}' if self.once else ''}"

    def come_to(self, point: Point, service: str | None) -> None:
        if point is not self.point or service != self.service:
            return
        self.reached += 1
        if self.reached == self.time or (self.reached > self.time and not self.once):
            os.kill(os.getpid(), signal.SIGSTOP)


_armed: Fault | None = None


def arm(environment: Mapping[str, str]) -> Fault | None:
    """Once at the start of a process: what its environment asks for, or nothing. Raises WrongFault."""
    global _armed
    words = environment.get(VARIABLE)
    _armed = Fault.parse(words) if words is not None else None
    return _armed


def reach(point: Point, *, of: str | None) -> None:
    """The service `of` has come to `point`. None is work within somebody else's transaction, which has points of its own."""
    if _armed is not None:
        _armed.come_to(point, of)
