"""A Chromium for the browser tests: as root on Debian its package, else an installed one, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# The first is the same engine without windows, menus and their own pages, each of which costs a process for each new visitor.
WITHOUT_WINDOWS = "chromium-headless-shell"
PROGRAMS = (WITHOUT_WINDOWS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = ("fonts-dejavu-core", "fonts-noto-color-emoji")


@dataclass(frozen=True)
class Browser:
    """`program` None means the one that Playwright brought; `missing` says why there is none at all."""

    program: str | None = None
    missing: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """By what the tests find it."""
        return {"CHIDAO_CHROMIUM": self.program} if self.program else {}


def find_or_get_browser() -> Browser:
    program = _installed()
    if program is None and _is_root_on_debian():
        _install()
        program = _installed()
    if program is not None:
        return Browser(program)
    if _playwright_brings_its_own():
        return Browser()
    return Browser(missing="no Chromium is installed, and none could be downloaded")


def _installed() -> str | None:
    candidates = [os.environ.get("CHIDAO_CHROMIUM", ""), *PROGRAMS]
    return next((found for candidate in candidates if candidate and (found := _working(candidate))), None)


def _working(candidate: str) -> str | None:
    """Ubuntu's package of this name is an empty hull that only points elsewhere, so the program is asked whether it is one."""
    program = shutil.which(candidate)
    if program is None:
        return None
    asked = subprocess.run([program, "--version"], capture_output=True, check=False)
    return program if asked.returncode == 0 else None


def _is_root_on_debian() -> bool:
    release = Path("/etc/os-release")
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and release.exists() and "\nID=debian" in "\n" + release.read_text()


def _install() -> None:
    """An older Debian has only the whole of it."""
    _apt("update", "-qq")
    for browser in (WITHOUT_WINDOWS, "chromium"):
        if _apt("install", "-y", "-qq", "--no-install-recommends", browser, *FONTS):
            return


def _apt(*arguments: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", *arguments], env=environment, check=False).returncode == 0


def _playwright_brings_its_own() -> bool:
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0
