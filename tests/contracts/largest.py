"""The largest events that can happen, made by the domains themselves with every text, list and number at its bound."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from libs.common.actor import Actor
from libs.common.domain import Aggregate
from libs.contracts import bounds
from libs.contracts.agency_groups import AGENCY_GROUPS, COMPOSED
from libs.contracts.bounds import Bound, weight
from libs.contracts.contract import Contract
from libs.contracts.fields import FIELDS
from libs.contracts.province import SETTINGS
from libs.contracts.working_days import CalendarDay, DayType
from libs.directory_replica.replica import LivingAgency
from services.directives import outgoing as of_directives
from services.directives.domain.directive import Directive, Instruction
from services.directives.domain.draft import Assignment, ComposedGroup, Draft, InstructionDraft
from services.directives.domain.rules import AgenciesOfDay, require_sound
from services.directives.domain.vocabulary import AssignmentRole, DeadlineClass, Deliverable, DirectiveKind, Urgency
from services.directory import outgoing as of_directory
from services.directory.domain.agency import ADDABLE, Agency, AgencyCode, AgencyDetails, CodeKind
from services.directory.domain.membership import Membership, Place, Role
from services.directory.domain.province_rules import CalendarOfYear, ProvinceSetting
from services.directory.domain.reorganisation import NewAgency, Reorganisation, ReorganisationKind, ReorganisationPlan
from services.directory.province import Province
from services.tasks import outgoing as of_tasks
from services.tasks.domain import events as task_events
from services.tasks.domain.assignment import Heir
from services.tasks.domain.overdue_notice import OverdueNotice
from services.tasks.domain.report import ProgressReport, Quality
from services.tasks.domain.task import Task
from services.tasks.use_cases.assign_tasks import tasks_of

MOMENT = datetime(2026, 11, 28, 8, 59, 59, 999999, tzinfo=UTC)
DAY = date(2026, 11, 28)
LATEST_ID = UUID(int=2**128 - 1)
LARGEST_NUMBER = 2**63 - 1
ACTOR = Actor.of_person(LATEST_ID, LATEST_ID, LATEST_ID, "OFFICE_TRACKER")
LETTER = "𝄞"


def longest(bound: Bound) -> str:
    """No letter is longer than four bytes."""
    text = LETTER * min(bound.characters, bound.bytes // 4)
    return text + "x" * min(bound.characters - len(text), bound.bytes - weight(text))


def wordiest(words: Iterable[Any]) -> Any:
    return max(words, key=len)


def agency(number: int) -> UUID:
    return UUID(int=LATEST_ID.int - number)


GROUP = wordiest(AGENCY_GROUPS)
KIND = AGENCY_GROUPS[GROUP][0]
MEMBERS = [LivingAgency(UUID(int=LATEST_ID.int // 2 + number), KIND) for number in range(bounds.MOST_IN_A_GROUP)]
NAMED = [agency(number) for number in range(1, bounds.MOST_NAMED_AGENCIES + 1)]


def instruction(group: str | None) -> InstructionDraft:
    """`group` is None for one lead, else the key of a group; a composed one has its agencies by name."""
    is_composed = group == COMPOSED
    roles = [AssignmentRole.COORDINATING if group or place else AssignmentRole.LEAD for place in range(len(NAMED))]
    return InstructionDraft(
        content=longest(bounds.CONTENT),
        deliverable=wordiest(Deliverable),
        deadline_class=DeadlineClass.DATED,
        deadline_wording=longest(bounds.WORDING),
        due=DAY,
        no_deadline_reason=longest(bounds.WORDING),
        assignments=tuple(Assignment(one, role) for one, role in zip(NAMED, roles, strict=True)),
        lead_group=None if is_composed else group,
        field=wordiest(FIELDS),
        reporting_agency_id=None if group else LATEST_ID,
        composed_group=ComposedGroup(longest(bounds.GROUP_NAME), tuple(one.id for one in MEMBERS)) if is_composed else None,
        left_out=tuple(one.id for one in MEMBERS[1:]) if group and not is_composed else (),
    )


def document(group: str | None) -> Directive:
    """A draft that the rules let pass, and no longer one would."""
    draft = Draft(
        secrecy="NORMAL",
        kind=wordiest(DirectiveKind),
        number=longest(bounds.NUMBER),
        notation=longest(bounds.NUMBER),
        issue_date=DAY,
        urgency=wordiest(Urgency),
        subject=longest(bounds.SUBJECT),
        signer=longest(bounds.WORDING),
        instructions=(instruction(group),) * bounds.MOST_INSTRUCTIONS,
        another_document_reason=longest(bounds.WORDING),
    )
    members = [one.id for one in MEMBERS]
    known = AgenciesOfDay([*NAMED, *members, LATEST_ID], [*members, LATEST_ID], MEMBERS, of_province=members)
    require_sound(draft, known, today=DAY)
    return Directive.register(draft, issuing_agency_id=LATEST_ID, created_by=LATEST_ID, new_id=lambda: LATEST_ID, at=MOMENT)


def told_by(aggregate: Aggregate, of_service: Any) -> Iterator[Contract]:
    yield from (of_service.to_contract(recorded.event, aggregate) for recorded in aggregate.take_recorded())


def events_of_directives() -> Iterator[Contract]:
    for group in (None, GROUP, COMPOSED):
        directive = document(group)
        yield from told_by(directive, of_directives)
        whole, directive.draft = directive.draft, Draft("", DirectiveKind.KHAC, None, None, DAY, Urgency.NORMAL, "", None, ())
        directive.change(whole, new_id=lambda: LATEST_ID, at=MOMENT)
        yield from told_by(directive, of_directives)
        directive.submit_for_release(at=MOMENT)
        directive.release(MEMBERS, by=LATEST_ID, at=MOMENT)
        yield from told_by(directive, of_directives)
        yield from told_by(directive.instructions[-1], of_directives)


def events_of_tasks() -> Iterator[Contract]:
    for group in (None, GROUP, COMPOSED):
        directive = document(group)
        leads = tuple(one.id for one in MEMBERS) if group else ()
        released = Instruction(LATEST_ID, bounds.MOST_INSTRUCTIONS, directive.draft.instructions[0], lead_agency_ids=leads)
        numbers = [LARGEST_NUMBER] * (1 + len(leads))
        for task in tasks_of(of_directives.instruction_state(released, directive), numbers, released_at=MOMENT)[:2]:
            yield from told_by(task, of_tasks)
            if not task.is_group:
                yield from life_of(task)


def life_of(task: Task) -> Iterator[Contract]:
    """Every act upon a task, and that it is overdue told in every state."""
    for act in (
        lambda: task.accept(at=MOMENT),
        lambda: task.report_progress(ProgressReport(100, LETTER * 10_000, LETTER * 10_000, LETTER * 10_000, LATEST_ID, MOMENT)),
        # A coordinator becomes the lead, so that two assignments end at once.
        lambda: task.change_lead(NAMED[-1], reason=longest(bounds.REASON), at=MOMENT),
        lambda: passed_on(task),
        lambda: task.restate(("assignments", "group_id", "field", "deadline_wording"), at=MOMENT),
        lambda: submit(task),
        lambda: task.return_result(reason=longest(bounds.REASON), by=LATEST_ID, at=MOMENT),
        lambda: submit(task),
        lambda: task.confirm(quality=wordiest(Quality), comment=LETTER * 4_000, by=LATEST_ID, at=MOMENT),
    ):
        act()
        yield from told_by(task, of_tasks)
        notice = OverdueNotice(task)
        notice.record(task_events.OverdueTold(due=notice.due, occurred_at=MOMENT))
        yield from told_by(notice, of_tasks)


def passed_on(task: Task) -> None:
    """Every agency of it has ended, and no two have one heir."""
    task.assignments = [
        replace(one, heir=Heir(agency(1000 + number), longest(bounds.DECISION))) if one.in_force else one
        for number, one in enumerate(task.assignments)
    ]
    task.pass_on(at=MOMENT)


def submit(task: Task) -> None:
    task.submit_result(
        report_number=LETTER * 100, report_date=DAY, summary=LETTER * 10_000, file_id=LATEST_ID, file_required=True, by=LATEST_ID, at=MOMENT
    )


def longest_reorganisation() -> Reorganisation:
    """No kind has many on both sides; this one has, so that none is larger."""
    ids = tuple(agency(number) for number in range(bounds.MOST_REORGANISED))
    new = NewAgency(str(LATEST_ID), "", "", wordiest(ADDABLE), "", LATEST_ID)
    plan = ReorganisationPlan(ReorganisationKind.DISSOLVE, ids, ids, (new,) * bounds.MOST_REORGANISED, DAY, longest(bounds.DECISION))
    planned = Reorganisation.plan_for(LATEST_ID, plan, by=str(LATEST_ID), at=MOMENT)
    planned.withdraw(reason=longest(bounds.DECISION), at=MOMENT - timedelta(days=9))
    return planned


def events_of_directory() -> Iterator[Contract]:
    for details in Province("quang-ngai").agencies:
        yield from told_by(Agency.enter(details, reason=longest(bounds.DECISION), at=MOMENT), of_directory)
    name, code = longest(bounds.AGENCY_NAME), AgencyCode(wordiest(CodeKind), "H" * bounds.AGENCY_CODE.characters)
    added = AgencyDetails(
        key=str(LATEST_ID),
        name=name,
        short_name=name,
        kind=wordiest(ADDABLE),
        scope=wordiest(one.scope for one in Province("quang-ngai").agencies),
        parent_id=LATEST_ID,
        valid_from=DAY,
        valid_to=None,
        aliases=(name,) * bounds.MOST_ALIASES,
        former_names=(),
        codes=(code,),
    )
    yield from told_by(Agency.add(added, reason=longest(bounds.DECISION), at=MOMENT), of_directory)
    yield from told_by(longest_reorganisation(), of_directory)
    place = Place(LATEST_ID, LATEST_ID, "", wordiest(Role), True)
    membership = Membership.grant(LATEST_ID, place, valid_from=DAY - timedelta(days=9), reason=longest(bounds.DECISION), at=MOMENT)
    membership.end(reason=longest(bounds.DECISION), at=MOMENT)
    yield from told_by(membership, of_directory)
    for rule in SETTINGS.values():
        setting = ProvinceSetting(rule)
        setting.enter(wordiest(rule.choices) if rule.choices else rule.default, reason=longest(bounds.DECISION), by=ACTOR, at=MOMENT)
        yield from told_by(setting, of_directory)
    calendar = CalendarOfYear(2026)
    name = longest(bounds.NAME_OF_A_DAY)
    days = tuple(
        CalendarDay(date=DAY + timedelta(days=number), type=wordiest(DayType), name=name, legal_basis=name)
        for number in range(bounds.DAYS_OF_A_YEAR)
    )
    calendar.enter(days, reason=longest(bounds.DECISION), by=ACTOR, at=MOMENT)
    yield from told_by(calendar, of_directory)
