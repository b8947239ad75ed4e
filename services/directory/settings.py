"""Settings of the directory service."""

from libs.common.settings import ServiceSettings


class DirectorySettings(ServiceSettings):
    name: str = "directory"
