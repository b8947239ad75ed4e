"""Events as they were published once: whoever reads the feed from its beginning, or lives a release behind, must still understand them.

`samples/` holds one event of each type. A sample is never changed: what a type cannot be any more gets a new version beside the old one.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import libs.contracts.directives
import libs.contracts.directory
import libs.contracts.tasks
from libs.common.messaging.envelope import Envelope
from libs.contracts.contract import Part, all_contracts

FOLDER = Path(__file__).parent / "samples"
SAMPLES: Mapping[str, Mapping[str, Any]] = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
PROMISED = {
    name: contract
    for name, contract in all_contracts().items()
    if contract.__module__ in (libs.contracts.directives.__name__, libs.contracts.directory.__name__, libs.contracts.tasks.__name__)
}


def broken(contract: type[Part], sample: Mapping[str, Any]) -> list[str]:
    """What of a sample is not understood any more: nothing of it may be refused, passed over or read as something else."""
    try:
        read = contract.model_validate(sample)
    except ValidationError as error:
        return [f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in error.errors()]
    return list(_differences(sample, read.model_dump(mode="json"), ""))


def _differences(sent: Any, read: Any, place: str) -> list[str]:
    if isinstance(sent, Mapping) and isinstance(read, Mapping):
        return [
            found
            for name, value in sent.items()
            for found in (_differences(value, read[name], f"{place}{name}.") if name in read else [f"{place}{name}: passed over"])
        ]
    if isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
        return [found for n, pair in enumerate(zip(sent, read, strict=True)) for found in _differences(*pair, f"{place}{n}.")]
    return [] if sent == read else [f"{place.rstrip('.')}: {sent!r} is read as {read!r}"]


def test_every_type_has_a_sample_and_no_type_is_forgotten() -> None:
    assert PROMISED
    assert set(SAMPLES) == set(PROMISED)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_understood_whole(name: str) -> None:
    sample = SAMPLES[name]
    assert Envelope.from_json(dict(sample)).to_json() == sample
    assert sample["type"] == name
    assert broken(PROMISED[name], sample["data"]) == []


class Due(Part):
    percent: int
    due: str | None = None


class Renamed(Part):
    percent: int
    due_on: str | None = None


class AskedForMore(Due):
    reason: str


class OfAnotherKind(Part):
    percent: str
    due: str | None = None


class Rounded(Part):
    percent: float
    due: None = None


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (Renamed, "due: passed over"),
        (AskedForMore, "reason: missing"),
        (OfAnotherKind, "percent: string_type"),
        (Rounded, "due: none_required"),
    ],
)
def test_a_breaking_change_is_seen_and_named(changed: type[Part], found: str) -> None:
    sample = {"percent": 40, "due": "2026-03-05"}
    assert broken(Due, sample) == []
    assert broken(changed, sample) == [found]
