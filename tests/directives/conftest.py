from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.conftest import ServiceDatabase
from tests.issuer import Issuer
from tests.signed_in import Client, running_service


@pytest.fixture
async def directives(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    """The directives service, with the setting that a release needs an Office leader."""
    async with running_service("directives", database("directives"), issuer, tmp_path) as client:
        yield client
