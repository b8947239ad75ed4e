"""The service as its own process."""

from libs.common.messaging.opening import open_bus
from libs.common.web.process import run
from services.notify.app import create_app
from services.notify.settings import NotifySettings

settings = NotifySettings.from_outside()
run(create_app(settings, open_bus(settings.bus)), name=settings.name, host=settings.host, port=settings.port)
