"""Which errors of the database pass by themselves, by what it calls them."""

import pytest
from sqlalchemy.exc import DBAPIError

from libs.common.db import is_disk_full, is_passing


class Said(Exception):
    """What a driver raises."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


PASSES = {
    "serialization failure": "40001",
    "deadlock": "40P01",
    "lock timeout": "55P03",
    "shutdown": "57P01",
    "crash": "57P02",
    "still starting": "57P03",
    "no memory": "53200",
    "too many connections": "53300",
    "disk full": "53100",
}
STAYS = {
    "unique violation": "23505",
    "not null violation": "23502",
    "no such column": "42703",
    "statement timeout": "57014",
    "no right": "42501",
}


@pytest.mark.parametrize("sqlstate", PASSES.values(), ids=PASSES.keys())
def test_what_the_same_statement_may_get_over_passes(sqlstate: str) -> None:
    error = DBAPIError("SELECT 1", {}, Said(sqlstate))
    assert is_passing(error)
    assert is_disk_full(error) is (sqlstate == "53100")


@pytest.mark.parametrize("sqlstate", STAYS.values(), ids=STAYS.keys())
def test_what_is_wrong_with_what_was_asked_stays_wrong(sqlstate: str) -> None:
    assert not is_passing(DBAPIError("SELECT 1", {}, Said(sqlstate)))
