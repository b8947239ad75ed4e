"""The day of a reorganisation has come: agencies end and begin, and people follow, all at once or not at all (rulebook 1.11, 1.15)."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from libs.common.clock import vietnam_date
from services.directory.domain.agency import Agency, AgencyCode, AgencyDetails, CodeKind
from services.directory.domain.reorganisation import NewAgency, ReorganisationPlan, parent_afterwards
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork


async def reorganise(reorganisation_id: UUID, uow: DirectoryUnitOfWork, *, now: datetime) -> bool:
    """Whether it took effect; not when somebody else was quicker, or it was taken back. Days are those of the plan, however late it is."""
    async with uow:
        reorganisation = await uow.reorganisations.get_due(reorganisation_id, day=vietnam_date(now))
        if reorganisation is None:
            return False
        plan = reorganisation.plan
        # Whoever gives a name meanwhile sees it planned or borne, and never between.
        await uow.agencies.lock_names()
        ended = await uow.agencies.some(plan.ended_agency_ids)
        begun = [uow.agencies.touch(await _begun(new, plan, uow, now=now)) for new in plan.new_agencies]
        for agency in ended.values():
            agency.end(last_day=plan.eve, successors=plan.successor_ids, reason=plan.legal_basis, at=now)
        await _move_subordinates(plan, ended, await _above_successor(plan, begun, uow), uow, now=now)
        await _move_people(plan, uow, now=now)
        reorganisation.take_effect(at=now)
        await uow.commit()
    return True


async def _begun(new: NewAgency, plan: ReorganisationPlan, uow: DirectoryUnitOfWork, *, now: datetime) -> Agency:
    details = AgencyDetails(
        key=new.key,
        name=new.name,
        short_name=new.short_name,
        kind=new.kind,
        scope=new.scope,
        parent_id=await _living(new.parent_id, uow),
        valid_from=plan.effective_on,
        valid_to=None,
        aliases=(),
        former_names=(),
        codes=(AgencyCode(CodeKind.IDENTIFIER, new.identifier),) if new.identifier else (),
    )
    return Agency.enter(details, reason=plan.legal_basis, at=now)


async def _living(parent: UUID | None, uow: DirectoryUnitOfWork) -> UUID | None:
    """The parent may have ended by another plan meanwhile: then whoever took over from it, or stood above it."""
    while parent is not None:
        agency = await uow.agencies.look_at(parent)
        if agency.details.valid_to is None:
            return parent
        successors = await uow.agencies.successors_of(parent)
        parent = successors[0] if len(successors) == 1 else agency.details.parent_id
    return None


async def _above_successor(plan: ReorganisationPlan, begun: Sequence[Agency], uow: DirectoryUnitOfWork) -> set[UUID]:
    """The only one that takes over, and all above it; nobody where there are several or none."""
    if plan.sole_successor_id is None:
        return set()
    if not begun:
        return await uow.agencies.at_and_above(plan.sole_successor_id)
    [new] = begun
    return {new.id} | (await uow.agencies.at_and_above(new.details.parent_id) if new.details.parent_id is not None else set())


async def _move_subordinates(
    plan: ReorganisationPlan, ended: Mapping[UUID, Agency], above_successor: Set[UUID], uow: DirectoryUnitOfWork, *, now: datetime
) -> None:
    for child in (await uow.agencies.subordinates(list(ended), day=plan.effective_on)).values():
        parent = parent_afterwards(child.id, child.details.parent_id, plan, ended, above_successor)
        child.move_under(parent, since=plan.effective_on, reason=plan.legal_basis, at=now)


async def _move_people(plan: ReorganisationPlan, uow: DirectoryUnitOfWork, *, now: datetime) -> None:
    """Accounts move by position to the one who took over. Where several did, or none, somebody gives them a place anew."""
    successor = plan.sole_successor_id
    for membership in await uow.memberships.of_agencies(plan.ended_agency_ids, day=plan.effective_on):
        if successor is not None:
            follows = membership.follow(
                uuid7(), successor, since=plan.effective_on, stays_head=plan.is_one_to_one, reason=plan.legal_basis, at=now
            )
            uow.memberships.touch(follows)
        membership.leave(last_day=plan.eve, reason=plan.legal_basis, at=now)
