"""What a directive must satisfy before it is kept, each rule with its name (rulebook 1.1, 1.3, 1.7, 1.13)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.common.domain import DomainError, Refusal
from libs.contracts import bounds
from libs.contracts.agency_groups import AGENCY_GROUPS
from libs.contracts.fields import FIELDS
from services.directives.domain.draft import ComposedGroup, Draft, InstructionDraft
from services.directives.domain.living_agency import LivingAgency
from services.directives.domain.vocabulary import NORMAL_SECRECY, AssignmentRole, DeadlineClass

LEAST_IN_A_COMPOSED_GROUP = 2


class DraftRefused(DomainError):
    """A rule that every directive must satisfy, in whatever state."""

    refusal = Refusal.NEVER_RIGHT


class SecrecyNotAllowed(DraftRefused):
    """Secret documents never enter (rulebook 1.1 rule 8, 1.13)."""

    code = "secrecy-not-allowed"


class IssueDateInFuture(DraftRefused):
    code = "issue-date-in-future"


class NoInstructions(DraftRefused):
    code = "no-instructions"


class NoLead(DraftRefused):
    """One task, one lead agency (rulebook 1.1 rule 1)."""

    code = "no-lead"


class TwoLeads(DraftRefused):
    """One task, one lead agency (rulebook 1.1 rule 1)."""

    code = "two-leads"


class AgencyTwice(DraftRefused):
    """An agency leads or coordinates, once."""

    code = "agency-twice"


class UnknownAgency(DraftRefused):
    """Not in the directory, or not living on the day."""

    code = "unknown-agency"


class UnknownGroup(DraftRefused):
    code = "unknown-group"


class UnknownField(DraftRefused):
    """Work is found and counted by the fields that all services know."""

    code = "unknown-field"


class LeadWithoutAccount(DraftRefused):
    """Nobody of it receives and reports here (a Party committee, a central body), and nobody in its place (rulebook 1.14)."""

    code = "lead-without-account"


class ReportingAgencyWithoutAccount(DraftRefused):
    """Whoever reports in place of another has somebody who does (rulebook 1.14)."""

    code = "reporting-agency-without-account"


class ReportingAgencyNotNeeded(DraftRefused):
    """The lead reports itself, as each agency of a group does."""

    code = "reporting-agency-not-needed"


class TextTooLong(DraftRefused):
    """What follows from it would not fit into an event."""

    code = "text-too-long"


class TooManyAgencies(DraftRefused):
    """One instruction names or, by a group, is given to more agencies than an event can tell."""

    code = "too-many-agencies"


class GroupTooSmall(DraftRefused):
    """A group that is composed has two agencies at least; one alone is a lead (rulebook 1.1 rule 1)."""

    code = "group-too-small"


class AgencyOfAnotherProvince(DraftRefused):
    """A group is of the issuer's province, composed ones too."""

    code = "agency-of-another-province"


class MemberWithoutAccount(DraftRefused):
    """Nobody of it receives and reports here, and within a group nobody does so in its place (rulebook 1.14)."""

    code = "member-without-account"


class LeftOutOfNoGroup(DraftRefused):
    """Only of a group whose agencies the directory knows somebody can be left out."""

    code = "left-out-of-no-group"


class LeftOutIsNoMember(DraftRefused):
    """What is not in the group on the day cannot be left out of it: the number that was seen would not be right."""

    code = "left-out-is-no-member"


class EmptyGroup(DraftRefused):
    """A group without a living agency would assign the work to nobody."""

    code = "empty-group"


class DueMissing(DraftRefused):
    code = "due-missing"


class DueWithoutDeadline(DraftRefused):
    """A task without deadline has no due date (rulebook 1.1 rule 4)."""

    code = "due-without-deadline"


class DueBeforeIssue(DraftRefused):
    code = "due-before-issue"


class NoDeadlineReasonMissing(DraftRefused):
    """Whoever asks for a product without a date says why (rulebook 1.7)."""

    code = "no-deadline-reason-missing"


class DocumentRegisteredAlready(DomainError):
    """Of one issuer, number, notation and year there is one document, unless a reason says why this is another (rulebook 1.14).

    `first` tells which it is.
    """

    code = "document-registered-already"
    field = "number"


@dataclass(frozen=True)
class AgenciesOfDay:
    """What the directory knows on the day: which of the named agencies `live`, which of them can receive and report (`answering`).

    `of_groups` are the living agencies that a group may mean; `office` is the Office of the province, where it can report; `of_province`
    are the named agencies that live in it.
    """

    living: Collection[UUID]
    answering: Collection[UUID]
    of_groups: Sequence[LivingAgency]
    office: UUID | None = None
    of_province: Collection[UUID] = ()


def with_reporting_agencies(draft: Draft, known: AgenciesOfDay) -> Draft:
    """Where nobody of the lead can report and no other agency is named for it, the Office reports in its place (rulebook 1.14)."""
    instructions = (
        replace(one, reporting_agency_id=known.office) if one.reporting_agency_id is None and _is_reported_for(one, known) else one
        for one in draft.instructions
    )
    return replace(draft, instructions=tuple(instructions))


def _is_reported_for(instruction: InstructionDraft, known: AgenciesOfDay) -> bool:
    lead = instruction.lead_agency_id
    return not instruction.is_for_a_group and lead in known.living and lead not in known.answering


def require_sound(draft: Draft, agencies: AgenciesOfDay, *, today: date) -> None:
    """Raises the first broken rule, with all of them in `errors`."""
    broken = list(broken_rules(draft, agencies, today=today))
    if broken:
        first = broken[0]
        first.extra["errors"] = [{"field": rule.field, "code": rule.code} for rule in broken]
        raise first


def broken_rules(draft: Draft, agencies: AgenciesOfDay, *, today: date) -> Iterator[DraftRefused]:
    """Every broken rule with the field it speaks of, secrecy first: nothing else of a secret document is looked at."""
    if draft.secrecy != NORMAL_SECRECY:
        yield SecrecyNotAllowed(field="secrecy")
        return
    yield from _too_long({"number": bounds.NUMBER, "notation": bounds.NUMBER, "subject": bounds.SUBJECT}, draft)
    if draft.issue_date > today:
        yield IssueDateInFuture(field="issue_date")
    if not draft.instructions:
        yield NoInstructions(field="instructions")
    for index, instruction in enumerate(draft.instructions):
        place = f"instructions.{index}"
        if instruction.field is not None and instruction.field not in FIELDS:
            yield UnknownField(field=f"{place}.field")
        yield from _too_long({"content": bounds.CONTENT, "deadline_wording": bounds.WORDING}, instruction, f"{place}.")
        yield from _broken_in_deadline(instruction, draft.issue_date, place)
        yield from _broken_in_assignments(instruction, agencies, place)
        yield from _broken_in_reporting(instruction, agencies, place)


def _too_long(texts: Mapping[str, bounds.Bound], said: Draft | InstructionDraft | ComposedGroup, place: str = "") -> Iterator[DraftRefused]:
    for name, bound in texts.items():
        if not bound.holds(getattr(said, name)):
            yield TextTooLong(field=f"{place}{name}")


def _broken_in_deadline(instruction: InstructionDraft, issue_date: date, place: str) -> Iterator[DraftRefused]:
    if instruction.deadline_class is DeadlineClass.DATED:
        if instruction.due is None:
            yield DueMissing(field=f"{place}.due")
        elif instruction.due < issue_date:
            yield DueBeforeIssue(field=f"{place}.due")
    elif instruction.due is not None:
        yield DueWithoutDeadline(field=f"{place}.due")
    elif instruction.deliverable is not None and not instruction.no_deadline_reason:
        yield NoDeadlineReasonMissing(field=f"{place}.no_deadline_reason")


def _broken_in_assignments(instruction: InstructionDraft, known: AgenciesOfDay, place: str) -> Iterator[DraftRefused]:
    if len(instruction.assignments) > bounds.MOST_NAMED_AGENCIES:
        yield TooManyAgencies(field=f"{place}.assignments")
    leads = [assignment for assignment in instruction.assignments if assignment.role is AssignmentRole.LEAD]
    if len(leads) + (instruction.lead_group is not None) + (instruction.composed_group is not None) > 1:
        yield TwoLeads(field=f"{place}.assignments")
    if not leads and not instruction.is_for_a_group:
        yield NoLead(field=f"{place}.assignments")
    yield from _broken_in_group(instruction, known, place)
    if instruction.composed_group is not None:
        yield from _broken_in_composed_group(instruction.composed_group, known, f"{place}.composed_group")
    agencies = [assignment.agency_id for assignment in instruction.assignments]
    composed = instruction.composed_group.agency_ids if instruction.composed_group is not None else ()
    for index, agency in enumerate(agencies):
        if agency not in known.living:
            yield UnknownAgency(field=f"{place}.assignments.{index}.agency_id")
        elif agency in agencies[:index] or agency in composed:
            yield AgencyTwice(field=f"{place}.assignments.{index}.agency_id")
        elif instruction.assignments[index].role is AssignmentRole.LEAD and _has_nobody_to_report(instruction, known):
            yield LeadWithoutAccount(field=f"{place}.assignments.{index}.agency_id")


def _broken_in_group(instruction: InstructionDraft, known: AgenciesOfDay, place: str) -> Iterator[DraftRefused]:
    """A group that the directory knows, and who is left out of it."""
    left_out = instruction.left_out
    if instruction.lead_group is None:
        if left_out:
            yield LeftOutOfNoGroup(field=f"{place}.left_out_agency_ids")
        return
    kinds = AGENCY_GROUPS.get(instruction.lead_group)
    if kinds is None:
        yield UnknownGroup(field=f"{place}.lead_group")
        return
    members = {agency.id for agency in known.of_groups if agency.kind in kinds}
    if len(members) > bounds.MOST_IN_A_GROUP:
        yield TooManyAgencies(field=f"{place}.lead_group")
    elif members <= set(left_out):
        yield EmptyGroup(field=f"{place}.lead_group")
    for index, agency in enumerate(left_out):
        if agency in left_out[:index]:
            yield AgencyTwice(field=f"{place}.left_out_agency_ids.{index}")
        elif agency not in members:
            yield LeftOutIsNoMember(field=f"{place}.left_out_agency_ids.{index}")


def _broken_in_composed_group(group: ComposedGroup, known: AgenciesOfDay, place: str) -> Iterator[DraftRefused]:
    """Each of it leads its own part, so each must satisfy what a lead must."""
    yield from _too_long({"name": bounds.GROUP_NAME}, group, f"{place}.")
    if len(group.agency_ids) < LEAST_IN_A_COMPOSED_GROUP:
        yield GroupTooSmall(field=f"{place}.agency_ids")
    elif len(group.agency_ids) > bounds.MOST_IN_A_GROUP:
        yield TooManyAgencies(field=f"{place}.agency_ids")
    for index, agency in enumerate(group.agency_ids):
        field = f"{place}.agency_ids.{index}"
        if agency not in known.living:
            yield UnknownAgency(field=field)
        elif agency in group.agency_ids[:index]:
            yield AgencyTwice(field=field)
        elif agency not in known.of_province:
            yield AgencyOfAnotherProvince(field=field)
        elif agency not in known.answering:
            yield MemberWithoutAccount(field=field)


def _has_nobody_to_report(instruction: InstructionDraft, known: AgenciesOfDay) -> bool:
    return instruction.reporting_agency_id is None and _is_reported_for(instruction, known)


def _broken_in_reporting(instruction: InstructionDraft, known: AgenciesOfDay, place: str) -> Iterator[DraftRefused]:
    reporting, field = instruction.reporting_agency_id, f"{place}.reporting_agency_id"
    if reporting is None:
        return
    if reporting not in known.living:
        yield UnknownAgency(field=field)
    elif instruction.is_for_a_group or instruction.lead_agency_id in known.answering:
        yield ReportingAgencyNotNeeded(field=field)
    elif reporting not in known.answering:
        yield ReportingAgencyWithoutAccount(field=field)
