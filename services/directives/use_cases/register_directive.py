"""Enter a document with the tasks in it, as a draft."""

from datetime import datetime

from uuid_utils.compat import uuid7

from libs.common.change import Change
from libs.common.clock import vietnam_date
from services.directives.domain.directive import Directive
from services.directives.domain.lifecycle import Action
from services.directives.domain.permissions import permit
from services.directives.domain.rules import with_reporting_agencies
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork
from services.directives.use_cases.drafting import DirectiveBody, agencies_today, require_registered_once, require_sound_today


async def register_directive(change: Change, uow: DirectivesUnitOfWork, *, now: datetime) -> Directive:
    async with uow:
        permit(change.actor, Action.REGISTER)
        if await uow.is_repeat(change):
            return await uow.directives.get(uow.repeated_id(change), seen_by=change.actor)
        draft = change.command(DirectiveBody).to_draft()
        assert change.actor.agency_id is not None
        issuer, today = change.actor.agency_id, vietnam_date(now)
        agencies = await agencies_today(draft, uow.connection, issuing_agency_id=issuer, today=today)
        draft = with_reporting_agencies(draft, agencies.seen_from(issuer))
        require_sound_today(draft, agencies, issuing_agency_id=issuer, actor=change.actor, today=today)
        await require_registered_once(draft, uow, issuing_agency_id=issuer)
        assert change.actor.membership_id is not None
        directive = uow.directives.touch(
            Directive.register(draft, issuing_agency_id=issuer, created_by=change.actor.membership_id, new_id=uuid7, at=now)
        )
        await uow.commit()
    return directive
