"""The short profile of `chidao fault`: every part of the split system killed under load, and nothing is lost or doubled.

CHIDAO_SEED=… replays the order of the kills and what clients draw. The long profile, and the faults that the checker has to find in
such a storm, are parts of ./test long: docs/testing.md.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from faults.command import PROFILES, Profile, show
from faults.journal import Told
from faults.kills import SERVICES_AT, STANDING_BY, Kind, plan_of
from faults.outcome import Outcome
from faults.planted import PATCHES
from faults.plants import PLANTS
from faults.storm import storm
from libs.common.fault_points import Point
from tests.chance import seed_of_tree
from tests.processes import processes_of

ROUNDS, OPERATIONS = PROFILES[Profile.SHORT]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storm")


@pytest.fixture(scope="module")
def outcome(folder: Path) -> Iterator[Outcome]:
    outcome = asyncio.run(storm(folder, seed=seed_of_tree(), kills_of_each=ROUNDS, operations=OPERATIONS))
    show(outcome)
    yield outcome
    assert processes_of(folder) == []


def test_nothing_is_lost_and_nothing_doubled(outcome: Outcome) -> None:
    assert outcome.found == []
    assert outcome.accepted >= OPERATIONS


def test_every_kind_was_killed_with_a_request_in_flight(outcome: Outcome, folder: Path) -> None:
    assert outcome.kills == dict.fromkeys(Kind, ROUNDS)
    kills = Told.read(folder / "journal.jsonl").kills
    assert len(kills) == outcome.kills.total() == len(outcome.convergence)
    assert all(kill["in_flight"] for kill in kills)


def test_the_long_profile_comes_to_every_point_and_replays() -> None:
    rounds, _ = PROFILES[Profile.LONG]
    for seed in range(20):
        plan = plan_of(rounds, Random(seed))
        assert {kill.fault.point for kill in plan if kill.fault and kill.stands_itself} == set(Point)
        for server, parts in STANDING_BY.items():
            beside = {kill.fault.point for kill in plan if kill.kind is server and kill.fault}
            known = {point for part in parts for point in SERVICES_AT[part]}
            assert beside <= known
            assert len(beside) >= min(len(known), 12)
        assert all([kill.kind for kill in plan].count(kind) == rounds for kind in Kind)
        assert any(kill.fault is None for kill in plan if kill.kind is Kind.API)
        assert plan == plan_of(rounds, Random(seed))


def test_every_planted_fault_has_a_storm_without_it_and_names_patches_that_there_are() -> None:
    assert len(PLANTS) == 6
    for plant in PLANTS.values():
        assert plant.fault not in (plant.mode, plant.healed)
        for conditions in (plant.fault, plant.mode, plant.healed):
            assert PATCHES.keys() >= set(conditions.patches)
            assert plan_of(plant.kills, Random(1), kinds=conditions.kinds, without=conditions.without)
