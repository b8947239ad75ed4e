"""Agencies, people and memberships over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import StringConstraints

from libs.common.calendar_day import CalendarDay, calendar_day
from libs.common.change import Change
from libs.common.domain import Forbidden
from libs.common.service import Service
from libs.common.web.auth import SignedIn, SignedInPerson
from libs.common.web.changing import Changing, accepts, tell_outcome
from libs.common.web.pagination import TEXT, CursorParameter, Limit, Page, decode_cursor, encode_cursor
from libs.common.web.problems import Problem
from libs.contracts.agency_groups import AGENCY_GROUPS
from services.directory.api.schemas import (
    AgencyGroupOut,
    AgencyInTreeOut,
    AgencyOut,
    AgencyRecordOut,
    AgencyTreeOut,
    ChangedAgencyOut,
    EndedAgencyOut,
    MemberOut,
    MeOut,
    NamedPersonOut,
    PeopleOut,
    RecognisedNameOut,
)
from services.directory.api.step_up import AddingAgency
from services.directory.api.titles import GROUP_NAMES
from services.directory.domain.agency import ADDABLE
from services.directory.domain.permissions import may_change_agencies, sees_people_of
from services.directory.outgoing import to_contract
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.queries.agencies import group_counts, search_agencies
from services.directory.queries.agency_record import agency_record
from services.directory.queries.agency_tree import agency_tree, ended_agencies
from services.directory.queries.members import members_of
from services.directory.queries.named_agencies import MOST_NAMES, TooManyNames, named_agencies
from services.directory.queries.people import me, named_people
from services.directory.use_cases.add_agency import AddAgency, add_agency
from services.directory.use_cases.add_alias import AddAlias, add_alias
from services.directory.use_cases.drop_alias import DropAlias, drop_alias

router = APIRouter(tags=["directory"])

MOST_PEOPLE = 200
Day = Annotated[CalendarDay | None, Query(description="The day to look at; without it today.")]
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


def unit_of_work(service: Service, change: Change) -> DirectoryUnitOfWork:
    return DirectoryUnitOfWork(
        service.database, to_contract, actor=change.actor, cause=change.cause, hints=service.hints, lists=service.lists
    )


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
    living: Annotated[bool, Query(description="Only those that live on the day; false: all there ever were.")] = True,
    day: Day = None,
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
            day=day or service.clock.today(),
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


@router.post("/agencies", status_code=201, openapi_extra=accepts(AddAgency))
async def add(change: AddingAgency, service: Here, response: Response) -> ChangedAgencyOut:
    """An agency of which nobody knew until now, from today or a day to come."""
    added = await add_agency(change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, added)
    return ChangedAgencyOut.of(added)


@router.post("/agencies/{agency_id}/aliases", openapi_extra=accepts(AddAlias))
async def call(agency_id: UUID, change: Changing, service: Here, response: Response) -> ChangedAgencyOut:
    """Documents call it so, too."""
    called = await add_alias(agency_id, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, called)
    return ChangedAgencyOut.of(called)


@router.post("/agencies/{agency_id}/aliases/drop", openapi_extra=accepts(DropAlias))
async def call_no_longer(agency_id: UUID, change: Changing, service: Here, response: Response) -> ChangedAgencyOut:
    """Documents do not call it so, or mean another by it."""
    called = await drop_alias(agency_id, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, called)
    return ChangedAgencyOut.of(called)


@router.get("/agency-tree")
async def tree(service: Here, actor: SignedIn, day: Day = None) -> AgencyTreeOut:
    """All agencies as they stood on the day."""
    asked = day or service.clock.today()
    async with service.database.read() as connection:
        found = await agency_tree(connection, within=actor.agency_id, day=asked)
    return AgencyTreeOut(
        day=asked,
        items=[AgencyInTreeOut.model_validate(one) for one in found.items],
        ended=found.ended,
        may_add=list(ADDABLE) if may_change_agencies(actor) else [],
    )


@router.get("/ended-agencies")
async def ended(service: Here, actor: SignedIn, day: Day = None, cursor: CursorParameter = None, limit: Limit = 50) -> Page[EndedAgencyOut]:
    """Those that had ended before the day, the last to end first."""
    keys = decode_cursor(cursor, calendar_day, str, UUID)
    after = (keys[0], keys[1], keys[2]) if keys else None
    async with service.database.read() as connection:
        found, total = await ended_agencies(connection, day=day or service.clock.today(), after=after, limit=limit + 1)
    page, more = found[:limit], found[limit:]
    return Page(
        items=[EndedAgencyOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(page[-1].valid_to, page[-1].sort_key, page[-1].id) if more else None,
        total=total,
    )


@router.get("/agencies/{agency_id}")
async def agency(agency_id: UUID, service: Here, actor: SignedIn, response: Response) -> AgencyRecordOut:
    """All that is known of one, also when it has ended."""
    async with service.database.read() as connection:
        found = await agency_record(connection, agency_id, service.clock.today())
    response.headers["ETag"] = f'"{found.version}"'
    return AgencyRecordOut.of_record(found, may_see_people=sees_people_of(actor, agency_id), may_change=may_change_agencies(actor))


@router.get("/agencies/{agency_id}/people")
async def members(agency_id: UUID, service: Here, actor: SignedIn, cursor: CursorParameter = None, limit: Limit = 50) -> Page[MemberOut]:
    """Who acts in it as what today, its head first, and then who did. Not everybody may ask (domain/permissions.py)."""
    if not sees_people_of(actor, agency_id):
        raise Forbidden
    keys = decode_cursor(cursor, int, int, str, UUID)
    after = (keys[0], keys[1], keys[2], keys[3]) if keys else None
    async with service.database.read() as connection:
        found, total = await members_of(connection, agency_id, day=service.clock.today(), after=after, limit=limit + 1)
    page, more = found[:limit], found[limit:]
    last = page[-1] if more else None
    return Page(
        items=[MemberOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(last.ended, last.no_head, last.position, last.id) if last else None,
        total=total,
    )


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
