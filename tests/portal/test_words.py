"""Whatever the services may say has Vietnamese words: states, actions, refusals, kinds. A list that is empty proves nothing and fails."""

import importlib
import pkgutil
from collections.abc import Iterable

import pytest

import services
from libs.common.web.titles import TITLES
from libs.contracts.contract import all_contracts
from portal.messages import vi
from services.directives.domain import vocabulary
from services.directives.domain.lifecycle import Action as DirectiveAction
from services.reporting.figures.numbers import NUMBERS
from services.tasks.domain.lifecycle import Action as TaskAction
from services.tasks.domain.lifecycle import State as TaskState
from services.tasks.domain.report import Decision, Quality


def problem_codes() -> list[str]:
    """The codes of every service: its sentences are registered when its API is imported."""
    for service in pkgutil.iter_modules(services.__path__):
        importlib.import_module(f"services.{service.name}.app")
    return sorted(TITLES)


def task_events() -> list[str]:
    return [name.split(".")[2] for name in all_contracts() if name.startswith("chidao.tasks.")]


LISTS: dict[str, Iterable[str]] = {
    "state": TaskState,
    "action": [*TaskAction, *DirectiveAction],
    "directive-state": vocabulary.DirectiveState,
    "kind": vocabulary.DirectiveKind,
    "urgency": vocabulary.Urgency,
    "deliverable": vocabulary.Deliverable,
    "deadline-class": vocabulary.DeadlineClass,
    "quality": Quality,
    "decision": Decision,
    "event": task_events(),
    "problem": problem_codes(),
    "number": [name for name in NUMBERS if "." not in name],
}


@pytest.mark.parametrize("prefix", LISTS)
def test_every_word_of_the_services_has_a_vietnamese_one(prefix: str) -> None:
    keys = [f"{prefix}.{code}" for code in LISTS[prefix]]
    assert keys
    assert [key for key in keys if key not in vi.WORDS] == []
