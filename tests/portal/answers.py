"""`python -m tests.portal.answers`: writes `portal/answers/` from the descriptions of the services, so that the seam has types."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from joserfc.jwk import ECKey

from libs.common.messaging.memory import InMemoryBus
from system.applications import SERVICES

FOLDER = Path(__file__).resolve().parents[2] / "portal" / "answers"
NOWHERE = "http://127.0.0.1:1"
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
# What is said of every service, and nobody asks from a page.
LEFT_OUT = ("/health/", "/feed", "/internal/")
Schema = Mapping[str, Any]


def descriptions() -> dict[str, dict[str, Any]]:
    """Service → its OpenAPI description, without running it."""
    with TemporaryDirectory() as folder:
        key = Path(folder) / "key.pem"
        key.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
        return {name: _description(name, Path(folder), key) for name in SERVICES}


def _description(name: str, folder: Path, key: Path) -> dict[str, Any]:
    settings_class, create_app = SERVICES[name]
    settings = settings_class(
        name=name,
        database_url="postgresql+asyncpg://nobody@127.0.0.1:1/nothing",
        issuer=NOWHERE,
        jwks_url=NOWHERE,
        token_url=NOWHERE,
        client_id=name,
        private_key_file=key,
        files_folder=folder,
    )
    return create_app(settings, InMemoryBus()).openapi()


def module_of(service: str, description: Mapping[str, Any]) -> str:
    """The text of `portal/answers/<service>.py`: a TypedDict for each answer, a Route for each question."""
    routes = list(_routes(service, description))
    schemas = description["components"]["schemas"]
    wanted = _reached([schema for _, _, schema in routes], schemas)
    lines = [f'"""What the {service} service answers. Written by `python -m tests.portal.answers`, not by hand."""', ""]
    classes = [_class(name, schemas[name], schemas) for name in sorted(wanted) if schemas[name].get("type") == "object"]
    constants = [f'{name}: Route[{_type(schema, schemas)}] = Route("{service}", "{path}")' for name, path, schema in routes]
    body = "\n".join(classes + constants)
    typing = [name for name in ("Any", "Literal", "NotRequired", "TypedDict") if name in body]
    head = [*lines, "from __future__ import annotations", "", f"from typing import {', '.join(typing)}", ""]
    return "\n".join([*head, "from portal.route import Route", "", "", *classes, *constants, ""])


def _routes(service: str, description: Mapping[str, Any]) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in sorted(description["paths"].items()):
        answer = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        if answer and not path.startswith(LEFT_OUT):
            yield _name_of(service, path), path, answer["schema"]


def _name_of(service: str, path: str) -> str:
    """`/tasks/{task_id}/history` is HISTORY_OF_TASK, `/tasks/{task_id}` is TASK, `/tasks` TASKS, `/receipts/{code}` RECEIPT_OF_CODE."""
    parts = [part for part in path.split("/") if part]
    if parts[-1].startswith("{") and not parts[-1].endswith("_id}"):
        return f"{parts[-2].removesuffix('s')}_of_{parts[-1].strip('{}')}".replace("-", "_").upper()
    words = parts[-1]
    if words.startswith("{"):
        words = words.strip("{}").removesuffix("_id")
    owner = next((part.strip("{}").removesuffix("_id") for part in reversed(parts[:-1]) if part.startswith("{")), None)
    before = next((part for part in reversed(parts[:-1]) if not part.startswith("{")), None)
    name = f"{words}_of_{owner}" if owner else f"{before}_{words}" if before and not parts[-1].startswith("{") else words
    return name.replace("-", "_").upper()


def _reached(roots: list[Schema], schemas: Mapping[str, Schema]) -> set[str]:
    found: set[str] = set()
    waiting: list[Any] = list(roots)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            if "$ref" in one and (name := one["$ref"].rsplit("/", 1)[-1]) not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return found


def _class(name: str, schema: Schema, schemas: Mapping[str, Schema]) -> str:
    required = set(schema.get("required", ()))
    fields = [
        f"    {field}: {_type(one, schemas) if field in required else f'NotRequired[{_type(one, schemas)}]'}"
        for field, one in schema.get("properties", {}).items()
    ]
    return "\n".join([f"class {_python_name(name)}(TypedDict):", *(fields or ["    pass"]), "", ""])


def _type(schema: Schema, schemas: Mapping[str, Schema]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        known = schemas[name]
        return _python_name(name) if known.get("type") == "object" else _type(known, schemas)
    if "anyOf" in schema:
        return " | ".join(_type(one, schemas) for one in schema["anyOf"])
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(one) for one in schema['enum'])}]"
    if "const" in schema:
        return f"Literal[{json.dumps(schema['const'])}]"
    if schema.get("type") == "array":
        return f"list[{_type(schema.get('items', {}), schemas)}]"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {_type(values, schemas) if isinstance(values, Mapping) and values else 'Any'}]"
    return PLAIN.get(schema.get("type", ""), "Any")


def _python_name(name: str) -> str:
    return name.strip("_").replace("Page_", "PageOf")


def broken(value: Any, schema: Schema, schemas: Mapping[str, Schema], place: str = "") -> Iterator[str]:
    """What of an answer its description does not allow: a field too few, a field too many, a value of another kind."""
    if "$ref" in schema:
        yield from broken(value, schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, place)
    elif "anyOf" in schema:
        found = [list(broken(value, one, schemas, place)) for one in schema["anyOf"]]
        yield from min(found, key=len)
    elif "enum" in schema:
        if value not in schema["enum"]:
            yield f"{place}: {value!r} is none of {schema['enum']}"
    elif schema.get("type") == "array":
        if not isinstance(value, list):
            yield f"{place}: no list"
            return
        for number, one in enumerate(value):
            yield from broken(one, schema.get("items", {}), schemas, f"{place}[{number}]")
    elif schema.get("type") == "object" and "properties" in schema:
        if not isinstance(value, dict):
            yield f"{place}: no object"
            return
        yield from (f"{place}.{name}: missing" for name in schema.get("required", ()) if name not in value)
        yield from (f"{place}.{name}: no service says that" for name in value if name not in schema["properties"])
        for name, one in schema["properties"].items():
            if name in value:
                yield from broken(value[name], one, schemas, f"{place}.{name}")
    elif not _fits(value, schema.get("type")):
        yield f"{place}: {value!r} is no {schema['type']}"


def _fits(value: Any, kind: str | None) -> bool:
    kinds: dict[str | None, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
        "object": dict,
    }
    return kind not in kinds or (isinstance(value, kinds[kind]) and (kind == "boolean" or not isinstance(value, bool)))


def main() -> None:
    for service, description in descriptions().items():
        (FOLDER / f"{service}.py").write_text(module_of(service, description), "utf-8")


if __name__ == "__main__":
    main()
