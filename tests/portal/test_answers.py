"""The seam between portal and services has types, and the stand-in of these tests cannot say what no service says."""

import ast
import subprocess
import sys
from typing import Any

import pytest

from portal.answers.tasks import HISTORY_OF_TASK
from tests.portal.answers import FOLDER, broken, module_of
from tests.portal.conftest import SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_the_types_are_those_that_the_service_describes(described: dict[str, dict[str, Any]], service: str) -> None:
    written = (FOLDER / f"{service}.py").read_text("utf-8")
    # Layout aside: what is written is formatted as all our code is.
    assert ast.dump(ast.parse(written)) == ast.dump(ast.parse(module_of(service, described[service]))), (
        "the description has changed: python -m tests.portal.answers"
    )


def test_a_field_that_a_service_gains_or_loses_changes_the_types(described: dict[str, dict[str, Any]]) -> None:
    written = ast.dump(ast.parse((FOLDER / "notify.py").read_text("utf-8")))
    schema = described["notify"]["components"]["schemas"]["NoticeOut"]
    for properties in ({**schema["properties"], "colour": {"type": "string"}}, {"id": schema["properties"]["id"]}):
        schemas = {**described["notify"]["components"]["schemas"], "NoticeOut": {**schema, "properties": properties}}
        assert ast.dump(ast.parse(module_of("notify", {**described["notify"], "components": {"schemas": schemas}}))) != written


def test_a_field_that_no_service_has_is_an_error_of_types() -> None:
    planted = "from portal.answers.tasks import TaskOut\n\ndef colour(task: TaskOut) -> str:\n    return task['colour']\n"
    # `files` of the configuration would stand beside the planted text, so it is given without.
    command = [sys.executable, "-m", "mypy", "--config-file=", "--strict", "-c", planted]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=FOLDER.parents[1])
    assert 'TypedDict "TaskOut" has no key "colour"' in checked.stdout


def test_an_answer_that_no_service_gives_is_named(described: dict[str, dict[str, Any]]) -> None:
    schemas = described["notify"]["components"]["schemas"]
    assert list(broken({"count": 3, "at_least": False}, schemas["UnreadOut"], schemas)) == []
    assert list(broken({"count": "3", "at_least": False}, schemas["UnreadOut"], schemas)) == [".count: '3' is no integer"]
    odd = {"number": 3, "at_least": False}
    assert list(broken(odd, schemas["UnreadOut"], schemas)) == [".count: missing", ".number: no service says that"]


def test_an_id_out_of_an_address_leads_nowhere_else() -> None:
    assert HISTORY_OF_TASK.at(("a/../b?scope=oversight",)) == "/tasks/a%2F..%2Fb%3Fscope%3Doversight/history"
