"""Tasks, progress, results and the files that came with them."""

from seed.playing import Played, StoredFile
from seed.report_document import NAME, REPORT_DOCUMENT, SHA256
from seed.rows.batch import Batch
from services.tasks.persistence.repository import _assignment_rows, _result_row, _whole_row

SERVICE = "tasks"


def add_tasks(batch: Batch, played: Played) -> None:
    for task in played.tasks:
        # Version 1 of the contract calls the group a parent, and so does a column that stays beside.
        batch.add(SERVICE, "task", _whole_row(task) | {"parent_id": task.assigned.group_id})
        for assignment in _assignment_rows(task):
            batch.add(SERVICE, "assignment", assignment)
    for file in played.files:
        batch.add(SERVICE, "file", _file_row(file))
    for task in played.tasks:
        for result in task.course.results:
            batch.add(SERVICE, "result", _result_row(task.id, result))
        for version, report in task.new_progress:
            batch.add(SERVICE, "progress_report", {"task_id": task.id, "version": version, **vars(report)})
    for notice, told_at in played.overdue:
        batch.add(SERVICE, "overdue_told", {"task_id": notice.task.id, "due": notice.due, "told_at": told_at})


def _file_row(file: StoredFile) -> dict[str, object]:
    return {
        "id": file.id,
        "task_id": file.task.id,
        "agency_id": file.by.agency_id,
        "sha256": SHA256,
        "name": NAME,
        "media_type": "application/pdf",
        "size": len(REPORT_DOCUMENT),
        "uploaded_by": file.by.membership_id,
        "uploaded_at": file.at,
    }
