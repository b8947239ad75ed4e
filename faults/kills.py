"""Which kills there will be: of every kind as many as of any other, spread over all named points, drawn from a seed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle
from pathlib import Path
from random import Random

from libs.common.fault_points import Fault, Point


class Kind(StrEnum):
    """What of the split system is killed."""

    API = "api"
    RELAY = "relay"
    CONSUMER = "consumer"
    SCHEDULER = "scheduler"
    BROKER = "broker"
    DATABASE = "database"


_WRITING = (Point.BEFORE_EVENTS, Point.AFTER_EVENTS, Point.BEFORE_COMMIT, Point.AFTER_COMMIT)
# Which services come to a point in which part while people work, and at most how often they do before it is their time.
SERVICES_AT: Mapping[Kind, Mapping[Point, Mapping[str, int]]] = {
    Kind.API: {
        Point.BEFORE_FILE: {"tasks": 2},
        Point.AFTER_FILE: {"tasks": 2},
        **{point: {"tasks": 10, "directives": 3} for point in _WRITING},
    },
    Kind.RELAY: {point: {"tasks": 8, "directives": 3} for point in (Point.BEFORE_PUBLISH, Point.AFTER_PUBLISH, Point.AFTER_OUTBOX)},
    Kind.CONSUMER: {
        **{point: {"tasks": 3, "notify": 8, "reporting": 8} for point in (Point.BEFORE_EFFECT, Point.AFTER_EFFECT)},
        **{point: {"tasks": 2, "notify": 5, "reporting": 5} for point in (Point.BEFORE_ACKNOWLEDGE, Point.AFTER_ACKNOWLEDGE)},
    },
    Kind.SCHEDULER: {point: {"tasks": 2} for point in _WRITING},
}
SERVERS: Mapping[Kind, str] = {Kind.BROKER: "rabbitmq", Kind.DATABASE: "postgresql"}
# A server has no points of its own: it is killed while one of these parts stands still at one of theirs, and then goes on without it.
STANDING_BY: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.BROKER: (Kind.RELAY, Kind.CONSUMER),
    Kind.DATABASE: (Kind.API, Kind.RELAY, Kind.CONSUMER, Kind.SCHEDULER),
}
# So many kills of a part come at a named point before one comes at a random moment.
AT_POINTS_IN_A_ROW = 4
LONGEST_PAUSE_SECONDS = 1.5


@dataclass(frozen=True)
class Kill:
    """`piece` of the run is killed: when `standing` is where `fault` says, or, where there is none, after a `pause` of so many seconds.

    A part stands still itself; a server is killed while a part stands still.
    """

    kind: Kind
    piece: str
    fault: Fault | None
    pause: float
    standing: str | None = None

    @property
    def stands_itself(self) -> bool:
        return self.standing == self.piece

    def __str__(self) -> str:
        if self.fault is None:
            return f"{self.piece} at a random moment"
        return f"{self.piece} at {self.fault}" if self.stands_itself else f"{self.piece} while {self.standing} stood at {self.fault}"


def plan_of(
    kills_of_each: int, random: Random, *, kinds: tuple[Kind, ...] = tuple(Kind), without: frozenset[Point] = frozenset()
) -> list[Kill]:
    """`kills_of_each` rounds through `kinds`, each round in an order of its own. Nobody is waited for at the points `without`."""
    turns = {kind: _of_kind(kind, random, without) for kind in kinds}
    return [next(turns[kind]) for _ in range(kills_of_each) for kind in random.sample(kinds, len(kinds))]


def _of_kind(kind: Kind, random: Random, without: frozenset[Point]) -> Iterator[Kill]:
    """For ever: every point as often as every other, at services that come to it in turn, and random moments in between."""
    places = _places_of(kind, without)
    places_at = {point: cycle(random.sample(found, len(found))) for point, found in places.items()}
    points = cycle(random.sample(list(places), len(places)))
    everybody = sorted({place.service for found in places.values() for place in found})
    while True:
        for _ in range(AT_POINTS_IN_A_ROW if places else 0):
            point = next(points)
            place = next(places_at[point])
            fault = Fault(place.service, point, random.randint(1, place.most), once=kind in SERVERS)
            yield Kill(kind, SERVERS.get(kind) or place.piece, fault, 0.0, standing=place.piece)
        piece = SERVERS.get(kind) or f"{random.choice(everybody)}-{kind}"
        yield Kill(kind, piece, None, random.uniform(0, LONGEST_PAUSE_SECONDS))


@dataclass(frozen=True)
class _Place:
    """Where somebody comes to a point: `most` is the most often that he may do so before it is his time."""

    part: Kind
    service: str
    most: int

    @property
    def piece(self) -> str:
        return f"{self.service}-{self.part}"


def _places_of(kind: Kind, without: frozenset[Point]) -> dict[Point, list[_Place]]:
    found: dict[Point, list[_Place]] = {}
    for part in STANDING_BY.get(kind, (kind,)):
        for point, services in SERVICES_AT[part].items():
            if point not in without:
                found.setdefault(point, []).extend(_Place(part, service, most) for service, most in services.items())
    return found


def stands_still(process: int) -> bool:
    """Whether it was stopped by SIGSTOP. One that has ended does not stand."""
    try:
        found = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return found.rpartition(")")[2].split()[0] == "T"
