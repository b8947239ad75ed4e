"""The story as people live it: through the services' APIs, with a clock that is turned to each act."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx2
import pytest
from joserfc.jwk import ECKey

import embedded.wiring
from embedded.app import Options, everything
from embedded.data_folder import DataFolder, hold
from embedded.oidc.issuing import Session, TokenIssuer
from embedded.oidc.provider import REALM
from embedded.postgres import Cluster, start_cluster
from embedded.servers import listen
from embedded.wiring import PORTAL_CLIENT
from libs.common.actor import Actor
from libs.common.clock import VIETNAM, Clock
from libs.common.messaging.memory import InMemoryBus
from libs.common.web.auth import MEMBERSHIP_HEADER
from seed.lives import Accept, Act, Confirm, DocumentLife, Report, Return, Submit
from seed.report_document import NAME, REPORT_DOCUMENT
from services.directives.domain.draft import Draft
from services.tasks.scheduler.overdue import OverdueScheduler
from system.applications import SERVICES
from tests.seed.rows import as_text, everybody_has_followed

Step = tuple[datetime, Callable[[], Coroutine[Any, Any, None]]]
LONGEST_WAY = 30.0


@dataclass
class TurnedClock:
    """What every `Clock` of the process says, and how often the scheduler has been round since."""

    now: datetime
    rounds: int = 0


@dataclass
class Living:
    """The whole system in this process, with a clock that is turned by hand."""

    http: httpx2.AsyncClient
    folder: DataFolder
    cluster: Cluster
    clock: TurnedClock
    url: str
    _keys: Iterator[int] = field(default_factory=count)

    async def turn(self, moment: datetime) -> None:
        """To `moment`, and until the scheduler has seen it."""
        self.clock.now = moment
        seen = self.clock.rounds + 2
        async with asyncio.timeout(LONGEST_WAY):
            while self.clock.rounds < seen:
                await asyncio.sleep(0.01)

    async def get(self, by: Actor, path: str, **parameters: str) -> Any:
        return (await self.http.get(path, params=parameters, headers=self._headers(by))).raise_for_status().json()

    async def change(self, by: Actor, path: str, body: Any = None, *, version: int | None = None, method: str = "POST", **more: Any) -> Any:
        headers = self._headers(by) | {"Idempotency-Key": f"key-{next(self._keys)}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent = more if "files" in more else {"json": body if body is not None else {}}
        answer = await self.http.request(method, path, headers=headers, **sent)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json()

    def _headers(self, by: Actor) -> dict[str, str]:
        key = ECKey.import_key(self.folder.signing_key("sign-in").read_bytes())
        key.ensure_kid()
        issuer = TokenIssuer(self.url + REALM, key, SERVICES)
        assert by.person_id is not None
        token = issuer.for_person(Session("test", PORTAL_CLIENT, by.person_id, int(datetime.now(UTC).timestamp()), level=2), _Account(by))[
            "access_token"
        ]
        return {"Authorization": f"Bearer {token}", MEMBERSHIP_HEADER: str(by.membership_id)}


class _Account:
    """Enough of an account for a token: what it grants."""

    def __init__(self, actor: Actor) -> None:
        assert actor.person_id is not None
        self.person_id, self.username, self.name, self.positions = actor.person_id, "test", "test", (_Position(actor.role),)


@dataclass(frozen=True)
class _Position:
    role: str
    agency_name: str = ""
    agency_kind: str = ""
    position: str = ""


@asynccontextmanager
async def living(path: Path, begin: datetime) -> AsyncIterator[Living]:
    """Everything up over the folder `path`, on the day of `begin`."""
    turned = TurnedClock(begin)
    once = OverdueScheduler.once

    async def counted(scheduler: OverdueScheduler) -> int:
        told = await once(scheduler)
        turned.rounds += 1
        return told

    with pytest.MonkeyPatch.context() as patched, hold(path) as folder:
        patched.setattr(Clock, "now", lambda _: turned.now)
        patched.setattr(OverdueScheduler, "once", counted)
        patched.setitem(embedded.wiring.DEMO_SETTINGS, "tasks", {"overdue_every_seconds": 0.05})  # type: ignore[misc]
        cluster = await asyncio.to_thread(start_cluster, folder.postgres)
        try:
            whole = everything(Options(folder.path, 0), folder, cluster, listen(), folder.new_log(), InMemoryBus())
            async with whole as running, httpx2.AsyncClient(base_url=running.public_url, timeout=30) as http:
                yield Living(http, folder, cluster, turned, running.public_url)
        finally:
            await asyncio.to_thread(cluster.stop)


async def live(system: Living, lives: Sequence[DocumentLife], *, until: datetime) -> None:
    """All lives at once, in the order of time, with a midnight after each due date; returns when every consumer has followed."""
    steps: list[Step] = []
    for life in lives:
        steps += _Document(system, life).steps()
    for day in {one.due for life in lives for one in life.draft.instructions if one.due is not None}:
        midnight = datetime.combine(day + timedelta(1), time(), VIETNAM).astimezone(UTC) + timedelta(seconds=5)
        steps.append((midnight, _nothing))
    steps.append((until, _nothing))
    for at, act in sorted(steps, key=lambda one: one[0]):
        if at <= until:
            await system.turn(at)
            await act()
    await everybody_has_followed(system.cluster)


async def _nothing() -> None:
    """Only the clock is turned."""


class _Document:
    def __init__(self, system: Living, life: DocumentLife) -> None:
        self._system = system
        self._life = life
        self._id = ""
        self._version = 0
        self._instructions: list[str] = []

    def steps(self) -> Iterator[Step]:
        life = self._life
        first = replace(life.draft, subject=life.first_subject) if life.first_subject else life.draft
        yield life.registered.at, lambda: self._written("POST", life.registered, first)
        if life.corrected:
            yield life.corrected.at, lambda: self._written("PUT", life.corrected, life.draft)
        if life.handed_in:
            yield life.handed_in.at, lambda: self._stepped("submit-for-release", life.handed_in)
        if life.released:
            yield life.released.at, lambda: self._released(life.released)
        for (ordinal, agency), course in life.courses.items():
            for act in course:
                yield act.at, lambda ordinal=ordinal, agency=agency, act=act: self._act(ordinal, agency, act)  # type: ignore[misc]

    async def _written(self, method: str, act: Act | None, draft: Draft) -> None:
        assert act is not None
        path = "/api/directives/directives" + (f"/{self._id}" if self._id else "")
        kept = await self._system.change(act.by, path, _body(draft), version=self._version or None, method=method)
        self._id, self._version = kept["id"], kept["version"]
        self._instructions = [one["id"] for one in kept["instructions"]]

    async def _stepped(self, step: str, act: Act | None) -> None:
        assert act is not None
        kept = await self._system.change(act.by, f"/api/directives/directives/{self._id}/{step}", version=self._version)
        self._version = kept["version"]

    async def _released(self, act: Act | None) -> None:
        await self._stepped("release", act)
        assert act is not None
        async with asyncio.timeout(LONGEST_WAY):
            while (await self._system.get(act.by, "/api/tasks/tasks", directive_id=self._id, scope="oversight"))["total"] < len(
                self._instructions
            ):
                await asyncio.sleep(0.05)

    async def _act(self, ordinal: int, agency: UUID, act: Act) -> None:
        instruction = UUID(self._instructions[ordinal - 1])
        group = self._life.draft.instructions[ordinal - 1].lead_group
        path = f"/api/tasks/tasks/{uuid5(instruction, str(agency)) if group else instruction}"
        version = (await self._system.get(act.by, path))["version"]
        match act:
            case Accept():
                await self._system.change(act.by, f"{path}/accept", version=version)
            case Report():
                words = {"percent": act.percent, "content": act.content, "difficulty": act.difficulty, "proposal": act.proposal}
                await self._system.change(act.by, f"{path}/progress", words, version=version)
            case Submit():
                file = await self._system.change(act.by, f"{path}/files", files={"file": (NAME, REPORT_DOCUMENT, "application/pdf")})
                result = {"report_number": act.report_number, "report_date": str(act.report_date), "summary": act.summary}
                await self._system.change(act.by, f"{path}/results", result | {"file_id": file["id"]}, version=version)
            case Confirm():
                await self._system.change(
                    act.by, f"{path}/results/confirm", {"quality": act.quality, "comment": act.comment}, version=version
                )
            case Return():
                await self._system.change(act.by, f"{path}/results/return", {"reason": act.reason}, version=version)


def _body(draft: Draft) -> dict[str, Any]:
    return {
        "secrecy": draft.secrecy,
        "kind": draft.kind,
        "number": draft.number,
        "notation": draft.notation,
        "issue_date": str(draft.issue_date),
        "urgency": draft.urgency,
        "subject": draft.subject,
        "signer": draft.signer,
        "instructions": [
            {
                "content": one.content,
                "deliverable": one.deliverable,
                "deadline_class": one.deadline_class,
                "deadline_wording": one.deadline_wording,
                "due": as_text(one.due),
                "no_deadline_reason": one.no_deadline_reason,
                "assignments": [{"agency_id": str(each.agency_id), "role": each.role} for each in one.assignments],
                "lead_group": one.lead_group,
                "field": one.field,
            }
            for one in draft.instructions
        ],
    }
