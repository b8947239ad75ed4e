"""A generator of load that costs little: HTTP/1.1 over kept connections, closed loop for throughput, open loop for latency.

In the open loop a request is due at its intended time whether or not the ones before are answered, and its latency counts from then:
a server that stalls cannot hide it by slowing the generator down.
"""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def to_bytes(self, host: str) -> bytes:
        headers = {"Host": host, "Content-Length": str(len(self.body)), **self.headers}
        if self.body:
            headers.setdefault("Content-Type", "application/json")
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{lines}\r\n".encode() + self.body


class Unexpected(Exception):
    """An answer that is no success: a benchmark of refusals measures nothing."""


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    @staticmethod
    async def open(url: str, trust: ssl.SSLContext | None = None) -> "Connection":
        """`trust` holds who vouches for an https address."""
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, ssl=trust)
        return Connection(reader, writer, address.netloc)

    async def ask(self, request: Request) -> bytes:
        self._writer.write(request.to_bytes(self._host))
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, *headers = head.decode("latin-1").split("\r\n")
        length = next((int(line.split(":")[1]) for line in headers if line.lower().startswith("content-length")), 0)
        body = await self._reader.readexactly(length)
        if not status.split(" ")[1].startswith("2"):
            raise Unexpected(f"{request.method} {request.path}: {status} {body[:300]!r}")
        return body

    async def lines(self, request: Request) -> AsyncIterator[bytes]:
        """The lines of an answer that goes on for as long as both sides like; raises EOFError at its end."""
        self._writer.write(request.to_bytes(self._host))
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.split(b" ", 2)[1].startswith(b"2"):
            raise Unexpected(f"{request.method} {request.path}: {head[:100]!r}")
        while line := await self._reader.readline():
            yield line.strip()
        raise EOFError(request.path)

    async def json(self, request: Request) -> object:
        return json.loads(await self.ask(request))

    def close(self) -> None:
        self._writer.close()


async def closed_loop(
    url: str, requests: Callable[[int], Iterator[Request]], *, connections: int, seconds: float, trust: ssl.SSLContext | None = None
) -> float:
    """Requests a second that were answered; each connection walks its own `requests(number)`, until the time is over or these end."""
    ends = time.perf_counter() + seconds

    async def walk(number: int) -> int:
        connection, answered = await Connection.open(url, trust), 0
        walked = requests(number)
        # A request is only made when it will be sent: it may carry a version that the next one builds on.
        while time.perf_counter() < ends and (request := next(walked, None)) is not None:
            await connection.ask(request)
            answered += 1
        connection.close()
        return answered

    started = time.perf_counter()
    answered = sum(await asyncio.gather(*(walk(number) for number in range(connections))))
    return answered / (time.perf_counter() - started)


async def open_loop(count: int, *, per_second: float, send: Callable[[int], Awaitable[None]]) -> tuple[list[float], list[float]]:
    """Sends number 0…count-1 at their intended times; these times, and the latency of each answer from then, in seconds."""
    start = time.perf_counter() + 0.2
    intended = [start + number / per_second for number in range(count)]
    latencies = [0.0] * count

    async def one(number: int) -> None:
        await asyncio.sleep(intended[number] - time.perf_counter())
        await send(number)
        latencies[number] = time.perf_counter() - intended[number]

    await asyncio.gather(*(one(number) for number in range(count)))
    return intended, latencies


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
