"""Settings of the directives service."""

from libs.common.settings import ServiceSettings


class DirectivesSettings(ServiceSettings):
    """`release_needs_approval`: an Office leader releases what a tracker has entered (rulebook 1.4); else the tracker may himself."""

    name: str = "directives"
    release_needs_approval: bool = True
