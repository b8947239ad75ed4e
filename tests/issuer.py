"""An issuer of tokens for tests: its keys lie behind a real address, as the sign-in service's do."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER = "https://sign-in.test/realms/chidao"
AUDIENCES = ["directory", "directives", "tasks", "notify", "reporting"]


def known_id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:chidao:test:{name}")


@dataclass(frozen=True)
class Person:
    """Somebody in one membership; `headers` are what his requests carry."""

    name: str
    agency: UUID
    role: str

    @property
    def id(self) -> UUID:
        return known_id(f"person {self.name}")

    @property
    def membership(self) -> UUID:
        return known_id(f"membership {self.name}")


@dataclass
class Issuer:
    """Signs tokens; the public halves of its keys lie at `jwks_url`, or what is `shown` in their place."""

    jwks_url: str
    key: ECKey
    shown: object = None

    def turn_key(self) -> None:
        """From now on another key signs; the one before is withdrawn."""
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    def token(self, *, key: ECKey | None = None, **claims: Any) -> str:
        now = int(time.time())
        whole = {
            "iss": ISSUER,
            "typ": "Bearer",
            "azp": "chidao-portal",
            "aud": AUDIENCES,
            "iat": now,
            "exp": now + 300,
            "jti": str(uuid4()),
        }
        signing = key or self.key
        return jwt.encode({"alg": "ES256", "kid": signing.kid}, whole | claims, signing)

    def person_token(self, person: Person, **claims: Any) -> str:
        """Of somebody who has just proved again who he is, so that he may do whatever his role may."""
        proved = {"acr": "2", "auth_time": int(time.time())}
        return self.token(**({"sub": str(person.id), "realm_access": {"roles": [person.role]}, **proved} | claims))

    def service_token(self, name: str, audience: str) -> str:
        return self.token(sub=f"service-{name}", azp=f"service-{name}", aud=[audience])

    def headers(self, person: Person) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.person_token(person)}", "Chidao-Membership": str(person.membership)}


@contextmanager
def running_issuer(again: Issuer | None = None) -> Iterator[Issuer]:
    """A new one, or one that was there before, at another address."""
    issuer = again or Issuer("", ECKey.generate_key("P-256", auto_kid=True))

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown = KeySet([issuer.key]).as_dict(private=False) if issuer.shown is None else issuer.shown
            body = json.dumps(shown).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The test's output is for the test."""

    server = HTTPServer(("127.0.0.1", 0), Keys)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        issuer.jwks_url = f"http://127.0.0.1:{server.server_port}/jwks"
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
