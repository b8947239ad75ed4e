"""The portal as its own process."""

from libs.common.web.process import run
from portal.app import create_app
from portal.settings import PortalSettings

settings = PortalSettings.from_outside()
run(create_app(settings), name=settings.name, host=settings.host, port=settings.port)
