"""The parts of ./test. What a part needs and cannot have is said loudly at the end, and is a failure under CI=true.

docs/testing.md gives each part its seconds. One that takes more than twice as long is named, and no more: a busy machine stops nobody.
Two lanes of parts run beside each other: a browser waits most of its time, and whoever waits for it leaves the processors to others.
"""

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from embedded.gateway import find_or_get_nginx
from embedded.keycloak import find_or_get_keycloak
from embedded.rabbitmq import find_or_get_rabbitmq
from tests import long
from tests.browser_here import find_or_get_browser
from tests.chance import seed_of_tree

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / ".test"
WORKERS = "2"
# They wait for servers and for processes that start, a quarter of their time.
SERVICE_WORKERS = "3"
TESTING = ROOT / "docs" / "testing.md"
SLOW_FROM = 2
TOLD_ONE_BY_ONE = {"flow", "browser"}
ONE_SPEAKS = Lock()
MUTANTS_SECONDS = "60"
LONGEST_REASON = 300
# Everything else under tests/ that is a folder with tests belongs to the part "service", so that no new folder is forgotten.
NAMED_FOLDERS = {"unit": "unit", "contract": "contracts", "structure": "structure", "flow": "flow", "browser": "browser"}


@dataclass
class Outcome:
    part: str
    passed: bool = True
    seconds: float = 0.0
    missing: list[str] = field(default_factory=list)
    red: list[str] = field(default_factory=list)


def say(part: str, line: str) -> None:
    """A whole line with the part that it is of: two of them speak at the same time."""
    with ONE_SPEAKS:
        print(f"{part:10}{line.rstrip()}", flush=True)


def passes(part: str, program: str, *arguments: str, environment: dict[str, str] | None = None) -> bool:
    say(part, f"$ {program} {' '.join(arguments)}")
    ours = Path(sys.executable).parent / program
    with subprocess.Popen(
        [str(ours), *arguments],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            say(part, line)
    return process.returncode == 0


def lint() -> Outcome:
    # Both are run, so that one look shows everything.
    checks = [passes("lint", "ruff", "check", "."), passes("lint", "ruff", "format", "--check", ".")]
    return Outcome("lint", all(checks))


def types() -> Outcome:
    return Outcome("types", passes("types", "mypy"))


def walls() -> Outcome:
    return Outcome("walls", passes("walls", "lint-imports", "--no-cache"))


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
    # Where each takes a while, each is a line as soon as it has ended; of the many quick ones a line comes soon enough.
    told = "-v" if part in TOLD_ONE_BY_ONE else "-q"
    arguments = (told, "-n", workers, "--dist", "loadfile", f"--junitxml={report}", f"--hypothesis-seed={seed_of_tree()}")
    passed = passes(part, "pytest", *arguments, *folders, environment=environment)
    return Outcome(part, passed, missing=told_in(report, part, "skipped"), red=told_in(report, part, "failure", "error"))


def told_in(report: Path, part: str, *kinds: str) -> list[str]:
    """A line for each test of the report that ended so, with the first line of why."""
    if not report.exists():
        return []
    return [
        f"{part}: {case.get('classname')}.{case.get('name')}: {(ending.get('message') or '').split(chr(10), 1)[0][:LONGEST_REASON]}"
        for case in ElementTree.parse(report).iter("testcase")
        for kind in kinds
        for ending in case.iter(kind)
    ]


def browser() -> Outcome:
    found = find_or_get_browser()
    if found.missing:
        return Outcome("browser", missing=[f"browser: {found.missing}"])
    # One at a time: two browsers with their systems hinder each other on two cores more than they help, and the other lane is busy, too.
    return pytest_part("browser", workers="0", environment=found.environment)


def mutants() -> Outcome:
    """A tenth of the faults that tests must notice, as far as a minute goes. The other parts say whether the tests are green without."""
    arguments = ("-m", "tests.mutants", "planted", "rules", "--tenth", "--seconds", MUTANTS_SECONDS, "--seen-green")
    return Outcome("mutants", passes("mutants", "python", *arguments, environment=find_or_get_browser().environment))


PARTS: dict[str, Callable[[], Outcome]] = {
    "lint": lint,
    "types": types,
    "walls": walls,
    "unit": lambda: pytest_part("unit"),
    "contract": lambda: pytest_part("contract"),
    "structure": lambda: pytest_part("structure"),
    "service": lambda: pytest_part("service", workers=SERVICE_WORKERS),
    "flow": lambda: pytest_part("flow"),
    "browser": browser,
    "mutants": mutants,
}
ASK_SERVERS = {"service", "flow", "browser", "mutants"}
LANES = (("lint", "types", "walls", "unit", "contract", "structure", "service", "flow", "mutants"), ("browser",))


def run(part: str) -> Outcome:
    started = time.monotonic()
    outcome = PARTS[part]()
    outcome.seconds = time.monotonic() - started
    return outcome


def run_lane(parts: Iterable[str]) -> list[Outcome]:
    return [run(part) for part in parts]


def get_servers() -> None:
    """Before the lanes begin, so that two do not install the same; without one of them, its tests say what is missing."""
    for find_or_get in (find_or_get_rabbitmq, find_or_get_nginx, find_or_get_browser, lambda: find_or_get_keycloak(print)):
        find_or_get()


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
    if ASK_SERVERS & set(asked or PARTS):
        get_servers()
    lanes = [[part for part in lane if part in (asked or PARTS)] for lane in LANES]
    with ThreadPoolExecutor(len(LANES)) as both:
        outcomes = [outcome for lane in both.map(run_lane, lanes) for outcome in lane]
    print("\n" + "=" * 100)
    for outcome in outcomes:
        print(f"{'passed' if outcome.passed else 'FAILED':8}{outcome.part:12}{outcome.seconds:8.1f} s{slowness(outcome)}")
    # At the very end, where whoever sees only the last lines of half an hour's run still sees which.
    red = [line for outcome in outcomes for line in outcome.red]
    if red:
        print("\nRED:")
        print("\n".join(f"  !! {line}" for line in red))
    missing = [line for outcome in outcomes for line in outcome.missing]
    if missing:
        print("\nNOT TESTED, because it could not be had on this machine:")
        print("\n".join(f"  !! {line}" for line in missing))
    failed = not all(outcome.passed for outcome in outcomes) or (bool(missing) and os.environ.get("CI") == "true")
    print("\nFAILED" if failed else "\npassed, except what was not tested" if missing else "\nall passed")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
