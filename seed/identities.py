"""Ids of the form that the services give, drawn by chance so that the same seed gives the same ones."""

from datetime import datetime
from random import Random
from uuid import UUID


class Identities:
    def __init__(self, chance: Random) -> None:
        self._bits = chance.getrandbits

    def new(self, at: datetime) -> UUID:
        """Version 7: in the order of time."""
        milliseconds = int(at.timestamp() * 1000)
        return UUID(int=(milliseconds << 80) | (7 << 76) | (self._bits(12) << 64) | (2 << 62) | self._bits(62))

    def request(self) -> str:
        """Of a request that named none itself."""
        return f"{self._bits(128):032x}"
