"""The service as its own process over the in-process bus; the broker's adapter comes with issue 4."""

import uvicorn

from libs.common.messaging.memory import InMemoryBus
from libs.common.telemetry import configure_logs
from services.tasks.app import create_app
from services.tasks.settings import TasksSettings

configure_logs()
settings = TasksSettings()
uvicorn.run(create_app(settings, InMemoryBus()), host=settings.host, port=settings.port, log_config=None, access_log=False)
