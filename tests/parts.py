"""The parts of ./test. What a part needs and cannot have is said loudly at the end, and is a failure under CI=true.

docs/testing.md gives each part its seconds. One that takes more than twice as long is named, and no more: a busy machine stops nobody.
"""

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from embedded.keycloak import find_or_get_keycloak
from embedded.rabbitmq import find_or_get_rabbitmq
from tests import long
from tests.browser_here import find_or_get_browser
from tests.chance import seed_of_tree

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / ".test"
WORKERS = "2"
TESTING = ROOT / "docs" / "testing.md"
SLOW_FROM = 2
MUTANTS_SECONDS = "60"
# Everything else under tests/ that is a folder with tests belongs to the part "service", so that no new folder is forgotten.
NAMED_FOLDERS = {"unit": "unit", "contract": "contracts", "structure": "structure", "flow": "flow", "browser": "browser"}


@dataclass
class Outcome:
    part: str
    passed: bool = True
    seconds: float = 0.0
    missing: list[str] = field(default_factory=list)


def passes(program: str, *arguments: str, environment: dict[str, str] | None = None) -> bool:
    print(f"\n$ {program} {' '.join(arguments)}", flush=True)
    ours = Path(sys.executable).parent / program
    return subprocess.run([str(ours), *arguments], cwd=ROOT, env=os.environ | (environment or {}), check=False).returncode == 0


def lint() -> Outcome:
    # Both are run, so that one look shows everything.
    checks = [passes("ruff", "check", "."), passes("ruff", "format", "--check", ".")]
    return Outcome("lint", all(checks))


def types() -> Outcome:
    return Outcome("types", passes("mypy"))


def walls() -> Outcome:
    return Outcome("walls", passes("lint-imports", "--no-cache"))


def folders_of(part: str) -> list[str]:
    with_tests = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")}
    wanted = {NAMED_FOLDERS[part]} if part in NAMED_FOLDERS else with_tests - set(NAMED_FOLDERS.values())
    return sorted(f"tests/{name}" for name in wanted & with_tests)


def pytest_part(part: str, *, workers: str = WORKERS, environment: dict[str, str] | None = None) -> Outcome:
    folders = folders_of(part)
    if not folders:
        return Outcome(part, missing=[f"{part}: there are no tests"])
    REPORTS.mkdir(exist_ok=True)
    report = REPORTS / f"{part}.xml"
    report.unlink(missing_ok=True)
    arguments = ("-q", "-n", workers, "--dist", "loadfile", f"--junitxml={report}", f"--hypothesis-seed={seed_of_tree()}")
    passed = passes("pytest", *arguments, *folders, environment=environment)
    return Outcome(part, passed, missing=skipped_in(report, part))


def skipped_in(report: Path, part: str) -> list[str]:
    if not report.exists():
        return []
    return [
        f"{part}: {case.get('classname')}.{case.get('name')}: {skipped.get('message')}"
        for case in ElementTree.parse(report).iter("testcase")
        for skipped in case.iter("skipped")
    ]


def service() -> Outcome:
    # Before the workers begin, so that they do not all install it; without one, its tests say what is missing.
    find_or_get_rabbitmq()
    find_or_get_keycloak(print)
    return pytest_part("service")


def browser() -> Outcome:
    found = find_or_get_browser()
    if found.missing:
        return Outcome("browser", missing=[f"browser: {found.missing}"])
    # One at a time: two browsers with their systems hinder each other on two cores more than they help.
    return pytest_part("browser", workers="0", environment=found.environment)


def mutants() -> Outcome:
    """A tenth of the faults that tests must notice, as far as a minute goes. The other parts say whether the tests are green without."""
    arguments = ("-m", "tests.mutants", "planted", "rules", "--tenth", "--seconds", MUTANTS_SECONDS, "--seen-green")
    return Outcome("mutants", passes("python", *arguments, environment=find_or_get_browser().environment))


PARTS: dict[str, Callable[[], Outcome]] = {
    "lint": lint,
    "types": types,
    "walls": walls,
    "unit": lambda: pytest_part("unit"),
    "contract": lambda: pytest_part("contract"),
    "structure": lambda: pytest_part("structure"),
    "service": service,
    "flow": lambda: pytest_part("flow"),
    "browser": browser,
    "mutants": mutants,
}


def run(part: str) -> Outcome:
    started = time.monotonic()
    outcome = PARTS[part]()
    outcome.seconds = time.monotonic() - started
    return outcome


def written_seconds() -> dict[str, int]:
    """Part → how long it takes on a quiet machine, as docs/testing.md says."""
    return {part: int(seconds) for part, seconds in re.findall(r"^\| (\w+) \| (\d+) \| [^|]*\|$", TESTING.read_text("utf-8"), re.MULTILINE)}


def slowness(outcome: Outcome) -> str:
    written = written_seconds()[outcome.part]
    return f"   more than twice its {written} s (docs/testing.md)" if outcome.seconds > SLOW_FROM * written else ""


def main(asked: list[str]) -> int:
    if asked[:1] == ["long"]:
        return long.main(asked[1:])
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        print(f"Không có phần {', '.join(unknown)}; các phần: {' '.join(PARTS)}, long (unknown part)", file=sys.stderr)
        return 2
    outcomes = [run(part) for part in asked or PARTS]
    print("\n" + "=" * 100)
    for outcome in outcomes:
        print(f"{'passed' if outcome.passed else 'FAILED':8}{outcome.part:12}{outcome.seconds:8.1f} s{slowness(outcome)}")
    missing = [line for outcome in outcomes for line in outcome.missing]
    if missing:
        print("\nNOT TESTED, because it could not be had on this machine:")
        print("\n".join(f"  !! {line}" for line in missing))
    failed = not all(outcome.passed for outcome in outcomes) or (bool(missing) and os.environ.get("CI") == "true")
    print("\nFAILED" if failed else "\npassed, except what was not tested" if missing else "\nall passed")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
