"""What is done with a task over HTTP: one route for each action of the life cycle."""

from uuid import UUID

from fastapi import APIRouter, Response

from libs.common.web.changing import Changing, accepts
from libs.directory_replica.web import HoldSeconds
from services.tasks.api.here import Here, TodayHere, held_of, settings_of, told, unit_of_work
from services.tasks.api.schemas import TaskOut
from services.tasks.use_cases.accept_task import accept_task
from services.tasks.use_cases.confirm_result import ConfirmResult, confirm_result
from services.tasks.use_cases.recall_decision import recall_decision
from services.tasks.use_cases.report_progress import ReportProgress, report_progress
from services.tasks.use_cases.return_result import ReturnResult, return_result
from services.tasks.use_cases.submit_result import SubmitResult, submit_result
from services.tasks.use_cases.take_effect import take_effect_now

router = APIRouter(prefix="/tasks/{task_id}", tags=["acts"])


@router.post("/accept", openapi_extra=accepts())
async def accept(task_id: UUID, change: Changing, service: Here, today: TodayHere, response: Response) -> TaskOut:
    task = await accept_task(task_id, change, unit_of_work(service, change), now=service.clock.now())
    return told(task, change, today, response)


@router.post("/progress", openapi_extra=accepts(ReportProgress))
async def progress(task_id: UUID, change: Changing, service: Here, today: TodayHere, response: Response) -> TaskOut:
    task = await report_progress(task_id, change, unit_of_work(service, change), now=service.clock.now())
    return told(task, change, today, response)


@router.post("/results", openapi_extra=accepts(SubmitResult))
async def result(task_id: UUID, change: Changing, service: Here, today: TodayHere, response: Response) -> TaskOut:
    task = await submit_result(
        task_id,
        change,
        unit_of_work(service, change),
        now=service.clock.now(),
        file_required=settings_of(service).result_requires_file,
    )
    return told(task, change, today, response)


@router.post("/results/confirm", openapi_extra=accepts(ConfirmResult))
async def confirm(
    task_id: UUID, change: Changing, service: Here, today: TodayHere, hold_seconds: HoldSeconds, response: Response
) -> TaskOut:
    task = await confirm_result(task_id, change, unit_of_work(service, change), now=service.clock.now(), hold_seconds=hold_seconds)
    return told(task, change, today, response, held=await held_of(service, task, change.actor))


@router.post("/results/return", openapi_extra=accepts(ReturnResult))
async def returned(
    task_id: UUID, change: Changing, service: Here, today: TodayHere, hold_seconds: HoldSeconds, response: Response
) -> TaskOut:
    task = await return_result(task_id, change, unit_of_work(service, change), now=service.clock.now(), hold_seconds=hold_seconds)
    return told(task, change, today, response, held=await held_of(service, task, change.actor))


@router.post("/held/{act_id}/recall", openapi_extra=accepts())
async def recall(task_id: UUID, act_id: UUID, change: Changing, service: Here, today: TodayHere, response: Response) -> TaskOut:
    """Thu hồi: the held decision goes without an effect."""
    task = await recall_decision(task_id, act_id, change, unit_of_work(service, change))
    return told(task, change, today, response)


@router.post("/held/{act_id}/now", openapi_extra=accepts())
async def now(task_id: UUID, act_id: UUID, change: Changing, service: Here, today: TodayHere, response: Response) -> TaskOut:
    """Có hiệu lực ngay: the held decision does not wait."""
    task = await take_effect_now(task_id, act_id, change, unit_of_work(service, change))
    return told(task, change, today, response)
