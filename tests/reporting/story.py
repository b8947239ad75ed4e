"""Histories of tasks as their events would tell them, and the rule of rulebook 1.5 computed from them in plain Python."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.clock import VIETNAM
from libs.contracts.buckets import OPEN, Bucket, Standing, bucket_of, bucket_of_group, is_due_soon
from libs.contracts.working_days import due_soon_until
from services.reporting.figures.counting import Picture
from services.reporting.figures.open_dues import OpenDues
from services.reporting.figures.standing import Day
from services.reporting.projections.stretches import rewrite_stretches
from services.reporting.projections.tasks import KnownTask, keep_tasks

NAMES = UUID("6d1f2b86-4a7e-4f3d-9c1a-0d4a3b5c7e90")
AGENCIES = [uuid5(NAMES, f"agency {number}") for number in range(4)]
FIRST_DAY = date(2026, 1, 20)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), VIETNAM)


def known_task(
    name: str, *, assigned_on: date = FIRST_DAY, due: date | None = None, agency: UUID = AGENCIES[0], **more: object
) -> KnownTask:
    """Version 1 of a task: assigned on its day at noon."""
    assigned = KnownTask(
        source="tasks",
        id=uuid5(NAMES, name),
        version=1,
        type="chidao.tasks.task-assigned.v1",
        occurred_at=noon(assigned_on),
        is_group=False,
        parent_id=None,
        lead_agency_id=agency,
        coordinating_agency_ids=[],
        state="ASSIGNED",
        assigned_on=assigned_on,
        due=due,
        submitted_on=None,
        completed_on=None,
        code=f"NV-{name}",
        directive_id=uuid5(NAMES, f"directive of {name}"),
        directive_label="5425/UBND-KGVX",
        content=f"Nhiệm vụ {name}",
    )
    return replace(assigned, **more)  # type: ignore[arg-type]


def next_version(task: KnownTask, day: date, **more: object) -> KnownTask:
    return replace(task, version=task.version + 1, occurred_at=noon(day), type="chidao.tasks.progress-reported.v1", **more)  # type: ignore[arg-type]


def submitted(task: KnownTask, day: date) -> KnownTask:
    return next_version(task, day, state="AWAITING_CONFIRMATION", submitted_on=day)


def confirmed(task: KnownTask, day: date) -> KnownTask:
    return next_version(task, day, state="COMPLETED", completed_on=task.submitted_on)


def returned(task: KnownTask, day: date) -> KnownTask:
    return next_version(task, day, state="RESULT_RETURNED", submitted_on=None)


def _life(random: Random, task: KnownTask) -> Iterator[KnownTask]:
    """What may befall one task; several things may happen on one day."""
    yield task
    day = task.assigned_on
    for _ in range(random.randrange(7)):
        day += timedelta(days=random.randrange(12))
        if random.random() < 0.15 and task.parent_id is None:
            task = next_version(task, day, lead_agency_id=random.choice(AGENCIES), reporting_agency_id=None)
            yield task
        match task.state:
            case "AWAITING_CONFIRMATION":
                task = confirmed(task, day) if random.random() < 0.6 else returned(task, day)
            case "COMPLETED":
                return
            case _:
                task = submitted(task, day) if random.random() < 0.5 else next_version(task, day, state="IN_PROGRESS")
        yield task


def random_story(seed: int, *, tasks: int = 12) -> list[KnownTask]:
    """The events of some tasks and of some groups with their children, in the order of their lives."""
    random = Random(seed)
    story: list[KnownTask] = []
    for number in range(tasks):
        assigned_on = FIRST_DAY + timedelta(days=random.randrange(30))
        due = assigned_on + timedelta(days=random.randrange(25)) if random.random() < 0.75 else None
        coordinating = random.sample(AGENCIES, random.randrange(2))
        first = known_task(
            f"{seed}-{number}", assigned_on=assigned_on, due=due, agency=random.choice(AGENCIES), coordinating_agency_ids=coordinating
        )
        if random.random() < 0.3:
            story.append(replace(first, is_group=True, lead_agency_id=None))
            for agency in random.sample(AGENCIES, random.randrange(len(AGENCIES) + 1)):
                child = replace(
                    first, id=uuid5(first.id, str(agency)), parent_id=first.id, lead_agency_id=agency, code=f"{first.code}-{agency}"
                )
                story.extend(_life(random, child))
        else:
            reporting = random.choice(AGENCIES) if random.random() < 0.2 else None
            story.extend(_life(random, replace(first, reporting_agency_id=reporting)))
    return story


async def told(connection: AsyncConnection, *tasks: KnownTask) -> None:
    """What the consumer does with the events of one batch."""
    await keep_tasks(connection, *tasks)
    await rewrite_stretches(connection, {task.id for task in tasks})


@dataclass
class Expectation:
    province: Counter[Bucket] = field(default_factory=Counter)
    agencies: Counter[tuple[UUID, Bucket]] = field(default_factory=Counter)
    province_due_soon: int = 0
    assignments_due_soon: int = 0


@dataclass(frozen=True)
class CountedRow:
    """A task as it was known on a day, in the bucket where it counts."""

    task: KnownTask
    bucket: Bucket
    due_soon: bool

    @property
    def in_province(self) -> bool:
        return self.task.parent_id is None


def counted_rows(story: Iterable[KnownTask], day: Day) -> list[CountedRow]:
    """Everything that counts on `day`, by the rule as a function and from the events themselves."""
    known: dict[UUID, KnownTask] = {}
    for task in sorted(story, key=lambda task: task.version):
        if task.occurred_at.date() <= day.known_on:
            known[task.id] = task
    rows = []
    for task in known.values():
        if task.is_group:
            children = [_standing(child) for child in known.values() if child.parent_id == task.id]
            bucket = bucket_of_group(_standing(task), children, day.as_of)
        else:
            bucket = bucket_of(_standing(task), day.as_of)
        if bucket is not None:
            rows.append(CountedRow(task, bucket, is_due_soon(bucket, task.due, day.as_of, due_soon_until(day.as_of))))
    return rows


def expected(story: Iterable[KnownTask], day: Day) -> Expectation:
    """The figures of `day`."""
    found = Expectation()
    for row in counted_rows(story, day):
        if row.in_province:
            found.province[row.bucket] += 1
            found.province_due_soon += row.due_soon
        if not row.task.is_group:
            assert row.task.lead_agency_id is not None
            if row.task.reporting_agency_id is None:
                found.agencies[row.task.lead_agency_id, row.bucket] += 1
            found.assignments_due_soon += row.due_soon
    return found


def open_dues(story: Iterable[KnownTask], day: Day, *, within: int) -> dict[UUID, OpenDues]:
    """Of each agency, when what it has open is due."""
    dues: dict[UUID, list[date]] = {}
    for row in counted_rows(story, day):
        if row.bucket in OPEN and row.task.due is not None and row.task.counts_for is not None:
            dues.setdefault(row.task.counts_for, []).append(row.task.due)
    found = {}
    for agency_id, its in dues.items():
        before, after = ([due for due in its if way * (due - day.as_of).days > within] for way in (-1, 1))
        near = Counter(due for due in its if abs((due - day.as_of).days) <= within)
        found[agency_id] = OpenDues(len(before), sorted(near.items()), len(after))
    return found


def seen_by_agency(story: Iterable[KnownTask], agency_id: UUID) -> set[UUID]:
    """What an agency may see: what it leads or coordinates now, and the groups of these."""
    newest = {task.id: task for task in sorted(story, key=lambda task: task.version)}
    own = {task.id for task in newest.values() if agency_id in (task.lead_agency_id, *task.coordinating_agency_ids)}
    return own | {parent for task_id in own if (parent := newest[task_id].parent_id) is not None}


def _standing(task: KnownTask) -> Standing:
    return Standing(task.state, task.assigned_on, task.due, task.submitted_on, task.completed_on)


def as_expectation(picture: Picture) -> Expectation:
    return Expectation(
        province=+picture.province.buckets,
        agencies=Counter(
            {(agency, bucket): count for agency, figures in picture.agencies.items() for bucket, count in figures.buckets.items() if count}
        ),
        province_due_soon=picture.province.due_soon,
        assignments_due_soon=picture.assignments.due_soon,
    )
