"""What of the realm is not as it is described, and what mends it.

What people or systems might still need (clients, roles, keys and flows that nobody asked for) is told and left for a person.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from libs.keycloak.administration import Administration, Json
from realm.comparing import Unlike, mended, unlike, unlike_where_described
from realm.description import Body, Client, Flow, Realm, Scope, Step

Mend = Callable[[], Awaitable[object]]

KINDS = {
    "keys": "org.keycloak.keys.KeyProvider",
    "registration": "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy",
}
# It is compared under an address of its own.
PROFILE = "org.keycloak.userprofile.UserProfileProvider"
# What Keycloak says of a thing and nobody describes: ids, moments, and what has a comparison of its own.
OF_THE_REALM = ("id", "defaultRole", "notBefore")
OF_A_SCOPE = ("id", "protocolMappers")
OF_A_CLIENT = ("id", "access", "protocolMappers", "defaultClientScopes", "optionalClientScopes", "secret")
OF_A_MAPPER = ("id", "consentRequired")
MADE_BY_KEYCLOAK = ("client.secret.creation.time", "realm_client")
# In every realm from its birth; nobody of ours is given them.
ROLES_BORN_WITH = ("offline_access", "uma_authorization")
# Whom an agency's own provider sends is somebody only when the directory has linked him, and never by his e-mail address.
OF_A_PROVIDER: Body = {"trustEmail": False, "storeToken": False}
MANY = 1_000

MISSING = "thiếu (missing)"
UNWANTED = "không ai cần (nobody asks for it)"
BY_HAND = f"{UNWANTED}; xin xóa bằng tay (delete it by hand)"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be, and what mends it; one act may mend several. None: only a person may."""

    what: str
    mend: Mend | None = field(default=None, repr=False)


async def differences(server: Administration, wanted: Realm) -> list[Difference]:
    """What `apply` would change, in the order in which it would, and what it would leave."""
    if not await server.realm_exists():
        # Shut until all that guards it is there: its settings, which come last, open it.
        return [Difference(f"realm {wanted.name}: {MISSING}", lambda: server.make_realm({"realm": wanted.name, "enabled": False}))]
    return [difference async for difference in _Comparison(server, wanted).everything()]


async def apply(server: Administration, wanted: Realm) -> tuple[list[str], list[str]]:
    """Bring about what is wanted; what was changed, and what is left for a person. May be repeated, after a kill as well."""
    changed: list[str] = []
    # Mending one thing shows the next: a new realm has all that Keycloak puts there by itself.
    while True:
        found = await differences(server, wanted)
        mending = [difference for difference in found if difference.mend is not None and difference.what not in changed]
        if not mending:
            return changed, [difference.what for difference in found]
        for mend in dict.fromkeys(difference.mend for difference in mending):
            assert mend is not None
            await mend()
        changed += [difference.what for difference in mending]


@dataclass(frozen=True)
class _Comparison:
    server: Administration
    wanted: Realm

    async def everything(self) -> AsyncIterator[Difference]:
        for part in (
            self._of_flows(),
            self._of_components(),
            self._of_roles(),
            self._of_scopes(),
            self._of_clients(),
            self._of_required_actions(),
            self._of_profile(),
            self._of_registration(),
            self._of_providers(),
            self._of_settings(),
        ):
            async for difference in part:
                yield difference

    async def _of_settings(self) -> AsyncIterator[Difference]:
        found, should = await self.server.get(), self.wanted.settings
        # Some of its fields Keycloak says once more among the attributes, from when somebody has set them.
        found = {**found, "attributes": {name: value for name, value in found["attributes"].items() if name not in found}}
        body = mended(found, should, beside=OF_THE_REALM)
        for difference in _told("realm", unlike(found, should, beside=OF_THE_REALM), lambda: self.server.put("", body)):
            yield difference

    async def _of_flows(self) -> AsyncIterator[Difference]:
        there = {flow["alias"]: flow for flow in await self.server.get("authentication/flows")}
        for alias, flow in self.wanted.flows.items():
            found = there.pop(alias, None)
            if found is None:
                yield Difference(f"flow {alias}: {MISSING}", _later(self._make_flow, alias, flow))
                continue
            has = [line async for line in self._steps_of(alias)]
            if has != list(_lines(flow.steps)):
                steps = "; ".join(has)
                yield Difference(f"flow {alias}: có các bước khác (has other steps): {steps}", _later(self._make_steps_anew, alias, flow))
        for alias, found in there.items():
            if not found["builtIn"]:
                yield Difference(f"flow {alias}: {BY_HAND}")

    async def _steps_of(self, alias: str) -> AsyncIterator[str]:
        for step in await self.server.get(f"authentication/flows/{_quoted(alias)}/executions"):
            config: Json = {}
            if "authenticationConfig" in step:
                config = (await self.server.get(f"authentication/config/{step['authenticationConfig']}"))["config"]
            yield _line(step["level"], step.get("providerId") or step["displayName"], step["requirement"], config)

    async def _make_flow(self, alias: str, flow: Flow) -> None:
        await self.server.post(
            "authentication/flows", {"alias": alias, "providerId": flow.kind, "topLevel": True, "builtIn": False, "description": ""}
        )
        await self._make_steps(alias, flow.steps)

    async def _make_steps_anew(self, alias: str, flow: Flow) -> None:
        for step in await self.server.get(f"authentication/flows/{_quoted(alias)}/executions"):
            if step["level"] == 0:
                await self.server.delete(f"authentication/executions/{step['id']}")
        await self._make_steps(alias, flow.steps)

    async def _make_steps(self, alias: str, steps: Sequence[Step]) -> None:
        within = f"authentication/flows/{_quoted(alias)}/executions"
        for step in steps:
            if step.steps is None:
                made = await self.server.post(f"{within}/execution", {"provider": step.name})
                if step.config:
                    name = f"{alias} {step.name}"
                    await self.server.post(f"authentication/executions/{made}/config", {"alias": name, "config": dict(step.config)})
            else:
                made = await self.server.post(f"{within}/flow", {"alias": step.name, "type": "basic-flow", "description": ""})
            (there,) = [one for one in await self.server.get(within) if made in (one["id"], one.get("flowId"))]
            await self.server.put(within, {**there, "requirement": step.requirement})
            await self._make_steps(step.name, step.steps or ())

    async def _of_components(self) -> AsyncIterator[Difference]:
        everything = await self.server.get("components")
        for kind, provided in KINDS.items():
            there = {found["name"]: found for found in everything if found["providerType"] == provided}
            for name, body in self.wanted.components[kind].items():
                found, what = there.pop(name, None), f"{kind} {name}"
                if found is None:
                    made = {"name": name, "providerType": provided, **body}
                    yield Difference(f"{what}: {MISSING}", _later(self.server.post, "components", made))
                    continue
                right = {**found, **body, "config": {**found["config"], **body["config"]}}
                mend = _later(self.server.put, f"components/{found['id']}", right)
                for difference in _told(what, unlike_where_described(found, body), mend):
                    yield difference
            for name in there if kind == "keys" else ():
                yield Difference(f"{kind} {name}: {BY_HAND}")
        for found in everything:
            if found["providerType"] not in (*KINDS.values(), PROFILE):
                yield Difference(f"component {found.get('name', '?')} ({found['providerId']}): {BY_HAND}")

    async def _of_roles(self) -> AsyncIterator[Difference]:
        everybodys = f"default-roles-{self.wanted.name}"
        there = {role["name"] for role in await self.server.get("roles", max=MANY)}
        for name in self.wanted.roles:
            if name not in there:
                yield Difference(f"role {name}: {MISSING}", _later(self.server.post, "roles", {"name": name}))
        for name in sorted(there - {*self.wanted.roles, *ROLES_BORN_WITH, everybodys}):
            yield Difference(f"role {name}: {BY_HAND}")
        # Whoever has an account has nothing by it.
        for role in await self.server.get(f"roles/{everybodys}/composites"):
            mend = _later(self.server.delete, f"roles/{everybodys}/composites", [role])
            yield Difference(f"role of everybody, {role['name']}: {UNWANTED}", mend)

    async def _of_scopes(self) -> AsyncIterator[Difference]:
        there = {scope["name"]: scope for scope in await self.server.get("client-scopes")}
        for name, scope in self.wanted.scopes.items():
            found, what = there.pop(name, None), f"scope {name}"
            if found is None:
                made = {**scope.body, "protocolMappers": list(scope.mappers.values())}
                yield Difference(f"{what}: {MISSING}", _later(self.server.post, "client-scopes", made))
                continue
            at = f"client-scopes/{found['id']}"
            mend = _later(self.server.put, at, mended(found, scope.body, beside=OF_A_SCOPE))
            for difference in _told(what, unlike(found, scope.body, beside=OF_A_SCOPE), mend):
                yield difference
            for difference in self._of_mappers(what, at, found, scope):
                yield difference
            async for difference in self._of_roles_in(what, at, scope.roles):
                yield difference
        for name, found in there.items():
            yield Difference(f"scope {name}: {UNWANTED}", _later(self.server.delete, f"client-scopes/{found['id']}"))
        # What a client would have that somebody makes by hand.
        for kind in ("default-default", "default-optional"):
            for found in await self.server.get(f"{kind}-client-scopes"):
                if found["name"] in self.wanted.scopes:  # The others are taken away altogether.
                    mend = _later(self.server.delete, f"{kind}-client-scopes/{found['id']}")
                    yield Difference(f"{kind} scope {found['name']}: {UNWANTED}", mend)

    def _of_mappers(self, owner: str, at: str, found_in: Body, wanted: Scope | Client) -> Iterator[Difference]:
        there = {mapper["name"]: mapper for mapper in found_in.get("protocolMappers", ())}
        models = f"{at}/protocol-mappers/models"
        for name, body in wanted.mappers.items():
            found, what = there.pop(name, None), f"{owner}, mapper {name}"
            if found is None:
                yield Difference(f"{what}: {MISSING}", _later(self.server.post, models, body))
                continue
            mend = _later(self.server.put, f"{models}/{found['id']}", {**found, **body})
            yield from _told(what, unlike(found, body, beside=OF_A_MAPPER), mend)
        for name, found in there.items():
            yield Difference(f"{owner}, mapper {name}: {UNWANTED}", _later(self.server.delete, f"{models}/{found['id']}"))

    async def _of_roles_in(self, owner: str, at: str, wanted: Sequence[str]) -> AsyncIterator[Difference]:
        """Which roles a token may name that is made by this scope or client."""
        mappings = await self.server.get(f"{at}/scope-mappings")
        there = {role["name"]: role for role in mappings.get("realmMappings", ())}
        of_clients = [
            f"{client} {role['name']}" for client, roles in mappings.get("clientMappings", {}).items() for role in roles["mappings"]
        ]
        for name in wanted:
            if there.pop(name, None) is None:
                yield Difference(f"{owner}, role {name}: {MISSING}", _later(self._give_role, f"{at}/scope-mappings/realm", name))
        for name, role in there.items():
            yield Difference(f"{owner}, role {name}: {UNWANTED}", _later(self.server.delete, f"{at}/scope-mappings/realm", [role]))
        for name in of_clients:
            yield Difference(f"{owner}, roles of {name}: {BY_HAND}")

    async def _give_role(self, to: str, name: str) -> None:
        await self.server.post(to, [await self.server.get(f"roles/{_quoted(name)}")])

    async def _of_clients(self) -> AsyncIterator[Difference]:
        there = {client["clientId"]: client for client in await self.server.get("clients", max=MANY)}
        for name, client in self.wanted.clients.items():
            found, what = there.pop(name, None), f"client {name}"
            if found is None:
                made = {
                    **client.body,
                    "protocolMappers": list(client.mappers.values()),
                    "defaultClientScopes": list(client.always),
                    "optionalClientScopes": list(client.when_asked),
                }
                yield Difference(f"{what}: {MISSING}", _later(self.server.post, "clients", made))
                continue
            async for difference in self._of_client(what, found, client):
                yield difference
        for name, body in self.wanted.born_with.items():
            found = there.pop(name, None)
            if found is not None:
                mend = _later(self.server.put, f"clients/{found['id']}", {**found, **body})
                for difference in _told(f"client {name}", unlike_where_described(found, body), mend):
                    yield difference
        for name in there:
            yield Difference(f"client {name}: {BY_HAND}")

    async def _of_client(self, what: str, found: Body, client: Client) -> AsyncIterator[Difference]:
        at = f"clients/{found['id']}"
        attributes = {name: value for name, value in found["attributes"].items() if name not in MADE_BY_KEYCLOAK}
        # Keycloak forgets an attribute that becomes empty, and keeps one that is not named.
        right = mended(found, {**client.body, "attributes": mended(attributes, client.body["attributes"])}, beside=OF_A_CLIENT)
        compared = unlike({**found, "attributes": attributes}, client.body, beside=OF_A_CLIENT)
        for difference in _told(what, compared, lambda: self.server.put(at, right)):
            yield difference
        for difference in self._of_mappers(what, at, found, client):
            yield difference
        async for difference in self._of_roles_in(what, at, ()):
            yield difference
        # First what is too much: a scope is given always or when asked for, never both.
        for kind, has, wanted in (
            ("default", found["defaultClientScopes"], client.always),
            ("optional", found["optionalClientScopes"], client.when_asked),
        ):
            for name in sorted({*has} - {*wanted}):
                yield Difference(f"{what}, {kind} scope {name}: {UNWANTED}", _later(self._take_scope, f"{at}/{kind}-client-scopes", name))
            for name in sorted({*wanted} - {*has}):
                yield Difference(f"{what}, {kind} scope {name}: {MISSING}", _later(self._give_scope, f"{at}/{kind}-client-scopes", name))

    async def _give_scope(self, to: str, name: str) -> None:
        await self.server.put(f"{to}/{await self._id_of_scope(name)}")

    async def _take_scope(self, of: str, name: str) -> None:
        await self.server.delete(f"{of}/{await self._id_of_scope(name)}")

    async def _id_of_scope(self, name: str) -> str:
        (found,) = [scope["id"] for scope in await self.server.get("client-scopes") if scope["name"] == name]
        return str(found)

    async def _of_required_actions(self) -> AsyncIterator[Difference]:
        there = {action["alias"]: action for action in await self.server.get("authentication/required-actions")}
        for alias in sorted(self.wanted.required_actions - {*there}):
            made = {"providerId": alias, "name": alias}
            yield Difference(
                f"required action {alias}: {MISSING}", _later(self.server.post, "authentication/register-required-action", made)
            )
        for alias, found in there.items():
            should = {"enabled": alias in self.wanted.required_actions, "defaultAction": False}
            mend = _later(self.server.put, f"authentication/required-actions/{_quoted(alias)}", {**found, **should})
            for difference in _told(f"required action {alias}", unlike_where_described(found, should), mend):
                yield difference

    async def _of_profile(self) -> AsyncIterator[Difference]:
        found = await self.server.get("users/profile")
        mend = _later(self.server.put, "users/profile", self.wanted.profile)
        for difference in _told("profile", unlike(_by_name(found), _by_name(self.wanted.profile)), mend):
            yield difference

    async def _of_registration(self) -> AsyncIterator[Difference]:
        """Ways in which a client could come into being, or be excused from something, past what is described."""
        for found in await self.server.get("clients-initial-access"):
            mend = _later(self.server.delete, f"clients-initial-access/{found['id']}")
            yield Difference(f"initial access token {found['id']}: {UNWANTED}", mend)
        for kind in ("policies", "profiles"):
            for one in (await self.server.get(f"client-policies/{kind}")).get(kind, ()):
                yield Difference(f"client {kind} {one['name']}: {UNWANTED}", _later(self.server.put, f"client-policies/{kind}", {kind: []}))

    async def _of_providers(self) -> AsyncIterator[Difference]:
        """Which agencies bring a provider is the directory's matter; how far one is believed stands here."""
        unlinked = self.wanted.settings["firstBrokerLoginFlow"]
        for found in await self.server.get("identity-provider/instances", max=MANY):
            flow = found.get("firstBrokerLoginFlowAlias") or unlinked
            should = {**OF_A_PROVIDER, "firstBrokerLoginFlowAlias": unlinked}
            mend = _later(self.server.put, f"identity-provider/instances/{_quoted(found['alias'])}", {**found, **should})
            compared = unlike_where_described({**found, "firstBrokerLoginFlowAlias": flow}, should)
            for difference in _told(f"provider {found['alias']}", compared, mend):
                yield difference


def _told(owner: str, found: Iterable[Unlike], mend: Mend) -> Iterator[Difference]:
    for one in found:
        yield Difference(f"{owner}, {one.what}", mend if one.can_be_mended else None)


def _later(act: Callable[..., Awaitable[object]], *arguments: Any) -> Mend:
    return lambda: act(*arguments)


def _lines(steps: Sequence[Step], level: int = 0) -> Iterator[str]:
    for step in steps:
        yield _line(level, step.name, step.requirement, step.config)
        yield from _lines(step.steps or (), level + 1)


def _line(level: int, name: str, requirement: str, config: Mapping[str, str]) -> str:
    return " ".join((">" * level + name, requirement, *(f"{key}={config[key]}" for key in sorted(config))))


def _by_name(profile: Body) -> dict[str, Json]:
    """Attributes and groups under their names, so that it is told which of them differs."""
    return {**profile, **{kind: {one["name"]: one for one in profile.get(kind, ())} for kind in ("attributes", "groups")}}


def _quoted(name: str) -> str:
    return quote(name, safe="")
