"""The service as its own process over the in-process bus; the broker's adapter comes with issue 4."""

import uvicorn

from libs.common.messaging.memory import InMemoryBus
from libs.common.telemetry import configure_logs
from services.reporting.app import create_app
from services.reporting.settings import ReportingSettings

configure_logs()
settings = ReportingSettings()
uvicorn.run(create_app(settings, InMemoryBus()), host=settings.host, port=settings.port, log_config=None, access_log=False)
