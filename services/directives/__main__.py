"""The service as its own process over the in-process bus; the broker's adapter comes with issue 4."""

import uvicorn

from libs.common.messaging.memory import InMemoryBus
from libs.common.telemetry import configure_logs
from services.directives.app import create_app
from services.directives.settings import DirectivesSettings

configure_logs()
settings = DirectivesSettings()
uvicorn.run(create_app(settings, InMemoryBus()), host=settings.host, port=settings.port, log_config=None, access_log=False)
