"""The administration of a Keycloak, over python-keycloak's connection: a few requests at a time, with a time limit, as one account."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from libs.common.trust import trusted

if TYPE_CHECKING:
    from keycloak import KeycloakOpenIDConnection
    from keycloak.exceptions import KeycloakError

MASTER = "master"
TIMEOUT_SECONDS = 60
LINES = 4

Json = Any


class KeycloakRefused(Exception):
    """Keycloak did not answer, did not believe the account, or said no; the words say which. `status` is None where it did not answer."""

    def __init__(self, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status

    @property
    def concerns_everything(self) -> bool:
        """Whether any other request would have ended so, too: it is away, overburdened, or does not believe the account."""
        return self.status is None or self.status in (401, 429, 502, 503, 504)


class Administration:
    """One realm of the Keycloak at `connection`. Paths are those of its administration, below the realm."""

    def __init__(self, connection: "KeycloakOpenIDConnection", realm: str) -> None:
        self._connection = connection
        self._realm = realm
        # Requests side by side would each ask for a token when the old one ends.
        self._renewing = asyncio.Lock()

    async def realm_exists(self) -> bool:
        answer = await self._answer("GET", f"admin/realms/{self._realm}")
        if answer.status_code not in (200, 404):
            raise _refused("GET", f"admin/realms/{self._realm}", answer)
        return bool(answer.status_code == 200)

    async def make_realm(self, body: Mapping[str, Json]) -> None:
        await self._ask("POST", "admin/realms", body)

    async def get(self, path: str = "", **query: str | int) -> Json:
        return (await self._ask("GET", self._path(path), None, **query)).json()

    async def find(self, path: str) -> Json | None:
        """None where there is no such thing."""
        answer = await self._answer("GET", self._path(path))
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            raise _refused("GET", self._path(path), answer)
        return answer.json()

    async def post(self, path: str, body: Json) -> str:
        """The id of what was made, where Keycloak tells one."""
        answer = await self._ask("POST", self._path(path), body)
        return str(answer.headers.get("Location", "")).rpartition("/")[2]

    async def put(self, path: str, body: Json = None) -> None:
        await self._ask("PUT", self._path(path), body if body is not None else {})

    async def delete(self, path: str, body: Json = None) -> None:
        await self._ask("DELETE", self._path(path), body)

    def _path(self, path: str) -> str:
        return f"admin/realms/{self._realm}{'/' if path else ''}{path}"

    async def _ask(self, method: str, path: str, body: Json, **query: str | int) -> Any:
        answer = await self._answer(method, path, body, **query)
        if not answer.is_success:
            raise _refused(method, path, answer)
        return answer

    async def _answer(self, method: str, path: str, body: Json = None, **query: str | int) -> Any:
        from keycloak.exceptions import KeycloakError

        connection = self._connection
        written = json.dumps(body) if isinstance(body, Mapping | Sequence) else None
        try:
            async with self._renewing:
                await connection.a__refresh_if_required()
            match method:
                case "GET":
                    return await connection.a_raw_get(path, **query)
                case "POST":
                    return await connection.a_raw_post(path, written)
                case "PUT":
                    return await connection.a_raw_put(path, written)
                case _:
                    return await connection.a_raw_delete(path, written)
        except KeycloakError as error:
            raise KeycloakRefused(_words(error), error.response_code) from error


@asynccontextmanager
async def administration(url: str, *, operator: str, password: str, realm: str) -> AsyncIterator[Administration]:
    """`operator` is an account of the realm master. Every request raises KeycloakRefused where it fails."""
    # Half a second, for which only who administers shall wait.
    import httpx
    from keycloak import KeycloakOpenIDConnection

    connection = KeycloakOpenIDConnection(
        server_url=f"{url.rstrip('/')}/",
        username=operator,
        password=password,
        realm_name=realm,
        # Without it the realm that is administered would be asked for the token.
        user_realm_name=MASTER,
        timeout=TIMEOUT_SECONDS,
    )
    # No proxy of the environment is a way to it; whom this machine trusts is trusted.
    async with httpx.AsyncClient(trust_env=False, verify=trusted(), limits=httpx.Limits(max_connections=LINES)) as lines:
        connection.async_s = connection.keycloak_openid.connection.async_s = lines
        yield Administration(connection, realm)


def _refused(method: str, path: str, answer: Any) -> KeycloakRefused:
    return KeycloakRefused(f"{method} {path}: {answer.status_code} {answer.text[:300]}", answer.status_code)


def _words(error: "KeycloakError") -> str:
    status = f"{error.response_code} " if error.response_code else ""
    return f"{status}{type(error).__name__}: {error.error_message!s:.300}"
