"""A TLS line on which a test speaks by hand: a client would tidy up what it sends."""

import socket
import ssl
from types import TracebackType


class Line:
    def __init__(self, tls: ssl.SSLSocket) -> None:
        self.tls = tls

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.tls.close()

    @property
    def protocol(self) -> str | None:
        """What both agreed to speak: "h2" is HTTP/2."""
        return self.tls.selected_alpn_protocol()

    def say(self, sent: bytes) -> bytes:
        """All that comes back until the other side ends the line."""
        self.tls.sendall(sent)
        heard = b""
        while part := self._hear():
            heard += part
        return heard

    def _hear(self) -> bytes:
        try:
            return self.tls.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            # A server that has refused may end the line before it has read all that was sent.
            return b""


def open_line(port: int, trust: ssl.SSLContext, protocols: tuple[str, ...]) -> Line:
    trust.set_alpn_protocols(list(protocols))
    return Line(trust.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20), server_hostname="127.0.0.1"))
