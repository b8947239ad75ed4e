"""Somebody of an agency gets a position there beside those that he has, or again."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from libs.common.change import Change
from libs.common.domain import DomainError, Refusal
from services.directory.domain.managing_people import permit_to_manage
from services.directory.domain.membership import Membership
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.giving import Given, give


class PersonNotOfAgency(DomainError):
    """He never acted there: whoever comes from elsewhere is known by his officer code."""

    code = "person-not-of-agency"
    refusal = Refusal.NEVER_RIGHT
    field = "person_id"


class GiveMembership(Given):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "person_id": "0199f0d2-6f2a-7c31-9a54-1f0c5b9a7d10",
                "position": "Phó Chánh Văn phòng",
                "role": "AGENCY_CLERK",
                "is_head": False,
                "valid_from": "2027-01-04",
                "valid_to": "2027-06-30",
                "reason": "Quyết định phân công số 12/QĐ-SYT",
            }
        },
    )

    person_id: UUID


async def give_membership(agency_id: UUID, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Membership:
    async with uow:
        agency = await uow.agencies.look_at(agency_id)
        permit_to_manage(change.actor, agency.id)
        if await uow.is_repeat(change):
            return await uow.memberships.look_at(uow.repeated_id(change))
        command = change.command(GiveMembership)
        await uow.memberships.lock()
        person = await uow.people.of_agency(command.person_id, agency.id)
        if person is None:
            raise PersonNotOfAgency
        membership = await give(command, person.id, agency, uow, by=change.actor, now=now)
        await uow.commit()
    return membership
