"""A life played upon the services' own domains: what is written in bulk went through the same rules and speaks the same contracts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

import services.directives.outgoing
import services.tasks.outgoing
from libs.common.actor import Actor
from libs.common.clock import VIETNAM
from libs.common.domain import Aggregate
from libs.common.messaging.envelope import Envelope
from libs.contracts.contract import Contract
from libs.contracts.directives import InstructionReleased
from libs.contracts.province import ProvinceRules
from libs.directory_replica.replica import LivingAgency
from seed.identities import Identities
from seed.lives import Accept, Act, Confirm, Course, DocumentLife, Report, Return, Submit
from services.directives.domain.directive import Directive
from services.tasks.domain.overdue_notice import NotOverdue, OverdueNotice
from services.tasks.domain.report import ProgressReport, Quality
from services.tasks.domain.task import Task
from services.tasks.use_cases.assign_tasks import tasks_of

DIRECTIVES, TASKS = "directives", "tasks"
SCHEDULER = Actor.of_service(TASKS)
# The province that is played has decided nothing: the rules are those of the software.
RULES = ProvinceRules()
# The scheduler comes by every few seconds; midnight is when a due date has passed.
TOLD_AFTER_MIDNIGHT = timedelta(seconds=5)
ARRIVES_AFTER = timedelta(milliseconds=40)


@dataclass(frozen=True)
class Happened:
    """One event as it is recorded and travels, with who caused it."""

    envelope: Envelope
    contract: Contract
    actor: Actor


@dataclass(frozen=True)
class StoredFile:
    """The report document that came with a result."""

    id: UUID
    task: Task
    by: Actor
    at: datetime


@dataclass
class Played:
    """What is left when a life has been played: the things as they stand, and everything that happened to them, in its order."""

    directive: Directive
    registered_at: datetime
    tasks: list[Task] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    overdue: list[tuple[OverdueNotice, datetime]] = field(default_factory=list)


def play(life: DocumentLife, *, first_number: int, living: Sequence[LivingAgency], until: datetime, chance: Random) -> Played:
    """`living` are the agencies of the province, `first_number` the number of the first task; overdue is told up to `until`."""
    return _Stage(Identities(chance), living, until).document(life, first_number)


class _Stage:
    def __init__(self, identities: Identities, living: Sequence[LivingAgency], until: datetime) -> None:
        self._identities = identities
        self._living = living
        self._until = until
        self._told: set[tuple[UUID, date]] = set()
        self._played: Played

    def document(self, life: DocumentLife, first_number: int) -> Played:
        registered = life.registered
        assert registered.by.agency_id is not None
        assert registered.by.membership_id is not None
        first_draft = replace(life.draft, subject=life.first_subject) if life.first_subject else life.draft

        def new_id() -> UUID:
            return self._identities.new(registered.at)

        directive = Directive.register(
            first_draft,
            issuing_agency_id=registered.by.agency_id,
            created_by=registered.by.membership_id,
            new_id=new_id,
            at=registered.at,
        )
        self._played = Played(directive, registered.at)
        self._record_document(registered.by, directive)
        if life.corrected is not None:
            directive.change(life.draft, new_id=new_id, at=life.corrected.at)
            self._record_document(life.corrected.by, directive)
        if life.handed_in is not None:
            directive.submit_for_release(at=life.handed_in.at)
            self._record_document(life.handed_in.by, directive)
        if life.released is not None:
            self._release(directive, life, first_number)
        self._played.happened.sort(key=lambda one: one.envelope.time)
        return self._played

    def _release(self, directive: Directive, life: DocumentLife, first_number: int) -> None:
        assert life.released is not None
        by, at = life.released.by, life.released.at
        directive.release(self._living, by=by.membership_id, at=at)
        released = self._record_document(by, directive)
        for instruction in directive.instructions:
            told = released[instruction.id]
            assert isinstance(told.contract, InstructionReleased)
            count = 1 + (len(instruction.lead_agency_ids) if instruction.draft.lead_group is not None else 0)
            tasks = tasks_of(
                told.contract.state, list(range(first_number, first_number + count)), released_at=at, released_by=by.membership_id
            )
            first_number += count
            for task in tasks:
                self._record(TASKS, "task", task, SCHEDULER, told.envelope.correlation_id, causation=told.envelope.id, after=ARRIVES_AFTER)
                course = life.courses.get((instruction.ordinal, task.lead_agency_id), ()) if task.lead_agency_id else ()
                self._course(task, course)
            self._played.tasks += tasks

    def _course(self, task: Task, course: Course) -> None:
        last = task.assigned.assigned_at
        for act in course:
            self._tell_overdue(task, last, act.at)
            self._act(task, act)
            last = act.at
        self._tell_overdue(task, last, self._until)

    def _tell_overdue(self, task: Task, begin: datetime, end: datetime) -> None:
        """Between two acts the scheduler finds what has become overdue: at midnight, or at once where an act made it so."""
        due = task.course.due
        if due is None or task.is_group or (task.id, due) in self._told:
            return
        midnight = datetime.combine(due + timedelta(1), time(), VIETNAM)
        at = max(midnight, begin).astimezone(begin.tzinfo) + TOLD_AFTER_MIDNIGHT
        if at >= end:
            return
        try:
            notice = OverdueNotice.tell(task, RULES, at=at)
        except NotOverdue:
            return
        self._told.add((task.id, due))
        self._played.overdue.append((notice, at))
        self._record(TASKS, "overdue-notice", notice, SCHEDULER, f"overdue-{self._identities.new(at)}")

    def _act(self, task: Task, act: Act) -> None:
        by = act.by.membership_id
        assert by is not None
        match act:
            case Accept():
                task.accept(at=act.at)
            case Report():
                task.report_progress(ProgressReport(act.percent, act.content, act.difficulty, act.proposal, by, act.at))
            case Submit():
                # The file is sent a moment before the result that names it.
                file = StoredFile(self._identities.new(act.at), task, act.by, act.at)
                self._played.files.append(file)
                task.submit_result(
                    report_number=act.report_number,
                    report_date=act.report_date,
                    summary=act.summary,
                    file_id=file.id,
                    file_required=True,
                    by=by,
                    at=act.at,
                )
            case Confirm():
                quality = Quality(act.quality) if act.quality else None
                task.confirm(quality=quality, comment=act.comment, by=by, at=act.at)
            case Return():
                task.return_result(reason=act.reason, by=by, at=act.at)
        self._record(TASKS, "task", task, act.by, self._identities.request())

    def _record_document(self, by: Actor, directive: Directive) -> dict[UUID, Happened]:
        """The events of a document and of its instructions, as one request recorded them."""
        request = self._identities.request()
        told = {
            one.id: happened for one in directive.instructions for happened in self._record(DIRECTIVES, "instruction", one, by, request)
        }
        for happened in self._record(DIRECTIVES, "directive", directive, by, request):
            told[directive.id] = happened
        return told

    def _record(
        self,
        source: str,
        aggregate_type: str,
        aggregate: Aggregate,
        by: Actor,
        correlation_id: str,
        *,
        causation: UUID | None = None,
        after: timedelta = timedelta(),
    ) -> list[Happened]:
        """What the aggregate has just recorded, told as it stands now."""
        outgoing = OUTGOING[source]
        found: list[Happened] = []
        for version, event in aggregate.take_recorded():
            contract = outgoing(event, aggregate)
            recorded_at = contract.occurred_at + after
            envelope = Envelope(
                id=self._identities.new(recorded_at),
                source=source,
                type=contract.type,
                subject=aggregate.id,
                aggregate_type=aggregate_type,
                time=recorded_at,
                epoch=1,
                version=version,
                actor=by.name,
                correlation_id=correlation_id,
                causation_id=str(causation) if causation else None,
                traceparent=None,
                data={},
            )
            found.append(Happened(envelope, contract, by))
        self._played.happened += found
        return found


OUTGOING: dict[str, Callable[..., Contract]] = {
    DIRECTIVES: services.directives.outgoing.to_contract,
    TASKS: services.tasks.outgoing.to_contract,
}
