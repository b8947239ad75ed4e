"""Directives over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from libs.common.change import Change
from libs.common.held.act import HeldAct
from libs.common.held.store import held_seen
from libs.common.service import Service
from libs.common.web.auth import SignedIn
from libs.common.web.changing import Changing, accepts, tell_outcome
from libs.common.web.pagination import TEXT, CursorParameter, Limit, Page, decode_cursor, encode_cursor
from libs.common.web.step_up import changing_after_proof
from libs.contracts.step_up import STEP_UP, StepUpAct
from libs.directory_replica.web import HoldSeconds, Rules, step_up_minutes_today
from services.directives.api.schemas import DirectiveListItem, DirectiveOut, ReleaseSummaryOut
from services.directives.domain.directive import Directive
from services.directives.domain.vocabulary import DirectiveState
from services.directives.outgoing import to_contract
from services.directives.persistence.repository import DirectiveRepository
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork
from services.directives.queries.directives import list_directives
from services.directives.queries.release_summary import release_summary
from services.directives.use_cases.change_directive import change_directive
from services.directives.use_cases.drafting import DirectiveBody
from services.directives.use_cases.recall_release import recall_release
from services.directives.use_cases.register_directive import register_directive
from services.directives.use_cases.release_directive import release_directive
from services.directives.use_cases.submit_for_release import submit_for_release
from services.directives.use_cases.take_effect import take_effect_now

router = APIRouter(prefix="/directives", tags=["directives"])


async def service_here(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Here = Annotated[Service, Depends(service_here)]


async def needs_approval_today(service: Here, rules: Rules) -> bool:
    return rules.on(service.clock.today()).release_needs_approval


NeedsApproval = Annotated[bool, Depends(needs_approval_today)]
"""An Office leader releases what a tracker has entered (rulebook 1.4); else the tracker may himself."""


RELEASE = StepUpAct.RELEASE_DIRECTIVE
Releasing = Annotated[Change, Depends(changing_after_proof(RELEASE, STEP_UP[RELEASE], step_up_minutes_today))]


def unit_of_work(service: Service, change: Change) -> DirectivesUnitOfWork:
    return DirectivesUnitOfWork(
        service.database, to_contract, actor=change.actor, cause=change.cause, hints=service.hints, lists=service.lists
    )


def told(directive: Directive, change: Change, response: Response, *, needs_approval: bool, held: HeldAct | None = None) -> DirectiveOut:
    tell_outcome(response, change, directive)
    return DirectiveOut.of(directive, change.actor, release_needs_approval=needs_approval, held=held)


@router.get("")
async def listing(
    service: Here,
    actor: SignedIn,
    state: DirectiveState | None = None,
    q: Annotated[
        str | None, Query(max_length=200, pattern=TEXT, description="Number, notation, subject; diacritics may be left out.")
    ] = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[DirectiveListItem]:
    after = decode_cursor(cursor, datetime.fromisoformat, UUID)
    before = (after[0], after[1]) if after else None
    async with service.database.read() as connection:
        listed, total = await list_directives(connection, actor, state=state, q=q, before=before, limit=limit + 1)
    page, more = listed[:limit], listed[limit:]
    return Page(
        items=[DirectiveListItem.model_validate(one, from_attributes=True) for one in page],
        next_cursor=encode_cursor(page[-1].created_at.isoformat(), page[-1].id) if more else None,
        total=total,
    )


@router.get("/{directive_id}")
async def one(directive_id: UUID, service: Here, actor: SignedIn, needs_approval: NeedsApproval, response: Response) -> DirectiveOut:
    async with service.database.read() as connection:
        directive = await DirectiveRepository(connection).get(directive_id, seen_by=actor, for_change=False)
        held = (await held_seen(connection, actor, [directive_id])).get(directive_id)
    response.headers["ETag"] = f'"{directive.version}"'
    return DirectiveOut.of(directive, actor, release_needs_approval=needs_approval, held=held)


@router.get("/{directive_id}/release-summary")
async def summary(directive_id: UUID, service: Here, actor: SignedIn, rules: Rules) -> ReleaseSummaryOut:
    """Before it is released: who would get how much today, until when, and what is worth a second look."""
    async with service.database.read() as connection:
        found = await release_summary(directive_id, connection, actor, rules, today=service.clock.today())
    return ReleaseSummaryOut.of(found)


@router.post("", status_code=201, openapi_extra=accepts(DirectiveBody))
async def register(change: Changing, service: Here, needs_approval: NeedsApproval, response: Response) -> DirectiveOut:
    directive = await register_directive(change, unit_of_work(service, change), now=service.clock.now())
    response.headers["Location"] = f"/directives/{directive.id}"
    return told(directive, change, response, needs_approval=needs_approval)


@router.put("/{directive_id}", openapi_extra=accepts(DirectiveBody))
async def correct(directive_id: UUID, change: Changing, service: Here, needs_approval: NeedsApproval, response: Response) -> DirectiveOut:
    directive = await change_directive(directive_id, change, unit_of_work(service, change), now=service.clock.now())
    return told(directive, change, response, needs_approval=needs_approval)


@router.post("/{directive_id}/submit-for-release", openapi_extra=accepts())
async def submit(directive_id: UUID, change: Changing, service: Here, needs_approval: NeedsApproval, response: Response) -> DirectiveOut:
    directive = await submit_for_release(directive_id, change, unit_of_work(service, change), now=service.clock.now())
    return told(directive, change, response, needs_approval=needs_approval)


@router.post("/{directive_id}/release", openapi_extra=accepts())
async def release(
    directive_id: UUID,
    change: Releasing,
    service: Here,
    needs_approval: NeedsApproval,
    hold_seconds: HoldSeconds,
    response: Response,
) -> DirectiveOut:
    directive = await release_directive(
        directive_id,
        change,
        unit_of_work(service, change),
        now=service.clock.now(),
        release_needs_approval=needs_approval,
        hold_seconds=hold_seconds,
    )
    async with service.database.read() as connection:
        held = (await held_seen(connection, change.actor, [directive_id])).get(directive_id)
    return told(directive, change, response, needs_approval=needs_approval, held=held)


@router.post("/{directive_id}/held/{act_id}/recall", openapi_extra=accepts())
async def recall(
    directive_id: UUID, act_id: UUID, change: Changing, service: Here, needs_approval: NeedsApproval, response: Response
) -> DirectiveOut:
    """Thu hồi: the held release goes without an effect."""
    uow = unit_of_work(service, change)
    directive = await recall_release(directive_id, act_id, change, uow, release_needs_approval=needs_approval)
    return told(directive, change, response, needs_approval=needs_approval)


@router.post("/{directive_id}/held/{act_id}/now", openapi_extra=accepts())
async def now(
    directive_id: UUID, act_id: UUID, change: Changing, service: Here, needs_approval: NeedsApproval, response: Response
) -> DirectiveOut:
    """Có hiệu lực ngay: the held release does not wait."""
    uow = unit_of_work(service, change)
    directive = await take_effect_now(directive_id, act_id, change, uow, release_needs_approval=needs_approval)
    return told(directive, change, response, needs_approval=needs_approval)
