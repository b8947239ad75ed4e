"""The people of an agency and those who manage them, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from libs.common.actor import Actor
from libs.common.calendar_day import calendar_day
from libs.common.domain import Forbidden, NotFound
from libs.common.web.auth import SignedIn
from libs.common.web.changing import accepts, tell_outcome
from libs.common.web.pagination import TEXT, CursorParameter, Limit, Page, decode_cursor, encode_cursor
from services.directory.api import people_titles as _titles  # noqa: F401 - registers the sentences of these refusals
from services.directory.api.directory import Here, unit_of_work
from services.directory.api.people_schemas import (
    GivenMembershipOut,
    HeldMembershipOut,
    MembershipActOut,
    OneMembershipOut,
    PeopleRightsOut,
)
from services.directory.api.schemas import EndedMembershipOut
from services.directory.api.step_up import ChangingMembership, EndingMembership, GivingMembership
from services.directory.domain.agency import AgencyKind
from services.directory.domain.managing_people import manages_people_of, names_heads, permit_to_manage, roles_to_give
from services.directory.domain.permissions import sees_people_of
from services.directory.persistence.repository import MembershipRepository
from services.directory.queries.agencies import one_agency
from services.directory.queries.membership_history import membership_history
from services.directory.queries.memberships import current_memberships, ended_memberships, one_membership
from services.directory.use_cases.add_person import AddPerson, add_person
from services.directory.use_cases.change_role import ChangeRole, change_role
from services.directory.use_cases.end_membership import EndMembership, end_membership
from services.directory.use_cases.give_membership import GiveMembership, give_membership
from services.directory.use_cases.giving import leaves_nobody

router = APIRouter(tags=["people"])

Words = Annotated[str | None, Query(max_length=200, pattern=TEXT, description="Words of a name, with or without diacritics.")]


@router.get("/agencies/{agency_id}/people-rights")
async def rights(agency_id: UUID, service: Here, actor: SignedIn) -> PeopleRightsOut:
    """What whoever asks may do there; nothing is given in an agency that has ended."""
    today = service.clock.today()
    async with service.database.read() as connection:
        agency = await one_agency(connection, agency_id, today)
    has_ended = agency.valid_to is not None and agency.valid_to < today
    return PeopleRightsOut(
        manages=manages_people_of(actor, agency_id),
        may_give=[] if has_ended else roles_to_give(actor, agency_id, AgencyKind(agency.kind)),
        may_name_head=names_heads(actor),
    )


@router.get("/agencies/{agency_id}/memberships")
async def current(
    agency_id: UUID, service: Here, actor: SignedIn, q: Words = None, cursor: CursorParameter = None, limit: Limit = 50
) -> Page[HeldMembershipOut]:
    """Who acts in it today or will, its head first and then by position."""
    _require_seen(actor, agency_id)
    keys = decode_cursor(cursor, int, str, UUID)
    after = (keys[0], keys[1], keys[2]) if keys else None
    today = service.clock.today()
    async with service.database.read() as connection:
        found, total = await current_memberships(connection, agency_id, q=q, day=today, after=after, limit=limit + 1)
    page, more = found[:limit], found[limit:]
    return Page(
        items=[HeldMembershipOut.of(one, actor, day=today) for one in page],
        next_cursor=encode_cursor(page[-1].no_head, page[-1].position, page[-1].id) if more else None,
        total=total,
    )


@router.get("/agencies/{agency_id}/ended-memberships")
async def ended(
    agency_id: UUID, service: Here, actor: SignedIn, q: Words = None, cursor: CursorParameter = None, limit: Limit = 50
) -> Page[HeldMembershipOut]:
    """Who acted in it, the last to leave first."""
    _require_seen(actor, agency_id)
    keys = decode_cursor(cursor, calendar_day, UUID)
    after = (keys[0], keys[1]) if keys else None
    today = service.clock.today()
    async with service.database.read() as connection:
        found, total = await ended_memberships(connection, agency_id, q=q, day=today, after=after, limit=limit + 1)
    page, more = found[:limit], found[limit:]
    return Page(
        items=[HeldMembershipOut.of(one, actor, day=today) for one in page],
        next_cursor=encode_cursor(page[-1].valid_to, page[-1].id) if more else None,
        total=total,
    )


@router.get("/agencies/{agency_id}/membership-history")
async def history(
    agency_id: UUID, service: Here, actor: SignedIn, cursor: CursorParameter = None, limit: Limit = 50
) -> Page[MembershipActOut]:
    """Who gave and ended what, when and why, the newest first: for those who manage the people there."""
    permit_to_manage(actor, agency_id)
    keys = decode_cursor(cursor, int)
    async with service.database.read() as connection:
        found = await membership_history(connection, agency_id, before=keys[0] if keys else None, limit=limit + 1)
    page, more = found[:limit], found[limit:]
    return Page(items=[MembershipActOut.of(one) for one in page], next_cursor=encode_cursor(page[-1].seq) if more else None, total=None)


@router.get("/memberships/{membership_id}")
async def membership(membership_id: UUID, service: Here, actor: SignedIn, response: Response) -> OneMembershipOut:
    """One of them; for whom may not see the people of its agency there is none."""
    today = service.clock.today()
    async with service.database.read() as connection:
        found = await one_membership(connection, membership_id)
        if not sees_people_of(actor, found.agency_id):
            raise NotFound
        told = HeldMembershipOut.of(found, actor, day=today)
        memberships = MembershipRepository(connection)
        is_last = told.may_change and await leaves_nobody(await memberships.look_at(membership_id), today, memberships)
    response.headers["ETag"] = f'"{found.version}"'
    return OneMembershipOut(**told.model_dump(), is_last_who_manages=is_last)


@router.post("/agencies/{agency_id}/people", status_code=201, openapi_extra=accepts(AddPerson))
async def add(agency_id: UUID, change: GivingMembership, service: Here, response: Response) -> GivenMembershipOut:
    """Somebody begins there: new to the directory, or coming from elsewhere and known by his officer code and his name."""
    given = await add_person(agency_id, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, given)
    return GivenMembershipOut.of(given)


@router.post("/agencies/{agency_id}/memberships", status_code=201, openapi_extra=accepts(GiveMembership))
async def give(agency_id: UUID, change: GivingMembership, service: Here, response: Response) -> GivenMembershipOut:
    """Somebody who acts or acted there gets a position beside those that he has, or again."""
    given = await give_membership(agency_id, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, given)
    return GivenMembershipOut.of(given)


@router.post("/memberships/{membership_id}/change", openapi_extra=accepts(ChangeRole))
async def change_it(membership_id: UUID, change: ChangingMembership, service: Here, response: Response) -> EndedMembershipOut:
    """From a day on its person does another thing there: it ends the day before, and another begins."""
    changed = await change_role(membership_id, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, changed)
    return EndedMembershipOut.of(changed)


@router.post("/memberships/{membership_id}/end", openapi_extra=accepts(EndMembership))
async def end(membership_id: UUID, change: EndingMembership, service: Here, response: Response) -> EndedMembershipOut:
    """At once, or after a last day."""
    over = await end_membership(membership_id, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, over)
    return EndedMembershipOut.of(over)


def _require_seen(actor: Actor, agency_id: UUID) -> None:
    """Raises Forbidden: an agency is no secret, its people are (domain/permissions.py)."""
    if not sees_people_of(actor, agency_id):
        raise Forbidden
