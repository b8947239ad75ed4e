"""What a directive must satisfy before it is kept, each rule with its name (rulebook 1.1, 1.3, 1.7, 1.13)."""

from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID

from libs.common.domain import DomainError, Refusal
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


class NumberMissing(DraftRefused):
    """A notation or number alone does not identify a document; only both missing says that the notice is not numbered yet."""

    code = "number-missing"


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


def require_sound(draft: Draft, *, living: Collection[UUID], living_kinds: Collection[str], today: date) -> None:
    """Raises the first broken rule, with all of them in `errors`. `living` and `living_kinds` are agencies that live on `today`."""
    broken = list(broken_rules(draft, living=living, living_kinds=living_kinds, today=today))
    if broken:
        first = broken[0]
        first.extra["errors"] = [{"field": rule.field, "code": rule.code} for rule in broken]
        raise first


def broken_rules(draft: Draft, *, living: Collection[UUID], living_kinds: Collection[str], today: date) -> Iterator[DraftRefused]:
    """Every broken rule with the field it speaks of, secrecy first: nothing else of a secret document is looked at."""
    if draft.secrecy != NORMAL_SECRECY:
        yield SecrecyNotAllowed(field="secrecy")
        return
    if bool(draft.number) != bool(draft.notation):
        yield NumberMissing(field="notation" if draft.number else "number")
    if draft.issue_date > today:
        yield IssueDateInFuture(field="issue_date")
    if not draft.instructions:
        yield NoInstructions(field="instructions")
    for index, instruction in enumerate(draft.instructions):
        place = f"instructions.{index}"
        if instruction.field is not None and instruction.field not in FIELDS:
            yield UnknownField(field=f"{place}.field")
        yield from _broken_in_deadline(instruction, draft.issue_date, place)
        yield from _broken_in_assignments(instruction, living, living_kinds, place)


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


def _broken_in_assignments(
    instruction: InstructionDraft, living: Collection[UUID], living_kinds: Collection[str], place: str
) -> Iterator[DraftRefused]:
    leads = [assignment for assignment in instruction.assignments if assignment.role is AssignmentRole.LEAD]
    if len(leads) + (instruction.lead_group is not None) > 1:
        yield TwoLeads(field=f"{place}.assignments")
    if not leads and instruction.lead_group is None:
        yield NoLead(field=f"{place}.assignments")
    if instruction.lead_group is not None:
        kinds = AGENCY_GROUPS.get(instruction.lead_group)
        if kinds is None:
            yield UnknownGroup(field=f"{place}.lead_group")
        elif not set(kinds) & set(living_kinds):
            yield EmptyGroup(field=f"{place}.lead_group")
    agencies = [assignment.agency_id for assignment in instruction.assignments]
    for index, agency in enumerate(agencies):
        if agency not in living:
            yield UnknownAgency(field=f"{place}.assignments.{index}.agency_id")
        elif agency in agencies[:index]:
            yield AgencyTwice(field=f"{place}.assignments.{index}.agency_id")
