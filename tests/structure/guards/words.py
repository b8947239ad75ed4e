"""Whatever the services may say has Vietnamese words: states, actions, refusals, kinds, events, numbers.

Enumerations, refusals and events are found by going through the tree: a new one has words, or stands in NOT_SHOWN with the reason.
That both languages of the portal have the same keys is tried in tests/portal/test_home.py.
"""

import ast
import importlib
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import ModuleType

import libs.common
import libs.contracts
import libs.directory_replica
import services
from libs.common.domain import DomainError
from libs.common.web.problems import _CODE_OF_STATUS
from libs.common.web.titles import TITLES
from libs.contracts import agency_groups
from libs.contracts.contract import all_contracts
from portal.messages import vi
from services.directory.api.titles import GROUP_NAMES
from services.reporting.figures.numbers import NUMBERS
from tests.structure.guards import places
from tests.structure.guards.places import ROOT, Finding, Place, verdict

WORDS_OF: Mapping[str, str] = {
    "services.tasks.domain.lifecycle.State": "state",
    "services.tasks.domain.lifecycle.Action": "action",
    "services.tasks.domain.report.Quality": "quality",
    "services.tasks.domain.report.Decision": "decision",
    "services.directives.domain.lifecycle.Action": "action",
    "services.directives.domain.vocabulary.DirectiveState": "directive-state",
    "services.directives.domain.vocabulary.DirectiveKind": "kind",
    "services.directives.domain.vocabulary.Urgency": "urgency",
    "services.directives.domain.vocabulary.Deliverable": "deliverable",
    "services.directives.domain.vocabulary.DeadlineClass": "deadline-class",
    "services.directory.domain.agency.AgencyKind": "agency-kind",
    "services.directory.domain.agency.CodeKind": "agency-code",
    "services.directory.domain.membership.Role": "role",
    "services.directory.domain.reorganisation.ReorganisationKind": "reorganisation-kind",
    "services.directory.domain.reorganisation.ReorganisationStanding": "reorganisation-standing",
    "services.directory.api.people_schemas.ActOnMembership": "membership-act",
    "services.notify.notices.kinds.NoticeKind": "notice",
    "libs.contracts.step_up.StepUpAct": "step-up.act",
    "libs.contracts.buckets.AwaitingCountsAs": "setting-value.awaiting_counts_as",
    "libs.contracts.buckets.Bucket": "number",
    "libs.contracts.province.BeforeDay": "setting-value.truoc_ngay",
    "libs.contracts.rates.Rounding": "setting-value.rounding",
    "libs.contracts.working_days.DayType": "day-type",
    "services.directory.domain.decisions.DecisionStanding": "decision-standing",
}
"""Enumeration → how the keys of its words begin."""
NOT_SHOWN: Mapping[str, str] = {
    "libs.contracts.step_up.Level": "people read for which act they are asked, not how surely",
    "services.directives.domain.vocabulary.AssignmentRole": "the form has a field for each",
    "services.directory.accounts.stepping.Step": "told to an operator by the command line, which has words for each",
    "services.directory.domain.accounts.Drift": "told to an operator by the command line, which has words for each",
    "services.directory.domain.permissions.SeesPeople": "an inner word of the permissions",
    "services.directory.domain.managing_people.Manages": "an inner word of the permissions",
    "services.reporting.figures.rows.Counted": "a parameter of the API",
    "services.reporting.figures.permissions.SeesTasks": "an inner word of the permissions",
    "services.tasks.domain.assignment.AssignmentRole": "the page of a task has a line for each",
    "services.tasks.domain.permissions.Relation": "decides what a page shows, is not itself shown",
    "services.tasks.queries.asked.Level": "a parameter of the API",
    "services.tasks.queries.asked.Scope": "a parameter of the API",
}
"""Enumeration → why nobody reads it."""
OF_A_FIELD: Mapping[str, str] = {"no-id": "tells a program which of its parameters is wrong; no form of the portal sends it"}
"""Codes beside a field that need no sentence."""

PORTAL_WORDS = ROOT / "portal" / "messages" / "vi_domain.py"
TITLES_OF_ALL = ROOT / "libs" / "common" / "web" / "titles.py"
SAYS_A_CODE = {"Problem", "problem_response"}
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
# Headers are named as a program must send them.
NAMES_OF_HEADERS = re.compile(r"\((Idempotency-Key|If-Match)\)")
RAW_CODE = re.compile(r"\b[A-Z]+_[A-Z_]+\b|\b[a-z]+(-[a-z]+)+\b|\b[a-z]+_[a-z_]+\b")


def import_all() -> None:
    for package in (services, libs.common, libs.contracts, libs.directory_replica):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith((".__main__", ".migrations")) and ".migrations." not in module.name:
                importlib.import_module(module.name)


def ours(cls: type) -> list[type]:
    """Every class of ours that descends from `cls`."""
    found: dict[type, None] = {}
    children: list[type] = cls.__subclasses__()
    for child in children:
        found |= dict.fromkeys((child, *ours(child)))
    return [one for one in found if one.__module__.startswith(("services.", "libs."))]


def name_of(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def of_enumerations() -> tuple[list[Finding], int]:
    findings, members = [], 0
    # No word of the domain stands in libs.common.
    found = {name_of(cls): cls for cls in ours(Enum) if not cls.__module__.startswith("libs.common.") and issubclass(cls, Enum)}
    for name, cls in found.items():
        if name in WORDS_OF:
            for member in cls:
                members += 1
                findings += of_key(f"{WORDS_OF[name]}.{member.value}", places.of_member(cls, member.name))
        elif name not in NOT_SHOWN:
            findings.append(Finding(places.of_class(cls), f"{name}: nobody decided whether people read it (WORDS_OF or NOT_SHOWN)"))
    for name in (WORDS_OF.keys() | NOT_SHOWN.keys()) - found.keys():
        findings.append(Finding(places.of_key(Path(__file__), name), f"{name} is no enumeration of ours any more"))
    return findings, members


def of_key(key: str, place: Place, *, sentence: bool = False) -> list[Finding]:
    """What is wrong with the portal's words for a key; `place` is where the thing stands that needs them."""
    if key not in vi.WORDS:
        return [Finding(place, f"{key} has no Vietnamese words in portal/messages")]
    wrong = wrong_words(vi.WORDS[key], sentence=sentence)
    return [Finding(places.of_key(PORTAL_WORDS, key.partition(".")[2]), f"{key}: {wrong}")] if wrong else []


def wrong_words(words: str, *, sentence: bool) -> str:
    """What is wrong with them, or nothing."""
    if not words.strip() or words != words.strip() or words != unicodedata.normalize("NFC", words):
        return "no tidy text"
    if words.isascii():
        return f"“{words}” is not Vietnamese"
    if raw := RAW_CODE.search(NAMES_OF_HEADERS.sub("", re.sub(r"\{\w+\}", "", words))):
        return f"“{words}” holds the raw code {raw.group()}"
    if sentence and not (words[0].isupper() and words.endswith(".")):
        return f"“{words}” is no whole sentence"
    return ""


def of_problems() -> tuple[list[Finding], int]:
    """Each code that a refusal may bear has a sentence of the service and one of the portal; each sentence belongs to such a code."""
    findings: list[Finding] = []
    said = {code: place for place, code in codes_of_classes(findings)} | {code: place for place, code in codes_in_calls()}
    said |= dict.fromkeys(_CODE_OF_STATUS.values(), places.of_lines("^_CODE_OF_STATUS = ", "libs")[0])
    for code, place in said.items():
        if code in OF_A_FIELD:
            continue
        if code not in TITLES:
            findings.append(Finding(place, f"problem {code} has no Vietnamese sentence in the titles of a service"))
        findings += of_key(f"problem.{code}", place, sentence=True)
    for code, title in TITLES.items():
        place = place_of_title(code)
        if code not in said:
            findings.append(Finding(place, f"nothing is refused as {code} any more"))
        if wrong := wrong_words(title, sentence=True):
            findings.append(Finding(place, f"problem {code}: {wrong}"))
    return findings, len(said)


def codes_of_classes(findings: list[Finding]) -> Iterator[tuple[Place, str]]:
    for cls in ours(DomainError):
        if "code" in cls.__dict__:
            yield places.of_class(cls), str(cls.__dict__["code"])
        elif not cls.__subclasses__():
            findings.append(Finding(places.of_class(cls), f"{cls.__name__} is a refusal without a code of its own"))


def codes_in_calls() -> Iterator[tuple[Place, str]]:
    """Codes written where they are answered: `Problem(400, "not-json")`, and those beside a field."""
    for file in places.python_files("libs", "services"):
        for node in places.parsed(file):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS_A_CODE:
                for argument in node.args[1:3]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and CODE.fullmatch(argument.value):
                        yield Place(file.relative_to(ROOT).as_posix(), argument.lineno), argument.value
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "code" and isinstance(value, ast.Constant):
                        yield Place(file.relative_to(ROOT).as_posix(), value.lineno), str(value.value)


def place_of_title(code: str) -> Place:
    places_found = [places.of_key(file, code) for file in (TITLES_OF_ALL, *sorted((ROOT / "services").glob("*/api/*.py")))]
    return next((place for place in places_found if place.line > 1), places_found[0])


def of_events() -> tuple[list[Finding], int]:
    """The history of a task names each of its events."""
    told = {name: contract for name, contract in all_contracts().items() if name.startswith("chidao.tasks.")}
    findings = [finding for name, contract in told.items() for finding in of_key(f"event.{name.split('.')[2]}", places.of_class(contract))]
    return findings, len(told)


def of_names(names: list[str], prefix: str, module: ModuleType) -> tuple[list[Finding], int]:
    file = Path(str(module.__file__))
    return [finding for name in names for finding in of_key(f"{prefix}.{name}", places.of_key(file, name))], len(names)


def of_groups() -> tuple[list[Finding], int]:
    findings = []
    for group in agency_groups.AGENCY_GROUPS:
        wrong = wrong_words(GROUP_NAMES[group], sentence=False) if group in GROUP_NAMES else "no Vietnamese name"
        if wrong:
            findings.append(Finding(places.of_key(Path(str(agency_groups.__file__)), group), f"the group {group}: {wrong}"))
    return findings, len(agency_groups.AGENCY_GROUPS)


def look() -> tuple[list[Finding], int]:
    import_all()
    figures = sys.modules["services.reporting.figures.numbers"]
    parts = (
        of_enumerations(),
        of_problems(),
        of_events(),
        of_groups(),
        of_names([name for name in NUMBERS if "." not in name], "number", figures),
    )
    return [finding for findings, _ in parts for finding in findings], min(count for _, count in parts)


if __name__ == "__main__":
    found, least = look()
    sys.exit(verdict(found, looked_at=least, what="state, refusal, event, group or number"))
