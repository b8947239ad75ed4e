"""How many processes of the portal a split run is asked for."""

import pytest

from embedded.split import PORTAL_PROCESSES, portals_asked
from system.refusals import CannotRun


@pytest.mark.parametrize(("said", "meant"), [({}, 1), ({PORTAL_PROCESSES: "1"}, 1), ({PORTAL_PROCESSES: "4"}, 4)])
def test_as_many_as_are_asked_for(said: dict[str, str], meant: int) -> None:
    assert portals_asked(said) == meant


@pytest.mark.parametrize("said", ["", "0", "-1", "17", "two", "²", "1.5"])
def test_what_is_no_such_number_is_refused(said: str) -> None:
    with pytest.raises(CannotRun, match=PORTAL_PROCESSES):
        portals_asked({PORTAL_PROCESSES: said})
