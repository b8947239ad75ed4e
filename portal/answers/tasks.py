"""What the tasks service answers. Written by `python -m tests.portal.answers`, not by hand."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from portal.route import Route


class AssignmentOut(TypedDict):
    agency_id: str
    role: Literal["LEAD", "COORDINATING", "REPORTING"]


class AvailableAction(TypedDict):
    action: Literal["ACCEPT", "REPORT_PROGRESS", "SUBMIT_RESULT", "CONFIRM", "RETURN_RESULT"]
    allowed: bool
    reason_code: str | None


class AwaitingLeadOut(TypedDict):
    task: TaskListItem
    successor_ids: list[str]
    may_choose: bool


class ChildrenSummary(TypedDict):
    total: int
    accepted: int
    awaiting: int
    completed: int
    overdue: int
    kinds: list[str]


class CountsOut(TypedDict):
    total: int
    due_soon: int
    by_state: dict[str, int]
    by_bucket: dict[str, int]


class Deadline(TypedDict):
    kind: Literal["overdue", "due_soon", "in_time", "undated", "done_on_time", "done_late", "done_undated", "awaiting"]
    days_overdue: int
    working_days_left: int | None


class DirectiveOut(TypedDict):
    id: str
    kind: str
    number: str | None
    notation: str | None
    subject: str
    issue_date: str
    urgency: str
    label: str


class HeldOut(TypedDict):
    id: str
    kind: str
    by: str
    acted_at: str
    seconds_left: int
    is_own: bool
    void_because: str | None


class HistoryItem(TypedDict):
    version: int
    type: str
    occurred_at: str
    recorded_at: str
    actor_person_id: str | None
    actor_role: str
    agency_id: str | None
    state: Literal["ASSIGNED", "ACCEPTED", "IN_PROGRESS", "AWAITING_CONFIRMATION", "RESULT_RETURNED", "COMPLETED"]
    percent: int
    change: dict[str, Any]
    progress: dict[str, Any] | None
    receipt_code: str | None


class LeftToOthers(TypedDict):
    action: Literal["ACCEPT", "REPORT_PROGRESS", "SUBMIT_RESULT", "CONFIRM", "RETURN_RESULT"]
    person_ids: list[str]


class OpenWorkOfAgencyOut(TypedDict):
    agency_id: str
    leads: int
    coordinates: int


class OpenWorkOut(TypedDict):
    items: list[OpenWorkOfAgencyOut]
    becoming_one: int


class PageOfAwaitingLeadOut(TypedDict):
    items: list[AwaitingLeadOut]
    next_cursor: str | None
    total: int | None


class PageOfTaskListItem(TypedDict):
    items: list[TaskListItem]
    next_cursor: str | None
    total: int | None


class ProgressOut(TypedDict):
    passed_on: int
    leads_to_pass_on: int
    awaiting_lead: int


class ReceiptOut(TypedDict):
    code: str
    task_id: str
    task_code: str
    version: int
    type: str
    received_at: str


class ResultOut(TypedDict):
    number: int
    report_number: str
    report_date: str
    summary: str
    file_id: str | None
    submitted_by: str
    submitted_at: str
    decision: Literal["WAITING", "CONFIRMED", "RETURNED"]
    decided_by: str | None
    decided_at: str | None
    return_reason: str | None
    quality: Literal["GOOD", "SATISFACTORY", "UNSATISFACTORY"] | None
    comment: str | None


class TaskListItem(TypedDict):
    id: str
    code: str
    version: int
    state: Literal["ASSIGNED", "ACCEPTED", "IN_PROGRESS", "AWAITING_CONFIRMATION", "RESULT_RETURNED", "COMPLETED"]
    bucket: Literal["completed_on_time", "completed_late", "completed_undated", "open_in_time", "open_overdue", "open_undated"] | None
    is_group: bool
    parent_id: str | None
    group_id: str | None
    group_name: str | None
    left_out: int
    directive: DirectiveOut
    ordinal: int
    content: str
    field: str | None
    deliverable: str | None
    deadline_class: str
    deadline_wording: str | None
    original_due: str | None
    due: str | None
    assigned_on: str
    percent: int
    last_reported_at: str | None
    submitted_at: str | None
    completed_on: str | None
    return_count: int
    lead_agency_id: str | None
    reporting_agency_id: str | None
    relation: Literal["LEAD", "REPORTING", "COORDINATING", "OVERSIGHT", "NONE"]
    children_summary: ChildrenSummary | None
    deadline: Deadline
    flags: list[str]
    receipt_code: str | None
    available_actions: list[AvailableAction]
    held: HeldOut | None


class TaskOut(TypedDict):
    id: str
    code: str
    version: int
    state: Literal["ASSIGNED", "ACCEPTED", "IN_PROGRESS", "AWAITING_CONFIRMATION", "RESULT_RETURNED", "COMPLETED"]
    bucket: Literal["completed_on_time", "completed_late", "completed_undated", "open_in_time", "open_overdue", "open_undated"] | None
    is_group: bool
    parent_id: str | None
    group_id: str | None
    group_name: str | None
    left_out: int
    directive: DirectiveOut
    ordinal: int
    content: str
    field: str | None
    deliverable: str | None
    deadline_class: str
    deadline_wording: str | None
    original_due: str | None
    due: str | None
    assigned_on: str
    percent: int
    last_reported_at: str | None
    submitted_at: str | None
    completed_on: str | None
    return_count: int
    lead_agency_id: str | None
    reporting_agency_id: str | None
    relation: Literal["LEAD", "REPORTING", "COORDINATING", "OVERSIGHT", "NONE"]
    children_summary: ChildrenSummary | None
    deadline: Deadline
    flags: list[str]
    receipt_code: str | None
    available_actions: list[AvailableAction]
    held: HeldOut | None
    assignments: list[AssignmentOut]
    result: ResultOut | None
    results: list[ResultOut]
    left_to_others: list[LeftToOthers]
    history: list[HistoryItem] | None


RECEIPT_OF_CODE: Route[ReceiptOut] = Route("tasks", "/receipts/{code}")
SUCCESSIONS_AWAITING_LEAD: Route[PageOfAwaitingLeadOut] = Route("tasks", "/successions/awaiting-lead")
SUCCESSIONS_OPEN_WORK: Route[OpenWorkOut] = Route("tasks", "/successions/open-work")
SUCCESSIONS_PROGRESS: Route[ProgressOut] = Route("tasks", "/successions/progress")
TASKS: Route[PageOfTaskListItem] = Route("tasks", "/tasks")
TASKS_AWAITING_DECISION: Route[PageOfTaskListItem] = Route("tasks", "/tasks/awaiting-decision")
TASKS_COUNTS: Route[CountsOut] = Route("tasks", "/tasks/counts")
TASK: Route[TaskOut] = Route("tasks", "/tasks/{task_id}")
CHILDREN_OF_TASK: Route[PageOfTaskListItem] = Route("tasks", "/tasks/{task_id}/children")
HISTORY_OF_TASK: Route[list[HistoryItem]] = Route("tasks", "/tasks/{task_id}/history")
