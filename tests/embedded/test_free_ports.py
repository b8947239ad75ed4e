"""Ports for servers of our own: each another, none that somebody has, and none that the system gives to whoever opens a line."""

import socket

import pytest

from embedded import processes
from embedded.processes import HOST, PORTS, free_port


def test_each_is_another_and_no_line_of_anybody_takes_one() -> None:
    found = [free_port() for _ in range(300)]
    assert len(set(found)) == len(found)
    assert set(found) <= set(PORTS)
    # What Linux gives begins here where nobody has said otherwise.
    assert max(PORTS) < 32_768


def test_what_somebody_has_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as theirs:
        theirs.bind((HOST, 0))
        taken, free = theirs.getsockname()[1], free_port()
        processes._GIVEN_LAST.clear()
        monkeypatch.setattr(processes, "PORTS", [taken, free])
        assert free_port() == free
