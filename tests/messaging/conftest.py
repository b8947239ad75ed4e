"""One RabbitMQ for each worker, one virtual host in it for each test that asks; and the suite that runs over both buses."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2
import pytest

from embedded.rabbitmq import Broker, find_or_get_rabbitmq, start_broker
from libs.common.messaging.bus import Bus
from libs.common.messaging.management import Difference, Management, management
from libs.common.messaging.memory import InMemoryBus
from libs.common.messaging.opening import open_bus
from libs.common.messaging.topology import Party, Topology, queue_of, topology_of
from system.parties import OPERATOR
from tests.messaging.toy import CONSUMER, SOURCE, Effects

# One service that follows itself, so that one user may do all that the suite does.
TOY = topology_of([Party(SOURCE, publishes=True, consumers=[Effects().consumer(sequential=False)])])


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    missing = find_or_get_rabbitmq()
    if missing:
        pytest.skip(missing)
    running = start_broker(tmp_path_factory.mktemp("broker"))
    yield running
    # Nothing of it is kept, so nothing need be ended in order.
    running.process.kill()
    running.stop()


@dataclass
class VirtualHost:
    """A virtual host with a topology, looked at by its operator."""

    broker: Broker
    name: str
    management: Management
    api: httpx2.Client
    wanted: Topology = field(default=TOY)

    def url(self, user: str = SOURCE) -> str:
        return self.broker.url(user, virtual_host=self.name)

    def apply(self, wanted: Topology | None = None) -> tuple[list[str], list[str]]:
        self.wanted = wanted or self.wanted
        return self.management.apply(self.wanted, {rights.user: self.broker.password(rights.user) for rights in self.wanted.rights})

    def differences(self) -> list[Difference]:
        return self.management.differences(self.wanted)

    def get(self, path: str) -> Any:
        return self.api.get(f"/api/{path}").raise_for_status().json()

    def place(self, name: str) -> str:
        return f"{quote(self.name, safe='')}/{quote(name, safe='')}"

    def purge(self) -> None:
        self.api.delete(f"/api/queues/{self.place(queue_of(CONSUMER, SOURCE))}/contents").raise_for_status()

    def close_connections(self, of: str = "") -> int:
        """End every connection to this virtual host whose name holds `of`, as an operator does; how many there were."""
        found = [
            connection
            for connection in self.get("connections")
            if connection["vhost"] == self.name and of in connection.get("client_properties", {}).get("connection_name", "")
        ]
        for connection in found:
            self.api.delete(f"/api/connections/{quote(connection['name'], safe='')}").raise_for_status()
        return len(found)


@pytest.fixture
def virtual_host(broker: Broker) -> Iterator[VirtualHost]:
    name, password = f"test-{uuid4().hex[:12]}", broker.password(OPERATOR)
    with (
        management(broker.management_url, operator=OPERATOR, password=password, virtual_host=name) as managed,
        httpx2.Client(base_url=broker.management_url, auth=(OPERATOR, password), trust_env=False, timeout=30) as api,
    ):
        host = VirtualHost(broker, name, managed, api)
        host.apply()
        yield host
        api.delete(f"/api/vhosts/{name}").raise_for_status()


@dataclass
class Tried:
    """A bus of the suite, whose queues can be emptied behind everybody's back."""

    bus: Bus
    purge: Any


@pytest.fixture(params=["memory", "rabbitmq"])
def tried(request: pytest.FixtureRequest) -> Tried:
    if request.param == "memory":
        memory = InMemoryBus()
        return Tried(memory, memory.purge)
    host: VirtualHost = request.getfixturevalue("virtual_host")
    return Tried(open_bus(host.url()), host.purge)


@pytest.fixture
def bus(tried: Tried) -> Bus:
    return tried.bus
