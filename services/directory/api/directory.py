"""Agencies, people and memberships over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import StringConstraints

from libs.common.service import Service
from libs.common.web.auth import SignedIn, SignedInPerson
from libs.common.web.changing import Changing, accepts, tell_outcome
from libs.common.web.pagination import TEXT, CursorParameter, Limit, Page, decode_cursor, encode_cursor
from libs.common.web.problems import Problem
from libs.contracts.agency_groups import AGENCY_GROUPS
from services.directory.api.schemas import (
    AgencyGroupOut,
    AgencyOut,
    EndedMembershipOut,
    MeOut,
    NamedPersonOut,
    PeopleOut,
    RecognisedNameOut,
)
from services.directory.api.titles import GROUP_NAMES
from services.directory.outgoing import to_contract
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.queries.agencies import group_counts, one_agency, search_agencies
from services.directory.queries.named_agencies import MOST_NAMES, TooManyNames, named_agencies
from services.directory.queries.people import me, named_people
from services.directory.use_cases.end_membership import EndMembership, end_membership

router = APIRouter(tags=["directory"])

MOST_PEOPLE = 200
Line = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=TEXT)]
Lines = Annotated[
    list[Line],
    Query(
        min_length=1, max_length=MOST_NAMES, description="Lines of a list, each a name or several with commas; at most 100 names in all."
    ),
]


async def service_here(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Here = Annotated[Service, Depends(service_here)]


@router.get("/me")
async def who_am_i(service: Here, person: SignedInPerson) -> MeOut:
    """The person signed in, and the memberships he may act in today."""
    async with service.database.read() as connection:
        return MeOut.of(await me(connection, person.id, person.roles, day=service.clock.today()))


@router.get("/agencies")
async def agencies(
    service: Here,
    actor: SignedIn,
    q: Annotated[str | None, Query(max_length=200, pattern=TEXT, description="Any name, with or without diacritics.")] = None,
    kind: Annotated[str | None, Query(max_length=50, pattern=TEXT)] = None,
    group: str | None = None,
    living: Annotated[bool, Query(description="Only those that live today; false: all there ever were.")] = True,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[AgencyOut]:
    if group is not None and group not in AGENCY_GROUPS:
        raise Problem(422, "invalid-parameters", errors=[{"field": "group", "code": "unknown-group"}])
    kinds = (kind,) if kind else AGENCY_GROUPS[group] if group else None
    keys = decode_cursor(cursor, int, int, str, UUID)
    after = (keys[0], keys[1], keys[2], keys[3]) if keys else None
    async with service.database.read() as connection:
        found = await search_agencies(
            connection,
            q=q,
            kinds=kinds,
            living=living,
            within=actor.agency_id,
            day=service.clock.today(),
            after=after,
            limit=limit + 1,
        )
    page = found.items[:limit]
    more = len(found.items) > limit
    return Page(
        items=[AgencyOut.of(one) for one in page],
        next_cursor=encode_cursor(page[-1].place, page[-1].rank, page[-1].sort_key, page[-1].id) if more else None,
        total=found.total,
    )


@router.get("/agencies/{agency_id}")
async def agency(agency_id: UUID, service: Here, actor: SignedIn) -> AgencyOut:
    async with service.database.read() as connection:
        return AgencyOut.of(await one_agency(connection, agency_id, service.clock.today()))


@router.get("/agency-groups")
async def groups(service: Here, actor: SignedIn) -> list[AgencyGroupOut]:
    """Groups that an instruction may name as its lead, with the number of their agencies today."""
    async with service.database.read() as connection:
        counts = await group_counts(connection, within=actor.agency_id, day=service.clock.today())
    return [AgencyGroupOut(key=key, name=GROUP_NAMES[key], count=count) for key, count in counts.items() if count]


@router.get("/named-agencies")
async def named(service: Here, actor: SignedIn, lines: Lines) -> list[RecognisedNameOut]:
    """Which agencies of one's own province a pasted list means, name by name; what is not clear is said so, and not guessed."""
    try:
        async with service.database.read() as connection:
            found = await named_agencies(connection, lines, within=actor.agency_id, day=service.clock.today())
    except TooManyNames:
        raise Problem(422, "invalid-parameters", errors=[{"field": "lines", "code": "too-many-names"}]) from None
    return [RecognisedNameOut.model_validate(one) for one in found]


@router.get("/people")
async def people(
    service: Here, actor: SignedIn, ids: Annotated[str, Query(description="Ids of people, with commas.", max_length=8_000)]
) -> PeopleOut:
    """Names for ids; unknown ids are left out."""
    try:
        asked = [UUID(one) for one in ids.split(",") if one][:MOST_PEOPLE]
    except ValueError:
        raise Problem(422, "invalid-parameters", errors=[{"field": "ids", "code": "no-id"}]) from None
    async with service.database.read() as connection:
        found = await named_people(connection, asked)
    return PeopleOut(items=[NamedPersonOut.model_validate(one) for one in found])


@router.post("/memberships/{membership_id}/end", openapi_extra=accepts(EndMembership))
async def end(membership_id: UUID, change: Changing, service: Here, response: Response) -> EndedMembershipOut:
    uow = DirectoryUnitOfWork(
        service.database, to_contract, actor=change.actor, cause=change.cause, hints=service.hints, lists=service.lists
    )
    membership = await end_membership(membership_id, change, uow, now=service.clock.now())
    tell_outcome(response, change, membership)
    return EndedMembershipOut.of(membership)
