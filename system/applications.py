"""The applications of the system: how each service is told its settings and how its application is made."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

import services.directives.app
import services.directory.app
import services.notify.app
import services.reporting.app
import services.tasks.app
from libs.common.messaging.bus import Bus
from libs.common.settings import ServiceSettings
from services.directives.settings import DirectivesSettings
from services.directory.settings import DirectorySettings
from services.notify.settings import NotifySettings
from services.reporting.settings import ReportingSettings
from services.tasks.settings import TasksSettings

SERVICES: Mapping[str, tuple[type[ServiceSettings], Callable[[Any, Bus], FastAPI]]] = {
    "directory": (DirectorySettings, services.directory.app.create_app),
    "directives": (DirectivesSettings, services.directives.app.create_app),
    "tasks": (TasksSettings, services.tasks.app.create_app),
    "notify": (NotifySettings, services.notify.app.create_app),
    "reporting": (ReportingSettings, services.reporting.app.create_app),
}
