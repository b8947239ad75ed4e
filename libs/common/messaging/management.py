"""The broker's topology seen and set through its management interface, by an operator's account; never by a service."""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2

from libs.common.messaging.topology import Binding, Exchange, Policy, Queue, Rights, Topology

# The account that every broker is born with, under a password that everybody knows.
BORN_WITH = "guest"
PRIORITY = 10
HASHING = "rabbit_password_hashing_sha256"


class ManagementFailed(Exception):
    """The management interface cannot be reached, or refused; the words say which."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be, and what mends it. Without `mend` only a person may: what is there might hold messages."""

    what: str
    mend: Callable[[], object] | None = field(default=None, compare=False, repr=False)


class Management:
    """One virtual host of the broker whose management interface is at `url`."""

    def __init__(self, client: httpx2.Client, *, operator: str, virtual_host: str) -> None:
        self._client = client
        self._operator = operator
        self._host = virtual_host

    def differences(self, wanted: Topology, passwords: Mapping[str, str] | None = None) -> list[Difference]:
        """What `apply` would change, in the order in which it would. Without `passwords` those of users are not compared."""
        if not self._has_virtual_host():
            return [Difference(f"virtual host {self._host}: missing", self._make_virtual_host)]
        return [
            *self._of_exchanges(wanted.exchanges),
            *self._of_queues(wanted.queues),
            *self._of_bindings(wanted.bindings),
            *self._of_policies(wanted.policies),
            *self._of_effect(wanted),
            *self._of_users(wanted.rights, passwords or {}),
            *self._of_rights(wanted.rights),
        ]

    def apply(self, wanted: Topology, passwords: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """Bring about what is wanted; what was changed, and what is left for a person. May be repeated. `passwords`: one for each user."""
        changed: list[str] = []
        # Mending one thing shows the next: bindings need their queues, and a policy is in force only when its rival is gone.
        while True:
            found = self.differences(wanted, passwords)
            mending = [difference for difference in found if difference.mend is not None and difference.what not in changed]
            if not mending:
                return changed, [difference.what for difference in found]
            for difference in mending:
                assert difference.mend is not None
                difference.mend()
                changed.append(difference.what)

    def _has_virtual_host(self) -> bool:
        return self._host in {host["name"] for host in self._get("vhosts")}

    def _make_virtual_host(self) -> None:
        self._put(f"vhosts/{_quoted(self._host)}", {})
        self._put(f"permissions/{self._place(self._operator)}", {"configure": ".*", "write": ".*", "read": ".*"})

    def _of_exchanges(self, wanted: Sequence[Exchange]) -> Iterator[Difference]:
        there = {exchange["name"]: exchange for exchange in self._list("exchanges") if not _is_the_brokers(exchange["name"])}
        for exchange in wanted:
            found = there.pop(exchange.name, None)
            if found is None:
                yield Difference(
                    f"exchange {exchange.name}: missing", self._making("exchanges", exchange.name, type=exchange.type, durable=True)
                )
            elif found["type"] != exchange.type or not found["durable"]:
                yield Difference(f"exchange {exchange.name}: is not a durable {exchange.type} exchange; delete it and apply again")
        for name in there:
            yield Difference(f"exchange {name}: nobody asks for it; delete it by hand")

    def _of_queues(self, wanted: Sequence[Queue]) -> Iterator[Difference]:
        there = {queue["name"]: queue for queue in self._list("queues")}
        for queue in wanted:
            found = there.pop(queue.name, None)
            if found is None:
                arguments = dict(queue.arguments)
                yield Difference(f"queue {queue.name}: missing", self._making("queues", queue.name, durable=True, arguments=arguments))
            elif found["arguments"] != queue.arguments or not found["durable"]:
                yield Difference(f"queue {queue.name}: has other arguments, which cannot be changed; delete it and apply again")
        for name in there:
            yield Difference(f"queue {name}: nobody asks for it; delete it by hand")

    def _of_bindings(self, wanted: Sequence[Binding]) -> Iterator[Difference]:
        # Every queue is bound to the nameless exchange by the broker itself.
        there = {_binding(found): found for found in self._list("bindings") if found["source"]}
        for binding in wanted:
            if there.pop(binding, None) is None:
                yield Difference(f"{_told(binding)}: missing", self._binding(binding))
        for binding, found in there.items():
            yield Difference(f"{_told(binding)}: nobody asks for it", self._unbinding(found))

    def _of_policies(self, wanted: Sequence[Policy]) -> Iterator[Difference]:
        there = {policy["name"]: policy for policy in self._list("policies")}
        for policy in wanted:
            body = {"pattern": policy.pattern, "definition": dict(policy.definition), "apply-to": "queues", "priority": PRIORITY}
            found = there.pop(policy.name, None)
            if found is None or any(found[key] != value for key, value in body.items()):
                state = "missing" if found is None else "is another"
                yield Difference(f"policy {policy.name}: {state}", self._making("policies", policy.name, **body))
        for name in there:
            yield Difference(f"policy {name}: nobody asks for it", self._deleting(f"policies/{self._place(name)}"))

    def _of_effect(self, wanted: Topology) -> Iterator[Difference]:
        """Whether each queue is under the policy that is meant for it, as the broker chooses it, and whether its dead letters arrive."""
        policies, limits = self._list("policies"), self._list("operator-policies")
        bound = {found["source"] for found in self._list("bindings")}
        for queue in wanted.queues:
            meant = next(policy.definition for policy in wanted.policies if re.search(policy.pattern, queue.name))
            in_force = _in_force(queue.name, policies) | _in_force(queue.name, limits)
            if in_force != meant:
                yield Difference(f"queue {queue.name}: in force is {in_force}, meant is {dict(meant)}")
            dead_letters = in_force.get("dead-letter-exchange")
            if dead_letters is not None and dead_letters not in bound:
                yield Difference(f"queue {queue.name}: its dead letters go to {dead_letters}, to which no queue is bound")

    def _of_users(self, wanted: Sequence[Rights], passwords: Mapping[str, str]) -> Iterator[Difference]:
        there = {user["name"]: user for user in self._get("users")}
        for user in (rights.user for rights in wanted):
            found, password = there.get(user), passwords.get(user)
            making = (
                self._putting(f"users/{_quoted(user)}", {"password_hash": _hash(password), "hashing_algorithm": HASHING, "tags": ""})
                if password
                else None
            )
            if found is None:
                yield Difference(f"user {user}: missing", making)
            elif found["tags"]:
                yield Difference(f"user {user}: is more than an ordinary user", making)
            elif password is not None and not _is_hash_of(password, found["password_hash"]):
                yield Difference(f"user {user}: has another password", making)
        if BORN_WITH in there and self._operator != BORN_WITH:
            yield Difference(f"user {BORN_WITH}: must not exist", self._deleting(f"users/{BORN_WITH}"))

    def _of_rights(self, wanted: Sequence[Rights]) -> Iterator[Difference]:
        there = {found["user"]: found for found in self._get("permissions") if found["vhost"] == self._host}
        there.pop(self._operator, None)
        users = {user["name"] for user in self._get("users")}
        for rights in wanted:
            body = {"configure": rights.configure, "write": rights.write, "read": rights.read}
            found = there.pop(rights.user, None)
            if found is None or any(found[key] != value for key, value in body.items()):
                state = "missing" if found is None else "are others"
                mend = self._putting(f"permissions/{self._place(rights.user)}", body) if rights.user in users else None
                yield Difference(f"rights of {rights.user}: {state}", mend)
        for user in there:
            yield Difference(f"rights of {user}: nobody asks for them", self._deleting(f"permissions/{self._place(user)}"))

    def _list(self, kind: str) -> list[dict[str, Any]]:
        return self._get(f"{kind}/{_quoted(self._host)}")

    def _place(self, name: str) -> str:
        return f"{_quoted(self._host)}/{_quoted(name)}"

    def _get(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", path).json()
        return found

    def _put(self, path: str, body: Mapping[str, Any]) -> None:
        self._ask("PUT", path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
        try:
            answer = self._client.request(method, f"/api/{path}", json=body)
        except httpx2.TransportError as error:
            raise ManagementFailed(f"no answer: {error}") from error
        if not answer.is_success:
            raise ManagementFailed(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer

    def _making(self, kind: str, name: str, **body: Any) -> Callable[[], object]:
        return self._putting(f"{kind}/{self._place(name)}", body)

    def _putting(self, path: str, body: Mapping[str, Any]) -> Callable[[], object]:
        return lambda: self._put(path, body)

    def _deleting(self, path: str) -> Callable[[], object]:
        return lambda: self._ask("DELETE", path)

    def _between(self, exchange: str, queue: str) -> str:
        return f"bindings/{_quoted(self._host)}/e/{_quoted(exchange)}/q/{_quoted(queue)}"

    def _binding(self, binding: Binding) -> Callable[[], object]:
        return lambda: self._ask("POST", self._between(binding.exchange, binding.queue), {"routing_key": binding.routing_key})

    def _unbinding(self, found: Mapping[str, Any]) -> Callable[[], object]:
        kind = "q" if found["destination_type"] == "queue" else "e"
        place = f"bindings/{_quoted(self._host)}/e/{_quoted(found['source'])}/{kind}/{_quoted(found['destination'])}"
        return self._deleting(f"{place}/{_quoted(found['properties_key'])}")


@contextmanager
def management(url: str, *, operator: str, password: str, virtual_host: str) -> Iterator[Management]:
    with httpx2.Client(base_url=url, auth=(operator, password), timeout=30, trust_env=False) as client:
        yield Management(client, operator=operator, virtual_host=virtual_host)


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _is_the_brokers(exchange: str) -> bool:
    return exchange == "" or exchange.startswith("amq.")


def _binding(found: Mapping[str, Any]) -> Binding:
    return Binding(found["source"], found["destination"], found["routing_key"])


def _told(binding: Binding) -> str:
    return f"binding {binding.exchange} -> {binding.queue} ({binding.routing_key})"


def _in_force(queue: str, policies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the broker applies: of all that match the one of the highest priority, whole. Its own word on it comes ten seconds later."""
    matching = [policy for policy in policies if policy["apply-to"] != "exchanges" and re.search(policy["pattern"], queue)]
    highest = max((policy["priority"] for policy in matching), default=0)
    chosen = [dict(policy["definition"]) for policy in matching if policy["priority"] == highest]
    # Which of two equals it takes is not told.
    return {"either of": chosen} if len(chosen) > 1 else next(iter(chosen), {})


def _hash(password: str, salt: bytes | None = None) -> str:
    salt = salt or secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _is_hash_of(password: str, found: str) -> bool:
    return secrets.compare_digest(_hash(password, base64.b64decode(found)[:4]), found)
