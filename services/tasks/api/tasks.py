"""Tasks over HTTP: lists and one task, as the actor may see them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from libs.common.actor import Actor
from libs.common.calendar_day import CalendarDay, calendar_day
from libs.common.domain import NotFound
from libs.common.held.store import held_seen
from libs.common.service import Service
from libs.common.web.auth import SignedIn
from libs.common.web.pagination import TEXT, CursorParameter, Limit, Page, decode_cursor, encode_cursor, or_null
from libs.common.web.shared import shared_answer
from libs.contracts.buckets import Bucket
from services.tasks.api.here import Counted, Here, TodayHere, shown
from services.tasks.api.history import told_history
from services.tasks.api.schemas import Bearing, CountsOut, HistoryItem, ReceiptOut, TaskListItem, TaskOut, list_item
from services.tasks.domain.assignment import AssignmentRole
from services.tasks.domain.lifecycle import State
from services.tasks.domain.permissions import own_agency
from services.tasks.domain.receipt import NoReceiptCode, Receipt
from services.tasks.domain.today import Today
from services.tasks.persistence.repository import TaskRepository, visibility_of
from services.tasks.queries.asked import Level, Scope, TaskFilter
from services.tasks.queries.awaiting import AfterSubmission, count_awaiting, list_awaiting
from services.tasks.queries.counting import count_listed, count_tasks
from services.tasks.queries.listing import After, list_tasks
from services.tasks.queries.shared_counts import SharedCounts
from services.tasks.queries.tasks import received_report, visible_number

router = APIRouter(tags=["tasks"])


async def task_filter(
    scope: Scope = Scope.AGENCY,
    state: State | None = None,
    bucket: Bucket | None = None,
    agency_id: Annotated[UUID | None, Query(description="The lead agency.")] = None,
    directive_id: UUID | None = None,
    group_id: Annotated[UUID | None, Query(description="The group whose parts are listed.")] = None,
    parent_id: Annotated[UUID | None, Query(description="The same as `group_id`.", deprecated=True)] = None,
    due_soon: bool | None = None,
    q: Annotated[
        str | None, Query(max_length=200, pattern=TEXT, description="Code, document, content; diacritics may be left out.")
    ] = None,
    level: Level | None = None,
    field: Annotated[str | None, Query(max_length=100, pattern=TEXT, description="Key of a field (lĩnh vực).")] = None,
    part: Annotated[AssignmentRole | None, Query(description="Only in what the actor's agency has this part.")] = None,
    is_open: Annotated[bool | None, Query(description="Not completed.")] = None,
    due_from: Annotated[CalendarDay | None, Query(description="Due on this day or later.")] = None,
    due_until: Annotated[CalendarDay | None, Query(description="Due on this day or earlier.")] = None,
    assigned_from: CalendarDay | None = None,
    assigned_until: CalendarDay | None = None,
) -> TaskFilter:
    return TaskFilter(
        scope,
        state,
        bucket,
        agency_id,
        directive_id,
        group_id or parent_id,
        due_soon,
        q,
        level,
        field,
        part,
        is_open,
        due_from,
        due_until,
        assigned_from,
        assigned_until,
    )


Asked = Annotated[TaskFilter, Depends(task_filter)]


@router.get("/tasks")
async def listing(
    service: Here,
    counted: Counted,
    actor: SignedIn,
    today: TodayHere,
    asked: Asked,
    sort: Literal["due", "-assigned_on"] = "due",
    cursor: CursorParameter = None,
    limit: Limit = 50,
    count: Annotated[bool, Query(description="Whether to count all rows that match; without it `total` is null.")] = True,
) -> Page[TaskListItem]:
    # Only a due date can be missing.
    keys = decode_cursor(cursor, or_null(calendar_day) if sort == "due" else calendar_day, int)
    after = After(*keys) if keys else None
    async with service.database.read() as connection:
        rows = await list_tasks(connection, actor, asked, today, sort=sort, after=after, limit=limit + 1)
        page = await TaskRepository(connection).listed(rows[:limit])
        held = await held_seen(connection, actor, [task.id for task in page])
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[list_item(task, Bearing.of_row(row), actor, today, held=held.get(task.id)) for task, row in zip(page, rows, strict=False)],
        next_cursor=encode_cursor(last.due if sort == "due" else last.assigned_on, last.number) if last else None,
        total=await _total(service, counted, actor, asked, today) if count else None,
    )


async def _total(service: Service, counted: SharedCounts, actor: Actor, asked: TaskFilter, today: Today) -> int:
    async def counting() -> int:
        async with service.database.read() as connection:
            return await count_listed(connection, actor, asked, today)

    return await counted.count((visibility_of(actor)["sees_all"], own_agency(actor), asked, today), counting)


@router.get("/tasks/counts", response_model=CountsOut)
async def counts(service: Here, actor: SignedIn, today: TodayHere, asked: Asked) -> Response:
    """How many tasks of the list with the same filter stand where."""
    # Who sees which tasks follows from the role and the agency alone.
    return await shared_answer(
        service, ("counts", asked, actor.role, actor.agency_id, today), lambda: _counts(service, actor, asked, today)
    )


async def _counts(service: Service, actor: Actor, asked: TaskFilter, today: Today) -> CountsOut:
    async with service.database.read() as connection:
        counted = await count_tasks(connection, actor, asked, today)
    return CountsOut.model_validate(counted, from_attributes=True)


@router.get("/tasks/awaiting-decision")
async def awaiting_decision(
    service: Here, actor: SignedIn, today: TodayHere, cursor: CursorParameter = None, limit: Limit = 50
) -> Page[TaskListItem]:
    """Results that await a decision, the oldest submission first; without those that the actor's office has decided (held acts)."""
    keys = decode_cursor(cursor, datetime.fromisoformat, int)
    async with service.database.read() as connection:
        rows = await list_awaiting(connection, actor, today, after=AfterSubmission(*keys) if keys else None, limit=limit + 1)
        page = await TaskRepository(connection).listed(rows[:limit])
        held = await held_seen(connection, actor, [task.id for task in page])
        whole = keys is None and len(rows) <= limit
        total = len(rows) if whole else await count_awaiting(connection, actor)
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[list_item(task, Bearing.of_row(row), actor, today, held=held.get(task.id)) for task, row in zip(page, rows, strict=False)],
        next_cursor=encode_cursor(last.submitted_at, last.number) if last else None,
        total=total,
    )


@router.get("/tasks/{task_id}")
async def one(
    task_id: UUID,
    service: Here,
    actor: SignedIn,
    today: TodayHere,
    response: Response,
    history: Annotated[bool, Query(description="Whether to tell also what happened to it.")] = False,
) -> TaskOut:
    answer = await shown(service, task_id, actor, today, with_history=history)
    response.headers["ETag"] = f'"{answer.version}"'
    return answer


@router.get("/tasks/{task_id}/children")
async def children(
    task_id: UUID,
    service: Here,
    counted: Counted,
    actor: SignedIn,
    today: TodayHere,
    cursor: CursorParameter = None,
    limit: Limit = 200,
) -> Page[TaskListItem]:
    """The parts of a group instruction that the actor may see."""
    async with service.database.read() as connection:
        await visible_number(connection, task_id, actor)
    return await listing(service, counted, actor, today, TaskFilter(Scope.OVERSIGHT, group_id=task_id), "due", cursor, limit)


@router.get("/tasks/{task_id}/history")
async def task_history(task_id: UUID, service: Here, actor: SignedIn) -> list[HistoryItem]:
    """Everything that happened to the task, oldest first."""
    async with service.database.read() as connection:
        return await told_history(connection, task_id, await visible_number(connection, task_id, actor))


@router.get("/receipts/{code}")
async def receipt(code: str, service: Here, actor: SignedIn) -> ReceiptOut:
    """The report that a receipt code stands for; small letters, spaces and look-alikes are understood."""
    try:
        asked = Receipt.parse(code)
    except NoReceiptCode:
        raise NotFound from None
    async with service.database.read() as connection:
        found = await received_report(connection, actor, task_number=asked.task_number, version=asked.version)
    return ReceiptOut(
        code=str(asked),
        task_id=found.task_id,
        task_code=f"NV-{found.task_number}",
        version=found.version,
        type=found.type,
        received_at=found.received_at,
    )
