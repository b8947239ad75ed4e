"""Lives drawn by chance, and again by the same seed: first which documents there are, then each by itself, in whatever process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from libs.common.actor import Actor
from libs.common.clock import vietnam_date
from libs.contracts.fields import FIELDS
from seed import words
from seed.calendar import WorkingDays
from seed.cast import Cast
from seed.lives import Accept, Act, Confirm, Course, DocumentLife, Report, Return, Submit
from seed.scale import Scale
from services.directives.domain.draft import Assignment, Draft, InstructionDraft
from services.directives.domain.vocabulary import (
    NORMAL_SECRECY,
    AssignmentRole,
    DeadlineClass,
    Deliverable,
    DirectiveKind,
    Urgency,
)

FIRST_TASK_NUMBER = 1001
# How often an instruction goes to a whole group: with these a task is eight assignments on average, as in a year of the province.
GROUP_SHARES = {
    "communes": 0.066,
    "rural-communes": 0.006,
    "wards": 0.006,
    "departments": 0.02,
    "departments-and-central-branches": 0.008,
    "public-units": 0.006,
    "mass-organisations": 0.004,
    "state-enterprises": 0.002,
}
KINDS = {
    DirectiveKind.CONG_VAN: (0.55, "UBND-{part}"),
    DirectiveKind.THONG_BAO_KET_LUAN: (0.15, "TB-UBND"),
    DirectiveKind.KE_HOACH: (0.08, "KH-UBND"),
    DirectiveKind.QUYET_DINH: (0.07, "QĐ-UBND"),
    DirectiveKind.CHI_THI: (0.04, "CT-UBND"),
    DirectiveKind.THONG_BAO: (0.04, "TB-VP"),
    DirectiveKind.CONG_DIEN: (0.03, "CĐ-UBND"),
    DirectiveKind.CHUONG_TRINH: (0.015, "CTr-UBND"),
    DirectiveKind.NGHI_QUYET: (0.015, "NQ-UBND"),
    DirectiveKind.KHAC: (0.01, "UBND-{part}"),
}
URGENCIES = {Urgency.NORMAL: 0.82, Urgency.URGENT: 0.12, Urgency.VERY_URGENT: 0.04, Urgency.EXPRESS: 0.02}
MOST_INSTRUCTIONS = 12
UNDATED_SHARE = 0.4
# What is released later than its due date is flagged, never refused.
RELEASED_AFTER_DUE_SHARE = 0.02
CORRECTED_SHARE = 0.1
APPROVED_SHARE = 0.7
# Of the documents of the last two days; what is older was released.
LEFT_AS_DRAFT_SHARE = 0.3
DRAFTING_DAYS = 2
LATE_SHARE = 0.15
FORGOTTEN_SHARE = 0.006
RETURNED_SHARE = 0.09
DIFFICULTY_SHARE = 0.2
FIELD_SHARE = 0.9
BETWEEN_ACTS = timedelta(minutes=7)


@dataclass(frozen=True)
class Sketch:
    """A document before its details are drawn: its instructions by the group each goes to, None for one agency."""

    index: int
    day: int
    groups: tuple[str | None, ...]
    first_number: int
    assignments: int

    @property
    def numbers(self) -> int:
        """How many task numbers it needs: a group has one more than its parts."""
        return self.assignments + sum(group is not None for group in self.groups)


def sketches(scale: Scale, cast: Cast, calendar: WorkingDays, seed: int) -> list[Sketch]:
    """All documents of the scale, in the order of their release."""
    chance = Random(f"{seed}/sketches")
    shapes: list[tuple[str | None, ...]] = []
    tasks = assignments = 0
    while not _enough(scale, tasks, assignments):
        groups = tuple(_group(chance, cast) for _ in range(_instruction_count(chance)))
        shapes.append(groups)
        tasks += len(groups)
        assignments += sum(_parts(group, cast) for group in groups)
    found: list[Sketch] = []
    number = FIRST_TASK_NUMBER
    working = calendar.last + 1
    for index, groups in enumerate(shapes):
        day = index * working // len(shapes)
        sketch = Sketch(index, day, groups, number, sum(_parts(group, cast) for group in groups))
        found.append(sketch)
        number += sketch.numbers
    return found


def _enough(scale: Scale, tasks: int, assignments: int) -> bool:
    return (scale.tasks is not None and tasks >= scale.tasks) or (scale.assignments is not None and assignments >= scale.assignments)


def _instruction_count(chance: Random) -> int:
    return min(MOST_INSTRUCTIONS, 1 + int(chance.expovariate(1 / 3.5)))


def _parts(group: str | None, cast: Cast) -> int:
    return 1 if group is None else cast.groups[group]


def _group(chance: Random, cast: Cast) -> str | None:
    drawn = chance.random()
    for group, share in GROUP_SHARES.items():
        drawn -= share
        if drawn < 0:
            return group if group in cast.groups else None
    return None


class Drawing:
    """Draws the life of one document after the other, each from `seed` and its number alone."""

    def __init__(self, scale: Scale, cast: Cast, calendar: WorkingDays, seed: int) -> None:
        self._until = scale.until
        self._cast = cast
        self._calendar = calendar
        self._seed = seed

    def life(self, sketch: Sketch) -> DocumentLife:
        chance = Random(f"{self._seed}/{sketch.index}")
        cast, calendar = self._cast, self._calendar
        registered = Act(calendar.moment(sketch.day, chance), chance.choice(cast.trackers))
        handed_in = released = None
        if not (sketch.day > calendar.last - DRAFTING_DAYS and chance.random() < LEFT_AS_DRAFT_SHARE):
            handed_in, released = self._release(registered, chance)
        elif chance.random() < 0.5:
            handed_in = Act(_later(registered.at, chance), registered.by)
        issue_date = calendar.day(max(0, sketch.day - int(chance.random() * 2)))
        draft = self._draft(sketch, issue_date, vietnam_date(registered.at), chance)
        corrected = first_subject = None
        if chance.random() < CORRECTED_SHARE:
            before = (handed_in or released or registered).at if (handed_in or released) else registered.at + timedelta(hours=1)
            corrected = Act(registered.at + (before - registered.at) / 2, registered.by)
            first_subject = f"{draft.subject} (dự thảo)"
        courses = self._courses(draft, released, chance) if released else {}
        return DocumentLife(draft, registered, corrected, first_subject, handed_in, released, courses)

    def _release(self, registered: Act, chance: Random) -> tuple[Act | None, Act]:
        """By the head of the Office after it was handed in, or by the tracker himself."""
        if chance.random() < APPROVED_SHARE:
            handed_in = Act(_later(registered.at, chance), registered.by)
            return handed_in, Act(_later(handed_in.at, chance), chance.choice(self._cast.office_leads))
        return None, Act(_later(registered.at, chance), registered.by)

    def _draft(self, sketch: Sketch, issue_date: date, day: date, chance: Random) -> Draft:
        kind = chance.choices(list(KINDS), [share for share, _ in KINDS.values()])[0]
        notation = KINDS[kind][1].format(part=chance.choice(words.NOTATIONS))
        unnumbered = kind is DirectiveKind.THONG_BAO_KET_LUAN and chance.random() < 0.2
        return Draft(
            secrecy=NORMAL_SECRECY,
            kind=kind,
            number=None if unnumbered else str(1 + sketch.index % 9_000),
            notation=None if unnumbered else notation,
            issue_date=issue_date,
            urgency=chance.choices(list(URGENCIES), list(URGENCIES.values()))[0],
            subject=f"{chance.choice(words.SUBJECTS)} năm {issue_date.year}",
            signer=chance.choice(words.SIGNERS) if chance.random() < 0.8 else None,
            instructions=tuple(self._instruction(group, issue_date, day, chance) for group in sketch.groups),
        )

    def _instruction(self, group: str | None, issue_date: date, day: date, chance: Random) -> InstructionDraft:
        content = (
            f"{chance.choice(words.VERBS)} {chance.choice(words.TOPICS)} {chance.choice(words.SCOPES)}; {chance.choice(words.ENDINGS)}"
        )
        helping = _some(self._cast.leading, chance, most=4)
        assignments = [Assignment(agency, AssignmentRole.COORDINATING) for agency in helping]
        if group is None:
            lead = chance.choice(self._cast.leading)
            assignments = [Assignment(lead, AssignmentRole.LEAD), *(one for one in assignments if one.agency_id != lead)]
        due = None if chance.random() < UNDATED_SHARE else self._due(issue_date, day, chance)
        return InstructionDraft(
            content=content,
            deliverable=chance.choice(list(Deliverable)) if chance.random() < 0.85 else None,
            deadline_class=DeadlineClass.NONE if due is None else DeadlineClass.DATED,
            deadline_wording=None if due is None else f"trước ngày {due + timedelta(1):%d/%m/%Y}",
            due=due,
            no_deadline_reason=words.NO_DEADLINE if due is None else None,
            assignments=tuple(assignments),
            lead_group=group,
            field=chance.choice(list(FIELDS)) if chance.random() < FIELD_SHARE else None,
        )

    def _due(self, issue_date: date, day: date, chance: Random) -> date:
        if chance.random() < RELEASED_AFTER_DUE_SHARE:
            return issue_date
        return self._calendar.day(self._calendar.number(day) + 3 + min(120, int(chance.expovariate(1 / 18))))

    def _courses(self, draft: Draft, released: Act, chance: Random) -> dict[tuple[int, UUID], Course]:
        courses: dict[tuple[int, UUID], Course] = {}
        issuing = released.by.agency_id
        assert issuing is not None
        for ordinal, instruction in enumerate(draft.instructions, start=1):
            group = instruction.lead_group
            leads = self._cast.members(group, issuing=issuing) if group else (instruction.assignments[0].agency_id,)
            for lead in leads:
                courses[ordinal, lead] = tuple(self._course(instruction, lead, released.at, chance))
        return courses

    def _course(self, instruction: InstructionDraft, lead: UUID, released_at: datetime, chance: Random) -> Iterator[Act]:
        """What became of one assignment, one act after the other, up to the last day of the scale."""
        last = released_at
        for act in self._whole_course(instruction, lead, released_at, chance):
            after = act if act.at > last else replace(act, at=last + BETWEEN_ACTS)
            if vietnam_date(after.at) > self._until:
                return
            yield after
            last = after.at

    def _whole_course(self, instruction: InstructionDraft, lead: UUID, released_at: datetime, chance: Random) -> Iterator[Act]:
        staff, calendar = self._cast.staff(lead), self._calendar
        day = calendar.number(vietnam_date(released_at)) + int(chance.expovariate(1 / 1.3))
        yield Accept(calendar.moment(day, chance), staff.clerk)
        if chance.random() < FORGOTTEN_SHARE:
            return
        finish = self._finish(instruction, day, chance)
        reports = chance.choices((0, 1, 2, 3), (0.45, 0.3, 0.15, 0.1))[0]
        for place in range(1, reports + 1):
            at = calendar.moment(day + (finish - day) * place // (reports + 1), chance)
            yield _report(at, staff.officer, 100 * place // (reports + 1), chance)
        yield from self._results(finish, staff.clerk if chance.random() < 0.7 else staff.head, chance)

    def _finish(self, instruction: InstructionDraft, begin: int, chance: Random) -> int:
        """The working day on which the result is ready: mostly before the due date, sometimes long after it."""
        if instruction.due is None:
            return begin + 1 + min(200, int(chance.expovariate(1 / 25)))
        due = self._calendar.number(instruction.due)
        if chance.random() < LATE_SHARE or due <= begin:
            return max(due, begin) + 1 + min(150, int(chance.expovariate(1 / 9)))
        return begin + round((due - begin) * (0.3 + 0.7 * chance.random()))

    def _results(self, day: int, by: Actor, chance: Random) -> Iterator[Act]:
        """A result and its decision; after a return the next one, until one is confirmed."""
        calendar = self._calendar
        while True:
            submitted = calendar.moment(day, chance)
            yield Submit(
                submitted,
                by,
                report_number=f"{1 + int(chance.random() * 2_000)}/BC",
                # The document is mostly of the day of its entry, sometimes a little older; never of a day to come.
                report_date=vietnam_date(submitted) - timedelta(int(chance.expovariate(1.2))),
                summary=chance.choice(words.SUMMARIES),
            )
            day += int(chance.expovariate(1 / 1.6))
            tracker, decided = chance.choice(self._cast.trackers), calendar.moment(day, chance)
            if chance.random() >= RETURNED_SHARE:
                quality = chance.choices(("GOOD", "SATISFACTORY", "UNSATISFACTORY", None), (0.35, 0.5, 0.05, 0.1))[0]
                yield Confirm(decided, tracker, quality=quality, comment=chance.choice(words.COMMENTS) if chance.random() < 0.2 else None)
                return
            yield Return(decided, tracker, reason=chance.choice(words.RETURN_REASONS))
            day += 1 + int(chance.expovariate(1 / 4))


def _report(at: datetime, by: Actor, percent: int, chance: Random) -> Report:
    hindered = chance.random() < DIFFICULTY_SHARE
    return Report(
        at,
        by,
        percent=percent,
        content=chance.choice(words.PROGRESS),
        difficulty=chance.choice(words.DIFFICULTIES) if hindered else None,
        proposal=chance.choice(words.PROPOSALS) if hindered and chance.random() < 0.5 else None,
    )


def _later(moment: datetime, chance: Random) -> datetime:
    """A little later on the same day."""
    return moment + timedelta(minutes=2 + 40 * chance.random())


def _some(agencies: Sequence[UUID], chance: Random, *, most: int) -> list[UUID]:
    return chance.sample(agencies, int(chance.random() * (most + 1))) if chance.random() < 0.5 else []
