"""Settings of the directory service."""

from libs.common.settings import ServiceSettings


class DirectorySettings(ServiceSettings):
    name: str = "directory"
    names_ordered_every_seconds: float = 3600.0
    reorganised_every_seconds: float = 60.0
