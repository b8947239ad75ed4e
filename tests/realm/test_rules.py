"""What the realm must never be: the description of deploy/keycloak breaks no rule, and every rule is seen red by a planted fault."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from realm.description import PORTAL, Realm, Scope, Step
from realm.rules import RULES, broken
from system.applications import SERVICES
from tests.realm.described import described

SERVICE = "service-tasks"


def test_the_description_breaks_no_rule() -> None:
    assert broken(described(), SERVICES) == []


def test_a_new_service_is_in_it_and_one_that_was_forgotten_is_told() -> None:
    more = (*SERVICES, "archive")
    assert broken(described(*more), more) == []
    told = broken(described(), more)
    assert any("service archive: the scope archive must name it" in words for words in told)
    assert any("service archive: a person's token must be for it" in words for words in told)
    assert any("service archive: has no client" in words for words in told)


@dataclass(frozen=True)
class Fault:
    rule: str
    plant: Callable[[Realm], Realm | None]
    told: str


def setting(name: str, value: Any) -> Callable[[Realm], None]:
    return lambda realm: realm.settings.__setitem__(name, value)  # type: ignore[attr-defined]


def without(name: str) -> Callable[[Realm], None]:
    return lambda realm: realm.settings.__delitem__(name)  # type: ignore[attr-defined]


def body(client: str, name: str, value: Any) -> Callable[[Realm], None]:
    return lambda realm: realm.clients[client].body.__setitem__(name, value)  # type: ignore[attr-defined]


def attribute(client: str, name: str, value: str) -> Callable[[Realm], None]:
    return lambda realm: realm.clients[client].body["attributes"].__setitem__(name, value)


def born_with(name: str, key: str, value: Any) -> Callable[[Realm], None]:
    return lambda realm: realm.born_with[name].__setitem__(key, value)  # type: ignore[attr-defined]


def component(kind: str, name: str, key: str, value: Any) -> Callable[[Realm], None]:
    return lambda realm: realm.components[kind][name]["config"].__setitem__(key, value)


def no_component(kind: str, name: str) -> Callable[[Realm], None]:
    return lambda realm: realm.components[kind].__delitem__(name)  # type: ignore[attr-defined]


def client(name: str, **changed: Any) -> Callable[[Realm], Realm]:
    def plant(realm: Realm) -> Realm:
        return replace(realm, clients={**realm.clients, name: replace(realm.clients[name], **changed)})

    return plant


def scope(name: str, **changed: Any) -> Callable[[Realm], Realm]:
    def plant(realm: Realm) -> Realm:
        return replace(realm, scopes={**realm.scopes, name: replace(realm.scopes.get(name, Scope({})), **changed)})

    return plant


def steps(flow: str, *wanted: Step) -> Callable[[Realm], Realm]:
    def plant(realm: Realm) -> Realm:
        return replace(realm, flows={**realm.flows, flow: replace(realm.flows[flow], steps=wanted)})

    return plant


def the_same_key(realm: Realm) -> None:
    realm.clients["service-notify"].body["attributes"]["jwks.string"] = realm.clients[SERVICE].body["attributes"]["jwks.string"]


def without_audience(realm: Realm) -> Realm:
    return replace(realm, scopes={name: one for name, one in realm.scopes.items() if name != "tasks"})


def without_client(realm: Realm) -> Realm:
    return replace(realm, clients={name: one for name, one in realm.clients.items() if name != SERVICE})


def told_in_access_tokens(mapper: str, value: str) -> Callable[[Realm], None]:
    return lambda realm: realm.scopes["person"].mappers[mapper]["config"].__setitem__("access.token.claim", value)


def claim(name: str, kind: str = "oidc-usermodel-attribute-mapper") -> dict[str, Any]:
    return {"more": {"name": "more", "protocolMapper": kind, "config": {"claim.name": name}}}


PRIVATE = '{"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "d": "d"}]}'
OTHER_CURVE = '{"keys": [{"kty": "EC", "crv": "P-384", "x": "x", "y": "y"}]}'

FAULTS = (
    Fault("guessing_is_stopped", setting("bruteForceProtected", False), "must be on"),
    Fault("guessing_is_stopped", setting("failureFactor", 30), "at most 5"),
    Fault("guessing_is_stopped", setting("failureFactor", 0), "at most 5"),
    Fault("guessing_is_stopped", setting("permanentLockout", True), "nor for ever"),
    Fault("guessing_is_stopped", setting("waitIncrementSeconds", 0), "neither for none"),
    Fault("passwords_are_long_and_new", setting("passwordPolicy", "length(8)"), "length must be at least 14"),
    Fault("passwords_are_long_and_new", setting("passwordPolicy", "length(14) and upperCase(1)"), "specialChars must be"),
    Fault("passwords_are_long_and_new", setting("passwordPolicy", "length(14) and passwordHistory(3)"), "passwordHistory must be"),
    Fault("passwords_are_long_and_new", setting("passwordPolicy", ""), "name of the account"),
    Fault("addresses_are_exact", body(PORTAL, "redirectUris", ["https://chidao.tinh.example/*"]), "redirectUris: https://chidao.tinh"),
    Fault("addresses_are_exact", body(PORTAL, "redirectUris", ["http://chidao.tinh.example/callback"]), "no exact address"),
    Fault("addresses_are_exact", body(PORTAL, "webOrigins", ["+"]), "webOrigins: + is"),
    Fault("addresses_are_exact", attribute(PORTAL, "post.logout.redirect.uris", "+"), "post.logout.redirect.uris: +"),
    Fault("addresses_are_exact", born_with("account-console", "redirectUris", ["/realms/chidao/account/*"]), "account-console, redirect"),
    Fault("nobody_hands_over_a_password", body(PORTAL, "directAccessGrantsEnabled", True), "directAccessGrantsEnabled must be off"),
    Fault("nobody_hands_over_a_password", body(SERVICE, "implicitFlowEnabled", True), "implicitFlowEnabled must be off"),
    Fault("nobody_hands_over_a_password", born_with("admin-cli", "directAccessGrantsEnabled", True), "client admin-cli: direct"),
    Fault("nobody_hands_over_a_password", attribute(PORTAL, "oidc.ciba.grant.enabled", "true"), "oidc.ciba.grant.enabled must be off"),
    Fault(
        "nobody_hands_over_a_password",
        attribute(SERVICE, "oauth2.device.authorization.grant.enabled", "true"),
        "oauth2.device.authorization.grant.enabled must be off",
    ),
    Fault("nobody_hands_over_a_password", attribute(SERVICE, "standard.token.exchange.enabled", "true"), "token.exchange.enabled must"),
    Fault("nobody_registers", setting("registrationAllowed", True), "registrationAllowed must be off"),
    Fault("nobody_registers", setting("resetPasswordAllowed", True), "resetPasswordAllowed must be off"),
    Fault("nobody_registers", component("registration", "Trusted Hosts", "trusted-hosts", ["10.0.0.1"]), "no host is trusted"),
    Fault("nobody_registers", no_component("registration", "Trusted Hosts"), "no host is trusted"),
    Fault("nobody_registers", component("registration", "Max Clients Limit", "max-clients", ["200"]), "there is room for none"),
    Fault("tokens_are_short", setting("accessTokenLifespan", 3600), "accessTokenLifespan: at most 300"),
    Fault("tokens_are_short", without("accessTokenLifespan"), "accessTokenLifespan: at most 300"),
    Fault("tokens_are_short", setting("ssoSessionMaxLifespan", 90_000), "ssoSessionMaxLifespan: at most"),
    Fault("tokens_are_short", setting("ssoSessionIdleTimeout", 36_000), "ssoSessionIdleTimeout: at most"),
    Fault("tokens_are_short", setting("accessCodeLifespan", 600), "accessCodeLifespan: at most 60"),
    Fault("tokens_are_short", setting("offlineSessionMaxLifespanEnabled", False), "must be on"),
    Fault("tokens_are_short", attribute(SERVICE, "access.token.lifespan", "86400"), "86400 is an exception"),
    Fault("events_are_kept", setting("eventsEnabled", False), "eventsEnabled must be on"),
    Fault("events_are_kept", setting("adminEventsDetailsEnabled", False), "adminEventsDetailsEnabled must be on"),
    Fault("events_are_kept", setting("eventsExpiration", 86_400), "eventsExpiration: at least"),
    Fault("events_are_kept", setting("attributes", {"acr.loa.map": '{"1":1,"2":2}'}), "adminEventsExpiration: at least"),
    Fault("events_are_kept", setting("enabledEventTypes", ["LOGIN"]), "LOGIN_ERROR must be kept"),
    Fault("people_come_by_a_pushed_code", attribute(PORTAL, "pkce.code.challenge.method", "plain"), "must be S256"),
    Fault("people_come_by_a_pushed_code", attribute(PORTAL, "require.pushed.authorization.requests", "false"), "must be true"),
    Fault("whoever_is_signed_out_there_is_so_here", attribute(PORTAL, "backchannel.logout.url", ""), "must be an address of its own"),
    Fault(
        "whoever_is_signed_out_there_is_so_here",
        attribute(PORTAL, "backchannel.logout.url", "https://elsewhere.example/sign-in/back-channel-logout"),
        "must be an address of its own",
    ),
    Fault("whoever_is_signed_out_there_is_so_here", attribute(PORTAL, "backchannel.logout.session.required", "false"), "must be true"),
    Fault("whoever_is_signed_out_there_is_so_here", body(PORTAL, "frontchannelLogout", True), "frontchannelLogout must be off"),
    Fault("people_come_by_a_pushed_code", body(SERVICE, "standardFlowEnabled", True), "client service-tasks: pkce"),
    Fault("one_algorithm", setting("defaultSignatureAlgorithm", "RS256"), "defaultSignatureAlgorithm must be ES256"),
    Fault("one_algorithm", attribute(PORTAL, "id.token.signed.response.alg", "RS256"), "id.token.signed.response.alg must be"),
    Fault("one_algorithm", attribute(SERVICE, "access.token.signed.response.alg", "HS256"), "client service-tasks: access.token"),
    Fault("one_algorithm", attribute(SERVICE, "token.endpoint.auth.signing.alg", "none"), "token.endpoint.auth.signing.alg must be"),
    Fault("one_algorithm", no_component("keys", "chidao-es256"), "a key for ES256"),
    Fault("one_algorithm", component("keys", "chidao-es256", "ecdsaEllipticCurveKey", ["P-521"]), "a key for ES256"),
    Fault("clients_prove_who_they_are", body(PORTAL, "publicClient", True), "must prove itself"),
    Fault("clients_prove_who_they_are", body(SERVICE, "clientAuthenticatorType", "client-secret"), "must prove itself"),
    Fault("clients_prove_who_they_are", body(SERVICE, "fullScopeAllowed", True), "fullScopeAllowed must be off"),
    Fault("clients_prove_who_they_are", attribute(SERVICE, "use.jwks.url", "true"), "its keys must stand here"),
    Fault("clients_prove_who_they_are", attribute(SERVICE, "jwks.string", PRIVATE), "must be the public half"),
    Fault("clients_prove_who_they_are", attribute(SERVICE, "jwks.string", OTHER_CURVE), "must be the public half"),
    Fault("clients_prove_who_they_are", attribute(SERVICE, "jwks.string", ""), "must be the public half"),
    Fault("clients_prove_who_they_are", the_same_key, "has the key of service-"),
    Fault("clients_prove_who_they_are", steps("chidao-clients", Step("client-secret", "ALTERNATIVE")), "not by client-secret"),
    Fault("clients_prove_who_they_are", born_with("admin-cli", "enabled", True), "client admin-cli: Keycloak's own must be shut"),
    Fault("clients_prove_who_they_are", born_with("account", "standardFlowEnabled", True), "client account: Keycloak's own must ask"),
    Fault("codes_from_telephones_work", without("otpPolicyPeriod"), "otpPolicyPeriod must be said"),
    Fault("codes_from_telephones_work", setting("otpPolicyPeriod", 0), "otpPolicyPeriod must be 30"),
    Fault("codes_from_telephones_work", setting("otpPolicyCodeReusable", True), "otpPolicyCodeReusable must be False"),
    Fault("codes_from_telephones_work", setting("otpPolicyLookAheadWindow", 20), "otpPolicyLookAheadWindow"),
    Fault("each_service_is_an_audience", without_audience, "service tasks: the scope tasks must name it"),
    Fault("each_service_is_an_audience", scope("tasks", mappers={}), "service tasks: the scope tasks must name it"),
    Fault("each_service_is_an_audience", client(PORTAL, always=["person", "directory"]), "a person's token must be for it"),
    Fault("each_service_is_an_audience", without_client, "service tasks: has no client"),
    Fault("each_service_is_an_audience", client(SERVICE, when_asked=["directory"]), "must be able to ask for notify"),
    Fault("each_service_is_an_audience", client(SERVICE, when_asked=list(SERVICES)), "client service-tasks: asks itself"),
    Fault("each_service_is_an_audience", client(SERVICE, always=["directory"]), "for whom it asks"),
    Fault("people_and_services_are_told_apart", body(PORTAL, "serviceAccountsEnabled", True), "asks for people only"),
    Fault("people_and_services_are_told_apart", body(SERVICE, "redirectUris", ["https://a.example/b"]), "is for no person"),
    Fault("people_and_services_are_told_apart", client(SERVICE, mappers={}), "must name it as the subject"),
    Fault("tokens_name_nobody", client(PORTAL, when_asked=["profile"]), "scope profile: must not be there"),
    Fault("tokens_name_nobody", scope("email"), "scope email: must not be there"),
    Fault("tokens_name_nobody", scope("person", mappers=claim("preferred_username")), "scope person, mapper more"),
    Fault("tokens_name_nobody", client(SERVICE, mappers=claim("x", "oidc-full-name-mapper")), "client service-tasks, mapper more"),
    Fault("only_the_right_to_use_it_is_in_a_token", scope("person", roles=["chidao-user", "OFFICE_LEAD"]), "no role of an office"),
    Fault("only_the_right_to_use_it_is_in_a_token", scope("tasks", roles=["chidao-user"]), "scope tasks: must name no role"),
    Fault("the_second_level_asks_for_a_code", setting("attributes", {"acr.loa.map": "{}"}), "acr.loa.map must be"),
    Fault(
        "the_second_level_asks_for_a_code",
        steps("chidao-browser", Step("auth-cookie", "ALTERNATIVE"), Step("auth-username-password-form", "ALTERNATIVE")),
        "level 2 must ask auth-otp-form",
    ),
    Fault("tokens_tell_how_surely_and_when", told_in_access_tokens("level of authentication", "false"), "oidc-acr-mapper must be"),
    Fault("tokens_tell_how_surely_and_when", told_in_access_tokens("signed in at", "false"), "oidc-usersessionmodel-note-mapper must be"),
    Fault("nobody_is_known_by_an_address", setting("loginWithEmailAllowed", True), "loginWithEmailAllowed must be off"),
    Fault("nobody_is_known_by_an_address", setting("firstBrokerLoginFlow", "first broker login"), "not linked must be refused"),
    Fault(
        "nobody_is_known_by_an_address",
        steps("chidao-unlinked", Step("idp-create-user-if-unique", "ALTERNATIVE")),
        "not linked must be refused",
    ),
    Fault("agencies_are_organizations", setting("organizationsEnabled", False), "organizationsEnabled must be on"),
    Fault("agencies_are_organizations", setting("sslRequired", "none"), "sslRequired must be"),
)


@pytest.fixture(scope="module")
def sound() -> Realm:
    return described()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.rule}: {fault.told}")
def test_a_planted_fault_breaks_its_rule(sound: Realm, fault: Fault) -> None:
    realm = deepcopy(sound)
    told = broken(fault.plant(realm) or realm, SERVICES)
    assert any(words.startswith(f"{fault.rule}: ") and fault.told in words for words in told), told


def test_every_rule_is_tried() -> None:
    assert {rule.__name__ for rule in RULES} == {fault.rule for fault in FAULTS}
