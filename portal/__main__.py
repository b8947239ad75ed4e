"""The portal as its own process."""

import uvicorn

from libs.common.telemetry import configure_logs
from portal.app import create_app
from portal.settings import PortalSettings

configure_logs()
settings = PortalSettings()
uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_config=None)
