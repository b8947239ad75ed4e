from pathlib import Path

import pytest

from tests.structure.planting import copy_of_tree


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree for faults; every test leaves it as it was."""
    return copy_of_tree(tmp_path_factory.mktemp("tree"))
