"""Load the agencies of a province, and people for a demonstration. Doing it again changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.directory.demo import DemoMember
from services.directory.domain.agency import Agency, agency_id
from services.directory.domain.membership import Membership
from services.directory.persistence.repository import keep_people
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.province import Province


@dataclass(frozen=True)
class Imported:
    """How many were new."""

    agencies: int
    memberships: int


async def import_province(province: Province, uow: DirectoryUnitOfWork, *, now: datetime, members: Sequence[DemoMember] = ()) -> Imported:
    """Enter every agency and membership that is not there yet, each with its event."""
    async with uow:
        known = await uow.agencies.known_ids()
        agencies = [
            uow.agencies.touch(Agency.enter(details, reason=f"import {province.key}", at=now))
            for details in province.agencies
            if agency_id(details.key) not in known
        ]
        await keep_people(uow.connection, [member.person for member in members], demo=True)
        granted = await uow.memberships.known_ids()
        memberships = [
            uow.memberships.touch(Membership.grant(membership_id, place, valid_from=None, reason="DEMO", at=now))
            for member in members
            for membership_id, place in member.memberships
            if membership_id not in granted
        ]
        await uow.commit()
    return Imported(len(agencies), len(memberships))
