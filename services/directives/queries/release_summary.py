"""What a release would do today, for whoever is about to release."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.contracts.province import ProvinceRules
from libs.directory_replica.replica import agencies_with_account
from services.directives.domain.lifecycle import Action, next_state
from services.directives.domain.release_summary import ReleaseSummary, summary_of
from services.directives.persistence.repository import DirectiveRepository
from services.directives.use_cases.drafting import MAY_RECEIVE_AND_REPORT, agencies_today


async def release_summary(
    directive_id: UUID, connection: AsyncConnection, actor: Actor, rules: ProvinceRules, *, today: date
) -> ReleaseSummary:
    """Raises NotFound where the actor does not see it, AlreadyReleased where there is nothing left to release."""
    directive = await DirectiveRepository(connection).get(directive_id, seen_by=actor, for_change=False)
    next_state(directive.state, Action.RELEASE)
    known = await agencies_today(directive.draft, connection, issuing_agency_id=directive.issuing_agency_id, today=today)
    concerned = directive.draft.agency_ids | {one.id for one in known.of_groups}
    answering = await agencies_with_account(connection, concerned, roles=MAY_RECEIVE_AND_REPORT, day=today)
    return summary_of(directive, known.of_groups, answering, rules.calendar_on(today), today=today)
