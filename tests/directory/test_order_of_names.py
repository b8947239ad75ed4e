"""Agencies that were written when names were ordered otherwise stand where they belong, in the directory and in every replica."""

from sqlalchemy import text

from libs.common.clock import Clock
from libs.contracts.directory import AgencyChanged
from services.directory.domain.alphabet import sort_key
from services.directory.scheduler.order_of_names import OrderOfNames
from tests.signed_in import Client

# As keys were before a shorter name came first: the end of a name sorted after its letters.
BEFORE = "replace(replace(sort_key, '!', '~'), '.', '|')"
BY_NAME = "SELECT name FROM agency WHERE name LIKE '%xã Sơn Tây%' AND valid_to IS NULL ORDER BY sort_key, id"


def order_of(client: Client) -> OrderOfNames:
    service = client.app.state.service
    return OrderOfNames(service.database, service.hints, Clock(), every=3600, lists=("agencies",))


async def test_rows_of_before_get_the_order_of_now_and_tell_it(directory: Client) -> None:
    right = [row.name for row in await directory.rows(BY_NAME)]
    assert len(right) == 3
    async with directory.admin.begin() as connection:
        changed = (await connection.execute(text(f"UPDATE agency SET sort_key = {BEFORE} WHERE name LIKE '%Sơn Tây%'"))).rowcount
    assert [row.name for row in await directory.rows(BY_NAME)] != right, "the row of the old kind"
    assert await order_of(directory).once() == changed
    assert [row.name for row in await directory.rows(BY_NAME)] == right
    told = await directory.rows(
        "SELECT version, payload FROM event_log WHERE type = :type AND version > 1 ORDER BY seq", type=AgencyChanged.type
    )
    states = [AgencyChanged.model_validate(row.payload).state for row in told]
    assert (len(states), {row.version for row in told}) == (changed, {2})
    assert all(state.sort_key == sort_key(state.name) for state in states)


async def test_what_stands_in_order_is_left_alone(directory: Client) -> None:
    before = await directory.everything()
    assert await order_of(directory).once() == 0
    assert await directory.everything() == before
