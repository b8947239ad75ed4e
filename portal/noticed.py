"""Whoever has a task before him needs no telling any more of what was told of it before."""

from uuid import uuid4

from portal.frame import waiting_of
from portal.services import ChangeMarks, Refused, ServiceAway
from portal.web import Visitor


async def noticed(visitor: Visitor, task_id: str) -> None:
    """What this person was told of the task is read from now on; while the service is away it stays unread, and the page opens."""
    if not await waiting_of(visitor, "unread"):
        return
    try:
        await visitor.change("notify", f"/notices/of-task/{task_id}/read", {}, ChangeMarks(str(uuid4())), of="notices")
    except (ServiceAway, Refused):
        return
