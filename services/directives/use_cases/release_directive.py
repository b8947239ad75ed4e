"""Phát hành: from now on every instruction of the document is a task (rulebook 1.4)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from libs.common.actor import Actor
from libs.common.change import Change
from libs.common.clock import vietnam_date
from libs.common.held.act import HeldAct
from libs.directory_replica.replica import LivingAgency
from services.directives.domain.directive import Directive
from services.directives.domain.lifecycle import Action, next_state
from services.directives.domain.permissions import permit
from services.directives.hints import LIST
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork
from services.directives.use_cases.drafting import agencies_today, require_sound_today


async def release_directive(
    directive_id: UUID, change: Change, uow: DirectivesUnitOfWork, *, now: datetime, release_needs_approval: bool, hold_seconds: int
) -> Directive:
    """Held for a moment, where the province says so (rulebook 1.14); what could not be released now is refused now."""
    async with uow:
        directive = await uow.directives.get(directive_id, seen_by=change.actor)
        permit(change.actor, Action.RELEASE, release_needs_approval=release_needs_approval)
        if await uow.is_repeat(change, directive):
            return directive
        await uow.held.require_none(directive)
        agencies = await agencies_for_release(directive, uow, by=change.actor, at=now)
        if hold_seconds == 0:
            release(directive, agencies, uow, by=change.actor.membership_id, at=now)
        else:
            act = HeldAct.of(change, directive, Action.RELEASE.value, None, at=now)
            await uow.held.hold(act, seconds=hold_seconds)
            uow.also_tell = act.hint((LIST,))
        await uow.commit()
    return directive


async def agencies_for_release(directive: Directive, uow: DirectivesUnitOfWork, *, by: Actor, at: datetime) -> Sequence[LivingAgency]:
    """Those of its groups on this day. Raises what is wrong with the document: agencies may have ended since it was entered."""
    next_state(directive.state, Action.RELEASE)
    issuer, today = directive.issuing_agency_id, vietnam_date(at)
    agencies = await agencies_today(directive.draft, uow.connection, issuing_agency_id=issuer, today=today)
    require_sound_today(directive.draft, agencies, issuing_agency_id=issuer, actor=by, today=today)
    return agencies.of_groups


def release(directive: Directive, agencies: Sequence[LivingAgency], uow: DirectivesUnitOfWork, *, by: UUID | None, at: datetime) -> None:
    directive.release(agencies, by=by, at=at)
    for instruction in directive.instructions:
        uow.instructions.touch(instruction)
