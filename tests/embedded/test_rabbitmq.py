"""The RabbitMQ of our own: in its folder and on its ports alone, recovered after a kill, and never left behind."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import aio_pika
import pytest

from embedded import rabbitmq
from embedded.rabbitmq import Broker, BrokerFailed, end_leftovers, find_or_get_rabbitmq, start_broker
from system.parties import OPERATOR
from tests.processes import alive, processes_of

LISTENING = "0A"
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}
# RabbitMQ 3.10 writes the name of a new queue to the disk only after three seconds. One that is killed before has no queue there, for ever.
NAMES_ARE_WRITTEN_AFTER = 4.0


@pytest.fixture(scope="module", autouse=True)
def _there_is_one() -> None:
    missing = find_or_get_rabbitmq()
    if missing:
        pytest.skip(missing)


def end(broker: Broker) -> None:
    broker.process.kill()
    broker.stop()


async def keep(broker: Broker) -> None:
    async with await aio_pika.connect(broker.url(OPERATOR)) as connection, connection.channel() as channel:
        queue = await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        await channel.default_exchange.publish(aio_pika.Message(b"kept"), routing_key=queue.name)


async def kept(broker: Broker) -> bytes:
    async with await aio_pika.connect(broker.url(OPERATOR)) as connection, connection.channel() as channel:
        message = await (await channel.declare_queue("kept", passive=True)).get(timeout=20)
        return message.body


def listening(broker: Broker) -> set[str]:
    """Where the broker and its register of names listen, as the kernel writes addresses."""
    ours = {
        os.readlink(opened)
        for process in (broker.process, broker.epmd)
        for opened in Path(f"/proc/{process.pid}/fd").iterdir()
        if opened.is_symlink()
    }
    lines = [line.split() for kind in ("tcp", "tcp6") for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]]
    return {line[1].partition(":")[0] for line in lines if line[3] == LISTENING and f"socket:[{line[9]}]" in ours}


async def test_it_listens_here_alone_keeps_secrets_recovers_and_leaves_nothing(tmp_path: Path) -> None:
    first = await asyncio.to_thread(start_broker, tmp_path / "rabbitmq")
    try:
        places = listening(first)
        assert places
        assert places <= LOOPBACK
        for name in ("passwords.json", "rabbitmq.conf", ".erlang.cookie"):
            assert stat.S_IMODE((first.folder / name).stat().st_mode) & 0o077 == 0, name
        await keep(first)
        await asyncio.sleep(NAMES_ARE_WRITTEN_AFTER)
        os.kill(first.pid, signal.SIGKILL)
        # The register of names and the helpers of the broker are still there: what a killed run leaves behind.
        second = await asyncio.to_thread(start_broker, first.folder)
        try:
            assert not alive(first.epmd.pid)
            assert await kept(second) == b"kept"
        finally:
            await asyncio.to_thread(second.stop)
        assert processes_of(first.folder) == []
        assert not second.running()
    finally:
        end(first)


def test_a_run_that_was_killed_leaves_a_broker_that_the_next_one_ends(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom embedded.rabbitmq import start_broker\n"
        "start_broker(Path(sys.argv[1]))\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert processes_of(tmp_path) != []
    end_leftovers(tmp_path)
    assert processes_of(tmp_path) == []


def test_what_keeps_it_from_starting_is_said(tmp_path: Path) -> None:
    (tmp_path / "rabbitmq").mkdir()
    (tmp_path / "rabbitmq" / "advanced.config").write_text("no term of Erlang")
    with pytest.raises(BrokerFailed, match="ended while starting") as refused:
        start_broker(tmp_path / "rabbitmq")
    assert "failed_to_read_advanced_configuration_file" in str(refused.value), "with the last lines of its log"
    assert processes_of(tmp_path) == []


def test_without_a_rabbitmq_it_is_said_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbitmq, "DEBIAN_PROGRAM", tmp_path / "nothing")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install rabbitmq-server" in (find_or_get_rabbitmq() or "")
    with pytest.raises(BrokerFailed, match="apt-get install rabbitmq-server"):
        start_broker(tmp_path / "rabbitmq")
    assert not (tmp_path / "rabbitmq").exists()


def test_a_management_interface_that_does_not_know_its_users_yet_is_waited_for(tmp_path: Path) -> None:
    """It answers 500 for a moment while it starts; that is no refusal."""
    answers = [500, 500, 200]

    class Starting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answers.pop(0))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Starting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    process = subprocess.Popen(["sleep", "60"])
    try:
        rabbitmq._wait(Broker(tmp_path, 0, server.server_port, process, process, {}))
    finally:
        process.kill()
        process.wait()
        server.shutdown()
        thread.join()
        server.server_close()
    assert answers == []
