"""The service as its own process."""

from libs.common.messaging.opening import open_bus
from libs.common.web.process import run
from services.tasks.app import create_app
from services.tasks.settings import TasksSettings

settings = TasksSettings.from_outside()
run(create_app(settings, open_bus(settings.bus)), name=settings.name, host=settings.host, port=settings.port)
