"""What the API answers about reorganisations of agencies."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.directory.domain.agency import AgencyKind
from services.directory.domain.reorganisation import ReorganisationKind, ReorganisationStanding
from services.directory.queries.consequences import Consequences
from services.directory.queries.reorganisations import ToldReorganisation


class ReorganisedAgencyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    short_name: str


class ReorganisationOut(BaseModel):
    """`before` it starts from, `after` takes over; `ending` are those of `before` that end. `planned_by` is a person's name.

    `may_withdraw`: its day has not come.
    """

    id: UUID
    version: int
    kind: ReorganisationKind
    standing: ReorganisationStanding
    before: list[ReorganisedAgencyOut]
    after: list[ReorganisedAgencyOut]
    ending: list[UUID]
    effective_on: date
    legal_basis: str
    planned_by: str | None
    planned_at: datetime
    withdrawn_because: str | None
    may_withdraw: bool

    @staticmethod
    def of(told: ToldReorganisation, names: Mapping[str, str], today: date) -> "ReorganisationOut":
        one = told.reorganisation
        return ReorganisationOut(
            id=one.id,
            version=one.version,
            kind=one.plan.kind,
            standing=one.standing,
            before=[ReorganisedAgencyOut.model_validate(agency) for agency in told.before],
            after=[ReorganisedAgencyOut.model_validate(agency) for agency in told.after],
            ending=list(one.plan.ended_agency_ids),
            effective_on=one.plan.effective_on,
            legal_basis=one.plan.legal_basis,
            planned_by=names.get(one.planned_by),
            planned_at=one.planned_at,
            withdrawn_because=one.withdrawn_because,
            may_withdraw=one.standing is ReorganisationStanding.PLANNED and not one.is_due(today),
        )


class AgencyConcernedOut(BaseModel):
    """`people` act in it today, `heads` of them as its head; in one that is to begin nobody does."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    short_name: str
    kind: AgencyKind
    people: int
    heads: int
    is_new: bool


class ConsequencesOut(BaseModel):
    """What would follow as things stand now. `moves_by_itself`: work and people go to the only one that takes over.

    `people_moving` follow to it, of whom `heads_meeting` are no heads until one is appointed; `people_without_place` lose the place
    that they had. `subordinates` stood under one that ends.
    """

    model_config = ConfigDict(from_attributes=True)

    before: list[AgencyConcernedOut]
    after: list[AgencyConcernedOut]
    ending: list[UUID]
    subordinates: list[ReorganisedAgencyOut]
    moves_by_itself: bool
    people_moving: int
    heads_meeting: int
    people_without_place: int

    @staticmethod
    def of(consequences: Consequences) -> "ConsequencesOut":
        return ConsequencesOut.model_validate(consequences)


class ReorganisationWithConsequencesOut(ReorganisationOut):
    """`consequences` as they are counted now; null when it was withdrawn or is in effect."""

    consequences: ConsequencesOut | None


class ChangedReorganisationOut(BaseModel):
    id: UUID
    version: int
    standing: ReorganisationStanding
