"""Settings of the directives service."""

from libs.common.settings import ServiceSettings


class DirectivesSettings(ServiceSettings):
    name: str = "directives"
