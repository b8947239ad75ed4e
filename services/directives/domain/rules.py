"""What a directive must satisfy before it is kept, each rule with its name (rulebook 1.1, 1.3, 1.7, 1.13)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.common.domain import DomainError, Refusal
from libs.contracts import bounds
from libs.contracts.agency_groups import AGENCY_GROUPS
from libs.contracts.fields import FIELDS
from services.directives.domain.draft import Draft, InstructionDraft
from services.directives.domain.vocabulary import NORMAL_SECRECY, AssignmentRole, DeadlineClass


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

    `kinds` has the kind of each living agency that a group may mean; `office` is the Office of the province, where it can report.
    """

    living: Collection[UUID]
    answering: Collection[UUID]
    kinds: Sequence[str]
    office: UUID | None = None


def with_reporting_agencies(draft: Draft, known: AgenciesOfDay) -> Draft:
    """Where nobody of the lead can report and no other agency is named for it, the Office reports in its place (rulebook 1.14)."""
    instructions = (
        replace(one, reporting_agency_id=known.office) if one.reporting_agency_id is None and _is_reported_for(one, known) else one
        for one in draft.instructions
    )
    return replace(draft, instructions=tuple(instructions))


def _is_reported_for(instruction: InstructionDraft, known: AgenciesOfDay) -> bool:
    lead = instruction.lead_agency_id
    return instruction.lead_group is None and lead in known.living and lead not in known.answering


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


def _too_long(texts: Mapping[str, bounds.Bound], said: Draft | InstructionDraft, place: str = "") -> Iterator[DraftRefused]:
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
    if len(leads) + (instruction.lead_group is not None) > 1:
        yield TwoLeads(field=f"{place}.assignments")
    if not leads and instruction.lead_group is None:
        yield NoLead(field=f"{place}.assignments")
    if instruction.lead_group is not None:
        kinds = AGENCY_GROUPS.get(instruction.lead_group)
        if kinds is None:
            yield UnknownGroup(field=f"{place}.lead_group")
        elif not (members := sum(kind in kinds for kind in known.kinds)):
            yield EmptyGroup(field=f"{place}.lead_group")
        elif members > bounds.MOST_IN_A_GROUP:
            yield TooManyAgencies(field=f"{place}.lead_group")
    agencies = [assignment.agency_id for assignment in instruction.assignments]
    for index, agency in enumerate(agencies):
        if agency not in known.living:
            yield UnknownAgency(field=f"{place}.assignments.{index}.agency_id")
        elif agency in agencies[:index]:
            yield AgencyTwice(field=f"{place}.assignments.{index}.agency_id")
        elif instruction.assignments[index].role is AssignmentRole.LEAD and _has_nobody_to_report(instruction, known):
            yield LeadWithoutAccount(field=f"{place}.assignments.{index}.agency_id")


def _has_nobody_to_report(instruction: InstructionDraft, known: AgenciesOfDay) -> bool:
    return instruction.reporting_agency_id is None and _is_reported_for(instruction, known)


def _broken_in_reporting(instruction: InstructionDraft, known: AgenciesOfDay, place: str) -> Iterator[DraftRefused]:
    reporting, field = instruction.reporting_agency_id, f"{place}.reporting_agency_id"
    if reporting is None:
        return
    if reporting not in known.living:
        yield UnknownAgency(field=field)
    elif instruction.lead_group is not None or instruction.lead_agency_id in known.answering:
        yield ReportingAgencyNotNeeded(field=field)
    elif reporting not in known.answering:
        yield ReportingAgencyWithoutAccount(field=field)
