"""The life of a directive and what it must satisfy, given-when-then. No database, no HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.common.actor import Actor
from libs.common.domain import Aggregate, DomainError, Forbidden
from libs.contracts import bounds
from libs.contracts.agency_groups import AGENCY_GROUPS
from libs.contracts.working_days import WorkingCalendar
from services.directives.domain import events
from services.directives.domain.directive import Directive, Instruction
from services.directives.domain.draft import Assignment, ComposedGroup, Draft, InstructionDraft
from services.directives.domain.lifecycle import Action, AlreadyReleased, AlreadySubmitted, next_state
from services.directives.domain.permissions import agency_that_sees, instructions_seen, permit, sees_all
from services.directives.domain.release_summary import ReleaseSummary, summary_of
from services.directives.domain.rules import AgenciesOfDay, broken_rules, require_sound, with_reporting_agencies
from services.directives.domain.vocabulary import AssignmentRole, DeadlineClass, Deliverable, DirectiveKind, DirectiveState, Urgency

OFFICE, HEALTH, FINANCE, BINH_SON, LY_SON, PARTY, MINISTRY = (uuid4() for _ in range(7))
MANY = [uuid4() for _ in range(200)]
TODAY = date(2026, 2, 12)
NOON = datetime(2026, 2, 12, 5, tzinfo=UTC)
PERSON, RELEASER = uuid4(), uuid4()


@dataclass(frozen=True)
class Living:
    id: UUID
    kind: str


def lead(agency: UUID) -> Assignment:
    return Assignment(agency, AssignmentRole.LEAD)


def coordinating(agency: UUID) -> Assignment:
    return Assignment(agency, AssignmentRole.COORDINATING)


def many(count: int) -> list[Assignment]:
    return [coordinating(agency) for agency in MANY[:count]]


def instruction(*assignments: Assignment, **changed: Any) -> InstructionDraft:
    plain = InstructionDraft(
        content="Rà soát",
        deliverable=None,
        deadline_class=DeadlineClass.DATED,
        deadline_wording=None,
        due=date(2026, 3, 5),
        no_deadline_reason=None,
        assignments=assignments or (lead(HEALTH),),
        lead_group=None,
        field=None,
    )
    return replace(plain, **changed)


def draft(*instructions: InstructionDraft, **changed: Any) -> Draft:
    plain = Draft(
        secrecy="NORMAL",
        kind=DirectiveKind.CONG_VAN,
        number="5425",
        notation="UBND-KGVX",
        issue_date=TODAY,
        urgency=Urgency.NORMAL,
        subject="Phòng dịch",
        signer=None,
        instructions=instructions or (instruction(),),
    )
    return replace(plain, **changed)


def ids() -> Any:
    numbers = count(1)
    return lambda: UUID(int=next(numbers))


def registered(words: Draft | None = None) -> Directive:
    return Directive.register(words or draft(), issuing_agency_id=OFFICE, created_by=PERSON, new_id=ids(), at=NOON)


def happened(aggregate: Aggregate) -> list[tuple[int, Any]]:
    return [(one.version, one.event) for one in aggregate.take_recorded()]


def group_with_kind() -> tuple[str, str]:
    """Some group of agencies, and a kind that is in it."""
    group = next(iter(AGENCY_GROUPS))
    return group, next(iter(AGENCY_GROUPS[group]))


GROUP_MEMBERS = [Living(agency, group_with_kind()[1]) for agency in (BINH_SON, FINANCE)]


def composed(*agencies: UUID, name: str = "các cơ quan bị thiệt hại", **changed: Any) -> InstructionDraft:
    return replace(instruction(composed_group=ComposedGroup(name, agencies), **changed), assignments=changed.get("assignments", ()))


def without(*left_out: UUID) -> InstructionDraft:
    return replace(instruction(lead_group=group_with_kind()[0], left_out=left_out), assignments=())


def test_what_is_registered_is_a_draft_with_its_instructions_in_order() -> None:
    directive = registered(draft(instruction(lead(HEALTH), coordinating(FINANCE)), instruction(lead(FINANCE))))
    assert (directive.state, directive.version, directive.stored_version, directive.released_at) == (DirectiveState.DRAFT, 1, 0, None)
    assert (directive.issuing_agency_id, directive.created_by) == (OFFICE, PERSON)
    assert [(one.ordinal, one.lead_agency_ids, one.coordinating_agency_ids, one.version) for one in directive.instructions] == [
        (1, (HEALTH,), (FINANCE,), 0),
        (2, (FINANCE,), (), 0),
    ]
    assert len({directive.id, *(one.id for one in directive.instructions)}) == 3
    assert happened(directive) == [(1, events.Registered(occurred_at=NOON))]


def test_a_change_says_what_differs_and_must_be_submitted_anew() -> None:
    directive = registered()
    directive.submit_for_release(at=NOON)
    assert directive.state is DirectiveState.AWAITING_RELEASE
    directive.take_recorded()
    changed = draft(instruction(lead(FINANCE)), signer="Nguyễn Văn A")
    directive.change(changed, new_id=ids(), at=NOON)
    assert (directive.state, directive.draft) == (DirectiveState.DRAFT, changed)
    assert directive.instructions[0].lead_agency_ids == (FINANCE,)
    assert happened(directive) == [(3, events.Changed(fields=("signer", "instructions"), occurred_at=NOON))]


def test_submitting_is_told() -> None:
    directive = registered()
    directive.submit_for_release(at=NOON)
    assert happened(directive)[1:] == [(2, events.SubmittedForRelease(occurred_at=NOON))]


def test_a_release_is_told_by_the_document_and_by_each_instruction() -> None:
    directive = registered(draft(instruction(), instruction(lead(FINANCE))))
    directive.take_recorded()
    directive.release([], by=RELEASER, at=NOON)
    assert (directive.state, directive.released_at) == (DirectiveState.RELEASED, NOON)
    assert happened(directive) == [(2, events.Released(released_by=RELEASER, occurred_at=NOON))]
    for one in directive.instructions:
        assert happened(one) == [(1, events.InstructionReleased(directive=directive, released_by=RELEASER, occurred_at=NOON))]


def test_a_group_is_everybody_of_its_kinds_but_the_issuer() -> None:
    group, kind = group_with_kind()
    living = [Living(LY_SON, kind), Living(OFFICE, kind), Living(BINH_SON, kind), Living(HEALTH, "of-no-group")]
    directive = registered(draft(instruction(coordinating(BINH_SON), coordinating(FINANCE), lead_group=group)))
    assert directive.instructions[0].lead_agency_ids == ()
    directive.release(living, by=None, at=NOON)
    assert directive.instructions[0].lead_agency_ids == (LY_SON, BINH_SON)
    assert directive.instructions[0].coordinating_agency_ids == (FINANCE,), "who leads his part coordinates nothing besides"


def test_no_step_but_those_of_the_table() -> None:
    possible = {
        (DirectiveState.DRAFT, Action.CHANGE): DirectiveState.DRAFT,
        (DirectiveState.DRAFT, Action.SUBMIT_FOR_RELEASE): DirectiveState.AWAITING_RELEASE,
        (DirectiveState.DRAFT, Action.RELEASE): DirectiveState.RELEASED,
        (DirectiveState.AWAITING_RELEASE, Action.CHANGE): DirectiveState.DRAFT,
        (DirectiveState.AWAITING_RELEASE, Action.RELEASE): DirectiveState.RELEASED,
    }
    for state in DirectiveState:
        for action in (Action.CHANGE, Action.SUBMIT_FOR_RELEASE, Action.RELEASE):
            if (state, action) in possible:
                assert next_state(state, action) is possible[state, action]
                continue
            with pytest.raises(AlreadyReleased if state is DirectiveState.RELEASED else AlreadySubmitted):
                next_state(state, action)


# Draft → field and code of what is wrong with it.
WRONG: list[tuple[str, Draft, list[tuple[str, str]]]] = [
    ("in order", draft(), []),
    ("not numbered yet", draft(number=None, notation=None), []),
    ("secret, and wrong besides", draft(secrecy="MAT", subject="x" * 2_001), [("secrecy", "secrecy-not-allowed")]),
    ("of no level that is known", draft(secrecy="normal"), [("secrecy", "secrecy-not-allowed")]),
    ("issued tomorrow", draft(issue_date=TODAY + timedelta(days=1)), [("issue_date", "issue-date-in-future")]),
    ("without a demand", replace(draft(), instructions=()), [("instructions", "no-instructions")]),
    ("of an unknown field", draft(instruction(field="phép thuật")), [("instructions.0.field", "unknown-field")]),
    ("of a known field", draft(instruction(field="y-te")), []),
    ("due on the day of issue", draft(instruction(due=TODAY)), []),
    ("due before it was issued", draft(instruction(due=TODAY - timedelta(days=1))), [("instructions.0.due", "due-before-issue")]),
    ("dated without a date", draft(instruction(due=None)), [("instructions.0.due", "due-missing")]),
    (
        "undated with a date",
        draft(instruction(deadline_class=DeadlineClass.NONE)),
        [("instructions.0.due", "due-without-deadline")],
    ),
    ("undated", draft(instruction(deadline_class=DeadlineClass.NONE, due=None)), []),
    (
        "a product without a date",
        draft(instruction(deadline_class=DeadlineClass.NONE, due=None, deliverable=Deliverable.BAO_CAO)),
        [("instructions.0.no_deadline_reason", "no-deadline-reason-missing")],
    ),
    (
        "a product without a date, with a reason",
        draft(instruction(deadline_class=DeadlineClass.NONE, due=None, deliverable=Deliverable.BAO_CAO, no_deadline_reason="Theo mùa")),
        [],
    ),
    ("two leads", draft(instruction(lead(HEALTH), lead(FINANCE))), [("instructions.0.assignments", "two-leads")]),
    ("no lead", draft(instruction(coordinating(FINANCE))), [("instructions.0.assignments", "no-lead")]),
    ("a lead and a group", draft(instruction(lead_group=group_with_kind()[0])), [("instructions.0.assignments", "two-leads")]),
    ("a group alone", draft(replace(instruction(lead_group=group_with_kind()[0]), assignments=())), []),
    (
        "an unknown group",
        draft(replace(instruction(lead_group="thôn"), assignments=())),
        [("instructions.0.lead_group", "unknown-group")],
    ),
    (
        "an agency that lives no more, in the second demand",
        draft(instruction(), instruction(lead(HEALTH), coordinating(LY_SON))),
        [("instructions.1.assignments.1.agency_id", "unknown-agency")],
    ),
    (
        "an agency twice",
        draft(instruction(lead(HEALTH), coordinating(FINANCE), coordinating(HEALTH))),
        [("instructions.0.assignments.2.agency_id", "agency-twice")],
    ),
    (
        "led by an agency that can receive nothing",
        draft(instruction(lead(PARTY), coordinating(HEALTH))),
        [("instructions.0.assignments.0.agency_id", "lead-without-account")],
    ),
    (
        "led by it, and reported by another",
        draft(instruction(lead(PARTY), coordinating(HEALTH), reporting_agency_id=FINANCE)),
        [],
    ),
    (
        "reported by an agency that can receive nothing either",
        draft(instruction(lead(PARTY), reporting_agency_id=PARTY)),
        [("instructions.0.reporting_agency_id", "reporting-agency-without-account")],
    ),
    (
        "reported by an agency that lives no more",
        draft(instruction(lead(PARTY), reporting_agency_id=LY_SON)),
        [("instructions.0.reporting_agency_id", "unknown-agency")],
    ),
    (
        "reported by another though the lead reports itself",
        draft(instruction(lead(HEALTH), reporting_agency_id=FINANCE)),
        [("instructions.0.reporting_agency_id", "reporting-agency-not-needed")],
    ),
    (
        "reported by another though each agency of the group reports itself",
        draft(replace(instruction(lead_group=group_with_kind()[0], reporting_agency_id=FINANCE), assignments=())),
        [("instructions.0.reporting_agency_id", "reporting-agency-not-needed")],
    ),
    ("coordinated by an agency that can receive nothing", draft(instruction(lead(HEALTH), coordinating(PARTY))), []),
    (
        "more words than an event can carry",
        draft(instruction(content="x" * 10_001, deadline_wording="x" * 1_001), subject="x" * 2_001),
        [("subject", "text-too-long"), ("instructions.0.content", "text-too-long"), ("instructions.0.deadline_wording", "text-too-long")],
    ),
    (
        "more agencies than an event can carry",
        draft(instruction(*many(200), lead(HEALTH))),
        [("instructions.0.assignments", "too-many-agencies")],
    ),
    ("as many agencies as an event can carry", draft(instruction(*many(199), lead(HEALTH))), []),
    ("a composed group", draft(composed(HEALTH, FINANCE)), []),
    ("a composed group that others coordinate", draft(composed(HEALTH, FINANCE, assignments=(coordinating(PARTY),))), []),
    ("a composed group of one", draft(composed(HEALTH)), [("instructions.0.composed_group.agency_ids", "group-too-small")]),
    (
        "a lead and a composed group",
        draft(composed(HEALTH, FINANCE, assignments=(lead(PARTY),))),
        [("instructions.0.assignments", "two-leads")],
    ),
    (
        "two groups",
        draft(composed(HEALTH, FINANCE, lead_group=group_with_kind()[0])),
        [("instructions.0.assignments", "two-leads")],
    ),
    (
        "an agency twice in a composed group",
        draft(composed(HEALTH, FINANCE, HEALTH)),
        [("instructions.0.composed_group.agency_ids.2", "agency-twice")],
    ),
    (
        "an agency that leads its part and coordinates by name",
        draft(composed(HEALTH, FINANCE, assignments=(coordinating(FINANCE),))),
        [("instructions.0.assignments.0.agency_id", "agency-twice")],
    ),
    (
        "an agency of a composed group that lives no more",
        draft(composed(HEALTH, LY_SON)),
        [("instructions.0.composed_group.agency_ids.1", "unknown-agency")],
    ),
    (
        "an agency of another province in a composed group",
        draft(composed(MINISTRY, HEALTH)),
        [("instructions.0.composed_group.agency_ids.0", "agency-of-another-province")],
    ),
    (
        "an agency of a composed group that can receive nothing",
        draft(composed(HEALTH, FINANCE, PARTY)),
        [("instructions.0.composed_group.agency_ids.2", "member-without-account")],
    ),
    (
        "reported by another though each agency of a composed group reports itself",
        draft(composed(HEALTH, FINANCE, reporting_agency_id=HEALTH)),
        [("instructions.0.reporting_agency_id", "reporting-agency-not-needed")],
    ),
    (
        "a name of a group that is longer than an event can carry",
        draft(composed(HEALTH, FINANCE, name="x" * 201)),
        [("instructions.0.composed_group.name", "text-too-long")],
    ),
    ("a group without one of it", draft(without(FINANCE)), []),
    (
        "a group without an agency that is none of it",
        draft(without(HEALTH)),
        [("instructions.0.left_out_agency_ids.0", "left-out-is-no-member")],
    ),
    (
        "a group without the same agency twice",
        draft(without(FINANCE, FINANCE)),
        [("instructions.0.left_out_agency_ids.1", "agency-twice")],
    ),
    ("a group without all of it", draft(without(FINANCE, BINH_SON)), [("instructions.0.lead_group", "empty-group")]),
    (
        "a lead without somebody",
        draft(instruction(left_out=(FINANCE,))),
        [("instructions.0.left_out_agency_ids", "left-out-of-no-group")],
    ),
]


@pytest.mark.parametrize(("words", "wrong"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_what_a_draft_must_satisfy(words: Draft, wrong: list[tuple[str, str]]) -> None:
    agencies = AgenciesOfDay(
        {HEALTH, FINANCE, PARTY, MINISTRY, *MANY},
        {HEALTH, FINANCE, MINISTRY, *MANY[2:]},
        GROUP_MEMBERS,
        of_province={HEALTH, FINANCE, PARTY, *MANY},
    )
    assert [(one.field, one.code) for one in broken_rules(words, agencies, today=TODAY)] == wrong
    if not wrong:
        require_sound(words, agencies, today=TODAY)
        return
    with pytest.raises(DomainError) as refused:
        require_sound(words, agencies, today=TODAY)
    assert refused.value.code == wrong[0][1]
    assert refused.value.extra["errors"] == [{"field": field, "code": code} for field, code in wrong]


@pytest.mark.parametrize(("members", "wrong"), [(bounds.MOST_IN_A_GROUP, []), (bounds.MOST_IN_A_GROUP + 1, ["too-many-agencies"])])
def test_a_composed_group_has_at_most_what_an_event_can_tell(members: int, wrong: list[str]) -> None:
    named = [uuid4() for _ in range(members)]
    known = AgenciesOfDay(named, named, (), of_province=named)
    assert [one.code for one in broken_rules(draft(composed(*named)), known, today=TODAY)] == wrong


def test_each_agency_of_a_composed_group_leads_from_its_release_on() -> None:
    directive = registered(draft(composed(HEALTH, BINH_SON)))
    assert directive.instructions[0].lead_agency_ids == ()
    directive.release([Living(FINANCE, group_with_kind()[1])], by=RELEASER, at=NOON)
    assert directive.instructions[0].lead_agency_ids == (HEALTH, BINH_SON)


def test_who_is_left_out_of_a_group_gets_nothing_at_its_release() -> None:
    directive = registered(draft(without(FINANCE)))
    directive.release([*GROUP_MEMBERS, Living(LY_SON, group_with_kind()[1])], by=RELEASER, at=NOON)
    assert directive.instructions[0].lead_agency_ids == (BINH_SON, LY_SON)


def test_the_agencies_of_a_composed_group_are_named_and_those_left_out_are_not() -> None:
    assert draft(composed(HEALTH, BINH_SON, assignments=(coordinating(FINANCE),)), without(LY_SON)).agency_ids == {
        HEALTH,
        BINH_SON,
        FINANCE,
    }


def test_a_group_of_nobody_is_refused() -> None:
    words = draft(replace(instruction(lead_group=group_with_kind()[0]), assignments=()))
    found = broken_rules(words, AgenciesOfDay((), (), [Living(HEALTH, "of-no-group")]), today=TODAY)
    assert [(one.field, one.code) for one in found] == [("instructions.0.lead_group", "empty-group")]


@pytest.mark.parametrize(("members", "wrong"), [(bounds.MOST_IN_A_GROUP, []), (bounds.MOST_IN_A_GROUP + 1, ["too-many-agencies"])])
def test_a_group_has_at_most_what_an_event_can_tell(members: int, wrong: list[str]) -> None:
    group, kind = group_with_kind()
    words = draft(replace(instruction(lead_group=group), assignments=()))
    assert [
        one.code for one in broken_rules(words, AgenciesOfDay((), (), [Living(uuid4(), kind) for _ in range(members)]), today=TODAY)
    ] == wrong


@pytest.mark.parametrize(
    ("words", "identity"),
    [
        (draft(), "5425/ubnd-kgvx/2026"),
        (draft(number=" 54 25", notation="ubnd - KGVX"), "5425/ubnd-kgvx/2026"),
        (draft(notation=None), "5425//2026"),
        (draft(issue_date=date(2025, 12, 31)), "5425/ubnd-kgvx/2025"),
        (draft(number=None), None),
        (draft(number=""), None),
    ],
)
def test_by_what_a_document_is_known(words: Draft, identity: str | None) -> None:
    assert words.identity == identity


def test_the_agencies_that_a_draft_names() -> None:
    words = draft(instruction(lead(HEALTH), coordinating(FINANCE)), instruction(lead(FINANCE), coordinating(LY_SON)))
    assert words.agency_ids == {HEALTH, FINANCE, LY_SON}


def test_who_leads_a_released_group_is_kept_and_coordinates_nothing_besides() -> None:
    words = replace(instruction(lead_group=group_with_kind()[0]), assignments=(coordinating(HEALTH), coordinating(FINANCE)))
    kept = Instruction(uuid4(), 1, words, lead_agency_ids=(HEALTH, BINH_SON), version=4)
    assert (kept.lead_agency_ids, kept.coordinating_agency_ids, kept.version) == ((HEALTH, BINH_SON), (FINANCE,), 4)


OVERSEEING = ("LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "INSPECTOR")
OF_AGENCIES = ("AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS")
ROLES = (*OVERSEEING, *OF_AGENCIES, "SYSTEM_ADMIN", "SERVICE", "STRANGER")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("needs_approval", [True, False])
def test_who_may_do_what(role: str, needs_approval: bool) -> None:
    actor = Actor.of_person(PERSON, uuid4(), HEALTH, role)
    office = role in ("OFFICE_TRACKER", "OFFICE_LEAD")
    for action in Action:
        allowed = office if action is not Action.RELEASE else role == "OFFICE_LEAD" or (role == "OFFICE_TRACKER" and not needs_approval)
        if allowed:
            permit(actor, action, release_needs_approval=needs_approval)
        else:
            with pytest.raises(Forbidden):
                permit(actor, action, release_needs_approval=needs_approval)


def test_a_release_needs_approval_unless_the_province_says_otherwise() -> None:
    with pytest.raises(Forbidden):
        permit(Actor.of_person(PERSON, uuid4(), HEALTH, "OFFICE_TRACKER"), Action.RELEASE)


@pytest.mark.parametrize("role", ROLES)
def test_who_sees_what(role: str) -> None:
    actor = Actor.of_person(PERSON, uuid4(), HEALTH, role)
    directive = registered(draft(instruction(lead(HEALTH)), instruction(lead(FINANCE), coordinating(HEALTH)), instruction(lead(FINANCE))))
    everything, own = role in OVERSEEING, role in OF_AGENCIES
    assert sees_all(actor) is everything
    assert agency_that_sees(actor) == (HEALTH if own else None)
    seen = [one.ordinal for one in instructions_seen(actor, directive)]
    assert seen == ([1, 2, 3] if everything else [1, 2] if own else [])


def test_the_office_reports_for_who_has_no_account_unless_another_is_named() -> None:
    known = AgenciesOfDay({OFFICE, HEALTH, FINANCE, PARTY}, {OFFICE, HEALTH, FINANCE}, GROUP_MEMBERS, OFFICE)
    asked = (
        instruction(lead(PARTY)),
        instruction(lead(PARTY), reporting_agency_id=FINANCE),
        instruction(lead(HEALTH)),
        instruction(lead(LY_SON)),
        instruction(coordinating(HEALTH)),
        replace(instruction(lead_group=group_with_kind()[0]), assignments=()),
        # Refused for its two leads; nobody is named for it in silence.
        instruction(lead(PARTY), lead_group=group_with_kind()[0]),
    )
    found = with_reporting_agencies(draft(*asked), known)
    assert [one.reporting_agency_id for one in found.instructions] == [OFFICE, FINANCE, None, None, None, None, None]
    without_office = with_reporting_agencies(draft(*asked), replace(known, office=None))
    assert without_office.instructions[0].reporting_agency_id is None


def test_who_reports_for_the_lead_does_not_coordinate_as_well() -> None:
    directive = Directive.register(
        draft(instruction(lead(PARTY), coordinating(FINANCE), coordinating(HEALTH), reporting_agency_id=FINANCE)),
        issuing_agency_id=OFFICE,
        created_by=PERSON,
        new_id=ids(),
        at=NOON,
    )
    (one,) = directive.instructions
    assert one.coordinating_agency_ids == (HEALTH,)
    assert one.agency_ids == (PARTY, FINANCE, HEALTH)
    by_finance = Actor.of_person(uuid4(), uuid4(), FINANCE, "AGENCY_CLERK")
    assert instructions_seen(by_finance, directive) == [one]


PLAIN_WEEK = WorkingCalendar({})
YESTERDAY, SUNDAY, MONDAY = TODAY - timedelta(days=1), date(2026, 3, 1), date(2026, 3, 2)


def summary(*instructions: InstructionDraft, living: Sequence[Living] = (), answering: Sequence[UUID] = ()) -> ReleaseSummary:
    return summary_of(registered(draft(*instructions)), living, answering, PLAIN_WEEK, today=TODAY)


def test_before_a_release_it_is_said_who_gets_how_much() -> None:
    """Rulebook 1.14: the groups are those of today, and who leads his part coordinates nothing besides."""
    group, kind = group_with_kind()
    of_a_group = replace(instruction(lead_group=group), assignments=(coordinating(HEALTH), coordinating(LY_SON)))
    found = summary(
        instruction(lead(HEALTH), coordinating(FINANCE)),
        of_a_group,
        of_a_group,
        living=[Living(LY_SON, kind), Living(BINH_SON, kind), Living(OFFICE, kind)],
        answering=[HEALTH, BINH_SON],
    )
    assert found.leads == {HEALTH: (1,), LY_SON: (2, 3), BINH_SON: (2, 3)}
    assert found.coordinates == {FINANCE: (1,), HEALTH: (2, 3)}
    assert (found.given, found.groups) == (5, 2)
    assert found.without_account == (LY_SON, FINANCE)


def test_before_a_release_it_is_said_what_is_worth_a_second_look() -> None:
    found = summary(
        instruction(due=MONDAY),
        instruction(due=SUNDAY),
        instruction(due=TODAY),
        instruction(due=YESTERDAY),
        instruction(due=None, deadline_class=DeadlineClass.NONE),
    )
    assert (found.nearest_due, found.undated, found.due_on_day_off, found.due_passed) == (YESTERDAY, (5,), (2,), (4,))
    assert found.groups == 0
    undated = summary(instruction(due=None, deadline_class=DeadlineClass.NONE))
    assert (undated.nearest_due, undated.due_passed, undated.without_account) == (None, (), (HEALTH,))
