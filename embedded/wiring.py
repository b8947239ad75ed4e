"""Which applications there are, and what each is told: the deployment of the embedded run, in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from joserfc.jwk import ECKey

import portal.app
import services.directives.app
import services.directory.app
import services.notify.app
import services.reporting.app
import services.tasks.app
from embedded.data_folder import DataFolder
from embedded.oidc.clients import Client, Clients
from embedded.oidc.issuing import TokenIssuer
from embedded.oidc.provider import AUTHORIZATION, KEYS, REALM, SIGN_OUT, TOKEN
from embedded.postgres import Address
from libs.common.messaging.bus import Bus
from libs.common.settings import ServiceSettings
from portal.settings import PortalSettings
from services.directives.settings import DirectivesSettings
from services.directory.settings import DirectorySettings
from services.notify.settings import NotifySettings
from services.reporting.settings import ReportingSettings
from services.tasks.settings import TasksSettings

SERVICES: Mapping[str, tuple[type[ServiceSettings], Callable[[Any, Bus], FastAPI]]] = {
    "directory": (DirectorySettings, services.directory.app.create_app),
    "directives": (DirectivesSettings, services.directives.app.create_app),
    "tasks": (TasksSettings, services.tasks.app.create_app),
    "notify": (NotifySettings, services.notify.app.create_app),
    "reporting": (ReportingSettings, services.reporting.app.create_app),
}
PORTAL_CLIENT = "chidao-portal"

# A newcomer goes all the way alone, and need not wait a minute to see what a turned clock makes overdue.
DEMO_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "directives": {"release_needs_approval": False},
    "tasks": {"overdue_every_seconds": 5.0},
}


@dataclass(frozen=True)
class Wiring:
    """`addresses` is where each service listens for the others."""

    folder: DataFolder
    postgres: Address
    public_url: str
    addresses: Mapping[str, str]
    clock_offset: timedelta

    @property
    def issuer(self) -> str:
        return self.public_url + REALM

    def service_app(self, name: str, bus: Bus) -> FastAPI:
        settings_class, create_app = SERVICES[name]
        settings = settings_class(
            **self._common(name, client_id=f"service-{name}"),
            sources={other: address for other, address in self.addresses.items() if other != name},
            files_folder=self.folder.files / name,
            **DEMO_SETTINGS.get(name, {}),
        )
        return create_app(settings, bus)

    def portal_app(self) -> FastAPI:
        settings = PortalSettings(
            **self._common("portal", client_id=PORTAL_CLIENT),
            public_url=self.public_url,
            authorization_url=self.public_url + AUTHORIZATION,
            end_session_url=self.public_url + SIGN_OUT,
            services=dict(self.addresses),
            session_key_file=self.folder.session_key,
            cache_folder=self.folder.cache,
            demo=True,
        )
        return portal.app.create_app(settings)

    def _common(self, name: str, *, client_id: str) -> dict[str, Any]:
        database = f"chidao_{name}"
        return {
            "name": name,
            "database_url": self.postgres.dsn(database, f"{database}_app"),
            "issuer": self.issuer,
            "jwks_url": self.public_url + KEYS,
            "token_url": self.public_url + TOKEN,
            "client_id": client_id,
            "private_key_file": self.folder.signing_key(client_id),
            "clock_offset_seconds": self.clock_offset.total_seconds(),
        }

    @cached_property
    def token_issuer(self) -> TokenIssuer:
        key = ECKey.import_key(self.folder.signing_key("sign-in").read_bytes())
        key.ensure_kid()
        return TokenIssuer(self.issuer, key, SERVICES)

    def clients(self) -> Clients:
        """The portal for people, and every service for itself."""
        targets = frozenset(SERVICES)
        for_people = Client(
            PORTAL_CLIENT,
            _public_half(self.folder.signing_key(PORTAL_CLIENT)),
            redirect_uris=frozenset({f"{self.public_url}/sign-in/callback"}),
            after_sign_out=frozenset({f"{self.public_url}/sign-in"}),
            targets=targets,
        )
        for_services = [
            Client(f"service-{name}", _public_half(self.folder.signing_key(f"service-{name}")), targets=targets - {name})
            for name in SERVICES
        ]
        return Clients([for_people, *for_services], audiences=frozenset({self.public_url + TOKEN, self.issuer}))


def _public_half(file: Path) -> ECKey:
    return ECKey.import_key(ECKey.import_key(file.read_bytes()).as_dict(private=False))
