"""A split run, and people at work in it: for the tests that need all of it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
import pytest_asyncio

from embedded.data_folder import hold
from embedded.processes import free_port
from embedded.split import Split, split
from faults.people import SignIns, Somebody
from tests.directives.documents import document, instruction, lead
from tests.processes import processes_of

LONGEST_WAY = 60.0


@dataclass
class System:
    """A split run, and two people at work in it through the gateway."""

    run: Split
    http: httpx2.AsyncClient
    sign_ins: SignIns
    tracker: Somebody
    clerk: Somebody
    ended: list[str]
    done: int = 0

    async def one_story(self) -> None:
        """A directive is released, its agency accepts the task, and the figures count it."""
        self.done += 1
        for person in (self.tracker, self.clerk):
            await self.sign_ins.renew(person)
        body = document(instruction(assignments=[lead(self.clerk.agency_id)]), number=str(self.done))
        draft = await self._change(self.tracker, "/api/directives/directives", body)
        await self._change(self.tracker, f"/api/directives/directives/{draft['id']}/release", {}, version=1)
        task = await self._task_of(draft["id"])
        await self._change(self.clerk, f"/api/tasks/tasks/{task}/accept", {}, version=1)
        async with asyncio.timeout(LONGEST_WAY):
            while await self._counted() < self.done:
                await asyncio.sleep(0.1)

    async def failing(self) -> dict[str, str]:
        """What any service says of itself that does not work, and why."""
        found: dict[str, str] = {}
        async with httpx2.AsyncClient(trust_env=False) as client:
            for piece in self.run.pieces.values():
                if piece.ready_path:
                    answer = await client.get(f"{piece.address}{piece.ready_path}")
                    found |= answer.json().get("failing", {}) if answer.is_success else {piece.name: str(answer.status_code)}
        return found

    async def _task_of(self, directive: str) -> str:
        async with asyncio.timeout(LONGEST_WAY):
            while True:
                answer = await self.http.get("/api/tasks/tasks", params={"directive_id": directive}, headers=self.clerk.headers())
                for task in answer.raise_for_status().json()["items"]:
                    return str(task["id"])
                await asyncio.sleep(0.1)

    async def _counted(self) -> int:
        answer = await self.http.get("/api/reporting/figures", headers=self.tracker.headers())
        return int(answer.raise_for_status().json()["assignments_total"]["N"])

    async def _change(self, person: Somebody, path: str, body: object, *, version: int | None = None) -> dict[str, str]:
        headers = person.headers() | {"Idempotency-Key": f"{path}-{self.done}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        changed: dict[str, str] = (await self.http.post(path, json=body, headers=headers)).raise_for_status().json()
        return changed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    data = tmp_path_factory.mktemp("split") / "data"
    ended: list[str] = []
    with hold(data) as folder:
        async with split(folder, port=free_port(), day=None, ended=lambda piece: ended.append(piece.name)) as run:
            trust = ssl.create_default_context(cafile=folder.gateway / "authority.pem")
            async with httpx2.AsyncClient(base_url=run.public_url, verify=trust, timeout=30) as http:
                sign_ins = SignIns(http, data)
                tracker = await sign_ins.somebody("chuyen vien theo doi nhiem vu", "OFFICE_TRACKER")
                yield System(run, http, sign_ins, tracker, await sign_ins.somebody("van thu so y te", "AGENCY_CLERK"), ended)
    assert processes_of(data) == []
