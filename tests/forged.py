"""Tokens as an attacker makes them, and the word that the log keeps for each refusal.

`FORGED` is tried on the portal's sign-in with ID tokens and on services with access tokens: both hold every token to the same.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

Sign = Callable[[bytes], bytes]
LEFT_OUT = object()


def compact(header: Mapping[str, Any] | str, claims: object, sign: Sign) -> str:
    """A signed token, whatever its header and claims are. A text is taken as the JSON that it is or is not."""
    content = b".".join(_base64url(part if isinstance(part, str) else json.dumps(part)) for part in (header, claims))
    return b".".join((content, _base64url(sign(content)))).decode()


def _base64url(part: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(part.encode() if isinstance(part, str) else part).rstrip(b"=")


def es256(key: ECKey) -> Sign:
    def sign(content: bytes) -> bytes:
        r, s = decode_dss_signature(in_der(key)(content))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def in_der(key: ECKey) -> Sign:
    """The same signature as certificates carry it."""
    return lambda content: key.private_key.sign(content, ECDSA(SHA256()))


def hmac_with(secret: bytes) -> Sign:
    return lambda content: hmac.new(secret, content, hashlib.sha256).digest()


def unsigned(_: bytes) -> bytes:
    return b""


@dataclass(frozen=True)
class Forger:
    """What an attacker has at best: the claims of a token that would be taken, and somebody who signs for him as the issuer does."""

    claims: Mapping[str, Any]
    key: ECKey
    kind: str = "JWT"

    def token(self, *, header: Mapping[str, Any] | None = None, sign: Sign | None = None, **changed: Any) -> str:
        """The right token but for what is changed, or LEFT_OUT."""
        return compact(_merged(self.header, header or {}), _merged(self.claims, changed), sign or es256(self.key))

    def with_more(self, more: str, *, of_header: bool = False) -> str:
        """The right token with a few letters more before the end of its claims, or of its header."""
        header, claims = (json.dumps(part)[:-1] for part in (self.header, dict(self.claims)))
        return compact(header + (more if of_header else "") + "}", claims + ("" if of_header else more) + "}", es256(self.key))

    @property
    def header(self) -> Mapping[str, Any]:
        return {"alg": "ES256", "kid": self.key.kid, "typ": self.kind}


def _merged(right: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**right, **changed}.items() if value is not LEFT_OUT}


def in_seconds(seconds: float) -> int:
    return int(time.time() + seconds)


def own_key() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


def with_own_key_in_header(forger: Forger, **where: Any) -> str:
    """Signed by the attacker, who says where the key is to be had."""
    key = own_key()
    told = {name: key.as_dict(private=False) if value is None else value for name, value in where.items()}
    return forger.token(header={"kid": key.kid, **told}, sign=es256(key))


def cut(token: str, part: int, letters: int = 8) -> str:
    parts = token.split(".")
    parts[part] = parts[part][:-letters]
    return ".".join(parts)


def changed_after_signing(forger: Forger) -> str:
    header, _, signature = forger.token().split(".")
    _, claims, _ = forger.token(sub="00000000-0000-5000-8000-000000000000").split(".")
    return f"{header}.{claims}.{signature}"


Forge = Callable[[Forger], str]

# What holds the signature and the form of a token, whatever it says.
FORGED_FORM: Mapping[str, tuple[Forge, str]] = {
    "no signature, and it says so": (lambda f: f.token(header={"alg": "none"}, sign=unsigned), "algorithm"),
    "no signature, said otherwise": (lambda f: f.token(header={"alg": "nOnE"}, sign=unsigned), "algorithm"),
    "no algorithm": (lambda f: f.token(header={"alg": LEFT_OUT}), "algorithm"),
    "an algorithm that is a list": (lambda f: f.token(header={"alg": ["ES256"]}), "algorithm"),
    "the public key as a secret": (
        lambda f: f.token(header={"alg": "HS256"}, sign=hmac_with(f.key.as_pem(private=False))),
        "algorithm",
    ),
    "the public key as a secret, as the issuer shows it": (
        lambda f: f.token(header={"alg": "HS256"}, sign=hmac_with(json.dumps(f.key.as_dict(private=False)).encode())),
        "algorithm",
    ),
    "another algorithm for the same key": (lambda f: f.token(header={"alg": "RS256"}), "algorithm"),
    "keys at an address of the attacker": (lambda f: with_own_key_in_header(f, jku="https://evil.test/jwks"), "key-in-header"),
    "a certificate at an address of the attacker": (lambda f: with_own_key_in_header(f, x5u="https://evil.test/cert"), "key-in-header"),
    "the attacker's key in the token": (lambda f: with_own_key_in_header(f, jwk=None), "key-in-header"),
    "the attacker's certificate in the token": (lambda f: with_own_key_in_header(f, x5c=["MIIB"]), "key-in-header"),
    "an address beside the right key": (lambda f: f.token(header={"jku": "https://evil.test/jwks"}), "key-in-header"),
    "something critical that nobody knows": (lambda f: f.token(header={"crit": ["expires"], "expires": 1}), "critical-header"),
    "claims that are not encoded": (lambda f: f.token(header={"crit": ["b64"], "b64": False}), "critical-header"),
    "something in the header that nobody knows": (lambda f: f.token(header={"zip": "DEF"}), "unknown-header"),
    "a key that the issuer does not show": (lambda f: f.token(header={"kid": "of-a-stranger"}, sign=es256(own_key())), "unknown-key"),
    "a key that is a file": (lambda f: f.token(header={"kid": "../../../dev/null"}, sign=hmac_with(b"")), "unknown-key"),
    "no name of a key": (lambda f: f.token(header={"kid": LEFT_OUT}), "no-key-id"),
    "a name of a key that is no text": (lambda f: f.token(header={"kid": {"x": 1}}), "no-key-id"),
    "the name of the right key, and another": (lambda f: f.token(sign=es256(own_key())), "signature"),
    "a signature of nothing but zeros": (lambda f: f.token(sign=lambda _: bytes(64)), "signature"),
    "a signature as certificates carry it": (lambda f: f.token(sign=in_der(f.key)), "signature"),
    "a signature cut short": (lambda f: cut(f.token(), 2), "signature"),
    "a signature taken off": (lambda f: f.token(sign=unsigned), "signature"),
    "somebody else's name put in after signing": (changed_after_signing, "signature"),
    "a claim twice": (lambda f: f.with_more(', "sub": "00000000-0000-5000-8000-000000000000"'), "named-twice"),
    "a line of the header twice": (lambda f: f.with_more(', "alg": "ES256"', of_header=True), "named-twice"),
    "a token of a hundred thousand letters": (lambda f: f.token(padding="x" * 100_000), "too-long"),
    "a header in a thousand boxes": (lambda f: compact("[" * 5000, {}, unsigned), "malformed"),
    "a header that is no object": (lambda f: compact('"ES256"', dict(f.claims), es256(f.key)), "malformed"),
    "claims that are a list": (lambda f: compact(f.header, [dict(f.claims)], es256(f.key)), "malformed"),
    "an encrypted token": (lambda f: f"{f.token()}.AAAA.AAAA", "malformed"),
    "no token at all": (lambda f: "a.b.c", "malformed"),
    "a message of the back channel": (lambda f: f.token(header={"typ": "logout+jwt"}), "wrong-type"),
}
# What it says of who made it, for whom and for how long.
FORGED_CLAIMS: Mapping[str, tuple[Forge, str]] = {
    "an end that has passed": (lambda f: f.token(iat=in_seconds(-600), exp=in_seconds(-1)), "expired"),
    "no end": (lambda f: f.token(exp=LEFT_OUT), "no-end"),
    "an end in words": (lambda f: f.token(exp="4000000000"), "no-end"),
    "an end without end": (lambda f: compact(f.header, json.dumps({**f.claims, "exp": float("inf")}), es256(f.key)), "malformed"),
    "a year": (lambda f: f.token(exp=in_seconds(365 * 86_400)), "lives-too-long"),
    "a year that has nearly passed": (lambda f: f.token(iat=in_seconds(-365 * 86_400)), "lives-too-long"),
    "no beginning": (lambda f: f.token(iat=LEFT_OUT), "no-beginning"),
    "made tomorrow": (lambda f: f.token(iat=in_seconds(86_400), exp=in_seconds(86_700)), "not-valid-yet"),
    "valid from tomorrow": (lambda f: f.token(nbf=in_seconds(86_400)), "not-valid-yet"),
    "valid from some day on": (lambda f: f.token(nbf="tomorrow"), "no-beginning"),
    "a foreign issuer": (lambda f: f.token(iss="https://elsewhere.test/realms/chidao"), "wrong-issuer"),
    "an issuer with one letter more": (lambda f: f.token(iss=f"{f.claims['iss']}/"), "wrong-issuer"),
    "two issuers": (lambda f: f.token(iss=[f.claims["iss"], "https://elsewhere.test"]), "wrong-issuer"),
    "nobody": (lambda f: f.token(sub=LEFT_OUT), "no-subject"),
    "an empty name": (lambda f: f.token(sub=""), "no-subject"),
    "a number for a name": (lambda f: f.token(sub=7), "no-subject"),
    "a name without end": (lambda f: f.token(sub="x" * 1000), "no-subject"),
    "for strangers": (lambda f: f.token(aud=["stranger", "chidao"]), "wrong-audience"),
    "for nobody": (lambda f: f.token(aud=LEFT_OUT), "wrong-audience"),
    "for a box with our name on it": (lambda f: f.token(aud=dict.fromkeys(_names(f.claims["aud"]), True)), "wrong-audience"),
    "for us and something that is no name": (lambda f: f.token(aud=[*_names(f.claims["aud"]), {"name": "stranger"}]), "wrong-audience"),
    "for a name that begins with ours": (lambda f: f.token(aud=[f"{name}-too" for name in _names(f.claims["aud"])]), "wrong-audience"),
    "asked for by a stranger": (lambda f: f.token(azp="stranger"), "unknown-party"),
    "of a kind that nobody knows": (lambda f: f.token(typ="Offline"), "wrong-type"),
    "of no kind": (lambda f: f.token(typ=LEFT_OUT), "wrong-type"),
}
FORGED = {**FORGED_FORM, **FORGED_CLAIMS}


def _names(audience: str | list[str]) -> list[str]:
    return [audience] if isinstance(audience, str) else audience
