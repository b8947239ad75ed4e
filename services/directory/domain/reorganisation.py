"""Sắp xếp cơ quan: merge, split, carve-out, dissolution, renaming, as one act for a day to come (rulebook 1.11, 1.15).

Until its day nothing of it has happened and it may be taken back. On its day the agencies that end were those of the eve, and whoever takes
over begins.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.common.clock import vietnam_date
from libs.common.domain import Aggregate, DomainError, Refusal
from services.directory.domain import events
from services.directory.domain.agency import Agency, AgencyKind, agency_id

ONE_DAY = timedelta(days=1)


class ReorganisationKind(StrEnum):
    MERGE = "MERGE"
    """Sáp nhập, hợp nhất: one agency takes over from all, be it new or one that lives."""
    SPLIT = "SPLIT"
    """Chia: one ends, several take over."""
    CARVE_OUT = "CARVE_OUT"
    """Tách: new agencies come out of one, which lives on."""
    DISSOLVE = "DISSOLVE"
    """Giải thể: one ends; agencies that live take over, or none does."""
    RENAME = "RENAME"
    """Đổi tên: the same under another name, or as another kind. A new agency, so that past figures keep the name of their time."""


class ReorganisationStanding(StrEnum):
    PLANNED = "PLANNED"
    WITHDRAWN = "WITHDRAWN"
    IN_EFFECT = "IN_EFFECT"


@dataclass(frozen=True)
class Shape:
    """How many agencies a kind has, at least and at most: those it starts from, those it ends in, and new ones among the latter."""

    starting: tuple[int, int]
    taking_over: tuple[int, int]
    new: tuple[int, int]


ANY_NUMBER = 1_000_000
SHAPES: Mapping[ReorganisationKind, Shape] = {
    ReorganisationKind.MERGE: Shape((1, ANY_NUMBER), (1, 1), (0, 1)),
    ReorganisationKind.SPLIT: Shape((1, 1), (2, ANY_NUMBER), (0, ANY_NUMBER)),
    ReorganisationKind.CARVE_OUT: Shape((1, 1), (1, ANY_NUMBER), (1, ANY_NUMBER)),
    ReorganisationKind.DISSOLVE: Shape((1, 1), (0, ANY_NUMBER), (0, 0)),
    ReorganisationKind.RENAME: Shape((1, 1), (1, 1), (1, 1)),
}


class ReorganisationNotToCome(DomainError):
    """It is for a day to come, never for today or before: what was done under the old names stays so."""

    code = "reorganisation-not-to-come"
    refusal = Refusal.NEVER_RIGHT
    field = "effective_on"


class WrongNumberOfAgencies(DomainError):
    """Too few or too many for this kind; `least` and `most` say how many it has."""

    code = "reorganisation-wrong-number"
    refusal = Refusal.NEVER_RIGHT


class AgencyNamedTwice(DomainError):
    """The same agency, or the same name, stands twice on one side."""

    code = "reorganisation-named-twice"
    refusal = Refusal.NEVER_RIGHT


class SucceedsItself(DomainError):
    """Nobody takes over from himself."""

    code = "reorganisation-succeeds-itself"
    refusal = Refusal.NEVER_RIGHT
    field = "to_agency_ids"


class KindAbolished(DomainError):
    """Districts ended everywhere on 30 June 2025 (rulebook 4.7)."""

    code = "agency-kind-abolished"
    refusal = Refusal.NEVER_RIGHT


class AgencyNotLivingThen(DomainError):
    """It is not there, does not live on the eve, or is to end. `agency` names it, where it is there."""

    code = "reorganisation-agency-not-living"
    refusal = Refusal.NEVER_RIGHT


class AgencyInAnotherPlan(DomainError):
    """Another plan ends this agency, or this one ends an agency that another plan has. `agency` names it, `day` is that of the other."""

    code = "reorganisation-agency-in-another-plan"


class ReorganisationInEffect(DomainError):
    """Its day has come: it is history, and only another act changes what it made."""

    code = "reorganisation-in-effect"


class ReorganisationWithdrawn(DomainError):
    """It was taken back before."""

    code = "reorganisation-withdrawn"


@dataclass(frozen=True)
class NewAgency:
    """`key` is random, as of every agency that is no imported one; `identifier` its code after Decision 20/2020, if it has one."""

    key: str
    name: str
    short_name: str
    kind: AgencyKind
    scope: str
    parent_id: UUID | None
    identifier: str | None = None

    @property
    def id(self) -> UUID:
        return agency_id(self.key)


@dataclass(frozen=True)
class ReorganisationPlan:
    """`legal_basis` is the decision on which it rests. `new_agencies` take over beside those of `to_agency_ids`, which live already."""

    kind: ReorganisationKind
    from_agency_ids: tuple[UUID, ...]
    to_agency_ids: tuple[UUID, ...]
    new_agencies: tuple[NewAgency, ...]
    effective_on: date
    legal_basis: str

    @property
    def eve(self) -> date:
        """The last day of those that end."""
        return self.effective_on - ONE_DAY

    @property
    def ended_agency_ids(self) -> tuple[UUID, ...]:
        """Who is carved out of lives on."""
        return () if self.kind is ReorganisationKind.CARVE_OUT else self.from_agency_ids

    @property
    def successor_ids(self) -> tuple[UUID, ...]:
        """Who takes over from each that ends: of several that end there is never more than one."""
        return (*self.to_agency_ids, *(one.id for one in self.new_agencies))

    @property
    def sole_successor_id(self) -> UUID | None:
        """To whom work, people and subordinates go by themselves; where there are several or none, somebody has to choose."""
        return self.successor_ids[0] if len(self.successor_ids) == 1 else None

    @property
    def named_agency_ids(self) -> frozenset[UUID]:
        return frozenset((*self.from_agency_ids, *self.to_agency_ids))

    @property
    def is_one_to_one(self) -> bool:
        """Nobody but the name changes, so its head stays the head."""
        return self.kind is ReorganisationKind.RENAME


def require_sound(plan: ReorganisationPlan, *, today: date) -> None:
    """What can be said of a plan by itself. Raises ReorganisationNotToCome, WrongNumberOfAgencies, AgencyNamedTwice, SucceedsItself and
    KindAbolished."""
    if plan.effective_on <= today:
        raise ReorganisationNotToCome(today=today.isoformat())
    _require_shape(plan)
    for field, named in (
        ("from_agency_ids", [str(one) for one in plan.from_agency_ids]),
        ("to_agency_ids", [str(one) for one in plan.to_agency_ids]),
        ("new_agencies", [one.name.casefold() for one in plan.new_agencies]),
    ):
        if len(named) != len(set(named)):
            raise AgencyNamedTwice(field=field)
    if set(plan.from_agency_ids) & set(plan.to_agency_ids):
        raise SucceedsItself
    for place, one in enumerate(plan.new_agencies):
        if one.kind is AgencyKind.DISTRICT:
            raise KindAbolished(field=f"new_agencies.{place}.kind")


def _require_shape(plan: ReorganisationPlan) -> None:
    shape = SHAPES[plan.kind]
    # One that becomes one new is renamed, and says so.
    starting = (2, ANY_NUMBER) if plan.kind is ReorganisationKind.MERGE and plan.new_agencies else shape.starting
    for field, number, (least, most) in (
        ("from_agency_ids", len(plan.from_agency_ids), starting),
        ("new_agencies", len(plan.new_agencies), shape.new),
        ("to_agency_ids", len(plan.successor_ids), shape.taking_over),
    ):
        if not least <= number <= most:
            raise WrongNumberOfAgencies(field=field, least=least, most=None if most == ANY_NUMBER else most)


def require_living(plan: ReorganisationPlan, known: Mapping[UUID, Agency]) -> None:
    """Raises AgencyNotLivingThen: who is named lives on the eve and has no end, so that no agency ends twice."""
    for field, ids in (("from_agency_ids", plan.from_agency_ids), ("to_agency_ids", plan.to_agency_ids)):
        for one in ids:
            agency = known.get(one)
            if agency is None:
                raise AgencyNotLivingThen(field=field)
            if agency.details.valid_to is not None or not agency.details.lives_on(plan.eve):
                raise AgencyNotLivingThen(field=field, agency={"id": str(agency.id), "name": agency.details.name})


def require_apart(plan: ReorganisationPlan, others: Sequence[ReorganisationPlan], known: Mapping[UUID, Agency]) -> None:
    """Raises AgencyInAnotherPlan. Several plans may lead to one agency; one that ends in a plan is in no other before that day is over."""
    for other in others:
        shared = (set(plan.ended_agency_ids) & other.named_agency_ids) | (set(other.ended_agency_ids) & plan.named_agency_ids)
        if shared:
            agency = known[min(shared)]
            field = "from_agency_ids" if agency.id in plan.from_agency_ids else "to_agency_ids"
            raise AgencyInAnotherPlan(
                field=field, agency={"id": str(agency.id), "name": agency.details.name}, day=other.effective_on.isoformat()
            )


class Reorganisation(Aggregate):
    """`planned_by` is the name of an actor; `withdrawn_because` says why it was taken back."""

    def __init__(
        self,
        id: UUID,  # noqa: A002
        plan: ReorganisationPlan,
        *,
        standing: ReorganisationStanding = ReorganisationStanding.PLANNED,
        planned_by: str,
        planned_at: datetime,
        withdrawn_because: str | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(id, version)
        self.plan = plan
        self.standing = standing
        self.planned_by = planned_by
        self.planned_at = planned_at
        self.withdrawn_because = withdrawn_because

    @staticmethod
    def plan_for(id: UUID, plan: ReorganisationPlan, *, by: str, at: datetime) -> "Reorganisation":  # noqa: A002
        """Of a plan that was found to be right."""
        planned = Reorganisation(id, plan, planned_by=by, planned_at=at)
        planned.record(events.ReorganisationPlanned(reason=plan.legal_basis, occurred_at=at))
        return planned

    def withdraw(self, *, reason: str, at: datetime) -> None:
        """Thu hồi, until the end of the eve. Raises ReorganisationWithdrawn and ReorganisationInEffect."""
        if self.standing is ReorganisationStanding.WITHDRAWN:
            raise ReorganisationWithdrawn
        # From its day on it is as good as done, were the directory asleep when that began.
        if self.standing is ReorganisationStanding.IN_EFFECT or self.is_due(vietnam_date(at)):
            raise ReorganisationInEffect
        self.standing = ReorganisationStanding.WITHDRAWN
        self.withdrawn_because = reason
        self.record(events.ReorganisationTakenBack(reason=reason, occurred_at=at))

    def is_due(self, today: date) -> bool:
        """Its day has come and it has not taken effect yet."""
        return self.standing is ReorganisationStanding.PLANNED and self.plan.effective_on <= today

    def take_effect(self, *, at: datetime) -> None:
        self.standing = ReorganisationStanding.IN_EFFECT
        self.record(events.ReorganisationTookEffect(reason=self.plan.legal_basis, occurred_at=at))


def parent_afterwards(
    child: UUID, parent: UUID | None, plan: ReorganisationPlan, ended: Mapping[UUID, Agency], above_successor: Set[UUID]
) -> UUID | None:
    """Under whom an agency stands whose parent may have ended: under the one who took over, or, where that is not one or would stand
    under the child itself, under whoever stood above.

    `above_successor` are the one who took over and all above him.
    """
    while parent is not None and parent in ended:
        if plan.sole_successor_id is not None and child not in above_successor:
            return plan.sole_successor_id
        parent = ended[parent].details.parent_id
    return parent
