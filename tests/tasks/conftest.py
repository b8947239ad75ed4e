from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from libs.directory_replica import province
from tests.conftest import ServiceDatabase
from tests.issuer import Issuer
from tests.signed_in import Client, running_service


@pytest.fixture
def asks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test decides is valid with the next request."""
    monkeypatch.setattr(province, "RULES_KEPT_SECONDS", 0.0)


@pytest.fixture
async def tasks(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    """The tasks service; its schedulers sleep, so that a test calls them when it wants to."""
    seconds = ("overdue_every_seconds", "passed_on_every_seconds", "orphans_swept_every_seconds", "files_verified_every_seconds")
    settings = dict.fromkeys(seconds, 3600.0)
    async with running_service("tasks", database("tasks"), issuer, tmp_path, **settings) as client:
        yield client
