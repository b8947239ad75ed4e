"""Whoever has a task before him needs no telling any more of what was told of it before."""

from uuid import uuid4

from portal.answers import notify
from portal.frame import waiting_of
from portal.services import ChangeMarks, Refused, ServiceAway
from portal.web import Visitor


async def is_told_of(visitor: Visitor, task_id: str) -> bool:
    """Whether there is something of this task that he has not read; none while the service is away, and the page opens."""
    try:
        return bool(await waiting_of(visitor, "unread")) and (await visitor.get(notify.NOTICES_UNREAD_COUNT, task_id=task_id))["count"] > 0
    except (ServiceAway, Refused):
        return False


async def noticed(visitor: Visitor, task_id: str) -> None:
    """What this person was told of the task is read from now on; while the service is away it stays unread, and the page opens."""
    try:
        await visitor.change("notify", f"/notices/of-task/{task_id}/read", {}, ChangeMarks(str(uuid4())), of="notices")
    except (ServiceAway, Refused):
        return
