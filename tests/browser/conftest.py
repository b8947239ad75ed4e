"""The whole system as its own process, and browsers that look at it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.busy_province import Town, busy_province
from tests.browser.screens import Visits

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 180
# As long as a page waits for what it presses: a busy machine is no fault.
expect.set_options(timeout=15_000)


@dataclass
class System:
    """An embedded run: where it is, and the process to end."""

    url: str
    process: subprocess.Popen[str] | None
    log: Path | None


def start_system(data: Path, *arguments: str) -> System:
    """`python -m embedded` in a folder of its own; returns when it says where it runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "embedded", "--data", str(data), "--port", "0", "--empty", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        found = re.search(r"https?://[\w.:]+", line)
        if found:
            # Whoever does not read a pipe stops the one who writes into it.
            Thread(target=process.stdout.read, daemon=True).start()
            return System(found.group(), process, data / "chidao.log")
    process.wait(START_SECONDS)
    raise AssertionError(f"the system did not start: {''.join(said)}")


def stop_system(system: System) -> None:
    assert system.process is not None
    system.process.send_signal(signal.SIGINT)
    assert system.process.wait(60) == 0


WAYS: dict[str, tuple[str, ...]] = {"one process": (), "many processes": ("--split",)}


@pytest.fixture(scope="session", params=[os.environ["CHIDAO_URL"]] if "CHIDAO_URL" in os.environ else WAYS)
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system of the test's own, in each way in which it can run, or only the one at CHIDAO_URL."""
    if request.param not in WAYS:
        yield System(request.param, None, None)
        return
    running = start_system(tmp_path_factory.mktemp("system"), *WAYS[request.param])
    yield running
    stop_system(running)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=os.environ.get("CHIDAO_CHROMIUM") or None, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser, system: System) -> Iterator[NewPage]:
    """`new_page(width=360)` opens a browser of its own at the system's address; a script error fails the test."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(*, width: int = 1440, height: int = 900, scheme: str = "light") -> Page:
        context = chromium.new_context(
            base_url=system.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale="vi-VN",
            reduced_motion="reduce",
            # The gateway's certificate is of this machine only.
            ignore_https_errors=True,
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with busy_province(tmp_path_factory.mktemp("town") / "run") as town:
        yield town


@pytest.fixture(scope="session")
def visits(chromium: Browser, town: Town) -> Iterator[Visits]:
    visits = Visits(chromium, town)
    yield visits
    visits.close()
