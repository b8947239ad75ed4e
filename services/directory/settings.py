"""Settings of the directory service."""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from libs.common.settings import ServiceSettings


class DirectorySettings(ServiceSettings):
    """`keycloak_url` is the sign-in server that is kept in step, None for none; `keycloak_operator` is an account of its realm master."""

    name: str = "directory"
    names_ordered_every_seconds: float = 3600.0
    reorganised_every_seconds: float = 60.0
    keycloak_url: str | None = None
    keycloak_realm: str = "chidao"
    keycloak_operator: str = "operator"
    keycloak_password_file: Path | None = None
    accounts_looked_at_every_seconds: float = 1.0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.keycloak_url is None) != (self.keycloak_password_file is None):
            raise ValueError("keycloak_url and keycloak_password_file are told together")
        return self
