"""Reorganisations of agencies over HTTP: an administrator looks at one before, plans it for a day to come, and takes it back."""

from uuid import UUID

from fastapi import APIRouter, Response

from libs.common.calendar_day import calendar_day
from libs.common.web.auth import SignedIn
from libs.common.web.changing import Changing, accepts, tell_outcome
from libs.common.web.pagination import CursorParameter, Limit, Page, decode_cursor, encode_cursor
from services.directory.api import reorganisation_titles as _titles  # noqa: F401 - registers the sentences of our refusals
from services.directory.api.directory import Here, unit_of_work
from services.directory.api.reorganisation_schemas import (
    ChangedReorganisationOut,
    ConsequencesOut,
    ReorganisationOut,
    ReorganisationWithConsequencesOut,
)
from services.directory.api.step_up import PlanningReorganisation, WithdrawingReorganisation
from services.directory.domain.permissions import permit_to_change_agencies
from services.directory.domain.reorganisation import ReorganisationStanding
from services.directory.queries.consequences import consequences_of
from services.directory.queries.people import names_of_actors
from services.directory.queries.reorganisations import list_reorganisations, one_reorganisation
from services.directory.use_cases.plan_reorganisation import plan_reorganisation
from services.directory.use_cases.planned_reorganisation import PlanReorganisation
from services.directory.use_cases.preview_reorganisation import preview_reorganisation
from services.directory.use_cases.withdraw_reorganisation import WithdrawReorganisation, withdraw_reorganisation

router = APIRouter(prefix="/reorganisations", tags=["reorganisations"])


@router.get("")
async def listing(service: Here, actor: SignedIn, cursor: CursorParameter = None, limit: Limit = 50) -> Page[ReorganisationOut]:
    """All that were planned, the latest day first."""
    permit_to_change_agencies(actor)
    keys = decode_cursor(cursor, calendar_day, UUID)
    async with service.database.read() as connection:
        found, total = await list_reorganisations(connection, after=(keys[0], keys[1]) if keys else None, limit=limit + 1)
        names = await names_of_actors(connection, [one.reorganisation.planned_by for one in found])
    page, more = found[:limit], found[limit:]
    last = page[-1].reorganisation if more else None
    return Page(
        items=[ReorganisationOut.of(one, names, service.clock.today()) for one in page],
        next_cursor=encode_cursor(last.plan.effective_on, last.id) if last else None,
        total=total,
    )


@router.post("", status_code=201, openapi_extra=accepts(PlanReorganisation))
async def plan(change: PlanningReorganisation, service: Here, response: Response) -> ChangedReorganisationOut:
    """For a day to come; until then nothing of it happens."""
    planned = await plan_reorganisation(change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, planned)
    return ChangedReorganisationOut(id=planned.id, version=planned.version, standing=planned.standing)


@router.post("/preview", openapi_extra=accepts(PlanReorganisation))
async def preview(change: Changing, service: Here) -> ConsequencesOut:
    """What would follow from it; refused like the plan itself. Nothing is kept, so its key may be used once more."""
    return ConsequencesOut.of(await preview_reorganisation(change, unit_of_work(service, change), now=service.clock.now()))


@router.get("/{reorganisation_id}")
async def one(reorganisation_id: UUID, service: Here, actor: SignedIn, response: Response) -> ReorganisationWithConsequencesOut:
    permit_to_change_agencies(actor)
    async with service.database.read() as connection:
        found = await one_reorganisation(connection, reorganisation_id)
        names = await names_of_actors(connection, [found.reorganisation.planned_by])
        is_planned = found.reorganisation.standing is ReorganisationStanding.PLANNED
        follows = ConsequencesOut.of(await consequences_of(connection, found.reorganisation.plan)) if is_planned else None
    response.headers["ETag"] = f'"{found.reorganisation.version}"'
    told = ReorganisationOut.of(found, names, service.clock.today())
    return ReorganisationWithConsequencesOut(**told.model_dump(), consequences=follows)


@router.post("/{reorganisation_id}/withdraw", openapi_extra=accepts(WithdrawReorganisation))
async def withdraw(
    reorganisation_id: UUID, change: WithdrawingReorganisation, service: Here, response: Response
) -> ChangedReorganisationOut:
    """Taken back before its day."""
    withdrawn = await withdraw_reorganisation(reorganisation_id, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, withdrawn)
    return ChangedReorganisationOut(id=withdrawn.id, version=withdrawn.version, standing=withdrawn.standing)
