import pytest

from libs.common.db import Database
from tests.conftest import NewDatabase


@pytest.fixture
async def reporting(service_database: NewDatabase) -> Database:
    """The database of the reporting service, empty, opened as the role that runs it."""
    return await service_database("reporting")
