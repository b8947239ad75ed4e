"""Correct a document that is not released yet."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from libs.common.change import Change
from libs.common.clock import vietnam_date
from services.directives.domain.directive import Directive
from services.directives.domain.lifecycle import Action
from services.directives.domain.permissions import permit
from services.directives.domain.rules import with_reporting_agencies
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork
from services.directives.use_cases.drafting import DirectiveBody, agencies_today, require_registered_once, require_sound_today


async def change_directive(directive_id: UUID, change: Change, uow: DirectivesUnitOfWork, *, now: datetime) -> Directive:
    async with uow:
        directive = await uow.directives.get(directive_id, seen_by=change.actor)
        permit(change.actor, Action.CHANGE)
        if await uow.is_repeat(change, directive):
            return directive
        draft = change.command(DirectiveBody).to_draft()
        issuer, today = directive.issuing_agency_id, vietnam_date(now)
        agencies = await agencies_today(draft, uow.connection, issuing_agency_id=issuer, today=today)
        draft = with_reporting_agencies(draft, agencies.seen_from(issuer))
        require_sound_today(draft, agencies, issuing_agency_id=issuer, actor=change.actor, today=today)
        if draft.identity == directive.draft.identity:
            # That was judged when it got its number; who corrects something else need not say it again.
            kept = draft.another_document_reason or directive.draft.another_document_reason
            draft = replace(draft, another_document_reason=kept)
        else:
            await require_registered_once(draft, uow, issuing_agency_id=issuer)
        await uow.held.require_none(directive)
        directive.change(draft, new_id=uuid7, at=now)
        await uow.commit()
    return directive
