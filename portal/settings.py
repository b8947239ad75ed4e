"""Settings of the portal, from the environment (`CHIDAO_…`) and from files for secrets."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from libs.common.clock import Clock
from libs.common.settings import OutsideSettings

DEFAULT_PORTS = {"http": 80, "https": 443}


class PortalSettings(OutsideSettings):
    """`services` maps the name of a service to its address; `authorization_url` and `end_session_url` are those a browser can open.

    `pushed_request_url` is where the sign-in service hears beforehand what a browser will ask it. Where the client for people must not ask
    for itself, the portal does that as `own_client_id`. At `sign_out_url` the portal itself ends a session, as Keycloak takes it.
    """

    name: str = "portal"
    database_url: str
    owner_database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str

    issuer: str
    authorization_url: str
    pushed_request_url: str
    token_url: str
    end_session_url: str
    sign_out_url: str
    jwks_url: str
    client_id: str = "chidao-portal"
    private_key_file: Path
    own_client_id: str | None = None
    own_private_key_file: Path | None = None

    services: dict[str, str]
    session_key_file: Path
    cache_folder: Path | None = None
    clock_offset_seconds: float = 0.0
    demo: bool = False

    @property
    def clock(self) -> Clock:
        return Clock(timedelta(seconds=self.clock_offset_seconds))

    @property
    def fonts_folder(self) -> Path:
        """Where the fonts are kept once they are cut; beside the session key unless told otherwise."""
        return (self.cache_folder or self.session_key_file.parent / "cache") / "fonts"

    @property
    def cookie_name(self) -> str:
        """Browsers share cookies across the ports of a host, so the name carries ours."""
        public = urlsplit(self.public_url)
        return f"__Host-chidao-{public.port or DEFAULT_PORTS[public.scheme]}"
