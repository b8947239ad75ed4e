"""`chidao topology apply|diff` on a real RabbitMQ: what differs is seen and mended, and what holds messages is left for a person."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chidao.main import app
from embedded.rabbitmq import Broker
from libs.common.messaging.management import ManagementFailed, management
from libs.common.messaging.topology import DEAD_DELIVERY_LIMIT, DELIVERY_LIMIT, dead_exchange_of, dead_queue_of, exchange_of, queue_of
from system.parties import CONSUMERS, OPERATOR, parties, wanted_topology
from tests.messaging.conftest import VirtualHost
from tests.messaging.test_messages import until
from tests.messaging.toy import CONSUMER, SOURCE

QUEUE = queue_of(CONSUMER, SOURCE)


def test_every_queue_has_its_binding_its_one_policy_and_its_reader() -> None:
    wanted = wanted_topology()
    assert len(wanted.queues) == sum(len(consumer.sources) + 1 for consumers in CONSUMERS.values() for consumer in consumers)
    assert {binding.queue for binding in wanted.bindings} == {queue.name for queue in wanted.queues}
    assert {binding.exchange for binding in wanted.bindings} == {exchange.name for exchange in wanted.exchanges}
    for queue in wanted.queues:
        is_dead = queue.name.startswith("q.dead.")
        assert queue.arguments.get("x-single-active-consumer", False) is not is_dead
        (policy,) = [policy for policy in wanted.policies if _matches(policy.pattern, queue.name)]
        assert policy.definition["delivery-limit"] == (DEAD_DELIVERY_LIMIT if is_dead else DELIVERY_LIMIT)
        (reader,) = [rights.user for rights in wanted.rights if _matches(rights.read, queue.name)]
        assert [party.service for party in parties() if party.service == reader and party.consumers]
    for party in parties():
        writers = [rights.user for rights in wanted.rights if _matches(rights.write, exchange_of(party.service))]
        assert writers == ([party.service] if party.publishes else [])


def _matches(pattern: str, name: str) -> bool:
    return re.search(pattern, name) is not None


def test_what_was_applied_differs_in_nothing_and_is_applied_again_without_change(virtual_host: VirtualHost) -> None:
    assert virtual_host.differences() == []
    assert virtual_host.apply() == ([], [])


async def test_the_broker_itself_says_the_same_of_the_policy_in_force(virtual_host: VirtualHost) -> None:
    async def told() -> bool:
        queues = {queue["name"]: queue for queue in await asyncio.to_thread(virtual_host.get, f"queues/{virtual_host.name}")}
        return queues[QUEUE].get("effective_policy_definition") == dict(virtual_host.wanted.policies[0].definition)

    await until(told, seconds=30)


@dataclass(frozen=True)
class Fault:
    name: str
    plant: Callable[[VirtualHost], None]
    told: tuple[str, ...]
    mended: bool = True


def delete(path: str) -> Callable[[VirtualHost], None]:
    def plant(host: VirtualHost) -> None:
        host.api.delete("/api/" + path.format(host=host.name)).raise_for_status()

    return plant


def put(path: str, body: dict[str, object], method: str = "PUT") -> Callable[[VirtualHost], None]:
    def plant(host: VirtualHost) -> None:
        host.api.request(method, "/api/" + path.format(host=host.name), json=body).raise_for_status()

    return plant


def with_other_arguments(host: VirtualHost) -> None:
    delete(f"queues/{{host}}/{QUEUE}")(host)
    put(f"queues/{{host}}/{QUEUE}", {"durable": True, "arguments": {"x-queue-type": "quorum"}})(host)
    host.api.post(f"/api/bindings/{host.name}/e/{exchange_of(SOURCE)}/q/{QUEUE}", json={"routing_key": "#"}).raise_for_status()


POLICY = {"pattern": f"^{QUEUE}$", "apply-to": "queues", "definition": {"delivery-limit": 20}}
ALL = {"configure": ".*", "write": ".*", "read": ".*"}

FAULTS = (
    Fault("exchange gone", delete(f"exchanges/{{host}}/{exchange_of(SOURCE)}"), ("exchange ev.toy: missing",)),
    Fault("queue gone", delete(f"queues/{{host}}/{QUEUE}"), ("queue q.toy-consumer.toy: missing",)),
    Fault("queue of other arguments", with_other_arguments, ("queue q.toy-consumer.toy: has other arguments",), mended=False),
    Fault("queue too many", put("queues/{host}/q.stray", {"durable": True}), ("queue q.stray: nobody asks for it",), mended=False),
    Fault("binding gone", delete(f"bindings/{{host}}/e/{exchange_of(SOURCE)}/q/{QUEUE}/%23"), ("binding ev.toy -> q.toy-consumer.toy",)),
    Fault(
        "binding too many",
        put(f"bindings/{{host}}/e/{exchange_of(SOURCE)}/q/{dead_queue_of(CONSUMER)}", {"routing_key": "#"}, "POST"),
        ("binding ev.toy -> q.dead.toy-consumer (#): nobody asks for it",),
    ),
    Fault(
        "dead letters lead nowhere",
        delete(f"bindings/{{host}}/e/{dead_exchange_of(CONSUMER)}/q/{dead_queue_of(CONSUMER)}/~"),
        ("binding dead.toy-consumer", "its dead letters go to dead.toy-consumer, to which no queue is bound"),
    ),
    Fault("policy gone", delete(f"policies/{{host}}/{CONSUMER}"), ("policy toy-consumer: missing", "in force is {}")),
    Fault("policy changed", put(f"policies/{{host}}/{CONSUMER}", POLICY), ("policy toy-consumer: is another",)),
    Fault(
        "policy that wins",
        put("policies/{host}/rival", {**POLICY, "priority": 99}),
        ("policy rival: nobody asks for it", "in force is {'delivery-limit': 20}"),
    ),
    Fault(
        "policy of the same rank", put("policies/{host}/rival", {**POLICY, "priority": 10}), ("policy rival", "in force is {'either of'")
    ),
    Fault("operator's policy", put("operator-policies/{host}/limits", POLICY), ("in force is", "'delivery-limit': 20"), mended=False),
    Fault("right too many", put(f"permissions/{{host}}/{SOURCE}", ALL), ("rights of toy: are others",)),
    Fault("user too many", put("permissions/{host}/another", ALL), ("rights of another: nobody asks for them",)),
    Fault(
        "user with a tag", put(f"users/{SOURCE}", {"password": "x", "tags": "administrator"}), ("user toy: is more than an ordinary user",)
    ),
    Fault("guest", put("users/guest", {"password": "guest", "tags": "administrator"}), ("user guest: must not exist",)),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_told_and_mended_by_apply(virtual_host: VirtualHost, fault: Fault) -> None:
    put("users/another", {"password": "x", "tags": ""})(virtual_host)
    fault.plant(virtual_host)
    found = [difference.what for difference in virtual_host.differences()]
    assert found
    for words in fault.told:
        assert [what for what in found if words in what], (words, found)
    changed, left = virtual_host.apply()
    assert bool(changed) is fault.mended, changed
    assert bool(left) is not fault.mended, left
    assert [difference.what for difference in virtual_host.differences()] == left


def test_a_changed_password_is_set_and_seen_only_by_who_knows_it(virtual_host: VirtualHost, broker: Broker) -> None:
    put(f"users/{SOURCE}", {"password": "another", "tags": ""})(virtual_host)
    assert virtual_host.differences() == []
    assert virtual_host.apply() == ([f"user {SOURCE}: has another password"], [])
    assert virtual_host.apply() == ([], [])


@pytest.mark.parametrize("answer", ["401", "no answer"])
def test_an_operator_who_is_refused_or_not_heard_is_told_so(broker: Broker, answer: str) -> None:
    url = broker.management_url if answer == "401" else "http://127.0.0.1:9"
    with (
        management(url, operator=OPERATOR, password="wrong", virtual_host="/") as managed,
        pytest.raises(ManagementFailed, match=answer),
    ):
        managed.differences(wanted_topology())


def test_the_commands(broker: Broker, tmp_path: Path) -> None:
    users = [rights.user for rights in wanted_topology().rights]
    known, operators = tmp_path / "passwords.json", tmp_path / "operator"
    operators.write_text(broker.password(OPERATOR))
    where = ["--url", broker.management_url, "--password-file", str(operators), "--virtual-host", "commands"]

    def chidao(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["topology", *words, *where])
        return done.exit_code, done.output

    code, said = chidao("diff")
    assert code == 1
    assert "virtual host commands: missing" in said
    known.write_text(json.dumps({users[0]: "secret"}))
    code, said = chidao("apply", "--passwords", str(known))
    assert code == 1
    assert users[1] in said
    known.write_text(json.dumps({user: broker.password(user) for user in users}))
    code, said = chidao("apply", "--passwords", str(known))
    assert (code, "exchange ev.tasks: missing" in said) == (0, True)
    assert not [password for password in json.loads(known.read_text()).values() if password in said]
    code, said = chidao("apply", "--passwords", str(known))
    assert (code, "nothing to mend" in said) == (0, True)
    assert chidao("diff")[0] == 0
    operators.write_text("wrong")
    code, said = chidao("diff")
    assert (code, "401" in said) == (1, True)
