"""Settings of the notify service."""

from libs.common.settings import ServiceSettings


class NotifySettings(ServiceSettings):
    name: str = "notify"
