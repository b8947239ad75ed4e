"""Phát hành: from now on every instruction of the document is a task (rulebook 1.4)."""

from datetime import datetime
from uuid import UUID

from libs.common.change import Change
from libs.common.clock import vietnam_date
from services.directives.domain.directive import Directive
from services.directives.domain.lifecycle import Action, next_state
from services.directives.domain.permissions import permit
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork
from services.directives.use_cases.drafting import agencies_today, require_sound_today


async def release_directive(
    directive_id: UUID, change: Change, uow: DirectivesUnitOfWork, *, now: datetime, release_needs_approval: bool
) -> Directive:
    async with uow:
        directive = await uow.directives.get(directive_id, seen_by=change.actor)
        permit(change.actor, Action.RELEASE, release_needs_approval=release_needs_approval)
        if await uow.is_repeat(change, directive):
            return directive
        next_state(directive.state, Action.RELEASE)
        # Agencies may have ended since the draft was entered.
        issuer, today = directive.issuing_agency_id, vietnam_date(now)
        agencies = await agencies_today(directive.draft, uow.connection, issuing_agency_id=issuer, today=today)
        require_sound_today(directive.draft, agencies, issuing_agency_id=issuer, actor=change.actor, today=today)
        directive.release(agencies.of_groups, by=change.actor.membership_id, at=now)
        for instruction in directive.instructions:
            uow.instructions.touch(instruction)
        await uow.commit()
    return directive
