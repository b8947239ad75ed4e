"""What each application is told: the deployment of the embedded run, in one place."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from joserfc.jwk import ECKey

import portal.app
from embedded.data_folder import DataFolder
from embedded.keycloak import OPERATOR, PASSWORD
from embedded.oidc.clients import Client, Clients
from embedded.oidc.issuing import Account, TokenIssuer
from embedded.oidc.passwords import Passwords
from embedded.oidc.provider import AUTHORIZATION, KEYS, PROTOCOL, PUSH, REALM, SIGN_OUT, TOKEN, Provider, create_provider
from embedded.postgres import Address
from libs.common.messaging.bus import Bus
from libs.common.settings import ServiceSettings
from portal.settings import PortalSettings
from realm.description import Place, client_of, clients_of
from system.applications import SERVICES
from system.databases import database_of, runner_of

PORTAL_CLIENT = "chidao-portal"
PUSHED_AUTHORIZATION = f"{PROTOCOL}/ext/par/request"

# Nobody need wait a minute to see what a turned clock makes overdue.
DEMO_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "tasks": {"overdue_every_seconds": 5.0},
}


@dataclass(frozen=True)
class Wiring:
    """`addresses` is where each service listens for the others, `sign_in_url` where they reach the sign-in service.

    `bus_url_of` gives the address of the bus as a service of that name may use it. `is_keycloak`: the sign-in service is a Keycloak, which
    browsers reach at `sign_in_url` too, and not the small provider behind our own address.
    """

    folder: DataFolder
    postgres: Address
    public_url: str
    addresses: Mapping[str, str]
    clock_offset: timedelta
    sign_in_url: str
    bus_url_of: Callable[[str], str] = lambda _: "memory:"
    is_keycloak: bool = False

    @property
    def sign_in_pages(self) -> str:
        """Where browsers reach the sign-in service."""
        return self.sign_in_url if self.is_keycloak else self.public_url

    @property
    def issuer(self) -> str:
        return self.sign_in_pages + REALM

    def service_settings(self, name: str, **more: Any) -> ServiceSettings:
        settings_class, _ = SERVICES[name]
        given = {
            **self._common(name, client_id=f"service-{name}"),
            "sources": {other: address for other, address in self.addresses.items() if other != name},
            "files_folder": self.folder.files / name,
            "bus_url": self.bus_url_of(name),
            **DEMO_SETTINGS.get(name, {}),
            **(self._kept_in_step() if name == "directory" and self.is_keycloak else {}),
            **more,
        }
        return settings_class(**given)

    def service_app(self, name: str, bus: Bus) -> FastAPI:
        _, create_app = SERVICES[name]
        return create_app(self.service_settings(name), bus)

    def portal_settings(self, **more: Any) -> PortalSettings:
        given = {
            **self._common("portal", client_id=PORTAL_CLIENT),
            "public_url": self.public_url,
            "authorization_url": self.sign_in_pages + AUTHORIZATION,
            "pushed_request_url": self.sign_in_url + PUSH,
            "end_session_url": self.sign_in_pages + SIGN_OUT,
            "sign_out_url": self.sign_in_url + SIGN_OUT,
            **(self._asked_of_keycloak() if self.is_keycloak else {}),
            "services": dict(self.addresses),
            "session_key_file": self.folder.session_key,
            "cache_folder": self.folder.cache,
            "demo": True,
            **more,
        }
        return PortalSettings(**given)

    def _kept_in_step(self) -> dict[str, Any]:
        return {"keycloak_url": self.sign_in_url, "keycloak_password_file": self.folder.keycloak / PASSWORD, "keycloak_operator": OPERATOR}

    def _asked_of_keycloak(self) -> dict[str, Any]:
        own = client_of("portal")
        return {
            "pushed_request_url": self.sign_in_url + PUSHED_AUTHORIZATION,
            "own_client_id": own,
            "own_private_key_file": self.folder.signing_key(own),
        }

    def place(self) -> Place:
        """What the realm of a Keycloak is told of this run."""
        return Place(self.public_url, {client: _public_half(self.folder.signing_key(client)) for client in clients_of(SERVICES)})

    def portal_app(self) -> FastAPI:
        return portal.app.create_app(self.portal_settings())

    def _common(self, name: str, *, client_id: str) -> dict[str, Any]:
        database = database_of(name)
        return {
            "name": name,
            "database_url": self.postgres.dsn(database, runner_of(database)),
            "issuer": self.issuer,
            "jwks_url": self.sign_in_url + KEYS,
            "token_url": self.sign_in_url + TOKEN,
            "client_id": client_id,
            "private_key_file": self.folder.signing_key(client_id),
            "clock_offset_seconds": self.clock_offset.total_seconds(),
        }

    def sign_in_app(
        self,
        accounts: Callable[[], Awaitable[Sequence[Account]]],
        styles: Callable[[], Sequence[str]],
        passwords: Passwords | None = None,
    ) -> FastAPI:
        return create_provider(Provider(self.public_url, self._clients(), self.token_issuer, accounts, styles, passwords))

    @cached_property
    def token_issuer(self) -> TokenIssuer:
        key = ECKey.import_key(self.folder.signing_key("sign-in").read_bytes())
        key.ensure_kid()
        return TokenIssuer(self.issuer, key, SERVICES)

    def _clients(self) -> Clients:
        """The portal for people, and every service for itself."""
        targets = frozenset(SERVICES)
        for_people = Client(
            PORTAL_CLIENT,
            _public_half(self.folder.signing_key(PORTAL_CLIENT)),
            redirect_uris=frozenset({f"{self.public_url}/sign-in/callback"}),
            after_sign_out=frozenset({f"{self.public_url}/sign-in"}),
            targets=targets,
            told_of_sign_outs=f"{self.public_url}/sign-in/back-channel-logout",
        )
        for_services = [
            Client(f"service-{name}", _public_half(self.folder.signing_key(f"service-{name}")), targets=targets - {name})
            for name in SERVICES
        ]
        audiences = frozenset({self.public_url + TOKEN, self.sign_in_url + TOKEN, self.issuer})
        return Clients([for_people, *for_services], audiences=audiences)


def _public_half(file: Path) -> ECKey:
    return ECKey.import_key(ECKey.import_key(file.read_bytes()).as_dict(private=False))
