"""The realm as it is described, for the services of the system, in a place with keys of its own."""

from joserfc.jwk import ECKey

from realm.description import Place, Realm, clients_of, wanted_realm
from system.applications import SERVICES

PORTAL_URL = "https://chidao.tinh.example"


def keys_of(*services: str) -> dict[str, ECKey]:
    return {client: ECKey.generate_key("P-256") for client in clients_of(services)}


def described(*services: str, portal_url: str = PORTAL_URL) -> Realm:
    names = services or tuple(SERVICES)
    return wanted_realm(names, Place(portal_url, keys_of(*names)))
