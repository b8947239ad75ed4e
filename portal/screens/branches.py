"""The agencies of a day as a tree: under whom each stands, and of each parent the kinds together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal.answers.directory import AgencyInTreeOut

COMMITTEE = "PROVINCE_COMMITTEE"
# What a branch is called → the kinds in it, in the order in which branches stand.
KINDS: Mapping[str, tuple[str, ...]] = {
    "committees": (COMMITTEE,),
    "offices": ("OFFICE",),
    "departments": ("DEPARTMENT",),
    "public-units": ("PUBLIC_UNIT",),
    "state-enterprises": ("STATE_ENTERPRISE",),
    "working-groups": ("WORKING_GROUP",),
    "central-branches": ("CENTRAL_BRANCH",),
    "mass-organisations": ("MASS_ORGANISATION",),
    "external": ("EXTERNAL",),
    "communes": ("COMMUNE", "WARD", "SPECIAL_ZONE"),
    "districts": ("DISTRICT",),
}
CENTRAL = "central"
# So many that people know most of them by name.
FOLDED_FROM = 25


@dataclass(frozen=True)
class Node:
    """An agency with those that stand under it."""

    agency: AgencyInTreeOut
    branches: list["Branch"]


@dataclass(frozen=True)
class Branch:
    """Agencies of one kind under one parent."""

    name: str
    nodes: list[Node]

    @property
    def is_folded(self) -> bool:
        return len(self.nodes) >= FOLDED_FROM or self.name == CENTRAL

    @property
    def is_short(self) -> bool:
        """Many that are called alike: their short names tell them apart better."""
        return self.name in ("communes", "districts")


def trees_of(agencies: Sequence[AgencyInTreeOut]) -> list[list[Branch]]:
    """Province by province, whoever looks at it his own first, and the central bodies last."""
    provinces = {one["scope"] for one in agencies if one["kind"] == COMMITTEE}
    scope_of = {one["id"]: one["scope"] for one in agencies}
    under: dict[str, list[AgencyInTreeOut]] = {}
    tops: dict[str, list[AgencyInTreeOut]] = {}
    for one in agencies:
        parent = one["parent_id"] or ""
        # Under a ministry stands what belongs to a province too: there it is looked for.
        if scope_of.get(parent) in {one["scope"], *provinces}:
            under.setdefault(parent, []).append(one)
        else:
            tops.setdefault(one["scope"], []).append(one)
    ordered = sorted(tops, key=lambda scope: scope not in provinces)
    return [list(_branches(tops[scope], under, is_central=scope not in provinces)) for scope in ordered]


def _branches(
    agencies: Sequence[AgencyInTreeOut], under: Mapping[str, Sequence[AgencyInTreeOut]], *, is_central: bool = False
) -> Iterator[Branch]:
    for name, kinds in KINDS.items():
        of_kind = [one for one in agencies if one["kind"] in kinds]
        if of_kind:
            nodes = [Node(one, list(_branches(under.get(one["id"], ()), under))) for one in of_kind]
            yield Branch(CENTRAL if is_central and name == "external" else name, nodes)
