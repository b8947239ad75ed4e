"""`python -m tests.tasks.held_effect <database url>`: a process that gives held decisions their effect, and can be killed meanwhile."""

import asyncio
import os
import sys
from types import SimpleNamespace
from typing import Any, cast

from libs.common import fault_points
from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.live import Hints
from libs.common.service import Service
from libs.directory_replica.replica import DirectoryReplica
from services.tasks.hints import LISTS
from services.tasks.scheduler.held_decisions import held_decisions


async def give_effect(url: str) -> None:
    database = Database(url, application="chidao-tasks")
    service: Any = SimpleNamespace(database=database, hints=Hints(database), lists=LISTS)
    memberships = DirectoryReplica(database, Clock(), consumer="tasks", max_age_seconds=300)
    await held_decisions(cast(Service, service), memberships, every=1).once()
    await database.dispose()


if __name__ == "__main__":
    fault_points.arm(os.environ)
    asyncio.run(give_effect(sys.argv[1]))
