"""The request that begins a sign-in, and the code it ends with: exact addresses, PKCE with S256, state and nonce are required."""

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from embedded.oidc.clients import Client
from libs.common.signed_claims import LEVELS

CODE_SECONDS = 60.0
_SECONDS = re.compile(r"[0-9]{1,6}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class WrongAddress(Exception):
    """No request of a client of ours, or not an address of it: the browser must not be sent anywhere, not even with an error."""


class RefusedRequest(Exception):
    """An error that the client is told when it pushes its request."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass(frozen=True)
class Session:
    """One sign-in of one person, as long as its refresh token lives. `level` says how surely he has proved who he is."""

    id: str
    client_id: str
    person_id: UUID
    signed_in_at: int
    level: int = 1


class InvalidGrant(Exception):
    """Code or token is unknown, used up, too old or somebody else's. `stolen` is the session to end, when it came twice."""

    def __init__(self, reason: str, *, stolen: Session | None = None) -> None:
        super().__init__(reason)
        self.stolen = stolen


@dataclass(frozen=True)
class AuthorizationRequest:
    """`person_id` is who is asked to prove again, on `level`, who he is; None where anybody may sign in."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    level: int = 1
    person_id: UUID | None = None


def read_request(asked: Mapping[str, str], client: Client, *, person_id: UUID | None = None) -> AuthorizationRequest:
    """What `client` asks for, which has proved who it is, of anybody or of one person. Raises RefusedRequest."""
    redirect_uri = asked.get("redirect_uri", "")
    conditions = (
        # By the letter: whatever is like an address of his may be somebody else's.
        (redirect_uri in client.redirect_uris, "invalid_request", "redirect_uri is not registered"),
        (asked.get("response_type") == "code", "unsupported_response_type", "response_type must be code"),
        (asked.get("response_mode", "query") == "query", "invalid_request", "response_mode must be query"),
        ("request" not in asked, "request_not_supported", "request objects are not supported"),
        ("request_uri" not in asked, "invalid_request", "a pushed request refers to no other"),
        ("openid" in asked.get("scope", "").split(), "invalid_scope", "scope must contain openid"),
        (bool(asked.get("state")), "invalid_request", "state is required"),
        (bool(asked.get("nonce")), "invalid_request", "nonce is required"),
        (asked.get("code_challenge_method") == "S256", "invalid_request", "code_challenge_method must be S256"),
        (_CHALLENGE.fullmatch(asked.get("code_challenge", "")) is not None, "invalid_request", "code_challenge is required"),
        (asked.get("acr_values", "1") in LEVELS, "invalid_request", "acr_values must be 1 or 2"),
        # However long ago it may have been: whoever is sent here is asked, so it is always now.
        (_SECONDS.fullmatch(asked.get("max_age", "0")) is not None, "invalid_request", "max_age must be seconds"),
        # There is always a person to be asked, so it never goes without a page.
        ("none" not in asked.get("prompt", "").split(), "login_required", "a person must be asked"),
    )
    for holds, error, description in conditions:
        if not holds:
            raise RefusedRequest(error, description)
    level = int(asked.get("acr_values", "1"))
    return AuthorizationRequest(client.id, redirect_uri, asked["state"], asked["nonce"], asked["code_challenge"], level, person_id)


@dataclass(frozen=True)
class SignIn:
    """What a code stands for."""

    request: AuthorizationRequest
    session: Session
    ends: float


class Codes:
    """Codes wait a minute for their one use. They are kept as hashes only, used ones until they would have ended."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, SignIn] = {}
        self._used: dict[bytes, SignIn] = {}

    def issue(self, request: AuthorizationRequest, person_id: UUID) -> str:
        now = time.time()
        for codes in (self._waiting, self._used):
            for old in [key for key, sign_in in codes.items() if sign_in.ends <= now]:
                del codes[old]
        code = secrets.token_urlsafe(32)
        session = Session(secrets.token_urlsafe(16), request.client_id, person_id, int(now), request.level)
        self._waiting[_hash(code)] = SignIn(request, session, now + CODE_SECONDS)
        return code

    def redeem(self, code: str, *, client_id: str, redirect_uri: str, verifier: str) -> SignIn:
        """Raises InvalidGrant. Whatever the outcome, the code is used up."""
        key = _hash(code)
        if key in self._used:
            raise InvalidGrant("code-used-before", stolen=self._used[key].session)
        sign_in = self._waiting.pop(key, None)
        if sign_in is None or sign_in.ends <= time.time():
            raise InvalidGrant("code-unknown-or-too-old")
        self._used[key] = sign_in
        if sign_in.request.client_id != client_id:
            raise InvalidGrant("code-of-another-client")
        if sign_in.request.redirect_uri != redirect_uri:
            raise InvalidGrant("code-of-another-address")
        if not _VERIFIER.fullmatch(verifier) or not secrets.compare_digest(challenge_of(verifier), sign_in.request.challenge):
            raise InvalidGrant("wrong-verifier")
        return sign_in


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
