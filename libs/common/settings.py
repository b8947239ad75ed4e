"""Settings of one service, from the environment (`CHIDAO_…`) and from files for secrets."""

from datetime import timedelta
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.common.clock import Clock


class ServiceSettings(BaseSettings):
    """What every service is told from outside. `sources` maps the name of a publishing service to the address of its feed's host."""

    model_config = SettingsConfigDict(env_prefix="CHIDAO_", env_nested_delimiter="__", frozen=True)

    name: str
    database_url: str
    owner_database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 0

    issuer: str
    jwks_url: str
    token_url: str
    client_id: str
    private_key_file: Path
    allowed_parties: tuple[str, ...] = ("chidao-portal",)

    clock_offset_seconds: float = 0.0
    sources: dict[str, str] = {}
    sweep_seconds: float = 5.0
    files_folder: Path = Path("files")
    membership_max_age_seconds: float = 300.0

    @property
    def clock(self) -> Clock:
        return Clock(timedelta(seconds=self.clock_offset_seconds))
