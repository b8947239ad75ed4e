"""The service as its own process."""

from libs.common.messaging.opening import open_bus
from libs.common.web.process import run
from services.reporting.app import create_app
from services.reporting.settings import ReportingSettings

settings = ReportingSettings.from_outside()
run(create_app(settings, open_bus(settings.bus)), name=settings.name, host=settings.host, port=settings.port)
