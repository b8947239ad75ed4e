"""Tasks of agencies that end or have ended over HTTP: what there is of them, how far it was passed on, and whose lead is to be chosen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from libs.common.calendar_day import calendar_day
from libs.common.held.store import held_seen
from libs.common.web.auth import SignedIn
from libs.common.web.changing import Changing, accepts
from libs.common.web.pagination import CursorParameter, Limit, Page, decode_cursor, encode_cursor, or_null
from libs.contracts.bounds import MOST_REORGANISED
from services.tasks.api import succession_titles as _titles  # noqa: F401 - registers the sentences of our refusals
from services.tasks.api.here import Here, TodayHere, told, unit_of_work
from services.tasks.api.schemas import Bearing, TaskOut, list_item
from services.tasks.api.succession_schemas import AwaitingLeadOut, OpenWorkOfAgencyOut, OpenWorkOut, ProgressOut
from services.tasks.domain.permissions import may_choose_lead, permit_to_oversee, permit_to_see_numbers
from services.tasks.persistence.repository import TaskRepository
from services.tasks.queries.successions import AfterDue, count_awaiting_lead, list_awaiting_lead, open_work_of, progress_of
from services.tasks.use_cases.choose_lead import ChooseLead, choose_lead

router = APIRouter(tags=["successions"])


@router.get("/successions/awaiting-lead")
async def awaiting_lead(
    service: Here, actor: SignedIn, today: TodayHere, cursor: CursorParameter = None, limit: Limit = 50
) -> Page[AwaitingLeadOut]:
    """Open tasks whose lead has ended and nobody, or several, took over; the first due first."""
    permit_to_oversee(actor)
    keys = decode_cursor(cursor, or_null(calendar_day), int)
    async with service.database.read() as connection:
        rows = await list_awaiting_lead(connection, today, after=AfterDue(*keys) if keys else None, limit=limit + 1)
        page = await TaskRepository(connection).listed(rows[:limit])
        held = await held_seen(connection, actor, [task.id for task in page])
        total = await count_awaiting_lead(connection)
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[
            AwaitingLeadOut(
                task=list_item(task, Bearing.of_row(row), actor, today, held=held.get(task.id)),
                successor_ids=row.successor_ids,
                may_choose=may_choose_lead(actor),
            )
            for task, row in zip(page, rows, strict=False)
        ],
        next_cursor=encode_cursor(last.due, last.number) if last else None,
        total=total,
    )


@router.get("/successions/progress")
async def progress(service: Here, actor: SignedIn, reorganisation_id: UUID) -> ProgressOut:
    """How far the tasks have followed a reorganisation."""
    permit_to_see_numbers(actor)
    async with service.database.read() as connection:
        return ProgressOut.model_validate(await progress_of(connection, reorganisation_id))


@router.get("/successions/open-work")
async def open_work(
    service: Here, actor: SignedIn, agency_ids: Annotated[list[UUID], Query(min_length=1, max_length=MOST_REORGANISED)]
) -> OpenWorkOut:
    """What these agencies have to do that would follow them."""
    permit_to_see_numbers(actor)
    async with service.database.read() as connection:
        work, becoming_one = await open_work_of(connection, agency_ids)
    return OpenWorkOut(items=[OpenWorkOfAgencyOut.model_validate(one) for one in work], becoming_one=becoming_one)


@router.post("/tasks/{task_id}/lead", openapi_extra=accepts(ChooseLead))
async def choose(task_id: UUID, change: Changing, service: Here, today: TodayHere, response: Response) -> TaskOut:
    """Phân công lại: the Office leader says who leads in place of an agency that has ended."""
    task = await choose_lead(task_id, change, unit_of_work(service, change), now=service.clock.now())
    return told(task, change, today, response)
