"""Somebody begins in an agency: new to the directory, or coming from elsewhere and known by his officer code."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, StringConstraints
from uuid_utils.compat import uuid7

from libs.common.change import Change
from libs.common.domain import DomainError
from libs.common.folding import folded
from services.directory.domain.managing_people import permit_to_manage
from services.directory.domain.membership import Membership, Person
from services.directory.persistence.people import username_of
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.giving import Given, PersonName, give

LONGEST_CODE = 35
OfficerCode = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_upper=True, max_length=LONGEST_CODE, pattern=r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$"),
]


class OfficerCodeOfAnother(DomainError):
    """Somebody of another name bears the code. Whose it is is not told: whoever comes from elsewhere brings both."""

    code = "officer-code-of-another"
    field = "officer_code"


class AddPerson(Given):
    """`officer_code` (số hiệu cán bộ, công chức) never changes and links a person to his sign-in. An address of mail never does."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Nguyễn Thị Kim Ngân",
                "officer_code": "QNG-004512",
                "position": "Chuyên viên",
                "role": "AGENCY_OFFICER",
                "is_head": False,
                "valid_from": "2027-01-04",
                "valid_to": None,
                "reason": "Quyết định tuyển dụng số 35/QĐ-SYT",
            }
        },
    )

    name: PersonName
    officer_code: OfficerCode


async def add_person(agency_id: UUID, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Membership:
    """His first membership there. Of a person nobody is told but by his memberships, and so it stands in the audit."""
    async with uow:
        agency = await uow.agencies.look_at(agency_id)
        permit_to_manage(change.actor, agency.id)
        if await uow.is_repeat(change):
            return await uow.memberships.look_at(uow.repeated_id(change))
        command = change.command(AddPerson)
        await uow.memberships.lock()
        person_id = await _known_or_new(command, uow)
        membership = await give(command, person_id, agency, uow, by=change.actor, now=now)
        await uow.commit()
    return membership


async def _known_or_new(command: AddPerson, uow: DirectoryUnitOfWork) -> UUID:
    """Raises OfficerCodeOfAnother."""
    known = await uow.people.known_by(command.officer_code)
    if known is None:
        new = Person(uuid7(), username_of(command.officer_code), command.name, command.officer_code)
        await uow.people.add(new)
        return new.id
    if known.officer_code != command.officer_code or folded(known.name) != folded(command.name):
        raise OfficerCodeOfAnother
    return known.id
