"""Every published event is produced by its publisher and, by each service that follows it, handled by name or ignored for a reason.

What a service follows is asked of the application that the run would start, not of the lists in its folder.
"""

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import libs.contracts
from embedded.data_folder import DataFolder
from embedded.postgres import Address
from embedded.wiring import Wiring
from libs.common.domain import DomainEvent
from libs.common.messaging.consumer import Consumer, Handler
from libs.common.messaging.memory import InMemoryBus
from libs.common.service import service_of
from libs.contracts.contract import Contract, all_contracts
from system.applications import SERVICES
from system.databases import DATABASES, runner_of
from tests.structure.guards import places
from tests.structure.guards.places import ROOT, Finding, Place, verdict

NOWHERE = "http://127.0.0.1:1"
REPLICA_HANDLERS = "libs.directory_replica.handlers"
# A reason is a thought, not a word to satisfy us.
FEWEST_WORDS_OF_A_REASON = 3


@dataclass(frozen=True)
class Follower:
    """A service as it would run, and what it says to ignore."""

    name: str
    consumers: tuple[Consumer, ...]

    @property
    def file(self) -> Path:
        return ROOT / "services" / self.name / "subscriptions" / "__init__.py"

    @cached_property
    def ignored(self) -> Mapping[type[Contract], object]:
        ignored: Mapping[type[Contract], object] = self._declared("IGNORED", {})
        return ignored

    @property
    def idle(self) -> list[Consumer]:
        """Consumers that are declared and do not run."""
        return [consumer for consumer in self._declared("CONSUMERS", ()) if consumer not in self.consumers]

    def _declared(self, name: str, nothing: Any) -> Any:
        return getattr(importlib.import_module(f"services.{self.name}.subscriptions"), name) if self.file.exists() else nothing

    @property
    def sources(self) -> set[str]:
        return {source for consumer in self.consumers for source in consumer.sources}

    def handlers(self, contract: type[Contract]) -> list[Handler]:
        """What takes the contract, in the consumers that follow its source."""
        return [
            consumer.handlers[contract]
            for consumer in self.consumers
            if contract in consumer.handlers and source_of(contract) in consumer.sources
        ]


def published() -> list[type[Contract]]:
    """Every contract in the folder of contracts, also in a module that nobody imports."""
    for module in pkgutil.iter_modules(libs.contracts.__path__, "libs.contracts."):
        importlib.import_module(module.name)
    return [one for one in subclasses(Contract) if one.__module__.startswith("libs.contracts.")]


def subclasses(cls: type) -> Iterator[type]:
    children: list[type] = cls.__subclasses__()
    for child in children:
        yield child
        yield from subclasses(child)


def source_of(contract: type[Contract]) -> str:
    """`chidao.tasks.task-assigned.v1` is published by tasks."""
    return contract.type.split(".")[1]


def followers() -> list[Follower]:
    with TemporaryDirectory() as folder:
        nobody = Address(Path(folder), 1, dict.fromkeys((runner_of(database) for database in DATABASES), "-"))
        wiring = Wiring(DataFolder(Path(folder)), nobody, NOWHERE, dict.fromkeys(SERVICES, NOWHERE), timedelta(), sign_in_url=NOWHERE)
        return [
            Follower(name, tuple(runner.consumer for runner in service_of(wiring.service_app(name, InMemoryBus())).runners))
            for name in SERVICES
        ]


def of_publisher(contract: type[Contract]) -> Iterator[Finding]:
    place = places.of_class(contract)
    if contract.__module__ != f"libs.contracts.{source_of(contract)}":
        yield Finding(place, f"{contract.__name__} is published by {source_of(contract)} and stands in {contract.__module__}")
    outgoing = ROOT / "services" / source_of(contract) / "outgoing.py"
    if not outgoing.exists():
        yield Finding(place, f"{contract.__name__}: no service {source_of(contract)} publishes")
    elif contract.published and contract.__name__ not in called_in(outgoing):
        yield Finding(place, f"{contract.__name__} is promised, and {outgoing.relative_to(ROOT)} never makes one")


def called_in(file: Path) -> set[str]:
    calls = (node.func for node in places.parsed(file) if isinstance(node, ast.Call))
    return {
        called.attr if isinstance(called, ast.Attribute) else called.id for called in calls if isinstance(called, ast.Attribute | ast.Name)
    }


def untold(service: str) -> Iterator[Finding]:
    """What happens in a service and is translated into no contract."""
    to_contract = importlib.import_module(f"services.{service}.outgoing").to_contract
    for event in subclasses(DomainEvent):
        if event.__module__.startswith(f"services.{service}.") and to_contract.dispatch(event) is to_contract.dispatch(DomainEvent):
            yield Finding(places.of_class(event), f"{event.__name__} has no translation in services/{service}/outgoing.py")


def of_follower(contract: type[Contract], follower: Follower) -> Iterator[Finding]:
    handlers = follower.handlers(contract)
    if not handlers and contract not in follower.ignored:
        yield Finding(places.of_class(contract), f"{contract.__name__}: {follower.name} has neither a handler nor a reason in IGNORED")
    for handler in handlers:
        if contract in follower.ignored:
            yield Finding(places.of_key(follower.file, contract.__name__), f"{contract.__name__} is handled and ignored by {follower.name}")
        if wrong := unnamed(handler, follower.name):
            yield Finding(place_of_handler(handler, contract, follower), f"{contract.__name__}: the handler of {follower.name} {wrong}")


def unnamed(handler: Callable[..., object], service: str) -> str:
    """What is wrong with a handler, or nothing: it is a function that a traceback, a metric and a reader find by its name."""
    if not inspect.isfunction(handler) or not inspect.iscoroutinefunction(handler):
        return "is no async function with a name"
    if handler.__qualname__ != handler.__name__ or not handler.__name__.startswith("on_"):
        return f"is called {handler.__qualname__}"
    if handler.__module__ not in (REPLICA_HANDLERS, f"services.{service}.subscriptions.{handler.__name__}"):
        return f"lives in {handler.__module__}"
    return ""


def place_of_handler(handler: Callable[..., object], contract: type[Contract], follower: Follower) -> Place:
    """Where the handler is named: that is the line to put right."""
    return (
        places.of_key(follower.file, contract.__name__) if contract.__name__ in follower.file.read_text() else places.of_function(handler)
    )


def stale(follower: Follower, contracts: list[type[Contract]]) -> Iterator[Finding]:
    """What is ignored or handled and can never come, what never listens, and reasons that are none."""
    for contract, reason in follower.ignored.items():
        place = places.of_key(follower.file, contract.__name__)
        if contract not in contracts or source_of(contract) not in follower.sources:
            yield Finding(place, f"{contract.__name__} is ignored by {follower.name}, which does not follow it")
        if not isinstance(reason, str) or len(reason.split()) < FEWEST_WORDS_OF_A_REASON:
            yield Finding(place, f"{contract.__name__} is ignored by {follower.name} without a reason")
    for consumer in follower.idle:
        place = places.of_lines(r"Consumer\(", str(follower.file.parent.relative_to(ROOT)))[0]
        yield Finding(place, f"the consumer {consumer.name} is declared, and {follower.name} does not run it")
    for consumer in follower.consumers:
        for contract in consumer.handlers:
            if source_of(contract) not in consumer.sources:
                place = places.of_key(follower.file, contract.__name__)
                yield Finding(place, f"{contract.__name__} is handled by {consumer.name}, which does not follow {source_of(contract)}")


def look() -> tuple[list[Finding], int]:
    contracts = published()
    following = followers()
    findings: list[Finding] = []
    for contract in contracts:
        if "type" not in contract.__dict__:
            findings.append(Finding(places.of_class(contract), f"{contract.__name__} has no type"))
            continue
        if contract.type not in known_at_start():
            findings.append(Finding(places.of_class(contract), f"{contract.__name__} is not imported by libs/contracts/__init__.py"))
        findings += of_publisher(contract)
        for follower in following:
            if source_of(contract) in follower.sources:
                findings += of_follower(contract, follower)
    for follower in following:
        findings += stale(follower, contracts)
    for outgoing in sorted((ROOT / "services").glob("*/outgoing.py")):
        findings += untold(outgoing.parent.name)
    return findings, min(len(contracts), sum(bool(follower.sources) for follower in following))


_AT_START = frozenset(all_contracts())


def known_at_start() -> frozenset[str]:
    """The types that a service can parse: those of the package as it is imported, before we went through its folder."""
    return _AT_START


if __name__ == "__main__":
    found, looked_at = look()
    sys.exit(verdict(found, looked_at=looked_at, what="published event or service that follows one"))
