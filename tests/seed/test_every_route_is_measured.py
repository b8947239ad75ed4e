"""The table of `bench scale` has a question for every route of the services that reads and every screen of the portal, or says why not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from bench.scale import routes, screens
from bench.scale.questions import Question
from bench.scale.routes import ROUTES
from bench.scale.screens import SCREENS
from embedded.data_folder import DataFolder
from embedded.postgres import Address
from embedded.wiring import Wiring
from libs.common.messaging.memory import InMemoryBus
from system.applications import SERVICES
from system.databases import DATABASES, roles_of

# What every service has beside its own: for those who operate it, and for other services.
NOBODYS = ("/health", "/internal", "/openapi.json", "/assets")
# The writes that people wait for, of which there must be a question.
WRITES = {
    "tasks POST /tasks/{task_id}/accept",
    "tasks POST /tasks/{task_id}/progress",
    "tasks POST /tasks/{task_id}/results",
    "tasks POST /tasks/{task_id}/results/confirm",
    "tasks POST /tasks/{task_id}/results/return",
    "directives POST /directives",
    "directives POST /directives/{directive_id}/release",
    "notify POST /notices/{notice_id}/read",
}


@pytest.fixture
def wiring(tmp_path: Path) -> Wiring:
    """Of a system that is never started: applications are looked at, not asked."""
    here = "http://127.0.0.1:1"
    nowhere = Address(tmp_path, 1, dict.fromkeys((*roles_of(DATABASES), "postgres"), "-"))
    return Wiring(DataFolder(tmp_path), nowhere, here, dict.fromkeys(SERVICES, here), timedelta(), sign_in_url=here)


def of_services(wiring: Wiring) -> Iterator[str]:
    for name in SERVICES:
        for path, methods in wiring.service_app(name, InMemoryBus()).openapi()["paths"].items():
            if not path.startswith(NOBODYS):
                yield from (f"{name} {method.upper()} {path}" for method in methods)


def of_portal(app: FastAPI) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        if route.path and not route.path.startswith(NOBODYS) and "GET" in (route.methods or ()):
            yield f"GET {route.path}"


def asked(questions: tuple[Question, ...]) -> set[str]:
    return {f"{question.owner} {question.route}" for question in questions}


def test_every_route_of_the_services_has_a_question_or_a_reason(wiring: Wiring) -> None:
    there = set(of_services(wiring))
    assert asked(ROUTES).isdisjoint(routes.NOT_MEASURED), "a route is measured and excused"
    assert asked(ROUTES) | set(routes.NOT_MEASURED) == there
    assert asked(ROUTES) >= WRITES | {one for one in there if " GET " in one}


def test_every_screen_of_the_portal_has_a_question_or_a_reason(wiring: Wiring) -> None:
    there = set(of_portal(wiring.portal_app()))
    measured = {question.route for question in SCREENS}
    assert measured.isdisjoint(screens.NOT_MEASURED), "a screen is measured and excused"
    assert measured | set(screens.NOT_MEASURED) == there


def test_no_two_questions_have_one_name() -> None:
    names = [question.name for question in (*ROUTES, *SCREENS)]
    assert len(names) == len(set(names))
