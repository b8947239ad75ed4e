"""The guard of events: every published event has, in each service that follows it, a handler with a name or a reason not to have one."""

from pathlib import Path

import pytest

from tests.structure.planting import Fault, Found, found_by_guard, said_by_guard

CONTRACT = """

class TaskStarred(Contract):
    type: ClassVar[str] = "chidao.tasks.task-starred.v1"
    state: TaskState
    change: NoChange
""".strip()
OF_MEETINGS = """
from typing import ClassVar
from libs.contracts.contract import Contract
class MeetingHeld(Contract):
    type: ClassVar[str] = "chidao.meetings.meeting-held.v1"
""".strip()
STARRED = "libs/contracts/tasks.py:{line}: TaskStarred"
MEETING = "libs/contracts/meetings.py:3: MeetingHeld"
NOTIFY = "services/notify/subscriptions/__init__.py"
REPORTING = "services/reporting/subscriptions/__init__.py"
FAULTS = (
    Fault("nobody decides", "libs/contracts/tasks.py", CONTRACT, f"{STARRED}: reporting has neither a handler nor a reason in IGNORED"),
    Fault("nobody publishes", "libs/contracts/meetings.py", OF_MEETINGS, f"{MEETING}: no service meetings publishes"),
    Fault(
        "a lambda",
        NOTIFY,
        "            TaskOverdue: lambda event, envelope, connection: on_task_overdue(event, envelope, connection),",
        NOTIFY + ":{line}: TaskOverdue: the handler of notify is no async function with a name",
        instead_of="            TaskOverdue: on_task_overdue,",
    ),
    Fault(
        "a partial",
        REPORTING,
        "            TaskAccepted: __import__('functools').partial(on_task_accepted),",
        REPORTING + ":{line}: TaskAccepted: the handler of reporting is no async function with a name",
        instead_of="            TaskAccepted: on_task_accepted,",
    ),
    Fault(
        "another name",
        REPORTING,
        "            ResultReturned: __import__('services.reporting.projections.tasks').reporting.projections.tasks.keep_tasks,",
        REPORTING + ":{line}: ResultReturned: the handler of reporting is called keep_tasks",
        instead_of="            ResultReturned: on_result_returned,",
    ),
    Fault(
        "another home",
        "services/notify/subscriptions/on_result_returned.py",
        'on_result_returned.__module__ = "services.notify.notices.telling"',
        "ResultReturned: the handler of notify lives in services.notify.notices.telling",
    ),
    Fault(
        "no reason",
        NOTIFY,
        '    ProgressReported: " ",',
        NOTIFY + ":{line}: ProgressReported is ignored by notify without a reason",
        instead_of='    ProgressReported: "the Office follows progress in its lists; a notice for each would drown the others",',
    ),
    Fault(
        "ignored and never comes",
        "services/directives/subscriptions/__init__.py",
        'from libs.contracts.tasks import TaskOverdue; IGNORED = {TaskOverdue: "a directive has no deadline of its own"}',
        "services/directives/subscriptions/__init__.py:{line}: TaskOverdue is ignored by directives, which does not follow it",
    ),
    Fault(
        "ignored and handled",
        "services/tasks/subscriptions/__init__.py",
        '    InstructionReleased: "it becomes a task of ours",',
        "services/tasks/subscriptions/__init__.py:{line}: InstructionReleased is handled and ignored by tasks",
        after='    DirectiveChanged: "a draft is no task yet",',
    ),
    Fault(
        "promised and never made",
        "services/tasks/outgoing.py",
        "    return contracts.TaskOverdue(occurred_at=event.occurred_at, state=task_state(notice.task), change=change)",
        "OverdueTold is promised, and services/tasks/outgoing.py never makes one",
        instead_of="    return contracts.OverdueTold(occurred_at=event.occurred_at, state=task_state(notice.task), change=change)",
    ),
    Fault(
        "happened and never told",
        "services/directives/domain/events.py",
        "@dataclass(frozen=True, kw_only=True)\nclass Recalled(DomainEvent):\n    pass",
        "services/directives/domain/events.py:{line}: Recalled has no translation in services/directives/outgoing.py",
    ),
)
NOT_STARTED = Fault(
    "a consumer that does not run",
    "services/notify/app.py",
    "consumers=()",
    "services/notify/subscriptions/__init__.py:34: the consumer notify is declared, and notify does not run it",
    instead_of="consumers=CONSUMERS",
)
NOTHING = Fault(
    "nothing to look at",
    "tests/structure/guards/events.py",
    "    return []",
    "nothing to look at: no published event",
    instead_of='    return [one for one in subclasses(Contract) if one.__module__.startswith("libs.contracts.")]',
)


@pytest.fixture(scope="module")
def found(tree: Path) -> Found:
    return found_by_guard(tree, FAULTS, "events")


def test_the_copy_is_sound(tree: Path) -> None:
    assert said_by_guard(tree, "events") == (0, "")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_and_named(found: Found, fault: Fault) -> None:
    found.assert_named(fault)


@pytest.mark.parametrize("fault", [NOT_STARTED, NOTHING], ids=lambda fault: fault.name)
def test_alone_it_is_found_too(tree: Path, fault: Fault) -> None:
    found_by_guard(tree, (fault,), "events").assert_named(fault)
