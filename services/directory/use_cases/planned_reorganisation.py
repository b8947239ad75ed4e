"""What planning a reorganisation and looking at it before share: the body, and everything that a plan has to be."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from uuid_utils.compat import uuid7

from libs.common.calendar_day import CalendarDay
from libs.common.change import Change
from libs.common.clock import vietnam_date
from libs.common.folding import folded
from libs.contracts.bounds import MOST_REORGANISED
from services.directory.domain.agency import CENTRAL, Agency, AgencyCodeTaken, AgencyKind, AgencyNamePlanned, ParentNotLiving
from services.directory.domain.reorganisation import (
    NewAgency,
    ReorganisationKind,
    ReorganisationPlan,
    require_apart,
    require_living,
    require_sound,
)
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.add_agency import Identifier
from services.directory.use_cases.deciding import Reason
from services.directory.use_cases.naming import Name, require_unborne, told


class AgencyToBegin(BaseModel):
    """`identifier` is its code after Decision 20/2020, if it has one."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    short_name: Name
    kind: AgencyKind
    parent_id: UUID | None = None
    identifier: Identifier | None = None


Agencies = Annotated[list[UUID], Field(max_length=MOST_REORGANISED)]


class PlanReorganisation(BaseModel):
    """`to_agency_ids` live already and take over, beside `new_agencies`, which begin on the day."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "kind": "RENAME",
                "from_agency_ids": ["5f0f9a66-5d7e-5b52-8f0d-2b3a6c8f1f10"],
                "to_agency_ids": [],
                "new_agencies": [
                    {
                        "name": "Sở Khoa học, Công nghệ và Đổi mới sáng tạo",
                        "short_name": "Sở KHCN và ĐMST",
                        "kind": "DEPARTMENT",
                        "parent_id": None,
                        "identifier": None,
                    }
                ],
                "effective_on": "2027-01-01",
                "legal_basis": "Nghị quyết số 52/NQ-HĐND ngày 10/12/2026",
            }
        },
    )

    kind: ReorganisationKind
    from_agency_ids: Agencies
    to_agency_ids: Agencies = []
    new_agencies: Annotated[list[AgencyToBegin], Field(max_length=MOST_REORGANISED)] = []
    effective_on: CalendarDay
    legal_basis: Reason


async def sound_plan(change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> ReorganisationPlan:
    """The plan of the body, with everything refused that is wrong with it now. Nobody gives a name or plans beside until the end of
    the transaction."""
    command = change.command(PlanReorganisation)
    await uow.agencies.lock_names()
    named = await uow.agencies.look_at_some([*command.from_agency_ids, *command.to_agency_ids])
    plan = _plan(command, await _scope(change, command, named, uow))
    require_sound(plan, today=vietnam_date(now))
    require_living(plan, named)
    require_apart(plan, [one.plan for one in await uow.reorganisations.planned()], named)
    await _require_parents(plan, uow)
    await require_unborne(list(_names(plan)), uow, scope=_scope_of_new(plan), other_than=plan.ended_agency_ids, day=plan.effective_on)
    await _require_free_codes(plan, uow)
    return plan


async def _scope(change: Change, command: PlanReorganisation, named: dict[UUID, Agency], uow: DirectoryUnitOfWork) -> str:
    """What becomes of bodies that belong to no province belongs to none either."""
    if command.from_agency_ids and all(named[one].details.scope == CENTRAL for one in command.from_agency_ids if one in named):
        return CENTRAL
    assert change.actor.agency_id is not None
    return (await uow.agencies.look_at(change.actor.agency_id)).details.scope


def _plan(command: PlanReorganisation, scope: str) -> ReorganisationPlan:
    return ReorganisationPlan(
        kind=command.kind,
        from_agency_ids=tuple(command.from_agency_ids),
        to_agency_ids=tuple(command.to_agency_ids),
        new_agencies=tuple(
            NewAgency(str(uuid7()), one.name, one.short_name, one.kind, scope, one.parent_id, one.identifier)
            for one in command.new_agencies
        ),
        effective_on=command.effective_on,
        legal_basis=command.legal_basis,
    )


def _scope_of_new(plan: ReorganisationPlan) -> str:
    return next((one.scope for one in plan.new_agencies), "")


def _names(plan: ReorganisationPlan) -> Iterator[tuple[str, str]]:
    """Folded, each with the field in which it was given."""
    for place, one in enumerate(plan.new_agencies):
        yield f"new_agencies.{place}.name", folded(one.name)
        yield f"new_agencies.{place}.short_name", folded(one.short_name)


async def _require_parents(plan: ReorganisationPlan, uow: DirectoryUnitOfWork) -> None:
    """Raises ParentNotLiving for one that does not live on the day, also by this very plan."""
    known = await uow.agencies.look_at_some({one.parent_id for one in plan.new_agencies if one.parent_id is not None})
    for place, one in enumerate(plan.new_agencies):
        if one.parent_id is None:
            continue
        parent = known.get(one.parent_id)
        if parent is None or parent.id in plan.ended_agency_ids or not parent.details.lives_on(plan.effective_on):
            raise ParentNotLiving(field=f"new_agencies.{place}.parent_id")


async def _require_free_codes(plan: ReorganisationPlan, uow: DirectoryUnitOfWork) -> None:
    """Raises AgencyCodeTaken and AgencyNamePlanned. The codes of those that end are closed with them, so one of them may be used anew."""
    for place, one in enumerate(plan.new_agencies):
        if one.identifier is None:
            continue
        codes = [folded(one.identifier)]
        bearers = await uow.agencies.bearers_of_codes(codes, other_than=plan.ended_agency_ids, day=plan.effective_on)
        for bearer in bearers.values():
            raise AgencyCodeTaken(field=f"new_agencies.{place}.identifier", bearer=told(bearer))
        if await uow.reorganisations.planned_codes(codes):
            raise AgencyNamePlanned(field=f"new_agencies.{place}.identifier")
