"""`./test long [part]…`: what takes too long for every change, and is run by whoever changed something that it covers.

docs/testing.md says what each part does; docs/trials.md keeps each run.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.browser_here import find_or_get_browser
from tests.chance import seed_of_tree

ROOT = Path(__file__).resolve().parents[1]
TRIALS = ROOT / "docs" / "trials.md"
# Every order in which five services can start.
ALL_ORDERS = "120"
MORE_SEEDS = 5
MORE_HISTORIES = "500"
MANY_REQUESTS = "3000"
# An hour, or as long as there is time.
WALK_SECONDS = os.environ.get("CHIDAO_WALK") or "3600"


@dataclass(frozen=True)
class Part:
    """`smoke` is the test file in which the ordinary ./test tries a little of it."""

    go: Callable[[int], bool]
    smoke: str


def passes(program: str, *arguments: str, **environment: str) -> bool:
    print(f"\n$ {' '.join(f'{name}={value}' for name, value in environment.items())} {program} {' '.join(arguments)}", flush=True)
    ours = Path(sys.executable).parent / program
    return subprocess.run([str(ours), *arguments], cwd=ROOT, env=os.environ | environment, check=False).returncode == 0


def storm(seed: int) -> bool:
    return passes("chidao", "fault", "--profile", "long", "--seed", str(seed))


def trial(seed: int) -> bool:
    return passes("chidao", "fault-trial", "--seed", str(seed))


def orders(seed: int) -> bool:
    return passes("pytest", "-q", "tests/flow/test_split.py", CHIDAO_ORDERS=ALL_ORDERS, CHIDAO_SEED=str(seed))


def kills(seed: int) -> bool:
    # All of them are run, so that one look shows everything.
    tried = [passes("pytest", "-q", "tests/flow/test_kills.py", CHIDAO_SEED=str(seed + more)) for more in range(1, MORE_SEEDS + 1)]
    return all([*tried, passes("pytest", "-q", "tests/flow/test_reorganisation_killed.py", CHIDAO_KILLS="all")])


def histories(_seed: int) -> bool:
    return passes("pytest", "-q", "tests/reporting/test_settled.py", CHIDAO_SEEDS=MORE_HISTORIES)


def requests(seed: int) -> bool:
    files = ("tests/web/test_hostile_requests.py", "tests/portal/test_hostile_forms.py")
    return passes("pytest", "-q", *files, CHIDAO_FUZZ=MANY_REQUESTS, CHIDAO_SEED=str(seed + 1))


def documents(seed: int) -> bool:
    found = find_or_get_browser()
    if found.missing:
        print(f"NOT TESTED: {found.missing}")
        return False
    return passes("pytest", "-q", "tests/browser/test_story.py", CHIDAO_DOCUMENTS="all", CHIDAO_SEED=str(seed), **found.environment)


def walk(seed: int) -> bool:
    found = find_or_get_browser()
    if found.missing:
        print(f"NOT TESTED: {found.missing}")
        return False
    return passes("pytest", "-q", "-s", "tests/browser/test_walk.py", CHIDAO_WALK=WALK_SECONDS, CHIDAO_SEED=str(seed), **found.environment)


def keycloak(_seed: int) -> bool:
    return passes("pytest", "-q", "tests/keycloak", CHIDAO_KEYCLOAK="all")


def mutants(_seed: int) -> bool:
    return passes("python", "-m", "tests.mutants", **find_or_get_browser().environment)


PARTS: Mapping[str, Part] = {
    "storm": Part(storm, "tests/flow/test_kill_storm.py"),
    "trial": Part(trial, "tests/flow/test_kills.py"),
    "orders": Part(orders, "tests/flow/test_split.py"),
    "kills": Part(kills, "tests/flow/test_kills.py"),
    "histories": Part(histories, "tests/reporting/test_settled.py"),
    "requests": Part(requests, "tests/web/test_hostile_requests.py"),
    "documents": Part(documents, "tests/browser/test_story.py"),
    "walk": Part(walk, "tests/browser/test_walk.py"),
    "keycloak": Part(keycloak, "tests/embedded/test_keycloak.py"),
    "mutants": Part(mutants, "tests/structure/test_planted_faults.py"),
}


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"


def commit() -> str:
    """With a plus when the tree was not as committed: such a run proves little, and says so."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/trials.md")
    return (git("rev-parse", "--short", "HEAD") or "–") + ("+" if changed else "")


def keep(part: str, *, passed: bool, seconds: float, seed: int, trials: Path = TRIALS) -> None:
    result = "passed" if passed else "**failed**"
    line = f"| {date.today():%d/%m/%Y} | {part} | {commit()} | {machine()} | {seconds / 60:.0f} min | {seed} | {result} |\n"  # noqa: DTZ011
    with trials.open("a", encoding="utf-8") as opened:
        opened.write(line)
    print(line)


def main(asked: list[str]) -> int:
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        print(f"Không có phần {', '.join(unknown)}; các phần: {' '.join(PARTS)} (unknown part)", file=sys.stderr)
        return 2
    seed = seed_of_tree()
    failed = 0
    for part in asked or PARTS:
        started = time.monotonic()
        passed = PARTS[part].go(seed)
        keep(part, passed=passed, seconds=time.monotonic() - started, seed=seed)
        failed += not passed
    return int(bool(failed))
