"""Tasks with their reports and results, as rows."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from libs.common.actor import Actor
from libs.common.clock import vietnam_date
from libs.common.domain import NotFound
from libs.common.folding import search_words
from libs.common.live import Hint
from libs.common.unit_of_work import Repository
from libs.contracts.directives import DirectiveSummary
from services.tasks.domain.assignment import Assignment, AssignmentRole, Heir
from services.tasks.domain.lifecycle import State
from services.tasks.domain.permissions import OVERSIGHT_ROLES, agency_that_sees
from services.tasks.domain.report import NO_ORIGIN, Decision, Origin, Quality, Result
from services.tasks.domain.task import Course, Task, TaskTerms
from services.tasks.hints import hint_of_task
from services.tasks.persistence.origins import origins

# The actor's agency, and those that have ended whose only heir it is: what was theirs is its own at once (rulebook 1.15).
OWN = """ANY(ARRAY(SELECT CAST(:agency_id AS uuid)
  UNION ALL SELECT ended_agency_id FROM succession WHERE heir_id = CAST(:agency_id AS uuid)))"""
# An agency coordinates, or reports in place of the lead, while the assignment is in force.
HAS_A_PART = f"""EXISTS (SELECT 1 FROM assignment a WHERE a.task_id = t.id AND a.agency_id = {OWN}
  AND a.role IN ('COORDINATING', 'REPORTING') AND a.valid_to IS NULL)"""
# Of a group an agency sees its own part and what all were told, never the parts of its peers (rulebook 1.13).
VISIBLE = f"""(:sees_all OR t.lead_agency_id = {OWN} OR {HAS_A_PART}
  OR (t.is_group AND EXISTS (SELECT 1 FROM task part WHERE part.group_id = t.id AND part.lead_agency_id = {OWN})))"""

# All of a row `t` that is read again: what it is found by is not, and the words are as long as the rest together.
COLUMNS = ", ".join(
    f"t.{column}"
    for column in (
        *("id", "version", "number", "directive", "group_id", "is_group", "ordinal", "content", "field", "deliverable"),
        *("deadline_class", "deadline_wording", "original_due", "due", "assigned_on", "assigned_at", "flags", "group_name", "left_out"),
        *("state", "percent", "last_reported_at", "last_report_version", "submitted_at", "completed_on", "return_count"),
    )
)
_GET = f"SELECT {COLUMNS} FROM task t WHERE t.id = :id AND {VISIBLE}"
_SOME = text(f"SELECT {COLUMNS} FROM task t WHERE t.id = ANY(:ids) ORDER BY t.due, t.number")
_GET_SOME = text(f"SELECT {COLUMNS} FROM task t WHERE t.id = ANY(CAST(:ids AS uuid[])) ORDER BY t.id FOR UPDATE SKIP LOCKED")
_ASSIGNMENTS = text("""
SELECT a.task_id, a.agency_id, a.role, a.due, a.valid_from, a.valid_to, a.ended_because, s.heir_id, s.legal_basis FROM assignment a
LEFT JOIN succession s ON s.ended_agency_id = a.agency_id AND s.heir_id IS NOT NULL AND a.valid_to IS NULL
WHERE a.task_id = ANY(:ids) ORDER BY a.task_id, a.number
""")
_RESULTS = text("SELECT * FROM result WHERE task_id = :id ORDER BY number")
_INSERT = text("""
INSERT INTO task (id, version, number, directive_id, directive, parent_id, group_id, is_group, ordinal, content, field, deliverable,
                  deadline_class, deadline_wording, original_due, due, assigned_on, assigned_at, lead_agency_id, flags,
                  state, percent, last_reported_at, last_report_version, submitted_at, submitted_on, completed_on, return_count, words,
                  group_name, left_out)
VALUES (:id, :version, :number, :directive_id, CAST(:directive AS jsonb), :group_id, :group_id, :is_group, :ordinal, :content, :field,
        :deliverable, :deadline_class, :deadline_wording, :original_due, :due, :assigned_on, :assigned_at, :lead_agency_id, :flags,
        :state, :percent, :last_reported_at, :last_report_version, :submitted_at, :submitted_on, :completed_on, :return_count,
        array_to_tsvector(:words), :group_name, :left_out)
""")
# What it is ordered by stands in the assignments of the other agencies too, for their lists.
_UPDATE = text("""
WITH coordinated AS (
  UPDATE assignment SET task_due = :due, task_is_open = :is_open
  WHERE task_id = :id AND role IN ('COORDINATING', 'REPORTING') AND valid_to IS NULL
    AND (task_due, task_is_open) IS DISTINCT FROM (CAST(:due AS date), CAST(:is_open AS boolean)))
UPDATE task SET version = :version, state = :state, due = :due, percent = :percent, last_reported_at = :last_reported_at,
  last_report_version = :last_report_version, submitted_at = :submitted_at, submitted_on = :submitted_on,
  completed_on = :completed_on, return_count = :return_count, lead_agency_id = :lead_agency_id
WHERE id = :id AND version = :expected_version
""")
# An assignment is never taken back, only ended.
_KEEP_ASSIGNMENTS = text("""
INSERT INTO assignment (task_id, number, agency_id, role, due, valid_from, valid_to, ended_because,
                        task_number, task_due, task_assigned_on, task_is_group, task_is_open)
VALUES (:task_id, :number, :agency_id, :role, :due, :valid_from, :valid_to, :ended_because,
        :task_number, :task_due, :task_assigned_on, :task_is_group, :task_is_open)
ON CONFLICT (task_id, number) DO UPDATE SET due = excluded.due, valid_to = excluded.valid_to, ended_because = excluded.ended_because,
  task_number = excluded.task_number, task_due = excluded.task_due, task_assigned_on = excluded.task_assigned_on,
  task_is_group = excluded.task_is_group, task_is_open = excluded.task_is_open
""")
_INSERT_PROGRESS = text("""
INSERT INTO progress_report (task_id, version, percent, content, difficulty, proposal, reported_by, reported_at)
VALUES (:task_id, :version, :percent, :content, :difficulty, :proposal, :reported_by, :reported_at)
""")
_KEEP_RESULT = text("""
INSERT INTO result (task_id, number, report_number, report_date, summary, file_id, submitted_by, submitted_at,
                    decision, decided_by, decided_at, return_reason, quality, comment)
VALUES (:task_id, :number, :report_number, :report_date, :summary, :file_id, :submitted_by, :submitted_at,
        :decision, :decided_by, :decided_at, :return_reason, :quality, :comment)
ON CONFLICT (task_id, number) DO UPDATE SET decision = excluded.decision, decided_by = excluded.decided_by,
  decided_at = excluded.decided_at, return_reason = excluded.return_reason, quality = excluded.quality, comment = excluded.comment
""")
_WITH_RESULTS = frozenset({State.AWAITING_CONFIRMATION, State.RESULT_RETURNED, State.COMPLETED})


class StoredVersionDiffers(RuntimeError):
    """The row changed under our lock: a fault of ours."""


def visibility_of(actor: Actor) -> dict[str, Any]:
    """The parameters of VISIBLE."""
    return {"sees_all": actor.role in OVERSIGHT_ROLES, "agency_id": agency_that_sees(actor)}


def _course_row(task: Task) -> dict[str, Any]:
    course = task.course
    submitted_at = task.submitted_at
    return {
        "id": task.id,
        "version": task.version,
        "state": course.state.value,
        "due": course.due,
        "percent": course.percent,
        "last_reported_at": course.last_reported_at,
        "last_report_version": course.last_report_version,
        "submitted_at": submitted_at,
        "submitted_on": vietnam_date(submitted_at) if submitted_at else None,
        "completed_on": course.completed_on,
        "return_count": course.return_count,
        "lead_agency_id": task.lead_agency_id,
    }


def _whole_row(task: Task) -> dict[str, Any]:
    assigned = task.assigned
    sought = (task.code, assigned.directive.label, assigned.directive.subject, assigned.content, assigned.group_name or "")
    return {
        **_course_row(task),
        "number": assigned.number,
        "directive_id": assigned.directive.id,
        "directive": assigned.directive.model_dump_json(),
        "group_id": assigned.group_id,
        "is_group": assigned.is_group,
        "ordinal": assigned.ordinal,
        "content": assigned.content,
        "field": assigned.field,
        "deliverable": assigned.deliverable,
        "deadline_class": assigned.deadline_class,
        "deadline_wording": assigned.deadline_wording,
        "original_due": assigned.original_due,
        "assigned_on": assigned.assigned_on,
        "assigned_at": assigned.assigned_at,
        "flags": list(assigned.flags),
        "group_name": assigned.group_name,
        "left_out": assigned.left_out,
        "words": sorted(set(search_words(" ".join(sought)))),
    }


def _result_of(row: Any) -> Result:
    return Result(
        number=row.number,
        report_number=row.report_number,
        report_date=row.report_date,
        summary=row.summary,
        file_id=row.file_id,
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        decision=Decision(row.decision),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        return_reason=row.return_reason,
        quality=Quality(row.quality) if row.quality else None,
        comment=row.comment,
    )


def _is_open(task: Task) -> bool:
    return task.state is not State.COMPLETED


def _place_of(task: Task, assignment: Assignment) -> dict[str, Any]:
    """Where the task stands in the lists of another agency than its lead; those of its lead are ordered by the task itself."""
    told = assignment.role is not AssignmentRole.LEAD and assignment.in_force
    return {
        "task_number": task.assigned.number if told else None,
        "task_due": task.course.due if told else None,
        "task_assigned_on": task.assigned.assigned_on if told else None,
        "task_is_group": task.is_group if told else None,
        "task_is_open": _is_open(task) if told else None,
    }


def _assignment_rows(task: Task) -> list[dict[str, Any]]:
    return [
        {
            "task_id": task.id,
            "number": number,
            "agency_id": one.agency_id,
            "role": one.role.value,
            "due": one.due,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "ended_because": one.ended_because,
            **_place_of(task, one),
        }
        for number, one in enumerate(task.assignments, start=1)
    ]


def _assignment_of(row: Any) -> Assignment:
    return Assignment(
        agency_id=row.agency_id,
        role=AssignmentRole(row.role),
        valid_from=row.valid_from,
        due=row.due,
        valid_to=row.valid_to,
        ended_because=row.ended_because,
        heir=None if row.heir_id is None else Heir(row.heir_id, row.legal_basis),
    )


def task_of(row: Any, assignments: list[Assignment], results: list[Result], origin: Origin = NO_ORIGIN) -> Task:
    directive = row.directive if isinstance(row.directive, dict) else json.loads(row.directive)
    assigned = TaskTerms(
        number=row.number,
        directive=DirectiveSummary.model_validate(directive),
        group_id=row.group_id,
        is_group=row.is_group,
        ordinal=row.ordinal,
        content=row.content,
        deliverable=row.deliverable,
        deadline_class=row.deadline_class,
        deadline_wording=row.deadline_wording,
        original_due=row.original_due,
        assigned_at=row.assigned_at,
        field=row.field,
        flags=tuple(row.flags),
        group_name=row.group_name,
        left_out=row.left_out,
    )
    course = Course(
        state=State(row.state),
        due=row.due,
        percent=row.percent,
        last_reported_at=row.last_reported_at,
        last_report_version=row.last_report_version,
        completed_on=row.completed_on,
        return_count=row.return_count,
        results=results,
        origin=origin,
    )
    return Task(row.id, assigned, assignments, course, version=row.version)


def _result_row(task_id: UUID, result: Result) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "number": result.number,
        "report_number": result.report_number,
        "report_date": result.report_date,
        "summary": result.summary,
        "file_id": result.file_id,
        "submitted_by": result.submitted_by,
        "submitted_at": result.submitted_at,
        "decision": result.decision.value,
        "decided_by": result.decided_by,
        "decided_at": result.decided_at,
        "return_reason": result.return_reason,
        "quality": result.quality.value if result.quality else None,
        "comment": result.comment,
    }


class TaskRepository(Repository[Task]):
    aggregate_type = "task"

    async def get(self, task_id: UUID, *, seen_by: Actor, for_change: bool = True) -> Task:
        """Locked for the change; raises NotFound when unknown or not to be seen by this actor."""
        statement = text(_GET + (" FOR UPDATE OF t" if for_change else ""))
        row = (await self.connection.execute(statement, {"id": task_id, **visibility_of(seen_by)})).one_or_none()
        if row is None:
            raise NotFound
        return self.touch(await self.whole(row))

    def hint_of(self, aggregate: Task) -> Hint:
        return hint_of_task(aggregate)

    async def whole(self, row: Any) -> Task:
        """The task of a row of the table, with its results."""
        assignments = (await self.assignments([row.id])).get(row.id, [])
        # Before its first result a task has none to load: the table of the life cycle has no way back.
        if State(row.state) not in _WITH_RESULTS:
            return task_of(row, assignments, [])
        results = [_result_of(one) for one in await self.connection.execute(_RESULTS, {"id": row.id})]
        return task_of(row, assignments, results, (await origins(self.connection, [row])).get(row.id, NO_ORIGIN))

    async def listed(self, rows: Sequence[Any]) -> list[Task]:
        """The tasks of rows of the table for a list, which shows no results."""
        assignments = await self.assignments([row.id for row in rows])
        came_from = await origins(self.connection, rows)
        return [task_of(row, assignments.get(row.id, []), [], came_from.get(row.id, NO_ORIGIN)) for row in rows]

    async def some(self, task_ids: Sequence[UUID]) -> list[Task]:
        """As they stand, not to be changed; the oldest due date first."""
        return [await self.whole(row) for row in await self.connection.execute(_SOME, {"ids": list(task_ids)})]

    async def some_for_change(self, task_ids: Sequence[UUID]) -> list[Task]:
        """Locked for the change, without those at which somebody else is: they have to be asked for once more."""
        return [self.touch(await self.whole(row)) for row in await self.connection.execute(_GET_SOME, {"ids": list(task_ids)})]

    async def assignments(self, task_ids: Sequence[UUID]) -> dict[UUID, list[Assignment]]:
        found: dict[UUID, list[Assignment]] = {}
        for row in await self.connection.execute(_ASSIGNMENTS, {"ids": list(task_ids)}):
            found.setdefault(row.task_id, []).append(_assignment_of(row))
        return found

    async def exists(self, task_id: UUID) -> bool:
        found = await self.connection.execute(text("SELECT 1 FROM task WHERE id = :id"), {"id": task_id})
        return found.one_or_none() is not None

    async def next_numbers(self, count: int) -> list[int]:
        rows = await self.connection.execute(
            text("SELECT nextval('task_number') FROM generate_series(1, CAST(:count AS int))"), {"count": count}
        )
        return [int(number) for number in rows.scalars()]

    async def save(self, aggregate: Task, *, expected_version: int) -> None:
        if expected_version == 0:
            await self._insert([aggregate])
        else:
            updated = await self.connection.execute(
                _UPDATE, {**_course_row(aggregate), "is_open": _is_open(aggregate), "expected_version": expected_version}
            )
            if updated.rowcount != 1:
                raise StoredVersionDiffers(f"task {aggregate.id} was not at version {expected_version}")
            if aggregate.assignments_changed:
                await self.connection.execute(_KEEP_ASSIGNMENTS, _assignment_rows(aggregate))
        await self._keep_reports(aggregate)

    async def save_new(self, aggregates: Sequence[Task]) -> None:
        if aggregates:
            await self._insert(aggregates)
        for task in aggregates:
            await self._keep_reports(task)

    async def _insert(self, tasks: Sequence[Task]) -> None:
        # Many rows of one statement go to the server in one pipeline.
        await self.connection.execute(_INSERT, [_whole_row(task) for task in tasks])
        assignments = [row for task in tasks for row in _assignment_rows(task)]
        if assignments:
            await self.connection.execute(_KEEP_ASSIGNMENTS, assignments)

    async def _keep_reports(self, aggregate: Task) -> None:
        for version, report in aggregate.new_progress:
            await self.connection.execute(
                _INSERT_PROGRESS,
                {
                    "task_id": aggregate.id,
                    "version": version,
                    "percent": report.percent,
                    "content": report.content,
                    "difficulty": report.difficulty,
                    "proposal": report.proposal,
                    "reported_by": report.reported_by,
                    "reported_at": report.reported_at,
                },
            )
        aggregate.new_progress.clear()
        for result in aggregate.course.results:
            await self.connection.execute(_KEEP_RESULT, _result_row(aggregate.id, result))
