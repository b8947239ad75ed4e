"""What was decided and waits for its effect: the message after a decision, "Thu hồi" and "Có hiệu lực ngay"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.answers.tasks import TASK
from portal.refusals import RefusalWords, problem_of
from portal.services import Refused
from portal.web import Sent, Visitor


@dataclass(frozen=True)
class Decided:
    """`what` is the thing decided about, `held` the mark while it waits; `path` is where the two buttons send, `to` where they lead."""

    what: str
    action: str
    held: Mapping[str, Any] | None
    path: str
    to: str


async def just_decided(visitor: Visitor, *, to: str) -> Decided | None:
    """The task that was decided a moment ago, if the address names one."""
    task_id = visitor.request.query_params.get("decided", "")
    if not task_id:
        return None
    try:
        task = await visitor.get(TASK, task_id)
    except Refused as refused:
        if refused.status in (404, 422):
            return None
        raise
    held = task["held"]
    action = held["kind"] if held else "CONFIRM" if task["state"] == "COMPLETED" else "RETURN_RESULT"
    if held is None and task["state"] == "AWAITING_CONFIRMATION":
        return None
    return Decided(task["code"], action, held, f"/confirm/{task_id}", to)


async def settle(visitor: Visitor, service: str, path: str, sent: Sent, act: str) -> RefusalWords | None:
    """`act` is "recall" or "now". Words where there was nothing left to settle, None when it is done."""
    try:
        await visitor.change(service, f"{path}/held/{sent.text('act_id')}/{act}", {}, sent.change)
    except Refused as refused:
        if refused.status == 404:
            raise
        return problem_of(refused, visitor.messages)
    return None
