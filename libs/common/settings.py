"""Settings of one service, from the environment (`CHIDAO_…`) and from files for secrets."""

import json
import os
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.common.clock import Clock

FILE_VARIABLE = "CHIDAO_SETTINGS_FILE"


class OutsideSettings(BaseSettings):
    """Settings of one process. A variable of the environment goes before a line of the file that CHIDAO_SETTINGS_FILE names."""

    model_config = SettingsConfigDict(env_prefix="CHIDAO_", env_nested_delimiter="__", frozen=True)

    @classmethod
    def from_outside(cls) -> Self:
        """Ends the process with one sentence that names each variable that is missing or wrong, and none of their values."""
        try:
            return cls(_env_file=os.environ.get(FILE_VARIABLE))
        except ValidationError as error:
            wrong = ", ".join(f"{_variable(found['loc'])} ({found['type']})" for found in error.errors(include_input=False))
            raise SystemExit(f"Cấu hình thiếu hoặc sai (settings missing or wrong): {wrong}.") from None

    def to_lines(self) -> str:
        """As `from_outside` reads them in a file."""
        written = {name: value for name, value in self.model_dump(mode="json").items() if value is not None}
        return "".join(f"{self.model_config['env_prefix']}{name.upper()}={_quoted(value)}\n" for name, value in written.items())


def _variable(place: tuple[int | str, ...]) -> str:
    return f"CHIDAO_{'__'.join(str(part) for part in place).upper()}"


def _quoted(value: object) -> str:
    words = value if isinstance(value, str) else json.dumps(value)
    if "'" in words or "\n" in words:
        raise ValueError("a setting with a quotation mark or more than one line has no place in a file")
    return f"'{words}'"


class ProcessPart(StrEnum):
    """What of a service one process does; all of it unless it is told otherwise."""

    API = "api"
    RELAY = "relay"
    CONSUMER = "consumer"
    SCHEDULER = "scheduler"


class ServiceSettings(OutsideSettings):
    """What every service is told from outside. `sources` maps the name of a publishing service to the address of its feed's host.

    `bus_url` is what `open_bus` takes; its password stands there, or in `bus_password_file`.
    """

    name: str
    database_url: str
    owner_database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 0
    parts: frozenset[ProcessPart] = frozenset(ProcessPart)

    issuer: str
    jwks_url: str
    token_url: str
    client_id: str
    private_key_file: Path
    allowed_parties: tuple[str, ...] = ("chidao-portal",)

    bus_url: str = "memory:"
    bus_password_file: Path | None = None

    clock_offset_seconds: float = 0.0
    sources: dict[str, str] = {}
    sweep_seconds: float = 5.0
    files_folder: Path = Path("files")
    membership_max_age_seconds: float = 300.0

    @property
    def bus(self) -> str:
        """`bus_url` with the password."""
        parts = urlsplit(self.bus_url)
        if self.bus_password_file is None or parts.username is None:
            return self.bus_url
        password = quote(self.bus_password_file.read_text().strip(), safe="")
        return urlunsplit(parts._replace(netloc=f"{parts.username}:{password}@{parts.netloc.rpartition('@')[2]}"))

    @property
    def clock(self) -> Clock:
        return Clock(timedelta(seconds=self.clock_offset_seconds))
