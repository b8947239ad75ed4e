"""Văn bản: the list of documents, one document with its tasks, and its release."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers.directives import DIRECTIVE, DIRECTIVES, RELEASE_SUMMARY_OF_DIRECTIVE, DirectiveOut, ReleaseSummaryOut
from portal.answers.directory import AGENCY_GROUPS, AgencyGroupOut
from portal.answers.reporting import LATE_RELEASES, LateReleaseOut
from portal.answers.tasks import TASKS
from portal.frame import may_register
from portal.refusals import RefusalWords, problem_of
from portal.screens.held import settle
from portal.screens.lists import filter_query
from portal.services import Refused, ServiceAway
from portal.web import Sent, SentForm, Visit, Visitor, go, together

router = APIRouter()

PAGE = 50
STATES = ("DRAFT", "AWAITING_RELEASE", "RELEASED")
MOST_TASKS = 200
# Of the services (projections/directives.py): what has not become a task by then will not by itself.
LATE_AFTER = timedelta(minutes=1)


@router.get("/directives")
async def directives(visitor: Visit, state: str = "", q: str = "", cursor: str = "") -> Response:
    state = state if state in STATES else ""
    page, late = await together(visitor.get(DIRECTIVES, state=state, q=q, cursor=cursor, limit=PAGE), _late_releases(visitor))
    following = filter_query(state=state, q=q, cursor=page["next_cursor"])
    return await visitor.page(
        "directives.html",
        late=late,
        items=page["items"],
        total=page["total"],
        state=state,
        states=STATES,
        q=q,
        next_url=f"/directives?{following}" if page["next_cursor"] else "",
        list_url=f"/directives?{filter_query(state=state, q=q, cursor=cursor, part='list')}",
    )


async def _late_releases(visitor: Visitor) -> list[LateReleaseOut]:
    """For the Office, which can do something about it."""
    if not may_register(visitor.session.membership):
        return []
    try:
        return await visitor.get(LATE_RELEASES)
    except ServiceAway:
        return []


@router.get("/directives/{directive_id}")
async def directive(visitor: Visit, directive_id: str) -> Response:
    return await directive_page(visitor, directive_id)


@router.post("/directives/{directive_id}/submit-for-release")
async def submit_for_release(visitor: Visit, directive_id: str, sent: SentForm) -> Response:
    return await _act(visitor, directive_id, "submit-for-release", sent)


@router.post("/directives/{directive_id}/release")
async def release(visitor: Visit, directive_id: str, sent: SentForm) -> Response:
    return await _act(visitor, directive_id, "release", sent)


@router.post("/directives/{directive_id}/recall")
async def recall(visitor: Visit, directive_id: str, sent: SentForm) -> Response:
    return await _settle(visitor, directive_id, sent, "recall")


@router.post("/directives/{directive_id}/now")
async def now(visitor: Visit, directive_id: str, sent: SentForm) -> Response:
    return await _settle(visitor, directive_id, sent, "now")


async def _settle(visitor: Visitor, directive_id: str, sent: Sent, act: str) -> Response:
    """Of a release that waits for its effect."""
    problem = await settle(visitor, "directives", DIRECTIVE.at((directive_id,)), sent, act)
    if problem is not None:
        return await directive_page(visitor, directive_id, status=409, problem=problem)
    path = DIRECTIVE.at((directive_id,))
    return go(f"{path}?recalled=1" if act == "recall" else path)


async def _act(visitor: Visitor, directive_id: str, act: str, sent: Sent) -> Response:
    try:
        await visitor.change("directives", f"/directives/{directive_id}/{act}", {}, sent.change)
    except Refused as refused:
        if refused.status == 404:
            raise
        return await directive_page(visitor, directive_id, status=refused.status, problem=problem_of(refused, visitor.messages))
    return go(f"/directives/{directive_id}")


def _missing(visitor: Visitor, found: DirectiveOut, tasks: Container[str]) -> int:
    """How many released instructions should have become tasks, and have not; told to those who see every task."""
    if found["released_at"] is None or not found["available_actions"]:
        return 0
    is_late = visitor.portal.settings.clock.now() - datetime.fromisoformat(found["released_at"]) > LATE_AFTER
    return sum(one["id"] not in tasks for one in found["instructions"]) if is_late else 0


async def _summary(visitor: Visitor, found: DirectiveOut) -> ReleaseSummaryOut | None:
    """What a release would do, for those who have a part in it, until it has been pressed."""
    if found["state"] == "RELEASED" or found["held"] is not None or not found["available_actions"]:
        return None
    try:
        return await visitor.get(RELEASE_SUMMARY_OF_DIRECTIVE, found["id"])
    except Refused as refused:
        # Somebody else was quicker.
        if refused.code != "already-released":
            raise
        return None


@dataclass(frozen=True)
class GivenToGroup:
    """One instruction to a group: to how many of it, and how many are left out."""

    ordinal: int
    name: str
    given: int
    left_out: int


def _given_to_groups(
    found: DirectiveOut, summary: ReleaseSummaryOut | None, groups: Mapping[str, AgencyGroupOut]
) -> Iterator[GivenToGroup]:
    """What the summary says of each group, by its name."""
    if summary is None:
        return
    for one in found["instructions"]:
        composed, group = one["composed_group"], one["lead_group"]
        if composed is not None or group is not None:
            known = groups.get(group or "")
            name = composed["name"] if composed is not None else known["name"] if known is not None else str(group)
            given = sum(one["ordinal"] in agency["leads"] for agency in summary["agencies"])
            yield GivenToGroup(one["ordinal"], name, given, len(one["left_out_agency_ids"]))


async def directive_page(visitor: Visitor, directive_id: str, *, status: int = 200, problem: RefusalWords | None = None) -> Response:
    found, tasks, groups = await together(
        visitor.get(DIRECTIVE, directive_id),
        visitor.get(TASKS, scope="oversight", level="instruction", directive_id=directive_id, limit=MOST_TASKS),
        visitor.get(AGENCY_GROUPS),
    )
    summary = await _summary(visitor, found)
    fields = await visitor.portal.vocabulary.known(visitor)
    by_key = {one["key"]: one for one in groups}
    views = {view.id: view for view in await visitor.task_views(tasks["items"])}
    return await visitor.page(
        "directive.html",
        status=status,
        d=found,
        tasks=views,
        missing=_missing(visitor, found, views),
        summary=summary,
        names=await visitor.portal.agencies.known(visitor),
        fields=fields,
        groups=by_key,
        given_to_groups={one.ordinal: one for one in _given_to_groups(found, summary, by_key)},
        actions={one["action"]: one for one in found["available_actions"]},
        problem=problem,
        recalled="recalled" in visitor.request.query_params and found["held"] is None and found["state"] != "RELEASED",
        page_url=f"/directives/{directive_id}?part=tasks",
    )
