"""What a release will do, seen before it: who gets how much, until when, and what is worth a second look (rulebook 1.14)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.working_days import WorkingCalendar
from services.directives.domain.directive import Directive
from services.directives.domain.living_agency import LivingAgency
from services.directives.domain.vocabulary import DeadlineClass

Ordinals = tuple[int, ...]


@dataclass(frozen=True)
class ReleaseSummary:
    """Instructions are named by their ordinals; `leads`, `coordinates` and `reports` (in place of a lead) have them for every agency.

    `without_account` are agencies of which nobody can receive the work here, nor anybody in their place. None of it stops a release.
    """

    leads: Mapping[UUID, Ordinals]
    coordinates: Mapping[UUID, Ordinals]
    reports: Mapping[UUID, Ordinals]
    groups: int
    nearest_due: date | None
    undated: Ordinals
    due_on_day_off: Ordinals
    due_passed: Ordinals
    without_account: tuple[UUID, ...]

    @property
    def given(self) -> int:
        """Lượt giao: how often an agency is given something to lead."""
        return sum(len(ordinals) for ordinals in self.leads.values())


def summary_of(
    directive: Directive, living: Sequence[LivingAgency], answering: Collection[UUID], calendar: WorkingCalendar, *, today: date
) -> ReleaseSummary:
    """As it would be today: `living` are the agencies that its groups may mean, `answering` those that can receive and report."""
    leads: dict[UUID, list[int]] = defaultdict(list)
    coordinates: dict[UUID, list[int]] = defaultdict(list)
    reports: dict[UUID, list[int]] = defaultdict(list)
    receiving: list[UUID] = []
    for instruction in directive.instructions:
        leading = directive.leads_at_release(instruction, living)
        for agency in leading:
            leads[agency].append(instruction.ordinal)
        if (reporting := instruction.draft.reporting_agency_id) is not None:
            reports[reporting].append(instruction.ordinal)
        else:
            receiving.extend(leading)
        for agency in instruction.coordinating_agency_ids:
            if agency not in leading:
                coordinates[agency].append(instruction.ordinal)
    dated = {one.ordinal: one.draft.due for one in directive.instructions if one.draft.due is not None}
    return ReleaseSummary(
        leads={agency: tuple(ordinals) for agency, ordinals in leads.items()},
        coordinates={agency: tuple(ordinals) for agency, ordinals in coordinates.items()},
        reports={agency: tuple(ordinals) for agency, ordinals in reports.items()},
        groups=sum(one.draft.is_for_a_group for one in directive.instructions),
        nearest_due=min(dated.values(), default=None),
        undated=tuple(one.ordinal for one in directive.instructions if one.draft.deadline_class is not DeadlineClass.DATED),
        due_on_day_off=tuple(ordinal for ordinal, due in dated.items() if not calendar.is_working_day(due)),
        due_passed=tuple(ordinal for ordinal, due in dated.items() if due < today),
        without_account=tuple(agency for agency in dict.fromkeys([*receiving, *coordinates]) if agency not in answering),
    )
