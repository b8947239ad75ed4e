"""Every route of every service, asked from its own description with what nobody means: refused in the promised form, never broken.

Drawn by the tree's hash; CHIDAO_FUZZ says how many requests a service is sent (`./test long requests` sends many).
"""

import json
import os
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.common.web.description import PROBLEM
from libs.common.web.pagination import encode_cursor
from services.directory.domain.membership import Role
from tests.chance import seed_of_tree
from tests.conftest import ServiceDatabase
from tests.directives.documents import document
from tests.directory.conftest import Member, load, member
from tests.issuer import AUDIENCES, Issuer, Person
from tests.signed_in import ADMIN, HEALTH_CLERK, LEADER, OFFICE_LEAD, TRACKER, Client, running_service
from tests.tasks.released import instruction, release

REQUESTS = int(os.environ.get("CHIDAO_FUZZ") or 120)
PEOPLE = (ADMIN, HEALTH_CLERK, LEADER, OFFICE_LEAD, TRACKER)
DAYS = (
    "0001-01-01",
    "1899-12-31",
    "2026-02-29",
    "2026-02-28",
    "9999-12-31",
    "10000-01-01",
    "2026-2-1",
    "0",
    "-1",
    "1e9",
    "infinity",
    "٢٠٢٦-٠١-٠١",
)
MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-12T08:00:00", "2026-02-12T08:00:00+00:00")
TEXTS = (
    "",
    " ",
    "\0",
    "\x0b\x07",
    "a\ud800b",
    "\udfff",
    "'; DROP TABLE task; --",
    "%_!",
    "?scope=oversight",
    "../..",
    "..",
    "NV-99999999999999999999",
    "nv" + "9" * 30,
    "đ" * 199,
    "𝄞" * 300,
    "\u202e\u200b\ufeff",
    "NaN",
    "null",
    "true",
)
ID = "00000000-0000-4000-8000-000000000000"
CURSORS: tuple[tuple[Any, ...], ...] = (
    (0, 0, "so", ID),
    (MOMENTS[-1], ID),
    ("2026-02-28", 1001),
    ("2026-02-28", ID),
    ("2026-02-28", "so", ID),
)
NUMBERS = (0, -1, 1, 200, 201, 2**31, 2**63, 10**30, -(2**63))
JSON_VALUES: tuple[Any, ...] = (None, True, [], {}, [[]], {"a": {}}, 0, -1, 1.5, 1e300, 2**63, *TEXTS, *DAYS, "x" * 20_000)
BODIES = (b"", b"{", b"[]", b"null", b"7", b'"\\ud800"', b'{"a":' * 3000 + b"1" + b"}" * 3000, b"\xff\xfe", b'{"a":NaN}', b'{"a":1e999}')


class Hostile:
    def __init__(self, chance: Random, scene: "Scene") -> None:
        self.chance = chance
        self.scene = scene

    def text(self) -> str:
        return self.chance.choice((*TEXTS, *DAYS, *MOMENTS, *map(str, NUMBERS), str(uuid4()), *self.scene.known, self.cursor()))

    def cursor(self) -> str:
        """Of a shape that a list of ours has, with one key of which none is."""
        keys = list(self.chance.choice(CURSORS))
        keys[self.chance.randrange(len(keys))] = self.chance.choice((None, *DAYS, *MOMENTS, *NUMBERS, *TEXTS, [], {}))
        return encode_cursor(*keys)

    def parameter(self, named: str, schema: dict[str, Any]) -> str:
        """Half of them as described, so that others of the same request are come to."""
        options = schema.get("enum") or [one for some in schema.get("anyOf", ()) for one in some.get("enum", ())]
        if options and self.chance.random() < 0.6:
            return str(self.chance.choice(options))
        return self.cursor() if named == "cursor" else self.text()

    def body(self, example: Any) -> bytes:
        if example is None or self.chance.random() < 0.1:
            return self.chance.choice(BODIES)
        changed = deepcopy(example)
        for _ in range(self.chance.randint(0, 3)):
            self._spoil(changed)
        return json.dumps(changed).encode()

    def _spoil(self, found: Any) -> None:
        if not found or not isinstance(found, dict | list):
            return
        key = self.chance.choice(list(found) if isinstance(found, dict) else range(len(found)))
        match self.chance.randrange(5):
            case 0 if isinstance(found[key], dict | list):
                self._spoil(found[key])
            case 1:
                del found[key]
            case 2 if isinstance(found, dict):
                found[self.text()] = deepcopy(self.chance.choice(JSON_VALUES))
            case _:
                found[key] = deepcopy(self.chance.choice(JSON_VALUES))


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@dataclass(frozen=True)
class Scene:
    """Who asks, and ids of things that are there."""

    people: tuple[Person, ...]
    known: tuple[str, ...] = ()


async def scene_of(client: Client, name: str) -> Scene:
    """Something is there, and the directory was heard of just now, so that changes are taken."""
    match name:
        case "directory":
            await load(client)
            people = tuple(Member(member(role)) for role in (Role.SYSTEM_ADMIN, Role.OFFICE_TRACKER, Role.AGENCY_CLERK))
            return Scene(people, (str(people[2].membership), str(people[2].agency)))
        case "tasks":
            return Scene(PEOPLE, (await release(client, instruction()),))
        case "directives":
            return Scene(PEOPLE, ((await client.post(TRACKER, "/directives", document())).json()["id"],))
        case "notify":
            async with client.admin.begin() as connection:
                await connection.execute(text("UPDATE feed_position SET consumer = 'notify-directory' WHERE source = 'directory'"))
    return Scene(PEOPLE)


@pytest.mark.parametrize("name", AUDIENCES)
async def test_whatever_is_sent_is_answered_as_described(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path, name: str
) -> None:
    async with running_service(name, database(name), issuer, tmp_path, replica=name != "directory") as client:
        described: dict[str, Any] = (await client.http.get("/openapi.json")).raise_for_status().json()
        # The stream answers as long as it is listened to.
        routes = [
            (path, method, route)
            for path, methods in described["paths"].items()
            for method, route in methods.items()
            if path != "/internal/stream"
        ]
        hostile = Hostile(Random(f"{seed_of_tree()} {name}"), await scene_of(client, name))
        for number in range(max(REQUESTS, len(routes))):
            await ask(client, described, hostile, *routes[number % len(routes)])


@pytest.mark.parametrize("name", AUDIENCES)
async def test_no_cursor_of_others_breaks_a_list(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path, name: str
) -> None:
    """Each key of each shape in turn, in every list: by chance it would hardly ever be come to."""
    wrong = (None, "\0", "a\ud800", 2**31, 10**30, "0001-01-01", "9999-12-31", *MOMENTS[:3], [], {})
    cursors = [encode_cursor(*shape[:place], one, *shape[place + 1 :]) for shape in CURSORS for place in range(len(shape)) for one in wrong]
    async with running_service(name, database(name), issuer, tmp_path, replica=name != "directory") as client:
        described: dict[str, Any] = (await client.http.get("/openapi.json")).raise_for_status().json()
        scene = await scene_of(client, name)
        lists = [
            path.replace("{task_id}", (*scene.known, ID)[0]).replace("{agency_id}", (ID, *scene.known)[-1])
            for path, methods in described["paths"].items()
            if any(one["name"] == "cursor" for one in methods.get("get", {}).get("parameters", ()))
        ]
        for path in lists:
            person = await first_who_sees(client, scene, path)
            for cursor in cursors:
                answer = await client.get(person, path, cursor=cursor)
                assert answer.status_code in (200, 422), f"{path} {cursor}: {answer.text[:200]}"


async def first_who_sees(client: Client, scene: Scene, path: str) -> Person:
    """A list that nobody of the scene sees would not be tried at all."""
    for person in scene.people:
        if (await client.get(person, path)).status_code == 200:
            return person
    raise AssertionError(f"nobody sees {path}")


async def ask(client: Client, described: dict[str, Any], hostile: Hostile, path: str, method: str, route: dict[str, Any]) -> None:
    chance = hostile.chance
    parameters = [one for one in route.get("parameters", ()) if one["in"] in ("path", "query")]
    query = []
    for one in parameters:
        value = encoded(hostile.parameter(one["name"], one["schema"]))
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", value or "7")
        elif one.get("required") or chance.random() < 0.4:
            query.append(f"{one['name']}={value}")
    headers = {"Authorization": f"Bearer {client.issuer.service_token('notify', 'tasks')}"} if path.startswith("/internal") else {}
    headers = headers or client.issuer.headers(chance.choice(hostile.scene.people))
    if method != "get":
        headers |= {"Idempotency-Key": str(uuid4()), "If-Match": chance.choice(('"1"', '"2"', "*", '"x"', '"99999999999999999999999"'))}
        headers |= {} if chance.random() < 0.9 else {"Idempotency-Key": "\x7f"}
    body = hostile.body(_example(described, route)) if "requestBody" in route else None
    asked = path + (f"?{'&'.join(query)}" if query else "")
    answer = await client.http.request(method.upper(), asked, headers=headers, content=body)
    what = f"{method} {asked} {body!r}: {answer.status_code} {answer.text[:300]}"
    media = answer.headers.get("Content-Type", "").partition(";")[0]
    if (answer.status_code == 404 and answer.json()["code"] == "not-found") or answer.status_code == 405:
        # Whatever leads nowhere has no description.
        assert media == PROBLEM, what
        return
    assert answer.status_code < 500, what
    assert str(answer.status_code) in route["responses"], what
    assert media in route["responses"][str(answer.status_code)].get("content", {media: None}), what
    if answer.is_error:
        assert answer.json().keys() >= {"type", "title", "status", "code", "instance"}, what


def _example(described: dict[str, Any], route: dict[str, Any]) -> Any:
    schema = route["requestBody"]["content"].get("application/json", {}).get("schema", {})
    reference = schema.get("$ref", "").rpartition("/")[2]
    return schema.get("example") or described["components"]["schemas"].get(reference, {}).get("example")
