"""The guard of circles: drawn from its imports, the house has none, neither between modules nor between the rooms of any floor.

`python -m tests.structure.guards.circles ROOM…` names the imports that close a circle. Imports for types alone count as well: whoever
reads one file of a circle has to read them all.
"""

import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import grimp

from tests.structure.guards.places import ROOT, Finding, Place, verdict

# Who imports → whom → one import that says so, as the two modules.
Arrows = Mapping[str, Mapping[str, tuple[str, str]]]


def arrows_between_modules(house: grimp.ImportGraph) -> Arrows:
    return {module: {other: (module, other) for other in house.find_modules_directly_imported_by(module)} for module in house.modules}


def arrows_between_rooms(modules: Arrows, floor: str) -> Arrows:
    """Between the modules and packages right under the package `floor`, or between the rooms of the house when it has no name."""
    depth = len(floor.split(".")) + 1 if floor else 1
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for module, others in modules.items():
        for other, witness in others.items():
            room, its = (".".join(name.split(".")[:depth]) for name in (module, other))
            if room != its and _under(floor, module) and _under(floor, other):
                found.setdefault(room, {}).setdefault(its, witness)
    return found


def _under(floor: str, module: str) -> bool:
    return not floor or module.startswith(f"{floor}.")


def circle_in(arrows: Arrows) -> list[tuple[str, str]]:
    """The imports that make up one circle; none when there is no circle."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        # Each of them is imported by the one after it.
        return [arrows[importer][imported] for imported, importer in pairwise(error.args[1])]
    return []


def findings_in(house: grimp.ImportGraph) -> Iterator[Finding]:
    modules = arrows_between_modules(house)
    floors = {"", *(module.rpartition(".")[0] for module in house.modules)}
    for arrows in (modules, *(arrows_between_rooms(modules, floor) for floor in sorted(floors))):
        circle = sorted(circle_in(arrows))
        for importer, imported in circle:
            line = house.get_import_details(importer=importer, imported=imported)[0]["line_number"]
            yield Finding(Place(_file_of(importer), line), f"imports {imported}, in a circle of {len(circle)}")


def _file_of(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py"


def main(rooms: list[str]) -> int:
    house = grimp.build_graph(rooms[0], *rooms[1:], cache_dir=None)
    return verdict(list(findings_in(house)), looked_at=len(house.modules) - len(rooms), what="module")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
