"""A held release takes effect, when its time has come or at once by the person's word (rulebook 1.14)."""

from uuid import UUID

from libs.common.actor import Actor
from libs.common.change import Change
from libs.common.held.act import HeldAct, NothingHeld
from services.directives.domain.directive import Directive
from services.directives.domain.lifecycle import Action
from services.directives.domain.permissions import permit
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork
from services.directives.use_cases.release_directive import agencies_for_release, release


async def take_effect(act_id: UUID, uow: DirectivesUnitOfWork, *, release_needs_approval: bool) -> Directive:
    """Its time has come. Raises NothingHeld when somebody else was quicker, and whatever refuses the release now."""
    async with uow:
        act = await uow.held.take(act_id)
        directive = await uow.directives.get(act.aggregate_id, seen_by=uow.actor)
        permit(uow.actor, Action.RELEASE, release_needs_approval=release_needs_approval)
        await _give_effect(act, directive, uow, uow.actor)
        await uow.commit()
    return directive


async def take_effect_now(
    directive_id: UUID, act_id: UUID, change: Change, uow: DirectivesUnitOfWork, *, release_needs_approval: bool
) -> Directive:
    """Có hiệu lực ngay: whoever released does not wait."""
    async with uow:
        directive = await uow.directives.get(directive_id, seen_by=change.actor)
        permit(change.actor, Action.RELEASE, release_needs_approval=release_needs_approval)
        act = await uow.held.own(act_id, directive, change.actor)
        if await uow.is_repeat(change):
            return directive
        if act is None:
            raise NothingHeld
        await _give_effect(await uow.held.take(act_id), directive, uow, change.actor)
        await uow.commit()
    return directive


async def _give_effect(act: HeldAct, directive: Directive, uow: DirectivesUnitOfWork, actor: Actor) -> None:
    """Upon the version that was released; it happened when the person acted, so the agencies are those of that day."""
    act.require_version(directive)
    agencies = await agencies_for_release(directive, uow, by=actor, at=act.acted_at)
    release(directive, agencies, uow, by=act.membership_id, at=act.acted_at)
