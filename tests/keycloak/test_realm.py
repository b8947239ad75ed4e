"""`chidao realm apply|diff` on a real Keycloak: what somebody changed by hand is named and mended, and tokens are as services want them."""

import base64
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from typer.testing import CliRunner

from chidao.main import app
from embedded.keycloak import OPERATOR
from libs.common.actor import MAY_USE
from libs.common.tokens import ALGORITHM, CLIENT_ASSERTION, TokenVerifier, client_assertion
from libs.keycloak.administration import Administration, KeycloakRefused, administration
from realm.applying import apply, differences
from realm.description import PORTAL, client_of
from system.applications import SERVICES
from tests.keycloak.conftest import PORTAL_URL, Applied

PROTOCOL = "/realms/chidao/protocol/openid-connect"
CALLBACK = f"{PORTAL_URL}/sign-in/callback"
VERIFIER = "v" * 43
PASSWORD = "Mat-khau-thu-nghiem-1"
PERSON = "0197f000-0000-7000-8000-000000000001"


async def test_what_was_applied_differs_in_nothing_and_is_applied_again_without_change(applied: Applied) -> None:
    assert any(what.startswith("realm chidao: thiếu") for what in applied.first)
    async with applied.server() as server:
        assert await differences(server, applied.wanted) == []
        assert await apply(server, applied.wanted) == ([], [])


Plant = Callable[[Administration], Awaitable[object]]


@dataclass(frozen=True)
class ByHand:
    """What somebody changed, the words by which it is told, and whether `apply` mends it."""

    change: Plant
    told: str
    is_mended: bool = True


def of_the_realm(**changed: Any) -> Plant:
    async def change(server: Administration) -> None:
        found = await server.get()
        more = changed.pop("attributes", {})
        await server.put("", {**found, **changed, "attributes": {**found["attributes"], **more}})

    return change


def of_a_client(name: str, **changed: Any) -> Plant:
    async def change(server: Administration) -> None:
        (found,) = await server.get("clients", clientId=name)
        more = changed.pop("attributes", {})
        await server.put(f"clients/{found['id']}", {**found, **changed, "attributes": {**found["attributes"], **more}})

    return change


def made(path: str, body: Any) -> Plant:
    return lambda server: server.post(path, body)


async def scope_named(server: Administration, name: str) -> Any:
    return next(scope for scope in await server.get("client-scopes") if scope["name"] == name)


async def an_audience_less(server: Administration) -> None:
    scope = await scope_named(server, "tasks")
    (mapper,) = scope["protocolMappers"]
    await server.delete(f"client-scopes/{scope['id']}/protocol-mappers/models/{mapper['id']}")


async def a_name_in_tokens(server: Administration) -> None:
    scope = await scope_named(server, "person")
    config = {"claim.name": "name", "access.token.claim": "true"}
    body = {"name": "full name", "protocol": "openid-connect", "protocolMapper": "oidc-full-name-mapper", "config": config}
    await server.post(f"client-scopes/{scope['id']}/protocol-mappers/models", body)


async def a_scope_given(server: Administration) -> None:
    (found,) = await server.get("clients", clientId="service-tasks")
    scope = await scope_named(server, "person")
    await server.put(f"clients/{found['id']}/default-client-scopes/{scope['id']}")


async def no_code_asked_for(server: Administration) -> None:
    steps = await server.get("authentication/flows/chidao-level-2/executions")
    (step,) = [step for step in steps if step.get("providerId") == "auth-otp-form"]
    await server.put("authentication/flows/chidao-level-2/executions", {**step, "requirement": "DISABLED"})


async def strangers_let_in(server: Administration) -> None:
    await server.post("authentication/flows/chidao-unlinked/executions/execution", {"provider": "idp-create-user-if-unique"})


async def another_key(server: Administration) -> None:
    config = {"priority": ["200"], "enabled": ["true"], "active": ["true"], "ecdsaEllipticCurveKey": ["P-256"]}
    provided = "org.keycloak.keys.KeyProvider"
    await server.post("components", {"name": "theirs", "providerId": "ecdsa-generated", "providerType": provided, "config": config})


async def hosts_trusted(server: Administration) -> None:
    found = next(one for one in await server.get("components") if one.get("name") == "Trusted Hosts")
    config = {**found["config"], "trusted-hosts": ["127.0.0.1"], "host-sending-registration-request-must-match": ["false"]}
    await server.put(f"components/{found['id']}", {**found, "config": config})


async def more_in_the_profile(server: Administration) -> None:
    found = await server.get("users/profile")
    for one in found["attributes"]:
        if one["name"] == "officer_code":
            one["permissions"] = {"view": ["admin", "user"], "edit": ["admin", "user"]}
    await server.put("users/profile", found)


async def everybody_an_administrator(server: Administration) -> None:
    await server.post("roles/default-roles-chidao/composites", [await server.get("roles/offline_access")])


async def an_action_on(server: Administration) -> None:
    found = await server.get("authentication/required-actions/delete_account")
    await server.put("authentication/required-actions/delete_account", {**found, "enabled": True})


STRANGER = {"clientId": "theirs", "publicClient": True, "directAccessGrantsEnabled": True, "redirectUris": ["*"]}
PROVIDER = {"alias": "idp-so-y-te", "providerId": "oidc", "trustEmail": True, "firstBrokerLoginFlowAlias": "first broker login"}
PROVIDER_CONFIG = {"clientId": "x", "clientSecret": "x", "authorizationUrl": "https://so.example/a", "tokenUrl": "https://so.example/t"}

CHANGED_BY_HAND = (
    ByHand(of_the_realm(bruteForceProtected=False), "realm, bruteForceProtected: đang là (is) False, phải là (should be) True"),
    ByHand(of_the_realm(accessTokenLifespan=7200), "realm, accessTokenLifespan: đang là (is) 7200, phải là (should be) 300"),
    ByHand(of_the_realm(passwordPolicy="length(4)"), "realm, passwordPolicy: đang là (is) length(4)"),
    ByHand(of_the_realm(eventsEnabled=False), "realm, eventsEnabled: đang là (is) False"),
    ByHand(of_the_realm(registrationAllowed=True), "realm, registrationAllowed: đang là (is) True"),
    ByHand(of_the_realm(otpPolicyPeriod=60), "realm, otpPolicyPeriod: đang là (is) 60"),
    ByHand(of_the_realm(browserFlow="browser"), "realm, browserFlow: đang là (is) browser"),
    ByHand(of_the_realm(attributes={"acr.loa.map": "{}"}), "realm, attributes.acr.loa.map: đang là (is) {}"),
    ByHand(of_the_realm(attributes={"theirs": "x"}), "realm, attributes.theirs: đang là (is) x, không được mô tả (not described)"),
    ByHand(of_a_client(PORTAL, redirectUris=["https://elsewhere.example/*"]), f"client {PORTAL}, redirectUris: đang là"),
    ByHand(of_a_client(PORTAL, directAccessGrantsEnabled=True), f"client {PORTAL}, directAccessGrantsEnabled: đang là (is) True"),
    ByHand(
        of_a_client(PORTAL, attributes={"require.pushed.authorization.requests": "false"}),
        f"client {PORTAL}, attributes.require.pushed.authorization.requests: đang là (is) false",
    ),
    ByHand(
        of_a_client("service-tasks", attributes={"access.token.lifespan": "86400"}),
        "client service-tasks, attributes.access.token.lifespan: đang là (is) 86400, không được mô tả",
    ),
    ByHand(of_a_client("service-notify", fullScopeAllowed=True), "client service-notify, fullScopeAllowed: đang là (is) True"),
    ByHand(of_a_client("admin-cli", enabled=True, directAccessGrantsEnabled=True), "client admin-cli, enabled: đang là (is) True"),
    ByHand(made("clients", STRANGER), "client theirs: không ai cần", is_mended=False),
    ByHand(made("roles", {"name": "their-role"}), "role their-role: không ai cần", is_mended=False),
    ByHand(everybody_an_administrator, "role of everybody, offline_access: không ai cần"),
    ByHand(made("client-scopes", {"name": "theirs", "protocol": "openid-connect"}), "scope theirs: không ai cần"),
    ByHand(an_audience_less, "scope tasks, mapper audience: thiếu"),
    ByHand(a_name_in_tokens, "scope person, mapper full name: không ai cần"),
    ByHand(a_scope_given, "client service-tasks, default scope person: không ai cần"),
    ByHand(no_code_asked_for, "flow chidao-browser: có các bước khác"),
    ByHand(strangers_let_in, "flow chidao-unlinked: có các bước khác"),
    ByHand(made("authentication/flows", {"alias": "theirs", "providerId": "basic-flow", "topLevel": True}), "flow theirs", is_mended=False),
    ByHand(another_key, "keys theirs: không ai cần", is_mended=False),
    ByHand(hosts_trusted, "registration Trusted Hosts, config.host-sending-registration-request-must-match: đang là (is) ['false']"),
    ByHand(made("clients-initial-access", {"count": 5, "expiration": 600}), "initial access token"),
    ByHand(more_in_the_profile, "profile, attributes.officer_code.permissions.edit: đang là"),
    ByHand(an_action_on, "required action delete_account, enabled: đang là (is) True"),
    ByHand(made("identity-provider/instances", {**PROVIDER, "config": PROVIDER_CONFIG}), "provider idp-so-y-te, trustEmail: đang là"),
)


async def test_whatever_somebody_changed_by_hand_is_named_and_mended_or_left(applied: Applied) -> None:
    async with applied.server() as server:
        for by_hand in CHANGED_BY_HAND:
            await by_hand.change(server)
        found = [difference.what for difference in await differences(server, applied.wanted)]
        for by_hand in CHANGED_BY_HAND:
            assert [what for what in found if by_hand.told in what], (by_hand.told, found)
        changed, left = await apply(server, applied.wanted)
        for by_hand in CHANGED_BY_HAND:
            assert [what for what in (changed if by_hand.is_mended else left) if by_hand.told in what], (by_hand.told, changed, left)
        assert len(left) == len([by_hand for by_hand in CHANGED_BY_HAND if not by_hand.is_mended]), left
        for path in await left_by_hand(server):
            await server.delete(path)
        assert await differences(server, applied.wanted) == []


async def left_by_hand(server: Administration) -> list[str]:
    """Where what a person has to take away lies."""
    (client,) = await server.get("clients", clientId="theirs")
    flow = next(flow for flow in await server.get("authentication/flows") if flow["alias"] == "theirs")
    key = next(one for one in await server.get("components") if one.get("name") == "theirs")
    return [f"clients/{client['id']}", "roles/their-role", f"authentication/flows/{flow['id']}", f"components/{key['id']}"]


async def test_an_apply_that_was_killed_goes_on(applied: Applied) -> None:
    other = replace(applied.wanted, name="killed", settings={**applied.wanted.settings, "realm": "killed"})
    async with applied.server("killed") as server:
        for asked in (8, 30):
            with pytest.raises(Killed):
                await apply(Dying(server, asked), other)  # type: ignore[arg-type]
            assert (await server.get())["enabled"] is False, "shut as long as it is not whole"
        changed, left = await apply(server, other)
        assert changed != []
        assert left == []
        assert await differences(server, other) == []
        assert (await server.get())["enabled"] is True


class Killed(Exception):
    pass


class Dying:
    """An administration that is gone after it was asked to change `left` things."""

    def __init__(self, server: Administration, left: int) -> None:
        self._server = server
        self._left = left

    def __getattr__(self, name: str) -> Any:
        if name in ("make_realm", "post", "put", "delete"):
            self._left -= 1
            if self._left < 0:
                raise Killed
        return getattr(self._server, name)


def proof(applied: Applied, client: str, **changed: Any) -> dict[str, str]:
    token_url = f"{applied.keycloak.url}{PROTOCOL}/token"
    return {
        "client_id": client,
        "client_assertion_type": CLIENT_ASSERTION,
        "client_assertion": client_assertion(client, applied.keys[client], token_url),
        **changed,
    }


def claims_of(applied: Applied, token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(httpx2.get(f"{applied.keycloak.url}{PROTOCOL}/certs").json())
    return dict(jwt.decode(token, keys, algorithms=[ALGORITHM]).claims)


def asked_for_itself(applied: Applied, client: str, scope: str, **changed: Any) -> httpx2.Response:
    asked = {"grant_type": "client_credentials", "scope": scope, **proof(applied, client, **changed)}
    return httpx2.post(f"{applied.keycloak.url}{PROTOCOL}/token", data=asked)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_gets_a_token_for_exactly_the_one_that_it_asks_for(applied: Applied, service: str) -> None:
    for other in (*SERVICES, "portal"):
        client = client_of(other)
        granted = asked_for_itself(applied, client, service)
        if other == service:
            assert granted.json()["error"] == "invalid_scope"
            continue
        assert granted.status_code == 200, granted.text
        token = granted.json()["access_token"]
        claims = claims_of(applied, token)
        named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        assert (named, claims["sub"], claims["azp"], claims["typ"]) == ([service], client, client, "Bearer")
        assert claims["exp"] - claims["iat"] == 300
        assert "realm_access" not in claims
        verifier = TokenVerifier(
            issuer=f"{applied.keycloak.url}/realms/chidao",
            jwks_url=f"{applied.keycloak.url}{PROTOCOL}/certs",
            audience=service,
            parties=frozenset({client}),
        )
        assert (await verifier.verify(token)).subject == client


def test_nobody_else_is_taken_for_a_client(applied: Applied) -> None:
    stranger = ECKey.generate_key("P-256")
    token_url = f"{applied.keycloak.url}{PROTOCOL}/token"
    refused = {
        "a stranger's key": {"client_assertion": client_assertion("service-tasks", stranger, token_url)},
        "another client's key": {"client_assertion": client_assertion("service-tasks", applied.keys["service-notify"], token_url)},
        "made for somebody else": {
            "client_assertion": client_assertion("service-tasks", applied.keys["service-tasks"], "https://a.example")
        },
        "no proof": {"client_assertion": ""},
    }
    for why, changed in refused.items():
        answer = asked_for_itself(applied, "service-tasks", "directory", **changed)
        assert answer.status_code in (400, 401), why
        assert answer.json()["error"] in ("invalid_client", "unauthorized_client"), why
    secret = {"grant_type": "client_credentials", "client_id": "service-tasks", "client_secret": "x"}
    assert httpx2.post(token_url, data=secret).status_code in (400, 401)


async def with_person(applied: Applied) -> None:
    credential = {"type": "password", "value": PASSWORD, "temporary": False}
    person = {"id": PERSON, "username": "canbo.thu", "lastName": "Cán bộ Thử", "enabled": True, "credentials": [credential]}
    async with applied.server() as server:
        await server.post("partialImport", {"ifResourceExists": "SKIP", "users": [{**person, "realmRoles": [MAY_USE]}]})


def pushed(applied: Applied, **changed: str | None) -> httpx2.Response:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    right: dict[str, str | None] = {
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **proof(applied, PORTAL),
    }
    asked = {name: value for name, value in (right | changed).items() if value is not None}
    return httpx2.post(f"{applied.keycloak.url}{PROTOCOL}/ext/par/request", data=asked)


def signed_in(applied: Applied, password: str = PASSWORD) -> httpx2.Response:
    """Its page again, or the way back to the portal."""
    cookies: dict[str, str] = {}

    def ask(method: str, url: str, **sent: Any) -> httpx2.Response:
        # Over plain http only a browser knows that this machine may have the cookies.
        answer = httpx2.request(method, url, headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}, **sent)
        cookies.update(cookie.split(";")[0].split("=", 1) for cookie in answer.headers.get_list("Set-Cookie"))
        there = answer.headers.get("Location", "")
        return ask("GET", there) if there.startswith(applied.keycloak.url) else answer

    asked = {"client_id": PORTAL, "request_uri": pushed(applied).json()["request_uri"]}
    page = ask("GET", f"{applied.keycloak.url}{PROTOCOL}/auth", params=asked)
    form = re.search(r'action="([^"]+)"', page.text)
    assert form is not None, page.text
    return ask("POST", unescape(form[1]), data={"username": "canbo.thu", "password": password})


async def test_a_person_signs_in_and_the_token_says_who_he_is_and_no_more(applied: Applied) -> None:
    await with_person(applied)
    assert signed_in(applied, "Mat-khau-sai-hoan-toan-1").status_code == 200, "the page again"
    back = parse_qs(urlsplit(signed_in(applied).headers["Location"]).query)
    assert back["state"] == ["state-1"]
    assert back["iss"] == [f"{applied.keycloak.url}/realms/chidao"]
    grant = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    answer = httpx2.post(f"{applied.keycloak.url}{PROTOCOL}/token", data={**grant, **proof(applied, PORTAL)})
    assert answer.status_code == 200, answer.text
    claims = claims_of(applied, answer.json()["access_token"])
    assert (claims["sub"], claims["azp"], claims["typ"]) == (PERSON, PORTAL, "Bearer")
    assert set(claims["aud"]) == set(SERVICES)
    assert claims["realm_access"] == {"roles": [MAY_USE]}
    assert claims["acr"] == "1"
    assert abs(claims["auth_time"] - time.time()) < 60
    identity = claims_of(applied, answer.json()["id_token"])
    assert (identity["aud"], identity["nonce"], identity["sub"], identity["acr"]) == (PORTAL, "nonce-1", PERSON, "1")
    told = json.dumps([claims, identity], ensure_ascii=False)
    assert "canbo.thu" not in told
    assert "Cán bộ" not in told
    again = httpx2.post(f"{applied.keycloak.url}{PROTOCOL}/token", data={**grant, **proof(applied, PORTAL)})
    assert again.json()["error"] == "invalid_grant", "a code is used once"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uri": "https://elsewhere.example/callback"}, "invalid_request"),
        ({"redirect_uri": f"{CALLBACK}/more"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"scope": "openid profile"}, "invalid_request"),
        ({"scope": "openid offline_access"}, "invalid_request"),
    ],
)
def test_another_request_is_refused(applied: Applied, changed: dict[str, str | None], error: str) -> None:
    answer = pushed(applied, **changed)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error


def test_who_did_not_push_his_request_is_refused(applied: Applied) -> None:
    asked = {"client_id": PORTAL, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid", "state": "s", "nonce": "n"}
    answer = httpx2.get(f"{applied.keycloak.url}{PROTOCOL}/auth", params=asked)
    assert answer.status_code in (302, 303, 400)
    assert "kc-form-login" not in answer.text
    assert "code=" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("client", [PORTAL, "admin-cli"])
def test_nobody_gets_a_token_for_a_password(applied: Applied, client: str) -> None:
    proved = proof(applied, client) if client in applied.keys else {"client_id": client}
    asked = {"grant_type": "password", "username": "canbo.thu", "password": PASSWORD, **proved}
    answer = httpx2.post(f"{applied.keycloak.url}{PROTOCOL}/token", data=asked)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("unauthorized_client", "invalid_client")


def test_nobody_registers_a_client(applied: Applied) -> None:
    answer = httpx2.post(
        f"{applied.keycloak.url}/realms/chidao/clients-registrations/openid-connect", json={"redirect_uris": ["https://elsewhere.example/"]}
    )
    assert answer.status_code in (401, 403)


@pytest.mark.parametrize("wrong", ["password", "address"])
async def test_an_operator_who_is_refused_or_not_heard_is_told_so(applied: Applied, wrong: str) -> None:
    url = applied.keycloak.url if wrong == "password" else "http://127.0.0.1:9"
    async with administration(url, operator=OPERATOR, password="wrong", realm="chidao") as server:
        with pytest.raises(KeycloakRefused, match="Invalid user credentials" if wrong == "password" else "connect"):
            await differences(server, applied.wanted)


def test_the_commands(applied: Applied, key_folder: Path, tmp_path: Path) -> None:
    operators = tmp_path / "operator"
    operators.write_text(applied.keycloak.password)
    where = ["--url", applied.keycloak.url, "--password-file", str(operators), "--portal-url", PORTAL_URL, "--keys", str(key_folder)]

    def chidao(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["realm", *words])
        return done.exit_code, done.output

    assert chidao("diff", *where) == (0, "Đúng cấu hình (as it should be).\n")
    elsewhere = [*where[:5], "https://chidao.tinh.example", *where[6:]]
    code, said = chidao("diff", *elsewhere)
    assert code == 1
    assert f"khác (differs): client {PORTAL}, redirectUris: đang là (is) ['{CALLBACK}']" in said
    code, said = chidao("apply", *elsewhere)
    assert (code, "đã sửa (mended): client chidao-portal, redirectUris" in said) == (0, True)
    code, said = chidao("apply", *where)
    assert (code, "Đã sửa 3 điểm (mended)." in said) == (0, True), said
    assert chidao("apply", *where) == (0, "Không có gì phải sửa (nothing to mend).\n")
    assert "-----BEGIN" not in said
    (key_folder / "service-tasks.pem").write_text("no key")
    assert chidao("diff", *where)[0] == 1
    (key_folder / "service-tasks.pem").unlink()
    code, said = chidao("diff", *where)
    assert (code, "service-tasks.pem" in said) == (1, True)
    operators.write_text("wrong")
