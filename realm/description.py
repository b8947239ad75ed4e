"""What is wanted of the realm: the files of deploy/keycloak, with the services of the system and the addresses and keys of one place."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from joserfc.jwk import ECKey

from libs.common.signed_claims import ALGORITHM

FILES = Path(__file__).resolve().parents[1] / "deploy" / "keycloak"
PORTAL = "chidao-portal"
PROTOCOL = "openid-connect"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where the portal is reached, and by client the public half of the key with which it proves who it is."""

    portal_url: str
    keys: Mapping[str, ECKey]


@dataclass(frozen=True)
class Scope:
    """`roles` are those of the realm that a token of this scope may name."""

    body: Body
    mappers: Mapping[str, Body] = field(default_factory=dict)
    roles: Sequence[str] = ()


@dataclass(frozen=True)
class Client:
    """`always` and `when_asked` are the scopes of its tokens."""

    body: Body
    mappers: Mapping[str, Body] = field(default_factory=dict)
    always: Sequence[str] = ()
    when_asked: Sequence[str] = ()


@dataclass(frozen=True)
class Step:
    """An authenticator, or else a flow with `steps` of its own, under its `name`."""

    name: str
    requirement: str
    config: Mapping[str, str] = field(default_factory=dict)
    steps: "Sequence[Step] | None" = None

    def everything(self) -> "Iterable[Step]":
        yield self
        for step in self.steps or ():
            yield from step.everything()


@dataclass(frozen=True)
class Flow:
    kind: str
    steps: Sequence[Step]

    def everything(self) -> Iterable[Step]:
        for step in self.steps:
            yield from step.everything()


@dataclass(frozen=True)
class Realm:
    """Names of fields are Keycloak's. `components` are by kind and name: keys, and who may register clients."""

    name: str
    settings: Body
    roles: Sequence[str]
    scopes: Mapping[str, Scope]
    clients: Mapping[str, Client]
    born_with: Mapping[str, Body]
    flows: Mapping[str, Flow]
    components: Mapping[str, Mapping[str, Body]]
    required_actions: frozenset[str]
    profile: Body


def client_of(service: str) -> str:
    """The client as which `service`, or the portal, asks for itself."""
    return f"service-{service}"


def clients_of(services: Iterable[str]) -> list[str]:
    """Every client of a system of these services."""
    return [PORTAL, *(client_of(name) for name in sorted({*services, "portal"}))]


def wanted_realm(services: Iterable[str], place: Place, files: Path = FILES) -> Realm:
    """The realm for a system of these services. Raises KeyError for a client without a key."""
    read = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in files.glob("*.toml")}
    names = sorted(services)
    clients, people = read["clients"], read["people"]
    settings = read["realm"]
    return Realm(
        name=settings["realm"],
        settings=settings,
        roles=people["roles"],
        scopes={
            **{name: _scope(read["scopes"][name], name) for name in ("person", "organization")},
            **{name: _scope(_filled(read["scopes"]["audience"], service=name), name) for name in names},
        },
        clients={
            PORTAL: _client(clients["portal"], PORTAL, place, always=("person", *names), when_asked=("organization",)),
            **{
                client_of(name): _client(
                    clients["service"], client_of(name), place, service=name, when_asked=[other for other in names if other != name]
                )
                for name in (*names, "portal")
            },
        },
        born_with=clients["born-with"],
        flows={flow["alias"]: Flow(flow["kind"], [_step(step) for step in flow["steps"]]) for flow in read["flows"]["flow"]},
        components=read["components"],
        required_actions=frozenset(people["required-actions"]["on"]),
        profile={"attributes": people["attribute"], "groups": people["group"]},
    )


def _scope(body: Body, name: str) -> Scope:
    kept = {key: value for key, value in body.items() if key not in ("mappers", "roles")}
    return Scope({**kept, "name": name, "protocol": PROTOCOL}, _mappers(body), body.get("roles", ()))


def _client(
    body: Body, client: str, place: Place, *, service: str = "", always: Sequence[str] = (), when_asked: Sequence[str] = ()
) -> Client:
    keys = {"keys": [{**place.keys[client].as_dict(private=False), "use": "sig", "alg": ALGORITHM}]}
    filled = _filled(body, portal=place.portal_url, client=client, service=service, keys=json.dumps(keys, sort_keys=True))
    kept = {key: value for key, value in filled.items() if key != "mappers"}
    return Client({**kept, "clientId": client}, _mappers(filled), always, when_asked)


def _mappers(body: Body) -> dict[str, Body]:
    return {name: {**mapper, "name": name, "protocol": PROTOCOL} for name, mapper in body.get("mappers", {}).items()}


def _step(read: Body) -> Step:
    inner = [_step(step) for step in read["steps"]] if "steps" in read else None
    return Step(read.get("flow") or read["authenticator"], read["requirement"], read.get("config", {}), inner)


def _filled(value: Any, **words: str) -> Any:
    """`value` with $words put in, wherever a text has them."""
    if isinstance(value, str):
        return Template(value).safe_substitute(words)
    if isinstance(value, Mapping):
        return {key: _filled(one, **words) for key, one in value.items()}
    return [_filled(one, **words) for one in value] if isinstance(value, list) else value
