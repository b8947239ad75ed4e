"""Settings of the directives service."""

from libs.common.settings import ServiceSettings


class DirectivesSettings(ServiceSettings):
    """Seconds are real time."""

    name: str = "directives"
    held_acts_every_seconds: float = 1.0
