"""One agency: where it came from and what became of it, its names and codes, and its people for those who may see them."""

from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import directory
from portal.forms.fields import Choice, Field, Words
from portal.forms.form import Form
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.screens.agency_tree import standing_of
from portal.screens.decisions import unknown
from portal.screens.lists import filter_query
from portal.services import Refused, ServiceAway
from portal.web import Sent, SentForm, Visit, Visitor, go

router = APIRouter()

PEOPLE = 50
# One name more, and one less. Both stand on one page, so their fields are called otherwise than by the service.
MORE: tuple[Field, ...] = (
    Words("alias", "agency.one-more-name", required=True),
    Words("reason", "province.reason", required=True),
)
LESS: tuple[Field, ...] = (
    Choice("dropped", "agency.one-less-name"),
    Words("drop_reason", "province.reason", required=True),
)


@dataclass
class Naming:
    """Both forms as they are typed."""

    more: Form = field(default_factory=lambda: Form(MORE))
    less: Form = field(default_factory=lambda: Form(LESS))


@router.get("/agencies/{agency_id}")
async def agency(visitor: Visit, agency_id: str, cursor: str = "") -> Response:
    return await _page(visitor, agency_id, Naming(), cursor=cursor)


@router.post("/agencies/{agency_id}/aliases")
async def add_alias(visitor: Visit, agency_id: str, sent: SentForm) -> Response:
    form = Form.of_sent(MORE, sent)
    return await _change(visitor, agency_id, "aliases", form, Naming(more=form), sent)


@router.post("/agencies/{agency_id}/aliases/drop")
async def drop_alias(visitor: Visit, agency_id: str, sent: SentForm) -> Response:
    form = Form.of_sent(LESS, sent)
    return await _change(visitor, agency_id, "aliases/drop", form, Naming(less=form), sent)


async def _change(visitor: Visitor, agency_id: str, act: str, form: Form, naming: Naming, sent: Sent) -> Response:
    """The page again with what was typed, upon the version of now and under a new key, where it is refused."""
    alias, reason = (one.name for one in form.fields)
    body = {"alias": form[alias], "reason": form[reason]}
    try:
        await visitor.change("directory", f"/agencies/{agency_id}/{act}", body, sent.change, of="agencies")
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        form.key = ""
        called = {"alias": alias, "reason": reason}
        form.errors |= {called.get(name, name): text for name, text in errors_of(refused, visitor.messages).items()}
        return await _page(visitor, agency_id, naming, status=refused.status, problem=problem_of(refused, visitor.messages))
    except ServiceAway:
        return await _page(visitor, agency_id, naming, status=503, problem=unknown(visitor.messages))
    return go(f"/agencies/{agency_id}")


async def _page(
    visitor: Visitor, agency_id: str, naming: Naming, *, cursor: str = "", status: int = 200, problem: RefusalWords | None = None
) -> Response:
    found = await visitor.get(directory.AGENCY, agency_id)
    people = await visitor.get(directory.PEOPLE_OF_AGENCY, agency_id, cursor=cursor, limit=PEOPLE) if found["may_see_people"] else None
    following = filter_query(cursor=people["next_cursor"]) if people and people["next_cursor"] else ""
    aliases = [one["name"] for one in found["names"] if not one["is_former"]]
    naming.less.offered = {"dropped": [(name, name) for name in aliases]}
    return await visitor.page(
        "agency-record.html",
        status=status,
        a=found,
        standing=standing_of(found["valid_from"], found["valid_to"], visitor.today),
        people=people,
        next_url=f"/agencies/{found['id']}?{following}" if following else "",
        today_iso=visitor.today.isoformat(),
        naming=naming,
        problem=problem,
    )
