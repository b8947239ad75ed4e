"""Người và quyền: who acts in an agency and as what, who did, who changed that; and the forms by which it changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.answers import directory
from portal.formats import full_day
from portal.forms.fields import Area, Choice, Day, Field, Own, Words
from portal.forms.form import Form
from portal.messages import Catalogue
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.screens.decisions import unknown
from portal.screens.lists import filter_query
from portal.services import Refused, ServiceAway
from portal.web import SentForm, Visit, Visitor, go, together

router = APIRouter()

PAGE = 50
CURRENT, ENDED, HISTORY = "current", "ended", "history"
YES = "yes"


def ticked(name: str, label: str) -> Own:
    """A box; ticked or not, it is sent."""
    return Own(name, label, reads=lambda typed: typed[name] == YES)


LEAVES_NOBODY = ticked("leaves_nobody", "people.leaves-nobody")
REASON = Area("reason", "people.reason", required=True, rows=2, placeholder="people.reason-example")
GIVEN: tuple[Field, ...] = (
    Words("position", "people.position", "span-3", required=True, placeholder="people.position-example"),
    Choice("role", "people.role", "span-3", words="role"),
    ticked("is_head", "people.is-head"),
    Day("valid_from", "people.valid-from", "span-3", required=True, missing="people.day-missing"),
    Day("valid_to", "people.valid-to", "span-3"),
    REASON,
)
PERSON: tuple[Field, ...] = (
    Words("name", "people.name", "span-3", required=True, placeholder="people.name-example"),
    Words("officer_code", "people.officer-code", "span-3", required=True, placeholder="people.officer-code-example"),
    *GIVEN,
)
CHANGE: tuple[Field, ...] = (*GIVEN, LEAVES_NOBODY)
END: tuple[Field, ...] = (Day("last_day", "people.last-day", "span-3"), REASON, LEAVES_NOBODY)


@dataclass(frozen=True)
class Act:
    """What is done with a membership: the fields of its form. `key` names its words."""

    key: str
    fields: tuple[Field, ...]


ACTS: Mapping[str, Act] = {act.key: act for act in (Act("change", CHANGE), Act("end", END), Act("another", GIVEN))}


@router.get("/agencies/{agency_id}/people")
async def people(visitor: Visit, agency_id: str, q: str = "", view: str = "", cursor: str = "") -> Response:
    agency, rights = await together(visitor.get(directory.AGENCY, agency_id), visitor.get(directory.PEOPLE_RIGHTS_OF_AGENCY, agency_id))
    if not agency["may_see_people"]:
        return await visitor.page("people.html", a=agency, rights=rights, view=CURRENT, q="")
    if view == HISTORY and rights["manages"]:
        return await _history(visitor, agency, rights, cursor)
    view, words = (ENDED if view == ENDED else CURRENT), q.strip()[:200]
    route = directory.ENDED_MEMBERSHIPS_OF_AGENCY if view == ENDED else directory.MEMBERSHIPS_OF_AGENCY
    found = await visitor.get(route, agency_id, q=words, cursor=cursor, limit=PAGE)
    return await visitor.page(
        "people.html",
        a=agency,
        rights=rights,
        view=view,
        q=words,
        found=found,
        next_url=_next(agency, view, found["next_cursor"], q=words),
        today_iso=visitor.today.isoformat(),
    )


async def _history(visitor: Visitor, agency: directory.AgencyRecordOut, rights: directory.PeopleRightsOut, cursor: str) -> Response:
    found = await visitor.get(directory.MEMBERSHIP_HISTORY_OF_AGENCY, agency["id"], cursor=cursor, limit=PAGE)
    acts = found["items"]
    actors = [one["actor_person_id"] for one in acts if one["actor_person_id"]]
    names, agencies = await together(visitor.portal.people.known(visitor, actors), visitor.portal.agencies.known(visitor))
    return await visitor.page(
        "people.html",
        a=agency,
        rights=rights,
        view=HISTORY,
        q="",
        acts=acts,
        actors=names,
        agencies=agencies,
        next_url=_next(agency, HISTORY, found["next_cursor"]),
    )


def _next(agency: directory.AgencyRecordOut, view: str, cursor: str | None, **more: str) -> str:
    if not cursor:
        return ""
    return f"/agencies/{agency['id']}/people?{filter_query(view='' if view == CURRENT else view, cursor=cursor, **more)}"


# somebody new


@router.get("/agencies/{agency_id}/people/new")
async def new_person(visitor: Visit, agency_id: str) -> Response:
    return await _person_page(visitor, agency_id, Form(PERSON, texts={"valid_from": full_day(visitor.today)}))


@router.post("/agencies/{agency_id}/people")
async def add_person(visitor: Visit, agency_id: str, sent: SentForm) -> Response:
    form = Form.of_sent(PERSON, sent)
    body = form.body(visitor.messages)
    if form.errors:
        return await _person_page(visitor, agency_id, form, status=422, problem=RefusalWords(visitor.messages("problem.invalid-body")))
    try:
        await visitor.change("directory", f"/agencies/{agency_id}/people", body, sent.change, of="agencies")
    except Refused as refused:
        return await _person_page(visitor, agency_id, form, status=refused.status, problem=_refused(form, refused, visitor.messages))
    except ServiceAway:
        return await _person_page(visitor, agency_id, form, status=503, problem=unknown(visitor.messages))
    return go(f"/agencies/{agency_id}/people")


async def _person_page(visitor: Visitor, agency_id: str, form: Form, *, status: int = 200, problem: RefusalWords | None = None) -> Response:
    agency, rights = await together(visitor.get(directory.AGENCY, agency_id), visitor.get(directory.PEOPLE_RIGHTS_OF_AGENCY, agency_id))
    return await _form_page(
        visitor, agency, rights, form, key="new", action=f"/agencies/{agency['id']}/people", status=status, problem=problem
    )


# what somebody has


@router.get("/memberships/{membership_id}/{act}")
async def membership(visitor: Visit, membership_id: str, act: str) -> Response:
    asked = _act(act)
    held = await visitor.get(directory.MEMBERSHIP, membership_id)
    return await _membership_page(visitor, held, asked, Form(asked.fields, texts=_begun(visitor, asked, held)))


@router.post("/memberships/{membership_id}/{act}")
async def change_membership(visitor: Visit, membership_id: str, act: str, sent: SentForm) -> Response:
    asked = _act(act)
    form = Form.of_sent(asked.fields, sent)
    body = form.body(visitor.messages)
    held = await visitor.get(directory.MEMBERSHIP, membership_id)
    if form.errors:
        problem = RefusalWords(visitor.messages("problem.invalid-body"))
        return await _membership_page(visitor, held, asked, form, status=422, problem=problem)
    path = f"/memberships/{held['id']}/{asked.key}"
    if asked.key == "another":
        path, body = f"/agencies/{held['agency_id']}/memberships", body | {"person_id": held["person_id"]}
    try:
        await visitor.change("directory", path, body, sent.change, of="agencies")
    except Refused as refused:
        problem = _refused(form, refused, visitor.messages)
        held = await visitor.get(directory.MEMBERSHIP, membership_id)
        return await _membership_page(visitor, held, asked, form, status=refused.status, problem=problem)
    except ServiceAway:
        return await _membership_page(visitor, held, asked, form, status=503, problem=unknown(visitor.messages))
    return go(f"/agencies/{held['agency_id']}/people")


def _act(name: str) -> Act:
    if name not in ACTS:
        raise HTTPException(404)
    return ACTS[name]


def _begun(visitor: Visitor, act: Act, held: directory.OneMembershipOut) -> dict[str, str]:
    """What a form begins with: whoever changes something sees what there is."""
    today = full_day(visitor.today)
    if act.key == "change":
        is_head = YES if held["is_head"] else ""
        until = full_day(held["valid_to"])
        return {"position": held["position"], "role": held["role"], "is_head": is_head, "valid_from": today, "valid_to": until}
    return {"valid_from": today} if act.key == "another" else {}


async def _membership_page(
    visitor: Visitor, held: directory.OneMembershipOut, act: Act, form: Form, *, status: int = 200, problem: RefusalWords | None = None
) -> Response:
    agency, rights = await together(
        visitor.get(directory.AGENCY, held["agency_id"]), visitor.get(directory.PEOPLE_RIGHTS_OF_AGENCY, held["agency_id"])
    )
    action = f"/memberships/{held['id']}/{act.key}"
    return await _form_page(visitor, agency, rights, form, key=act.key, action=action, held=held, status=status, problem=problem)


async def _form_page(
    visitor: Visitor,
    agency: directory.AgencyRecordOut,
    rights: directory.PeopleRightsOut,
    form: Form,
    *,
    key: str,
    action: str,
    held: directory.OneMembershipOut | None = None,
    status: int,
    problem: RefusalWords | None,
) -> Response:
    """`held` is what somebody has; a new person has nothing yet."""
    form.offered = {"role": [(role, visitor.messages.get(f"role.{role}", role)) for role in rights["may_give"]]}
    return await visitor.page(
        "person-form.html",
        status=status,
        a=agency,
        rights=rights,
        key=key,
        action=action,
        held=held,
        may=_may(visitor, rights, key, held),
        form=form,
        problem=problem,
        wrong=list(form.wrong(visitor.messages)),
    )


def _may(visitor: Visitor, rights: directory.PeopleRightsOut, key: str, held: directory.OneMembershipOut | None) -> bool:
    """Whether there is a form to be shown; what the service says of the membership and of what may be given decides."""
    if held is None:
        return bool(rights["may_give"])
    if key == "end":
        return held["may_change"]
    is_own = held["person_id"] == str(visitor.session.person_id)
    return bool(rights["may_give"]) and (held["may_change"] if key == "change" else not is_own)


def _refused(form: Form, refused: Refused, words: Catalogue) -> RefusalWords:
    """Puts what the service found wrong beside its fields. What is sent next is another text, so it goes under a new key."""
    if refused.status in (401, 404):
        raise refused
    form.key = ""
    for name, text in errors_of(refused, words).items():
        form.note(name, text)
    return problem_of(refused, words)
