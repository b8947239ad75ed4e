"""The notify service, which has heard of the directory just now."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.conftest import ServiceDatabase
from tests.issuer import Issuer
from tests.signed_in import Client, running_service


@pytest.fixture
async def notify(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    async with running_service("notify", database("notify"), issuer, tmp_path) as client:
        # In this service the replica has a consumer of its own.
        async with client.admin.begin() as connection:
            await connection.exec_driver_sql("UPDATE feed_position SET consumer = 'notify-directory' WHERE source = 'directory'")
        yield client
