"""What must be there when every accepted change of a journal took effect once: worked out from the journal alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid5

from faults.journal import Accepted, Told
from libs.common.clock import vietnam_date
from libs.contracts.buckets import Bucket, Standing, bucket_of, bucket_of_group

EVENT_OF = {
    "register": "directive-registered",
    "correct": "directive-changed",
    "submit": "directive-submitted-for-release",
    "release": "directive-released",
    "accept": "task-accepted",
    "progress": "progress-reported",
    "result": "result-submitted",
    "confirm": "result-confirmed",
    "return": "result-returned",
}
OVERDUE = "overdue-told"
DIRECTIVE_STATE_AFTER = {"register": "DRAFT", "correct": "DRAFT", "submit": "AWAITING_RELEASE", "release": "RELEASED"}
TASK_STATE_AFTER = {
    "accept": "ACCEPTED",
    "progress": "IN_PROGRESS",
    "result": "AWAITING_CONFIRMATION",
    "confirm": "COMPLETED",
    "return": "RESULT_RETURNED",
}


@dataclass
class ExpectedTask:
    """`acts` are the accepted changes of this task by the version that each made."""

    id: str
    release: Accepted
    lead: str | None
    parent: str | None
    coordinating: tuple[str, ...]
    due: date | None
    assigned_on: date
    acts: dict[int, Accepted] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return self.lead is None

    def in_order(self, *names: str) -> list[Accepted]:
        """The acts of these names, all when none is named."""
        return [act for _, act in sorted(self.acts.items()) if not names or act.request.act in names]

    @property
    def state(self) -> str:
        acts = self.in_order()
        return TASK_STATE_AFTER[acts[-1].request.act] if acts else "ASSIGNED"

    @property
    def percent(self) -> int:
        reports = self.in_order("progress")
        return int(reports[-1].request.body["percent"]) if reports else 0

    @property
    def submitted_on(self) -> date | None:
        """The day of the result that waits or was confirmed."""
        results = self.in_order("result")
        if not results or self.state not in ("AWAITING_CONFIRMATION", "COMPLETED"):
            return None
        told = results[-1].answer["results"][len(results) - 1]
        return vietnam_date(datetime.fromisoformat(told["submitted_at"]))

    @property
    def completed_on(self) -> date | None:
        submitted_on = self.submitted_on
        if self.state != "COMPLETED" or submitted_on is None:
            return None
        return max(date.fromisoformat(self.in_order("result")[-1].request.body["report_date"]), submitted_on)

    def standing(self) -> Standing:
        return Standing(self.state, self.assigned_on, self.due, self.submitted_on, self.completed_on)


@dataclass
class Expected:
    """`directives` and `uploads` by id; `strays` are acts upon a task that no accepted release has made."""

    directives: dict[str, list[Accepted]] = field(default_factory=dict)
    tasks: dict[str, ExpectedTask] = field(default_factory=dict)
    uploads: dict[str, Accepted] = field(default_factory=dict)
    strays: list[Accepted] = field(default_factory=list)

    @staticmethod
    def of(told: Told) -> "Expected":
        expected = Expected()
        by_service: dict[str, list[Accepted]] = {"directives": [], "tasks": []}
        for accepted in told.accepted:
            by_service[accepted.request.service].append(accepted)
        for accepted in sorted(by_service["directives"], key=lambda one: one.made_version):
            expected.directives.setdefault(accepted.object_id, []).append(accepted)
            if accepted.request.act == "release":
                expected.tasks.update((task.id, task) for task in _released(accepted))
        for accepted in by_service["tasks"]:
            if accepted.object_id not in expected.tasks:
                expected.strays.append(accepted)
            elif accepted.request.act == "upload":
                expected.uploads[accepted.answer["id"]] = accepted
            else:
                expected.tasks[accepted.object_id].acts[accepted.made_version] = accepted
        return expected

    def buckets(self, day: date) -> Iterator[tuple[ExpectedTask, Bucket]]:
        """Every task with its bucket at the end of `day`, groups by their children."""
        children: dict[str, list[Standing]] = {}
        for task in self.tasks.values():
            if task.parent is not None:
                children.setdefault(task.parent, []).append(task.standing())
        for task in self.tasks.values():
            standing = task.standing()
            bucket = bucket_of_group(standing, children.get(task.id, []), day) if task.is_group else bucket_of(standing, day)
            if bucket is not None:
                yield task, bucket


def _released(release: Accepted) -> Iterator[ExpectedTask]:
    """The tasks that a released directive has become: one for each instruction, or a parent and one for each agency of its group."""
    assigned_on = vietnam_date(datetime.fromisoformat(release.answer["released_at"]))
    for instruction in release.answer["instructions"]:
        due = date.fromisoformat(instruction["due"]) if instruction["due"] else None
        leads = instruction["lead_agency_ids"]
        helping = tuple(
            one["agency_id"] for one in instruction["assignments"] if one["role"] == "COORDINATING" and one["agency_id"] not in leads
        )
        id_ = instruction["id"]
        if instruction["lead_group"] is None and instruction["composed_group"] is None:
            yield ExpectedTask(id_, release, leads[0], None, helping, due, assigned_on)
            continue
        yield ExpectedTask(id_, release, None, None, helping, due, assigned_on)
        for agency in leads:
            yield ExpectedTask(str(uuid5(UUID(id_), agency)), release, agency, id_, (), due, assigned_on)
