"""The guard of circles: the house drawn from its imports has none."""

from pathlib import Path

import pytest

from tests.structure.planting import Fault, found_by_guard, packages, said_by_guard

FAULTS = (
    Fault(
        "a circle of two modules",
        "services/directives/domain/events.py",
        "from services.directives.domain.directive import Directive",
        "services/directives/domain/events.py:{line}: imports services.directives.domain.directive, in a circle of",
    ),
    Fault(
        "a circle for types alone",
        "portal/agencies.py",
        "if TYPE_CHECKING: from portal.web import Visitor",
        "portal/agencies.py:{line}: imports portal.web, in a circle of",
    ),
    # No module imports one that imports it, and yet neither of the two can be read without the other.
    Fault(
        "a circle of two rooms",
        "services/tasks/queries/visibility.py",
        "import services.tasks.api.titles",
        "services/tasks/queries/visibility.py:{line}: imports services.tasks.api.titles, in a circle of",
    ),
)


def test_the_house_has_no_circle(tree: Path) -> None:
    assert said_by_guard(tree, "circles", *packages()) == (0, "")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_circle_is_found_and_named(tree: Path, fault: Fault) -> None:
    found_by_guard(tree, (fault,), "circles", *packages()).assert_named(fault)
