"""Clients that work the whole flow over HTTP: write down, send, and repeat what was not answered with the same key until it is."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import httpx2

from faults.bodies import PDF, coordinating, document, instruction, lead, today
from faults.journal import ACCEPTED, Journal, Request
from faults.people import SignIns, Somebody

# A door that is shut for a moment, and a service that has just come up and not yet heard from the others.
NOT_NOW = frozenset({502, 503, 504})
# Somebody else was faster (the scheduler tells that a task is overdue): the client looks again, as a person would.
OVERTAKEN = frozenset({412})
REPEATED_AFTER_SECONDS = 0.2
NOTHING_TO_DO_SECONDS = 0.05
# Whose clerks work, as the chooser of the sign-in finds them.
CLERKS = ("so y te", "so tai chinh", "xa binh son", "phuong truong quang trong")
SMALL_GROUPS = ("state-enterprises", "mass-organisations", "public-units", "departments")


class Unexpected(AssertionError):
    """An answer that no client of this flow should ever get."""


@dataclass
class Client:
    """One person at work. `go` does the next thing there is to do for him, and tells whether there was any."""

    http: httpx2.AsyncClient
    sign_ins: SignIns
    journal: Journal
    person: Somebody
    random: Random
    name: str
    _sent: int = 0

    async def go(self) -> bool:
        raise NotImplementedError

    async def get(self, path: str, **parameters: Any) -> Any:
        async def asked() -> httpx2.Response:
            return await self.http.get(path, params=parameters, headers=await self._headers())

        answer = await self._until_answered(asked)
        if answer.status_code != 200:
            raise Unexpected(f"{self.name}: GET {path} is answered {answer.status_code}: {answer.text[:300]}")
        return answer.json()

    async def change(
        self, act: str, path: str, body: Any = None, *, of: dict[str, Any] | None = None, method: str = "POST"
    ) -> dict[str, Any] | None:
        """What the accepted change answers; None when somebody was faster. `of` is the object as it was seen."""
        _, _, service, _ = path.split("/", 3)
        self._sent += 1
        request = Request(
            key=f"{self.name}-{self._sent}-{self.random.getrandbits(32):08x}",
            person_id=self.person.person_id,
            act=act,
            service=service,
            method=method,
            path=path,
            object_id=of["id"] if of else None,
            body=body if body is not None else {},
            if_match=of["version"] if of and act != "upload" else None,
        )
        self.journal.begun(request)
        attempt = 0

        async def sent() -> httpx2.Response:
            nonlocal attempt
            headers = await self._headers() | {"Idempotency-Key": request.key, "X-Request-Id": request.key}
            if request.if_match is not None:
                headers["If-Match"] = f'"{request.if_match}"'
            attempt += 1
            self.journal.sent(request, attempt=attempt)
            try:
                answer = await self.http.request(request.method, request.path, headers=headers, **_content(request))
            except httpx2.TransportError as error:
                self.journal.unanswered(request, type(error).__name__)
                raise
            if answer.status_code in NOT_NOW:
                self.journal.unanswered(request, str(answer.status_code))
            return answer

        answer = await self._until_answered(sent)
        self.journal.answered(request, answer.status_code, answer.json(), replayed=answer.headers.get("Idempotent-Replayed") == "true")
        if answer.status_code in ACCEPTED:
            told: dict[str, Any] = answer.json()
            return told
        if answer.status_code not in OVERTAKEN:
            raise Unexpected(f"{self.name}: {act} of {path} is answered {answer.status_code}: {answer.text[:300]}")
        return None

    async def _headers(self) -> dict[str, str]:
        await self.sign_ins.renew(self.person)
        return self.person.headers()

    async def _until_answered(self, ask: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        while True:
            with suppress(httpx2.TransportError, httpx2.HTTPStatusError):
                answer = await ask()
                if answer.status_code not in NOT_NOW:
                    return answer
            await asyncio.sleep(REPEATED_AFTER_SECONDS)


def _content(request: Request) -> dict[str, Any]:
    """How the body of a request travels: a file as a form, everything else as JSON."""
    if request.act == "upload":
        return {"files": {"file": (request.body["name"], request.body["content"].encode(), "application/pdf")}}
    return {"json": request.body}


def sha256_of_upload(request: Request) -> str:
    return hashlib.sha256(request.body["content"].encode()).hexdigest()


@dataclass
class Office(Client):
    """Registers documents for the agencies at work here, corrects some of them, and has them released by the Office's leader."""

    releasing: Somebody = field(kw_only=True)
    agencies: tuple[str, ...] = field(kw_only=True)
    numbers: int = 0

    async def go(self) -> bool:
        """The first document takes every step there is, so that no storm is without one; the others as it is drawn."""
        first = self.numbers == 0
        directive = await self.change("register", "/api/directives/directives", self._document(for_a_group=first))
        assert directive is not None
        path = f"/api/directives/directives/{directive['id']}"
        if first or self.random.random() < 0.3:
            directive = await self.change("correct", path, self._document(for_a_group=first), of=directive, method="PUT")
            assert directive is not None
        if first or self.random.random() < 0.3:
            directive = await self.change("submit", f"{path}/submit-for-release", of=directive)
            assert directive is not None
        registering, self.person = self.person, self.releasing
        released = await self.change("release", f"{path}/release", of=directive)
        self.person = registering
        assert released is not None
        return True

    def _document(self, *, for_a_group: bool) -> dict[str, Any]:
        self.numbers += 1
        wanted = [self._single() for _ in range(self.random.randint(1, 3))]
        if for_a_group or self.random.random() < 0.15:
            wanted.append(instruction(content=f"Các cơ quan {self.numbers}", **self._group()))
        return document(*wanted, number=str(self.numbers), issue_date=(today() - timedelta(days=5)).isoformat())

    def _group(self) -> dict[str, Any]:
        """One that the directory knows, or one that is composed."""
        if self.random.random() < 0.5:
            return {"lead_group": self.random.choice(SMALL_GROUPS)}
        return {"composed_group": {"name": f"Nhóm {self.numbers}", "agency_ids": self.random.sample(self.agencies, 2)}}

    def _single(self) -> dict[str, Any]:
        leading, helping = self.random.sample(self.agencies, 2)
        assignments = [lead(leading), *([coordinating(helping)] if self.random.random() < 0.2 else [])]
        if self.random.random() < 0.2:
            return instruction(
                assignments=assignments, deadline_class="NONE", deadline_wording=None, due=None, no_deadline_reason="Thường xuyên"
            )
        due = today() + timedelta(days=self.random.choice((-2, -1, 0, 10)))
        return instruction(assignments=assignments, due=due.isoformat())


@dataclass
class Tracker(Client):
    """Decides the results that await the Office."""

    async def go(self) -> bool:
        waiting = await self.get("/api/tasks/tasks", scope="oversight", state="AWAITING_CONFIRMATION", level="assignment", limit=20)
        if not waiting["items"]:
            return False
        task = self.random.choice(waiting["items"])
        path = f"/api/tasks/tasks/{task['id']}/results"
        if self.random.random() < 0.7:
            await self.change("confirm", f"{path}/confirm", {"quality": "GOOD"}, of=task)
        else:
            await self.change("return", f"{path}/return", {"reason": f"Thiếu số liệu {self.random.random()}"}, of=task)
        return True


@dataclass
class Agency(Client):
    """Accepts what it leads, reports progress, submits results with their files, and again after a return."""

    async def go(self) -> bool:
        states = ["ASSIGNED", "ACCEPTED", "IN_PROGRESS", "RESULT_RETURNED"]
        self.random.shuffle(states)
        for state in states:
            found = await self.get("/api/tasks/tasks", state=state, agency_id=self.person.agency_id, limit=20)
            if found["items"]:
                await self._carry_on(self.random.choice(found["items"]))
                return True
        return False

    async def _carry_on(self, task: dict[str, Any]) -> None:
        path = f"/api/tasks/tasks/{task['id']}"
        if task["state"] == "ASSIGNED":
            await self.change("accept", f"{path}/accept", of=task)
        elif task["state"] != "RESULT_RETURNED" and self.random.random() < 0.6:
            report = {"percent": self.random.randint(0, 100), "content": f"Đang thực hiện {self.random.random()}"}
            await self.change("progress", f"{path}/progress", report, of=task)
        else:
            await self._submit(task, path)

    async def _submit(self, task: dict[str, Any], path: str) -> None:
        content = PDF.decode() + f"% {self.random.getrandbits(64):x}\n"
        file = await self.change("upload", f"{path}/files", {"name": "bao-cao.pdf", "content": content}, of=task)
        assert file is not None
        result = {
            "report_number": f"{self.random.randint(1, 999)}/BC",
            "report_date": today().isoformat(),
            "summary": f"Đã hoàn thành {self.random.random()}",
            "file_id": file["id"],
        }
        await self.change("result", f"{path}/results", result, of=task)


async def everybody(http: httpx2.AsyncClient, sign_ins: SignIns, journal: Journal, random: Random) -> list[Client]:
    """An Office that registers and releases, one that decides, and the clerks of four agencies, each drawing from `random` alone."""
    clerks = [await sign_ins.somebody(f"van thu {agency}", "AGENCY_CLERK") for agency in CLERKS]
    tracker = await sign_ins.somebody("chuyen vien theo doi nhiem vu", "OFFICE_TRACKER")
    deciding = await sign_ins.somebody("chuyen vien theo doi nhiem vu", "OFFICE_TRACKER")
    releasing = await sign_ins.somebody("chanh van phong ubnd tinh", "OFFICE_LEAD")

    def common(person: Somebody, name: str) -> dict[str, Any]:
        return {"http": http, "sign_ins": sign_ins, "journal": journal, "person": person, "random": Random(random.random()), "name": name}

    return [
        Office(**common(tracker, "office"), releasing=releasing, agencies=tuple(clerk.agency_id for clerk in clerks)),
        Tracker(**common(deciding, "tracker")),
        *(Agency(**common(clerk, agency.replace(" ", "-"))) for clerk, agency in zip(clerks, CLERKS, strict=True)),
    ]


async def at_work(client: Client, enough: asyncio.Event, *, rest: float = 0.0) -> None:
    """Until there is `enough`, with so many seconds of `rest` between two things; what was begun is brought to its answer."""
    while not enough.is_set():
        await asyncio.sleep(rest if await client.go() else max(rest, NOTHING_TO_DO_SECONDS))
