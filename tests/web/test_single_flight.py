"""One answer for all who ask at once, never older than what was told to have changed, and none for nobody."""

import asyncio

import pytest

from libs.common.single_flight import SingleFlight


class Computation:
    """Counts how often it was begun and how often it was broken off; each answers with its number when it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.broken_off = 0
        self.let_go = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        return number


async def a_moment() -> None:
    """Until whoever can go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


def asking(flights: SingleFlight, compute: Computation, key: str = "figures") -> asyncio.Task[int]:
    return asyncio.create_task(flights.answer(key, compute))


async def test_all_who_ask_at_once_share_one_computation() -> None:
    flights, compute = SingleFlight(), Computation()
    asked = [asking(flights, compute) for _ in range(500)]
    await a_moment()
    compute.let_go.set()
    assert await asyncio.gather(*asked) == [1] * 500
    assert await flights.answer("figures", compute) == 1, "it is kept for a moment"
    assert await flights.answer("other", compute) == 2, "another question has its own"


async def test_what_is_kept_is_not_kept_for_long() -> None:
    flights, compute = SingleFlight(kept=0.05, pause=0), Computation()
    compute.let_go.set()
    assert await flights.answer("figures", compute) == 1
    async with asyncio.timeout(20):
        while await flights.answer("figures", compute) == 1:
            await asyncio.sleep(0.01)
    async with asyncio.timeout(20):
        while flights._flights:
            await asyncio.sleep(0.01)


async def test_while_changes_are_not_heard_of_nothing_is_kept() -> None:
    hearing = False
    flights, compute = SingleFlight(lambda: hearing, pause=0), Computation()
    compute.let_go.set()
    assert [await flights.answer("figures", compute) for _ in range(3)] == [1, 2, 3]
    hearing = True
    assert await flights.answer("figures", compute) == 3


async def test_whoever_asks_after_a_change_gets_an_answer_begun_after_it() -> None:
    """Neither the kept answer nor the one that is being computed: both may have looked before the change."""
    flights, compute = SingleFlight(pause=0), Computation()
    before = asking(flights, compute)
    await a_moment()
    flights.forget()
    after = [asking(flights, compute) for _ in range(5)]
    await a_moment()
    assert compute.begun == 1, "never two of one question side by side"
    compute.let_go.set()
    assert await before == 1
    assert await asyncio.gather(*after) == [2] * 5
    flights.forget()
    assert await flights.answer("figures", compute) == 3


async def test_many_changes_are_not_as_many_computations() -> None:
    flights, compute = SingleFlight(pause=0.2), Computation()
    compute.let_go.set()
    assert await flights.answer("figures", compute) == 1
    asked = []
    for _ in range(50):
        flights.forget()
        asked.append(asking(flights, compute))
        await a_moment()
    assert await asyncio.gather(*asked) == [2] * 50


async def test_an_error_is_told_to_all_who_waited_and_not_kept() -> None:
    flights, begun = SingleFlight(), 0

    async def fail() -> int:
        nonlocal begun
        begun += 1
        await a_moment()
        raise ConnectionError

    found = await asyncio.gather(*(flights.answer("figures", fail) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in found] == [ConnectionError] * 5
    assert begun == 1
    with pytest.raises(ConnectionError):
        await flights.answer("figures", fail)
    assert begun == 2


@pytest.mark.parametrize("leaving", [1, 2, 3])
async def test_what_nobody_waits_for_any_more_is_broken_off(leaving: int) -> None:
    flights, compute = SingleFlight(), Computation()
    asked = [asking(flights, compute) for _ in range(3)]
    await a_moment()
    for one in asked[:leaving]:
        one.cancel()
    await a_moment()
    assert compute.broken_off == (leaving == 3)
    compute.let_go.set()
    assert await asyncio.gather(*asked[leaving:]) == [1] * (3 - leaving)
    if leaving == 3:
        assert await flights.answer("figures", compute) == 2, "and who comes then begins anew"


async def test_who_waits_for_his_turn_and_goes_away_begins_nothing() -> None:
    flights, compute = SingleFlight(pause=0), Computation()
    first = asking(flights, compute)
    await a_moment()
    flights.forget()
    second = asking(flights, compute)
    await a_moment()
    second.cancel()
    await a_moment()
    compute.let_go.set()
    assert await first == 1
    await a_moment()
    assert compute.begun == 1
