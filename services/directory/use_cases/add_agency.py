"""An agency of which nobody knew until now comes into the directory: a working group, an enterprise, a central body (rulebook 1.14)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from uuid_utils.compat import uuid7

from libs.common.calendar_day import CalendarDay
from libs.common.change import Change
from libs.common.domain import NotFound
from libs.common.folding import folded
from libs.contracts.bounds import AGENCY_CODE, MOST_ALIASES
from services.directory.domain.agency import (
    CENTRAL,
    Agency,
    AgencyCode,
    AgencyCodeTaken,
    AgencyDetails,
    AgencyKind,
    AgencyNamePlanned,
    CodeKind,
    ParentNotLiving,
)
from services.directory.domain.permissions import permit_to_change_agencies
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import Reason
from services.directory.use_cases.naming import Name, require_free_names, told

Identifier = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_upper=True, max_length=AGENCY_CODE.characters, pattern=r"^[A-Za-z0-9]+(\.[A-Za-z0-9]+)*$"),
]


class AddAgency(BaseModel):
    """`aliases` are other names by which documents call it, `identifier` its code after Decision 20/2020, if it has one.

    `is_central`: it belongs to no province.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Ban Chỉ đạo chuyển đổi số tỉnh Quảng Ngãi",
                "short_name": "BCĐ chuyển đổi số",
                "kind": "WORKING_GROUP",
                "is_central": False,
                "parent_id": None,
                "aliases": ["Ban Chỉ đạo CĐS tỉnh"],
                "identifier": None,
                "valid_from": "2027-01-01",
                "reason": "Quyết định số 1520/QĐ-UBND ngày 20/12/2026",
            }
        },
    )

    name: Name
    short_name: Name
    kind: AgencyKind
    is_central: bool = False
    parent_id: UUID | None = None
    aliases: Annotated[list[Name], Field(max_length=MOST_ALIASES)] = []
    identifier: Identifier | None = None
    valid_from: CalendarDay
    reason: Reason


async def add_agency(change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Agency:
    """It belongs to the province of whoever adds it; a central body belongs to none."""
    async with uow:
        permit_to_change_agencies(change.actor)
        if await uow.is_repeat(change):
            return await uow.agencies.look_at(uow.repeated_id(change))
        command = change.command(AddAgency)
        await uow.agencies.lock_names()
        agency = Agency.add(await _details(command, change, uow), reason=command.reason, at=now)
        await _require_living(command.parent_id, command.valid_from, uow)
        await require_free_names(_names(command), agency, uow, day=command.valid_from)
        await _require_free_code(agency.details, command.valid_from, uow)
        uow.agencies.touch(agency)
        await uow.commit()
    return agency


async def _details(command: AddAgency, change: Change, uow: DirectoryUnitOfWork) -> AgencyDetails:
    assert change.actor.agency_id is not None
    province = (await uow.agencies.look_at(change.actor.agency_id)).details.scope
    return AgencyDetails(
        # No code and no name, so that nothing it will ever be called has to do with it.
        key=str(uuid7()),
        name=command.name,
        short_name=command.short_name,
        kind=command.kind,
        scope=CENTRAL if command.is_central else province,
        parent_id=command.parent_id,
        valid_from=command.valid_from,
        valid_to=None,
        aliases=tuple(command.aliases),
        former_names=(),
        codes=(AgencyCode(CodeKind.IDENTIFIER, command.identifier),) if command.identifier else (),
    )


async def _require_living(parent: UUID | None, day: date, uow: DirectoryUnitOfWork) -> None:
    """Raises ParentNotLiving, also for one that is not there."""
    if parent is None:
        return
    try:
        details = (await uow.agencies.look_at(parent)).details
    except NotFound:
        raise ParentNotLiving from None
    if not details.lives_on(day):
        raise ParentNotLiving


async def _require_free_code(details: AgencyDetails, day: date, uow: DirectoryUnitOfWork) -> None:
    """Raises AgencyCodeTaken with the agency that has it, and AgencyNamePlanned."""
    codes = [folded(one.code) for one in details.codes]
    for bearer in (await uow.agencies.bearers_of_codes(codes, day=day)).values():
        raise AgencyCodeTaken(bearer=told(bearer))
    if await uow.reorganisations.planned_codes(codes):
        raise AgencyNamePlanned(field=AgencyCodeTaken.field)


def _names(command: AddAgency) -> Iterator[tuple[str, str]]:
    """Each with the field in which it was given."""
    yield "name", command.name
    yield "short_name", command.short_name
    yield from ((f"aliases.{place}", alias) for place, alias in enumerate(command.aliases))
