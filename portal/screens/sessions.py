"""Phiên đăng nhập của tôi: where one is signed in, and how one ends it there, from here."""

import asyncio
from uuid import UUID

import structlog
from fastapi import APIRouter
from starlette.responses import Response

from portal.formats import clock_time
from portal.oidc import SignInAway, SignInRefused
from portal.sign_in import signed_out_here
from portal.sign_outs import EndedSession
from portal.web import Person, PersonForm, Visitor, go

log = structlog.get_logger()

router = APIRouter()

MOST_SHOWN = 50
# What the page says of what was just done; `unsure`: the sign-in service has not said that it knows.
OUTCOMES = ("ended", "unsure")
ASKED_AT_ONCE = 4


@router.get("/sessions")
async def sessions(visitor: Person, done: str = "") -> Response:
    found, total = await visitor.portal.sessions.of_person(visitor.session.person_id, limit=MOST_SHOWN)
    offset = visitor.portal.settings.clock.offset
    return await visitor.page(
        "sessions.html",
        sessions=found,
        total=total,
        moment=lambda at: clock_time((at + offset).isoformat()),
        done=done if done in OUTCOMES else "",
    )


@router.post("/sessions/{session_id}/end")
async def end_one(visitor: Person, session_id: UUID, sent: PersonForm) -> Response:
    if session_id == visitor.session.id:
        return await signed_out_here(visitor)
    return await _ended(visitor, await visitor.portal.sign_outs.end(visitor.session.person_id, only=session_id))


@router.post("/sessions/end-others")
async def end_others(visitor: Person, sent: PersonForm) -> Response:
    return await _ended(visitor, await visitor.portal.sign_outs.end(visitor.session.person_id, but=visitor.session.id))


@router.post("/sessions/end-all")
async def end_all(visitor: Person, sent: PersonForm) -> Response:
    """Whatever becomes of the others, this browser is sent to the sign-in service to be signed out there as well."""
    await _tell(visitor, await visitor.portal.sign_outs.end(visitor.session.person_id, but=visitor.session.id))
    return await signed_out_here(visitor)


async def _ended(visitor: Visitor, ended: list[EndedSession]) -> Response:
    return go(f"/sessions?done={'ended' if await _tell(visitor, ended) else 'unsure'}")


async def _tell(visitor: Visitor, ended: list[EndedSession]) -> bool:
    """Whether the sign-in service knows of all: until then whoever sits there gets in again without a word."""
    some = asyncio.Semaphore(ASKED_AT_ONCE)

    async def tell(one: EndedSession) -> bool:
        async with some:
            try:
                await visitor.portal.sign_in.end(one.tokens)
            except SignInRefused as refused:
                # It has ended there as well, or its tokens have: nobody gets in by it.
                log.info("session-ended-before", reason=str(refused))
            except SignInAway as away:
                log.warning("session-not-ended-at-the-service", reason=str(away))
                return False
            return True

    return all(await asyncio.gather(*(tell(one) for one in ended)))
