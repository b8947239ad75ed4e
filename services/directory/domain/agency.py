"""Cơ quan, đơn vị: with validity, because agencies merge and past figures must still be right (rulebook 1.1 rule 9)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from libs.common.domain import Aggregate
from services.directory.domain import events
from services.directory.domain.alphabet import sort_key

# Agencies of the imported data keep their id in every database; a key is no code of the State and never changes.
NAMESPACE = UUID("8d6f0b5e-6f0b-5c55-9d3c-2a5b1f7f4a10")


def agency_id(key: str) -> UUID:
    return uuid5(NAMESPACE, key)


@dataclass(frozen=True)
class AgencyDetails:
    """`aliases` are forms found in documents; `former_names` of them belonged to agencies it took over. `valid_to` is the last day.

    `successors` took over from it when it ended.
    """

    key: str
    name: str
    short_name: str
    kind: str
    scope: str
    parent_id: UUID | None
    valid_from: date | None
    valid_to: date | None
    aliases: tuple[str, ...]
    former_names: tuple[str, ...]
    successors: tuple[UUID, ...] = ()


class Agency(Aggregate):
    def __init__(self, id: UUID, details: AgencyDetails, *, version: int = 0) -> None:  # noqa: A002
        super().__init__(id, version)
        self.details = details

    @staticmethod
    def enter(details: AgencyDetails, *, reason: str, at: datetime) -> "Agency":
        agency = Agency(agency_id(details.key), details)
        agency.record(events.AgencyEntered(reason=reason, occurred_at=at))
        return agency

    def put_in_order(self, *, at: datetime) -> None:
        """Its name is ordered otherwise than when it was entered."""
        self.record(events.AgencyPutInOrder(reason="order of names", occurred_at=at))

    @property
    def sort_key(self) -> str:
        return sort_key(self.details.name)
