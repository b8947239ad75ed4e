"""The life of a task, its lists, its files, and that overdue is told."""

from tests.mutants.fault import Fault

ROOM = "services/tasks/"
TASK, RIGHTS, STANDING = ROOM + "domain/task.py", ROOM + "domain/permissions.py", ROOM + "queries/standing_today.py"
UNIT, LIFE, AGREE, OVERDUE = (
    "tests/unit/test_task.py",
    "tests/tasks/test_life_of_a_task.py",
    "tests/tasks/test_lists_agree.py",
    "tests/tasks/test_overdue.py",
)
LISTING, FILES, NOTICE = ROOM + "queries/listing.py", "tests/tasks/test_files.py", ROOM + "persistence/overdue_repository.py"

FAULTS = (
    Fault(
        "completed on the day of the Office's word",
        TASK,
        "self.course.completed_on = max(result.report_date, vietnam_date(result.submitted_at))",
        "self.course.completed_on = vietnam_date(at)",
        UNIT,
    ),
    Fault(
        "completed on the document's date alone",
        TASK,
        "max(result.report_date, vietnam_date(result.submitted_at))",
        "result.report_date",
        UNIT,
    ),
    Fault("the report's date judged by the UTC day", TASK, "if report_date > vietnam_date(at):", "if report_date > at.date():", UNIT),
    Fault("a report of tomorrow", TASK, "        if report_date > vietnam_date(at):\n            raise ReportDateInFuture\n", "", UNIT),
    Fault("a returned result keeps its time", TASK, "if self.state in (State.AWAITING_CONFIRMATION, State.COMPLETED) else None", "", UNIT),
    Fault("a return is not counted", TASK, "        self.course.return_count += 1\n", "", UNIT),
    Fault(
        "100 % is a completion",
        TASK,
        "        self.course.percent = report.percent\n",
        "        self.course.percent = report.percent\n        if report.percent == 100:\n"
        "            self.course.state = State.COMPLETED\n",
        UNIT,
    ),
    Fault(
        "the former lead leads on",
        TASK,
        "        ending = [one for one in self.in_force if one.role is AssignmentRole.LEAD or one.agency_id == agency]\n",
        "        ending = [one for one in self.in_force if one.agency_id == agency]\n",
        UNIT,
    ),
    Fault(
        "a lead ends on the day of the change",
        TASK,
        "one.ended(last_day=today - ONE_DAY, because=reason)",
        "one.ended(last_day=today, because=reason)",
        UNIT,
    ),
    Fault(
        "the lead of a completed task changes",
        TASK,
        "        if self.state is State.COMPLETED:\n            raise AlreadyConfirmed\n",
        "",
        UNIT,
    ),
    Fault(
        "after a return more progress",
        ROOM + "domain/lifecycle.py",
        "    State.RESULT_RETURNED: {\n",
        "    State.RESULT_RETURNED: {\n        Action.REPORT_PROGRESS: State.IN_PROGRESS,\n",
        "tests/unit/test_lifecycle.py",
    ),
    Fault(
        "an inspector confirms",
        RIGHTS,
        '    ("OFFICE_LEAD", Relation.OVERSIGHT): frozenset(',
        '    ("INSPECTOR", Relation.OVERSIGHT): frozenset({Action.CONFIRM, Action.RETURN_RESULT}),\n'
        '    ("OFFICE_LEAD", Relation.OVERSIGHT): frozenset(',
        LIFE,
    ),
    Fault(
        "HOME_AFFAIRS sees every task", RIGHTS, '"OFFICE_TRACKER", "INSPECTOR"})', '"OFFICE_TRACKER", "INSPECTOR", "HOME_AFFAIRS"})', LIFE
    ),
    Fault(
        "an officer submits the result",
        RIGHTS,
        '("AGENCY_OFFICER", Relation.LEAD): frozenset({Action.REPORT_PROGRESS})',
        '("AGENCY_OFFICER", Relation.LEAD): frozenset({Action.REPORT_PROGRESS, Action.SUBMIT_RESULT})',
        LIFE,
    ),
    Fault("who coordinates acts as the lead", RIGHTS, "        return Relation.COORDINATING\n", "        return Relation.LEAD\n", LIFE),
    Fault("a group is acted upon", RIGHTS, "    if task.is_group:\n        return frozenset()\n", "", LIFE),
    Fault("overdue today on the due date", STANDING, 'passed = f"{task}.due < {AS_OF}"', 'passed = f"{task}.due <= {AS_OF}"', AGREE),
    Fault("late on the due date", STANDING, 'COMPLETED_LATE: "t.completed_on > t.due"', 'COMPLETED_LATE: "t.completed_on >= t.due"', AGREE),
    Fault("a finished group is open", STANDING, "AND c.state <> 'COMPLETED'\"\n_FINISHED_GROUP", '"\n_FINISHED_GROUP', AGREE),
    Fault(
        "a group ends with its first part, in lists",
        STANDING,
        "SELECT max(c.completed_on) FROM task c",
        "SELECT min(c.completed_on) FROM task c",
        AGREE,
    ),
    Fault(
        "undated ones end the list",
        LISTING,
        "self.beyond if after.day is not None else self.beyond_undated",
        "self.beyond if after.day is not None else 'FALSE'",
        "tests/tasks/test_pages.py",
    ),
    Fault(
        "the second page skips equal due dates",
        LISTING,
        "({due} IS NULL, {due}, {number}) > (false, CAST(:after_day AS date), CAST(:after_number AS bigint))",
        "({due} IS NULL, {due}) > (false, CAST(:after_day AS date)) AND CAST(:after_number AS bigint) > 0",
        "tests/tasks/test_pages.py",
    ),
    Fault(
        "an overdue part is not seen in its group",
        LISTING,
        "count(*) FILTER (WHERE {of_part} = 'open_overdue') AS overdue",
        "count(*) FILTER (WHERE {of_part} = 'open_in_time') AS overdue",
        LIFE,
    ),
    Fault(
        "a result's file of another agency",
        ROOM + "use_cases/submit_result.py",
        "WHERE id = :id AND task_id = :task_id AND agency_id = :agency_id",
        "WHERE id = :id AND CAST(:task_id AS uuid) IS NOT NULL AND CAST(:agency_id AS uuid) IS NOT NULL",
        FILES,
    ),
    Fault(
        "a file that no result names is seen by all",
        ROOM + "queries/files.py",
        "EXISTS (SELECT 1 FROM result r WHERE r.file_id = f.id))",
        "true)",
        FILES,
    ),
    Fault("a program named .pdf", ROOM + "files/inspection.py", "    if found != media_type or (", "    if (", FILES),
    Fault(
        "a hidden file",
        ROOM + "files/inspection.py",
        'if extension not in ALLOWED or plain.startswith("."):',
        "if extension not in ALLOWED:",
        FILES,
    ),
    Fault(
        "overdue is told again and again",
        NOTICE,
        "  AND NOT EXISTS (SELECT 1 FROM overdue_told o WHERE o.task_id = t.id AND o.due = t.due)\n",
        "",
        OVERDUE,
    ),
    Fault("overdue on the due date is told", NOTICE, "WHERE t.due < {AS_OF} AND t.state", "WHERE t.due <= {AS_OF} AND t.state", OVERDUE),
    Fault(
        "one that cannot be told holds up the others",
        ROOM + "scheduler/overdue.py",
        "        return sum([await self._tell_alone(task_id, rules) for task_id in found])",
        "        raise RuntimeError",
        OVERDUE,
    ),
    Fault("what is put aside is tried at once", NOTICE, " AND p.next_try_at > now())", " AND p.next_try_at < now())", OVERDUE),
    Fault(
        "a receipt of another's report",
        ROOM + "queries/tasks.py",
        "WHERE t.number = :number AND {VISIBLE}",
        "WHERE t.number = :number",
        LIFE,
    ),
)
