"""Many tasks at once, in every state and of every kind, drawn from a seed and written as the service writes them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from libs.common.actor import Actor
from libs.common.messaging.event_log import Cause
from libs.contracts.buckets import AwaitingCountsAs, Bucket, bucket_of, bucket_of_group
from libs.contracts.directives import DirectiveSummary
from services.tasks.domain.lifecycle import State
from services.tasks.domain.task import Task, TaskTerms
from services.tasks.outgoing import to_contract
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from tests.signed_in import FINANCE, HEALTH, NORTH_WARD, OFFICE, SOUTH_COMMUNE, Client
from tests.tasks.released import today

AGENCIES = (HEALTH, FINANCE, SOUTH_COMMUNE, NORTH_WARD)
# The Office leads and coordinates as well, which those of it see who oversee everything.
WITH_PARTS = (*AGENCIES, OFFICE)
ONE_DAY = timedelta(days=1)
FIELDS = ("y-te", "tai-chinh")
# How far a life goes. Results that wait are many: of them some were submitted before a due date that has passed since.
WAITING, COMPLETED = 2, 4
WAYS = (0, 1, WAITING, WAITING, WAITING, 3, COMPLETED, COMPLETED, 5)
WORDS = ("Rà soát cơ sở vật chất", "Báo cáo tình hình dịch bệnh", "Xây dựng kế hoạch năm", "Kiểm tra nhà sập, nhà tốc mái")


@dataclass
class Population:
    """`tasks` by id, groups and their parts among them. `awaiting_counts_as` is the rule by which they are judged."""

    seed: int
    awaiting_counts_as: AwaitingCountsAs = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE
    tasks: dict[UUID, Task] = field(default_factory=dict)
    directives: list[UUID] = field(default_factory=list)

    def parts(self, group: UUID) -> list[Task]:
        return [task for task in self.tasks.values() if task.assigned.group_id == group]

    def bucket(self, task: Task) -> Bucket | None:
        if task.is_group:
            parts = [part.standing() for part in self.parts(task.id)]
            return bucket_of_group(task.standing(), parts, today(), self.awaiting_counts_as)
        return bucket_of(task.standing(), today(), self.awaiting_counts_as)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(5), tzinfo=UTC)


class _Drawing:
    def __init__(self, seed: int, first_number: int) -> None:
        self.random = Random(seed)
        self.number = first_number
        self.population = Population(seed)
        self.population.directives = [self.id() for _ in range(4)]

    def id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def day(self, *, around: int = 4) -> date:
        # Few days, so that many tasks share one; today and its neighbours are among them.
        return today() + timedelta(days=self.random.randint(-around, around))

    def task(
        self,
        *,
        parent: Task | None = None,
        lead: UUID | None = None,
        is_group: bool = False,
        until: int | None = None,
        due: date | None = None,
    ) -> Task:
        self.number += 1
        if parent is None:
            due = due or self.random.choice([None, self.day(), self.day()])
            coordinating = tuple(self.random.sample([one for one in WITH_PARTS if one != lead], self.random.choice([0, 0, 1, 2])))
            directive = self.directive()
            assigned_on = today() - timedelta(days=self.random.randint(4, 9))
        else:
            due, coordinating, directive, assigned_on = parent.course.due, (), parent.assigned.directive, parent.assigned.assigned_on
        assigned = TaskTerms(
            number=self.number,
            directive=directive,
            group_id=parent.id if parent else None,
            is_group=is_group,
            ordinal=1,
            content=self.random.choice(WORDS),
            deliverable=None,
            deadline_class="DATED" if due else "NONE",
            deadline_wording=None,
            original_due=due,
            assigned_at=_noon(assigned_on),
            field=self.random.choice([None, *FIELDS]) if parent is None else parent.assigned.field,
        )
        others = [one for one in WITH_PARTS if one != lead and one not in coordinating]
        reporting = self.random.choice(others) if parent is None and lead is not None and self.random.random() < 0.3 else None
        task = Task.assign(self.id(), assigned, lead=lead, reporting=reporting, coordinating=coordinating)
        self.population.tasks[task.id] = task
        if not is_group:
            self.live(task, until=self.random.choice(WAYS) if until is None else until)
        return task

    def group_whose_last_part_is_late(self) -> None:
        """Its first part came in time, on another day: only the last one says what the group is."""
        due = today() - 2 * ONE_DAY
        parent = self.task(is_group=True, due=due)
        for lead, day in zip(AGENCIES, (due - ONE_DAY, due + ONE_DAY), strict=False):
            part, by = self.task(parent=parent, lead=lead, until=0), self.id()
            part.accept(at=_noon(day))
            part.submit_result(report_number="1/BC", report_date=day, summary="x", file_id=None, file_required=False, by=by, at=_noon(day))
            part.confirm(quality=None, comment=None, by=by, at=_noon(today()))

    def directive(self) -> DirectiveSummary:
        which = self.random.randrange(len(self.population.directives))
        return DirectiveSummary(
            id=self.population.directives[which],
            kind="cong-van",
            number=str(5425 + which),
            notation="UBND-KGVX",
            subject="Phòng, chống dịch bệnh",
            issue_date=today() - timedelta(days=10),
            urgency="NORMAL",
        )

    def live(self, task: Task, *, until: int) -> None:
        """Some way along the life cycle, on days around the due date."""
        by = self.id()
        days = sorted(today() - timedelta(days=self.random.randint(0, 4)) for _ in range(3))
        if until >= 1:
            task.accept(at=_noon(days[0]))
        for _ in range(1 if until < 5 else 2):
            if until >= 2:
                task.submit_result(
                    report_number="1/BC", report_date=days[0], summary="x", file_id=None, file_required=False, by=by, at=_noon(days[1])
                )
            if until in (3, 5) and task.state is State.AWAITING_CONFIRMATION and task.course.return_count == 0:
                task.return_result(reason="x", by=by, at=_noon(days[2]))
        if until >= 4 and task.state is State.AWAITING_CONFIRMATION:
            task.confirm(quality=None, comment=None, by=by, at=_noon(days[2]))


async def populate(client: Client, seed: int, *, tasks: int = 40, groups: int = 4) -> Population:
    """`groups` have between one and three parts, and one more has two; a part is a task of its agency."""
    drawing = _Drawing(seed, first_number=100_000 * (seed + 1))
    uow = TasksUnitOfWork(
        client.app.state.service.database, to_contract, actor=Actor.of_service("tasks"), cause=Cause(correlation_id=f"seed-{seed}")
    )
    async with uow:
        for _ in range(tasks):
            drawing.task(lead=drawing.random.choice(WITH_PARTS))
        for _ in range(groups):
            parent = drawing.task(is_group=True)
            # In many groups all parts go the same way, so that there are finished groups and groups that only wait.
            until = drawing.random.choice((None, WAITING, COMPLETED, COMPLETED))
            for lead in drawing.random.sample(AGENCIES, drawing.random.randint(1, 3)):
                drawing.task(parent=parent, lead=lead, until=until)
        if groups:
            drawing.group_whose_last_part_is_late()
        for task in drawing.population.tasks.values():
            uow.tasks.touch(task)
        await uow.commit()
    return drawing.population
