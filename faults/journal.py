"""What clients asked for and what they were told, written line by line before a request leaves and after its answer came."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

# Success; whatever else ends a request is a refusal, and a request without an answer is repeated until it has one.
ACCEPTED = frozenset({200, 201})


@dataclass(frozen=True)
class Request:
    """One wish to change something. `act` names it, `object_id` is what it acts upon (None: something new)."""

    key: str
    person_id: str
    act: str
    service: str
    method: str
    path: str
    object_id: str | None
    body: Any
    if_match: int | None


@dataclass(frozen=True)
class Accepted:
    """A request that was answered with a success."""

    request: Request
    status: int
    answer: dict[str, Any]
    replayed: bool

    @property
    def object_id(self) -> str:
        """What was changed or made."""
        return self.request.object_id or str(self.answer["id"])

    @property
    def made_version(self) -> int:
        """The version of its object that it made: the one after the version it was based on."""
        return (self.request.if_match or 0) + 1


@dataclass
class Journal:
    """`in_flight` are the requests that have left and have neither been answered nor lost their connection."""

    file: Path
    in_flight: dict[str, Request] = field(default_factory=dict)
    attempts: int = 0
    repeats: int = 0
    accepted: int = 0
    _opened: TextIO | None = None

    def _write(self, what: str, **entry: Any) -> None:
        if self._opened is None:
            self._opened = self.file.open("a", encoding="utf-8")
        self._opened.write(json.dumps({"at": time.time(), "what": what, **entry}, ensure_ascii=False) + "\n")
        self._opened.flush()

    def begun(self, request: Request) -> None:
        """Whole, once, before it is sent for the first time."""
        self._write("begun", request=asdict(request))

    def sent(self, request: Request, *, attempt: int) -> None:
        self._write("sent", key=request.key, attempt=attempt)
        self.in_flight[request.key] = request
        self.attempts += 1
        self.repeats += attempt > 1

    def unanswered(self, request: Request, reason: str) -> None:
        """The connection is gone, and nobody knows what became of the request."""
        self._write("unanswered", key=request.key, reason=reason)
        del self.in_flight[request.key]

    def answered(self, request: Request, status: int, answer: Any, *, replayed: bool) -> None:
        self._write("answered", key=request.key, status=status, answer=answer, replayed=replayed)
        del self.in_flight[request.key]
        self.accepted += status in ACCEPTED

    def killed(self, what: str, **how: Any) -> None:
        self._write("killed", killed=what, in_flight=sorted(self.in_flight), **how)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None


@dataclass
class Told:
    """A journal read again from its file."""

    accepted: list[Accepted] = field(default_factory=list)
    refused: list[tuple[Request, int, Any]] = field(default_factory=list)
    unfinished: list[Request] = field(default_factory=list)
    kills: list[dict[str, Any]] = field(default_factory=list)

    @staticmethod
    def read(file: Path) -> "Told":
        told = Told()
        open_requests: dict[str, Request] = {}
        for entry in _entries(file):
            if entry["what"] == "begun":
                request = Request(**entry["request"])
                open_requests[request.key] = request
            elif entry["what"] == "killed":
                told.kills.append(entry)
            elif entry["what"] == "answered":
                request = open_requests.pop(entry["key"])
                if entry["status"] in ACCEPTED:
                    told.accepted.append(Accepted(request, entry["status"], entry["answer"], entry["replayed"]))
                else:
                    told.refused.append((request, entry["status"], entry["answer"]))
        told.unfinished = list(open_requests.values())
        return told


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as opened:
        for line in opened:
            yield json.loads(line)
