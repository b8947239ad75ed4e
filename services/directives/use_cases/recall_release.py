"""Thu hồi: a release that has not taken effect yet is taken back (rulebook 1.14)."""

from uuid import UUID

from libs.common.change import Change
from libs.common.held.act import NothingHeld
from services.directives.domain.directive import Directive
from services.directives.domain.lifecycle import Action
from services.directives.domain.permissions import permit
from services.directives.hints import LIST
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork


async def recall_release(
    directive_id: UUID, act_id: UUID, change: Change, uow: DirectivesUnitOfWork, *, release_needs_approval: bool
) -> Directive:
    """Nothing has happened to the document, so it keeps its version; the audit keeps that something was recalled."""
    async with uow:
        directive = await uow.directives.get(directive_id, seen_by=change.actor)
        permit(change.actor, Action.RELEASE, release_needs_approval=release_needs_approval)
        act = await uow.held.own(act_id, directive, change.actor)
        if await uow.is_repeat(change):
            return directive
        if act is None:
            raise NothingHeld
        await uow.held.recall(act_id, by=change.actor, request_id=change.request_id)
        uow.also_tell = act.hint((LIST,))
        await uow.commit()
    return directive
