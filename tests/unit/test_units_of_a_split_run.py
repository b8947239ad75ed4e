"""However a split run divides the services among processes, everything that a service does is done by one of them."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from embedded.split import Unit, apart, together
from libs.common.messaging.memory import InMemoryBus
from libs.common.settings import ProcessPart, ServiceSettings
from system.parties import CONSUMERS


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = tmp_path_factory.mktemp("keys") / "service.pem"
    key.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return key


def works_of(key_file: Path, service: str, parts: frozenset[ProcessPart]) -> set[str]:
    """The names of what a process of the service keeps running."""
    (settings_class,) = (
        value
        for value in vars(import_module(f"services.{service}.settings")).values()
        if isinstance(value, type) and issubclass(value, ServiceSettings) and value is not ServiceSettings
    )
    settings = settings_class(
        name=service,
        parts=parts,
        database_url="postgresql+asyncpg://nobody@127.0.0.1:1/nothing",
        issuer="http://127.0.0.1:1",
        jwks_url="http://127.0.0.1:1/keys",
        token_url="http://127.0.0.1:1/token",
        client_id=service,
        private_key_file=key_file,
        sources=dict.fromkeys(CONSUMERS, "http://127.0.0.1:1"),
    )
    app = import_module(f"services.{service}.app").create_app(settings, InMemoryBus())
    return {name for name, _ in app.state.service._works()}


@pytest.mark.parametrize("divided", [together, apart])
@pytest.mark.parametrize("service", CONSUMERS)
def test_nothing_that_a_service_does_is_left_out(key_file: Path, divided: Callable[[], list[Unit]], service: str) -> None:
    done = set[str]().union(*(works_of(key_file, service, unit.parts) for unit in divided() if unit.service == service))
    assert done == works_of(key_file, service, frozenset(ProcessPart))


@pytest.mark.parametrize("service", CONSUMERS)
def test_no_process_has_nothing_of_its_own(key_file: Path, service: str) -> None:
    """Whatever lacks everything but hints is a process for nothing; the web face is no work."""
    idle = [unit.name for unit in apart() if unit.service == service and works_of(key_file, service, unit.parts) <= {"hints"}]
    assert idle == []
