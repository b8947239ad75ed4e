"""A service by itself: `python -m tests.structure.guards.alone MODULE ABSENT…` runs a module as if the named packages were not installed.

`ABSENT` may be a name to import or, with a dot, a module within ours (`services.notify`).
"""

import runpy
import sys
from collections.abc import Collection, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class Absent(MetaPathFinder):
    """Whoever imports one of `names`, or something in it, hears what he would hear where it is not installed."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        parts = name.split(".")
        if any(".".join(parts[: length + 1]) in self._names for length in range(len(parts))):
            raise ModuleNotFoundError(f"{name} does not belong to what is installed for this service alone", name=name)
        return None


def main(module: str, absent: Collection[str]) -> None:
    # What led to this file, and what an installed package has brought in by itself, is no more there than the rest.
    for name in [name for name in sys.modules if name.split(".")[0] in absent]:
        del sys.modules[name]
    sys.meta_path.insert(0, Absent(absent))
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
