"""What the realm must never be, however somebody may have changed its description: looked at before it is applied, and by tests.

Where a number stands in the law it is said; the others are `design/security.md`'s.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from libs.common.actor import MAY_USE
from libs.common.signed_claims import ALGORITHM
from libs.contracts.step_up import Level
from realm.description import PORTAL, Realm, Scope, client_of

LONGEST_ACCESS_SECONDS = 300
LONGEST_CODE_SECONDS = 60
LONGEST_IDLE_SECONDS = 40 * 60
LONGEST_SESSION_SECONDS = 10 * 3600
# Three months (rulebook 4.5).
LEAST_EVENTS_KEPT_SECONDS = 92 * 24 * 3600
# Length without a second factor, classes of signs, passwords not used again, failures (rulebook 4.5).
SHORTEST_PASSWORD = 14
LEAST_PASSWORDS_REMEMBERED = 10
MOST_FAILURES = 5
FOUR_CLASSES = ("upperCase", "lowerCase", "digits", "specialChars")
OTP: Mapping[str, Any] = {
    "otpPolicyType": "totp",
    "otpPolicyDigits": 6,
    "otpPolicyPeriod": 30,
    "otpPolicyCodeReusable": False,
}
OTP_FIELDS = (*OTP, "otpPolicyAlgorithm", "otpPolicyInitialCounter", "otpPolicyLookAheadWindow")
# Scopes of Keycloak's own by which names and addresses of people, or roles of anybody, would stand in tokens.
NEVER_SCOPES = frozenset({"profile", "email", "address", "phone", "roles", "microprofile-jwt", "offline_access"})
PERSONAL = re.compile(r"name|email|phone|address|birth|gender|picture|locale", re.IGNORECASE)
PERSONAL_MAPPERS = frozenset({"oidc-full-name-mapper", "oidc-address-mapper"})
OTHER_GRANTS = ("oauth2.device.authorization.grant.enabled", "oidc.ciba.grant.enabled", "standard.token.exchange.enabled")
WAYS_TO_ASK = ("standardFlowEnabled", "implicitFlowEnabled", "directAccessGrantsEnabled", "serviceAccountsEnabled")

Rule = Callable[[Realm, Collection[str]], Iterator[str]]


def broken(realm: Realm, services: Collection[str]) -> list[str]:
    """Every rule that the description breaks, in one sentence each; `services` are those of the system."""
    return [f"{rule.__name__}: {words}" for rule in RULES for words in rule(realm, services)]


def guessing_is_stopped(realm: Realm, _: Collection[str]) -> Iterator[str]:
    if realm.settings.get("bruteForceProtected") is not True:
        yield "bruteForceProtected must be on"
    if not 1 <= realm.settings.get("failureFactor", 0) <= MOST_FAILURES:
        yield f"failureFactor: at most {MOST_FAILURES} failures"
    if realm.settings.get("waitIncrementSeconds", 0) < 60 or realm.settings.get("permanentLockout") is not False:
        yield "an account is shut for a time, neither for none nor for ever"


def passwords_are_long_and_new(realm: Realm, _: Collection[str]) -> Iterator[str]:
    policy = dict(re.findall(r"(\w+)\((\w*)\)", realm.settings.get("passwordPolicy", "")))
    asked = {"length": SHORTEST_PASSWORD, "passwordHistory": LEAST_PASSWORDS_REMEMBERED, **dict.fromkeys(FOUR_CLASSES, 1)}
    for name, least in asked.items():
        if int(policy.get(name, 0)) < least:
            yield f"passwordPolicy: {name} must be at least {least}"
    if "notUsername" not in policy:
        yield "passwordPolicy: a password must not be the name of the account"


def addresses_are_exact(realm: Realm, _: Collection[str]) -> Iterator[str]:
    for name, body in _clients_and_born_with(realm):
        for key in ("redirectUris", "webOrigins"):
            for address in body.get(key, ["*"]):
                if not _is_exact(address):
                    yield f"client {name}, {key}: {address} is no exact address"
        after = body.get("attributes", {}).get("post.logout.redirect.uris", "")
        if after and not all(_is_exact(address) for address in after.split("##")):
            yield f"client {name}, post.logout.redirect.uris: {after} is no exact address"


def nobody_hands_over_a_password(realm: Realm, _: Collection[str]) -> Iterator[str]:
    for name, body in _clients_and_born_with(realm):
        for key in ("directAccessGrantsEnabled", "implicitFlowEnabled"):
            if body.get(key) is not False:
                yield f"client {name}: {key} must be off"
    for name, client in realm.clients.items():
        for key in OTHER_GRANTS:
            if client.body["attributes"].get(key) != "false":
                yield f"client {name}: {key} must be off"


def nobody_registers(realm: Realm, _: Collection[str]) -> Iterator[str]:
    for key in ("registrationAllowed", "resetPasswordAllowed", "editUsernameAllowed", "rememberMe"):
        if realm.settings.get(key) is not False:
            yield f"{key} must be off"
    hosts = realm.components["registration"].get("Trusted Hosts", {})
    config = hosts.get("config", {})
    if config.get("host-sending-registration-request-must-match") != ["true"] or config.get("trusted-hosts"):
        yield "clients are not registered from outside: no host is trusted with it"
    room = realm.components["registration"].get("Max Clients Limit", {}).get("config", {})
    if room.get("max-clients") != ["0"]:
        yield "clients are not registered from outside: there is room for none"


def tokens_are_short(realm: Realm, _: Collection[str]) -> Iterator[str]:
    for key, longest in {
        "accessTokenLifespan": LONGEST_ACCESS_SECONDS,
        "accessTokenLifespanForImplicitFlow": LONGEST_ACCESS_SECONDS,
        "accessCodeLifespan": LONGEST_CODE_SECONDS,
        "ssoSessionIdleTimeout": LONGEST_IDLE_SECONDS,
        "ssoSessionMaxLifespan": LONGEST_SESSION_SECONDS,
        "offlineSessionMaxLifespan": LONGEST_SESSION_SECONDS,
    }.items():
        if not 0 < realm.settings.get(key, 0) <= longest:
            yield f"{key}: at most {longest} s"
    if realm.settings.get("offlineSessionMaxLifespanEnabled") is not True:
        yield "offlineSessionMaxLifespanEnabled must be on"
    for name, client in realm.clients.items():
        for key, value in client.body["attributes"].items():
            if key.endswith(("lifespan", "timeout")):
                yield f"client {name}, {key}: {value} is an exception from what holds for all"


def events_are_kept(realm: Realm, _: Collection[str]) -> Iterator[str]:
    for key in ("eventsEnabled", "adminEventsEnabled", "adminEventsDetailsEnabled"):
        if realm.settings.get(key) is not True:
            yield f"{key} must be on"
    kept = {
        "eventsExpiration": realm.settings.get("eventsExpiration", 0),
        "adminEventsExpiration": realm.settings["attributes"].get("adminEventsExpiration", 0),
    }
    for key, seconds in kept.items():
        if int(seconds) < LEAST_EVENTS_KEPT_SECONDS:
            yield f"{key}: at least {LEAST_EVENTS_KEPT_SECONDS} s"
    for kind in ("LOGIN", "LOGIN_ERROR", "LOGOUT", "CODE_TO_TOKEN_ERROR", "CLIENT_LOGIN_ERROR", "UPDATE_CREDENTIAL", "REMOVE_CREDENTIAL"):
        if kind not in realm.settings.get("enabledEventTypes", ()):
            yield f"enabledEventTypes: {kind} must be kept"


def people_come_by_a_pushed_code(realm: Realm, _: Collection[str]) -> Iterator[str]:
    """Authorization code with PKCE (S256), asked for beforehand over a line that only the client has (PAR)."""
    for name, client in realm.clients.items():
        if client.body.get("standardFlowEnabled") is not False:
            for key, value in {"pkce.code.challenge.method": "S256", "require.pushed.authorization.requests": "true"}.items():
                if client.body["attributes"].get(key) != value:
                    yield f"client {name}: {key} must be {value}"


def whoever_is_signed_out_there_is_so_here(realm: Realm, _: Collection[str]) -> Iterator[str]:
    """Back-Channel Logout 1.0: at the portal's own address, and naming the session; a browser that is sent round is not enough."""
    for name, client in realm.clients.items():
        if client.body.get("standardFlowEnabled") is False:
            continue
        told = client.body["attributes"].get("backchannel.logout.url", "")
        homes = {_origin(address) for address in client.body.get("redirectUris", ())}
        if not _is_exact(told) or _origin(told) not in homes:
            yield f"client {name}: backchannel.logout.url must be an address of its own"
        if client.body["attributes"].get("backchannel.logout.session.required") != "true":
            yield f"client {name}: backchannel.logout.session.required must be true"
        if client.body.get("frontchannelLogout") is not False:
            yield f"client {name}: frontchannelLogout must be off"


def one_algorithm(realm: Realm, _: Collection[str]) -> Iterator[str]:
    if realm.settings.get("defaultSignatureAlgorithm") != ALGORITHM:
        yield f"defaultSignatureAlgorithm must be {ALGORITHM}"
    if not any(_signs(body) for body in realm.components["keys"].values()):
        yield f"there must be a key for {ALGORITHM} that is in use"
    for name, client in realm.clients.items():
        pinned = ["token.endpoint.auth.signing.alg", "access.token.signed.response.alg"]
        pinned += ["id.token.signed.response.alg"] if client.body.get("standardFlowEnabled") else []
        for key in pinned:
            if client.body["attributes"].get(key) != ALGORITHM:
                yield f"client {name}: {key} must be {ALGORITHM}"


def clients_prove_who_they_are(realm: Realm, _: Collection[str]) -> Iterator[str]:
    """`private_key_jwt`, each by a key of its own, of which only the public half stands in the realm."""
    steps = {step.name for step in realm.flows[realm.settings["clientAuthenticationFlow"]].everything()}
    if steps != {"client-jwt"}:
        yield f"clientAuthenticationFlow: clients must prove themselves by client-jwt alone, not by {', '.join(sorted(steps))}"
    owners: dict[str, str] = {}
    for name, client in realm.clients.items():
        if client.body.get("publicClient") is not False or client.body.get("clientAuthenticatorType") != "client-jwt":
            yield f"client {name}: must prove itself by client-jwt"
        if client.body.get("fullScopeAllowed") is not False:
            yield f"client {name}: fullScopeAllowed must be off"
        attributes = client.body["attributes"]
        if attributes.get("use.jwks.string") != "true" or attributes.get("use.jwks.url") == "true":
            yield f"client {name}: its keys must stand here"
        for key in json.loads(attributes.get("jwks.string") or "{}").get("keys", ()) or [{}]:
            if key.get("kty") != "EC" or key.get("crv") != "P-256" or "d" in key:
                yield f"client {name}: its key must be the public half of one for {ALGORITHM}"
            elif owners.setdefault(key["x"], name) != name:
                yield f"client {name}: has the key of {owners[key['x']]}"
    for name, body in realm.born_with.items():
        # One that only holds roles asks for nothing, whatever else is said of it.
        if body.get("bearerOnly") is not True:
            if body.get("enabled") is not False:
                yield f"client {name}: Keycloak's own must be shut"
            if any(body.get(way) is not False for way in WAYS_TO_ASK):
                yield f"client {name}: Keycloak's own must ask for nothing"


def codes_from_telephones_work(realm: Realm, _: Collection[str]) -> Iterator[str]:
    """A realm with only some of the fields has a period of 0, and answers every code with an error."""
    for field in OTP_FIELDS:
        if field not in realm.settings:
            yield f"{field} must be said"
    for field, value in OTP.items():
        if realm.settings.get(field, value) != value:
            yield f"{field} must be {value}"
    if realm.settings.get("otpPolicyLookAheadWindow", 1) > 1:
        yield "otpPolicyLookAheadWindow must be 1 at most"


def each_service_is_an_audience(realm: Realm, services: Collection[str]) -> Iterator[str]:
    """A token names whom it is for: a person's every service, a service's exactly the one that it asks for."""
    for service in services:
        scope = realm.scopes.get(service)
        named = [mapper["config"].get("included.custom.audience") for mapper in _of_kind(scope, "oidc-audience-mapper")]
        if named != [service]:
            yield f"service {service}: the scope {service} must name it as the audience, and nobody else"
        if service not in realm.clients[PORTAL].always:
            yield f"service {service}: a person's token must be for it"
        for other in (*services, "portal"):
            client = realm.clients.get(client_of(other))
            if client is None:
                yield f"service {other}: has no client"
            elif other != service and service not in client.when_asked:
                yield f"client {client_of(other)}: must be able to ask for {service}"
            elif other == service and service in client.when_asked:
                yield f"client {client_of(other)}: asks itself"
    for name, client in realm.clients.items():
        if name != PORTAL and (client.always or client.body.get("serviceAccountsEnabled") is not True):
            yield f"client {name}: a service's token is for whom it asks, for nobody else, and for itself"


def people_and_services_are_told_apart(realm: Realm, services: Collection[str]) -> Iterator[str]:
    """The client for people has no account of its own; a service's client is for no person, and its token names it."""
    if realm.clients[PORTAL].body.get("serviceAccountsEnabled") is not False:
        yield f"client {PORTAL}: asks for people only"
    for name, client in realm.clients.items():
        if name != PORTAL:
            if client.body.get("standardFlowEnabled") is not False or client.body.get("redirectUris"):
                yield f"client {name}: is for no person"
            subjects = [mapper["config"] for mapper in client.mappers.values() if mapper["config"].get("claim.name") == "sub"]
            if [config.get("claim.value") for config in subjects] != [name]:
                yield f"client {name}: its token must name it as the subject"


def tokens_name_nobody(realm: Realm, _: Collection[str]) -> Iterator[str]:
    given = {scope for client in realm.clients.values() for scope in (*client.always, *client.when_asked)}
    for name in sorted(NEVER_SCOPES & {*realm.scopes, *given}):
        yield f"scope {name}: must not be there"
    for owner, mappers in _mappers(realm):
        for mapper in mappers.values():
            config = mapper["config"]
            claims = {config.get("claim.name", ""), config.get("user.attribute", "")}
            if mapper["protocolMapper"] in PERSONAL_MAPPERS or any(PERSONAL.search(claim) for claim in claims):
                yield f"{owner}, mapper {mapper['name']}: tells of a person more than who he is"


def only_the_right_to_use_it_is_in_a_token(realm: Realm, _: Collection[str]) -> Iterator[str]:
    """The role of an office is the membership's, from our own directory."""
    if list(realm.roles) != [MAY_USE] or list(realm.scopes["person"].roles) != [MAY_USE]:
        yield "a token says that somebody may use Chidao, and no role of an office"
    for name, scope in realm.scopes.items():
        if name != "person" and scope.roles:
            yield f"scope {name}: must name no role"


def the_second_level_asks_for_a_code(realm: Realm, _: Collection[str]) -> Iterator[str]:
    wanted = {str(level.value): level.value for level in Level}
    if json.loads(realm.settings["attributes"].get("acr.loa.map", "{}")) != wanted:
        yield f"acr.loa.map must be {json.dumps(wanted)}"
    levels: dict[str, set[str]] = {}
    for step in realm.flows[realm.settings["browserFlow"]].everything():
        for inner in step.steps or ():
            if "loa-condition-level" in inner.config:
                asked = {one.name for one in step.steps or () if one.requirement == "REQUIRED"}
                levels[inner.config["loa-condition-level"]] = asked
    for level, authenticator in {"1": "auth-username-password-form", "2": "auth-otp-form"}.items():
        if authenticator not in levels.get(level, ()):
            yield f"browserFlow: level {level} must ask {authenticator}"


def tokens_tell_how_surely_and_when(realm: Realm, _: Collection[str]) -> Iterator[str]:
    """Services ask the access token before some acts, the portal the ID token when it has sent somebody to prove again who he is."""
    for kind, config in {
        "oidc-acr-mapper": {},
        "oidc-usersessionmodel-note-mapper": {"user.session.note": "AUTH_TIME", "claim.name": "auth_time", "jsonType.label": "long"},
    }.items():
        asked = {"access.token.claim": "true", "id.token.claim": "true", **config}
        if not any({**mapper["config"], **asked} == mapper["config"] for mapper in _of_kind(realm.scopes.get("person"), kind)):
            yield f"scope person: {kind} must be in access tokens and ID tokens"


def nobody_is_known_by_an_address(realm: Realm, _: Collection[str]) -> Iterator[str]:
    """Agencies share domains, and whom an agency's provider sends is somebody only when he has been linked."""
    for key, value in {"loginWithEmailAllowed": False, "duplicateEmailsAllowed": True, "registrationEmailAsUsername": False}.items():
        if realm.settings.get(key) is not value:
            yield f"{key} must be {'on' if value else 'off'}"
    first = realm.flows.get(realm.settings.get("firstBrokerLoginFlow", ""))
    if first is None or {(step.name, step.requirement) for step in first.everything()} != {("deny-access-authenticator", "REQUIRED")}:
        yield "firstBrokerLoginFlow: whoever is not linked must be refused"


def agencies_are_organizations(realm: Realm, _: Collection[str]) -> Iterator[str]:
    if realm.settings.get("organizationsEnabled") is not True:
        yield "organizationsEnabled must be on"
    if realm.settings.get("sslRequired") not in ("external", "all"):
        yield "sslRequired must be external or all"


RULES: tuple[Rule, ...] = (
    guessing_is_stopped,
    passwords_are_long_and_new,
    addresses_are_exact,
    nobody_hands_over_a_password,
    nobody_registers,
    tokens_are_short,
    events_are_kept,
    people_come_by_a_pushed_code,
    whoever_is_signed_out_there_is_so_here,
    one_algorithm,
    clients_prove_who_they_are,
    codes_from_telephones_work,
    each_service_is_an_audience,
    people_and_services_are_told_apart,
    tokens_name_nobody,
    only_the_right_to_use_it_is_in_a_token,
    the_second_level_asks_for_a_code,
    tokens_tell_how_surely_and_when,
    nobody_is_known_by_an_address,
    agencies_are_organizations,
)


def _clients_and_born_with(realm: Realm) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from ((name, client.body) for name, client in realm.clients.items())
    yield from realm.born_with.items()


def _is_exact(address: str) -> bool:
    return re.fullmatch(r"https://[^*+?#\s]+|http://(localhost|127\.0\.0\.1)[:/][^*+?#\s]*", address) is not None


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])


def _signs(key: Mapping[str, Any]) -> bool:
    is_for_it = {"ecdsaEllipticCurveKey": ["P-256"], "active": ["true"], "enabled": ["true"]}
    return key["providerId"] == "ecdsa-generated" and {**key["config"], **is_for_it} == dict(key["config"])


def _of_kind(scope: Scope | None, kind: str) -> list[Mapping[str, Any]]:
    return [mapper for mapper in (scope.mappers.values() if scope else ()) if mapper["protocolMapper"] == kind]


def _mappers(realm: Realm) -> Iterator[tuple[str, Mapping[str, Mapping[str, Any]]]]:
    yield from ((f"client {name}", client.mappers) for name, client in realm.clients.items())
    yield from ((f"scope {name}", scope.mappers) for name, scope in realm.scopes.items())
