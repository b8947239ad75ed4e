"""The tasks service as it runs, with a relay whose bus takes every event: consumers would be other processes."""

from collections.abc import Sequence

import uvicorn

from libs.common.messaging.bus import Message, NotTaken
from libs.common.messaging.memory import InMemoryBus
from libs.common.telemetry import configure_logs
from services.tasks.app import create_app
from services.tasks.settings import TasksSettings


class TakingBus(InMemoryBus):
    async def publish(self, source: str, messages: Sequence[Message]) -> Sequence[NotTaken | None]:
        return [None] * len(messages)


if __name__ == "__main__":
    configure_logs()
    settings = TasksSettings()
    uvicorn.run(create_app(settings, TakingBus()), host=settings.host, port=settings.port, log_config=None, access_log=False)
