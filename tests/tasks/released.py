"""Released instructions as the directives service tells them, and the steps of an agency with its task."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from faults.bodies import PDF, today
from libs.common.messaging.envelope import Envelope
from libs.contracts.directives import DirectiveSummary, InstructionReleased, InstructionState, ReleaseChange
from tests.signed_in import HEALTH, HEALTH_CLERK, TRACKER, Client

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def instruction(
    *leads: UUID, due: date | None = None, group: str | None = None, coordinating: tuple[UUID, ...] = (), content: str = "Rà soát, báo cáo"
) -> InstructionState:
    directive = DirectiveSummary(
        id=uuid4(),
        kind="cong-van",
        number="5425",
        notation="UBND-KGVX",
        subject="Phòng, chống dịch bệnh",
        issue_date=today(),
        urgency="NORMAL",
    )
    return InstructionState(
        id=uuid4(),
        directive=directive,
        ordinal=1,
        content=content,
        deliverable="bao-cao",
        deadline_class="DATED" if due else "NONE",
        deadline_wording=None,
        due=due,
        lead_agency_ids=leads or (HEALTH,),
        group=group,
        coordinating_agency_ids=coordinating,
    )


def released(state: InstructionState, *, at: datetime | None = None, by: UUID | None = None) -> Envelope:
    moment = at or datetime.now(UTC)
    contract = InstructionReleased(occurred_at=moment, state=state, change=ReleaseChange(released_by=by))
    return Envelope(
        id=uuid4(),
        source="directives",
        type=contract.type,
        subject=state.id,
        aggregate_type="instruction",
        time=moment,
        epoch=1,
        version=1,
        actor="test",
        correlation_id="test",
        causation_id=None,
        traceparent=None,
        data=contract.model_dump(mode="json"),
    )


async def release(client: Client, state: InstructionState, *, at: datetime | None = None, by: UUID | None = None) -> str:
    """The id of the task (or of the parent of the group) that the released instruction has become."""
    (runner,) = client.app.state.service.runners
    await runner.apply([released(state, at=at, by=by)])
    return str(state.id)


async def due_in(client: Client, days: int, **other: Any) -> str:
    """A task of the health department; with negative days its due date has passed."""
    assigned = datetime.now(UTC) - timedelta(days=max(0, -days) + 1)
    return await release(client, instruction(due=today() + timedelta(days=days), **other), at=assigned)


async def version_of(client: Client, task: str) -> int:
    version: int = (await client.get(TRACKER, f"/tasks/{task}")).json()["version"]
    return version


async def act(client: Client, person: Any, task: str, act: str, body: Any = None, **other: Any) -> Any:
    return await client.post(person, f"/tasks/{task}/{act}", body, **({"version": await version_of(client, task)} | other))


async def upload(
    client: Client,
    person: Any,
    task: str,
    *,
    name: str = "bao-cao.pdf",
    content: bytes = PDF,
    declared: str = "application/pdf",
    key: str = "",
) -> Any:
    headers = client.issuer.headers(person) | {"Idempotency-Key": key or str(uuid4())}
    return await client.http.post(f"/tasks/{task}/files", files={"file": (name, content, declared)}, headers=headers)


async def submitted(client: Client, task: str, **other: Any) -> dict[str, Any]:
    """Accept, and report the completion with its file."""
    if (await client.get(TRACKER, f"/tasks/{task}")).json()["state"] == "ASSIGNED":
        assert (await act(client, HEALTH_CLERK, task, "accept")).status_code == 200
    file = (await upload(client, HEALTH_CLERK, task)).json()["id"]
    answer = await act(client, HEALTH_CLERK, task, "results", result(file_id=file, **other))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def result(**other: Any) -> dict[str, Any]:
    return {"report_number": "128/BC-SYT", "report_date": today().isoformat(), "summary": "Đã hoàn thành rà soát."} | other
