"""A real Keycloak for the tests of a file, with the realm as it is described. It takes a minute to start: `./test long keycloak`."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from embedded.keycloak import OPERATOR, Keycloak, find_or_get_keycloak, start_keycloak
from libs.keycloak.administration import Administration, administration
from realm.applying import apply
from realm.description import Place, Realm, wanted_realm
from system.applications import SERVICES
from tests.realm.described import keys_of

PORTAL_URL = "http://127.0.0.1:8700"
# Of the ordinary parts, tests/embedded/test_keycloak.py tries a little of it.
collect_ignore_glob = [] if os.environ.get("CHIDAO_KEYCLOAK") == "all" else ["test_*.py"]


@dataclass
class Applied:
    """`first` is what the first `apply` changed."""

    keycloak: Keycloak
    keys: dict[str, ECKey]
    wanted: Realm
    first: list[str]

    @asynccontextmanager
    async def server(self, realm: str | None = None) -> AsyncIterator[Administration]:
        how = {"operator": OPERATOR, "password": self.keycloak.password, "realm": realm or self.wanted.name}
        async with administration(self.keycloak.url, **how) as server:
            yield server


@pytest.fixture(scope="module")
def there_is_one() -> None:
    missing = find_or_get_keycloak(print)
    if missing:
        pytest.skip(missing)


@pytest.fixture(scope="module")
def keycloak(there_is_one: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    started = start_keycloak(tmp_path_factory.mktemp("realm") / "keycloak", tell=print)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def applied(keycloak: Keycloak) -> Applied:
    keys = keys_of(*SERVICES)
    made = Applied(keycloak, keys, wanted_realm(SERVICES, Place(PORTAL_URL, keys)), [])

    async def bring_about() -> None:
        async with made.server() as server:
            changed, left = await apply(server, made.wanted)
        assert left == []
        made.first += changed

    asyncio.run(bring_about())
    return made


@pytest.fixture
def key_folder(applied: Applied, tmp_path: Path) -> Path:
    """The keys as an operator has them."""
    for client, key in applied.keys.items():
        (tmp_path / f"{client}.pem").write_bytes(key.as_pem(private=True))
    return tmp_path
