"""Hand a draft to an Office leader, who releases it."""

from datetime import datetime
from uuid import UUID

from libs.common.change import Change
from services.directives.domain.directive import Directive
from services.directives.domain.lifecycle import Action
from services.directives.domain.permissions import permit
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork


async def submit_for_release(directive_id: UUID, change: Change, uow: DirectivesUnitOfWork, *, now: datetime) -> Directive:
    async with uow:
        directive = await uow.directives.get(directive_id, seen_by=change.actor)
        permit(change.actor, Action.SUBMIT_FOR_RELEASE)
        if await uow.is_repeat(change, directive):
            return directive
        await uow.held.require_none(directive)
        directive.submit_for_release(at=now)
        await uow.commit()
    return directive
