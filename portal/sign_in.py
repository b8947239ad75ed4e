"""Signing in and out, and choosing in which membership one acts."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from portal.answers import directory
from portal.devices import Device
from portal.frame import landing_of
from portal.oidc import LONGEST_REASON, AskedAgain, Proof, SignedIn, SignInAway, SignInRefused
from portal.services import Identity, Json
from portal.session import Membership, SessionEnded
from portal.web import Here, Person, PersonForm, Portal, Visitor, frameless_page, go

log = structlog.get_logger()

router = APIRouter()

NEEDED = "/sign-in/needed/"
ATTEMPT_SECONDS = 600
REMEMBERED_SECONDS = 365 * 24 * 3600
ATTEMPT = b"sign-in attempt"
# Over plain http browsers keep a Secure cookie for this machine only.
OWN_MACHINE = ("127.0.0.1", "localhost", "[::1]")


class AttemptLost(Exception):
    """What is brought back does not belong to a sign-in that this browser has begun. The reason is for the log only."""


@router.get("/sign-in")
async def sign_in(request: Request, portal: Here, return_to: str = "", failed: str = "") -> Response:
    return frameless_page(request, portal, "sign-in.html", return_to=return_to, failed=failed, cookies_refused=_cookies_refused(request))


@router.api_route(NEEDED + "{wanted:path}", methods=["GET", "POST"])
async def needed() -> Response:
    """Where the gateway leads whoever has no session: the answer is the one that the path he wanted would have given him."""
    raise SessionEnded


@router.get("/sign-in/start")
async def start(request: Request, portal: Here, return_to: str = "") -> Response:
    try:
        return await sent_to_the_service(portal, own_path(return_to))
    except (SignInRefused, SignInAway) as failure:
        return failed_attempt(failure)


async def sent_to_the_service(portal: Portal, return_to: str, *, again: AskedAgain | None = None) -> Response:
    """Off to the sign-in service. What comes back is checked against a sealed cookie of this browser.

    Raises SignInRefused or SignInAway.
    """
    attempt = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    answer = RedirectResponse(await portal.sign_in.authorization_url(**attempt, again=again), 303)
    asked = {"session_id": str(again.session_id), **asdict(again.proof)} if again is not None else None
    kept = json.dumps({**attempt, "return_to": return_to, "again": asked, "ends": time.time() + ATTEMPT_SECONDS})
    _set_cookie(answer, _attempt_cookie(portal), portal.box.seal(kept.encode(), ATTEMPT).hex(), ATTEMPT_SECONDS)
    return answer


@router.get("/sign-in/callback")
async def callback(
    request: Request,
    portal: Here,
    state: str = "",
    code: str = "",
    error: str = "",
    issuer: Annotated[str | None, Query(alias="iss")] = None,
) -> Response:
    try:
        attempt = _attempt_of(request, portal)
        if issuer != portal.settings.issuer:
            raise AttemptLost("wrong-issuer-of-answer")
        if not secrets.compare_digest(attempt["state"].encode(), state.encode()):
            raise AttemptLost("wrong-state")
    except AttemptLost as lost:
        return failed_attempt(lost)
    # A portal of before has asked nobody again.
    again = attempt.get("again")
    try:
        if error or not code:
            raise SignInRefused(error[:LONGEST_REASON] or "no-code")
        proof = Proof(again["acr"], again["max_age"]) if again else None
        signed_in = await portal.sign_in.redeem(code, verifier=attempt["verifier"], nonce=attempt["nonce"], proof=proof)
        if not again or not await _took(request, portal, signed_in, again["session_id"]):
            answer = await _begin(request, portal, signed_in, attempt["return_to"])
        else:
            answer = go(attempt["return_to"])
    except (SignInRefused, SignInAway) as failure:
        answer = failed_attempt(failure, attempt["return_to"] if again else "")
    # Whatever came of it, the attempt was made: nothing that is brought later belongs to it.
    _forget_cookie(answer, _attempt_cookie(portal))
    return answer


@router.get("/membership")
async def membership(visitor: Person, return_to: str = "") -> Response:
    """In which membership the person acts; asked again of the directory each time."""
    offered = memberships_of(await visitor.get(directory.ME))
    visitor.session = await visitor.portal.sessions.offer(visitor.session, offered)
    await visitor.portal.drafts.end_with_memberships(visitor.session.person_id, [one.id for one in offered])
    return frameless_page(
        visitor.request,
        visitor.portal,
        "membership.html",
        session=visitor.session,
        remembers=_remembered(visitor.request, visitor.portal, offered) is not None,
        return_to=own_path(return_to),
        form_token=visitor.form_token,
    )


@router.post("/membership")
async def choose(visitor: Person, sent: PersonForm) -> Response:
    chosen = next((one for one in visitor.session.memberships if str(one.id) == sent.text("membership_id")), None)
    if chosen is None:
        return go("/membership")
    await visitor.portal.sessions.act_as(visitor.session, chosen)
    visitor.portal.live.look_again(visitor.session.id)
    answer = go(own_path(sent.text("return_to")) or landing_of(chosen.role))
    if sent.text("remember"):
        _set_cookie(answer, _membership_cookie(visitor.portal), str(chosen.id), REMEMBERED_SECONDS)
    else:
        _forget_cookie(answer, _membership_cookie(visitor.portal))
    return answer


@router.post("/sign-out")
async def sign_out(visitor: Person, sent: PersonForm) -> Response:
    return await signed_out_here(visitor)


async def signed_out_here(visitor: Visitor) -> Response:
    """The session of this browser ends, here and at the sign-in service, to which the browser is sent for that."""
    await visitor.portal.sign_outs.end(visitor.session.person_id, only=visitor.session.id)
    answer = RedirectResponse(visitor.portal.sign_in.end_session_url(visitor.session.tokens), 303)
    _forget_cookie(answer, visitor.portal.settings.cookie_name)
    return answer


async def _took(request: Request, portal: Portal, signed_in: SignedIn, session_id: str) -> bool:
    """Whether the session goes on with what its person has just proved; False when it has ended meanwhile."""
    try:
        session = await portal.sessions.find(request.cookies.get(portal.settings.cookie_name))
    except SessionEnded:
        return False
    if str(session.id) != session_id or str(session.person_id) != signed_in.subject:
        raise SignInRefused("another-person")
    await portal.sessions.take(session, signed_in.tokens, provider_session=signed_in.session_id)
    return True


async def _begin(request: Request, portal: Portal, signed_in: SignedIn, return_to: str) -> Response:
    me = await portal.services.get(Identity(signed_in.tokens.access, None), "directory", "/me", {})
    if me["person"]["id"] != signed_in.subject:
        raise SignInRefused("another-person")
    offered = memberships_of(me)
    person_id = UUID(me["person"]["id"])
    acting_as = offered[0] if len(offered) == 1 else _remembered(request, portal, offered)
    cookie = await portal.sessions.begin(
        person_id,
        me["person"]["name"],
        offered,
        signed_in.tokens,
        acting_as=acting_as,
        provider_session=signed_in.session_id,
        device=Device.of(request.headers.get("User-Agent", "")),
    )
    await portal.drafts.end_with_memberships(person_id, [one.id for one in offered])
    answer = go((return_to or landing_of(acting_as.role)) if acting_as is not None else f"/membership?return_to={quote(return_to)}")
    # No Max-Age: the cookie ends with the browser, the session by its own clock.
    _set_cookie(answer, portal.settings.cookie_name, cookie, None)
    return answer


def _remembered(request: Request, portal: Portal, offered: Sequence[Membership]) -> Membership | None:
    """In which of them the person wants to act in this browser, as long as he holds it."""
    wanted = request.cookies.get(_membership_cookie(portal))
    return next((one for one in offered if str(one.id) == wanted), None)


def memberships_of(me: Json) -> list[Membership]:
    return [
        Membership(
            id=UUID(one["id"]),
            agency_id=UUID(one["agency"]["id"]),
            agency_name=one["agency"]["name"],
            agency_short_name=one["agency"]["short_name"],
            position=one["position"],
            role=one["role"],
        )
        for one in me["memberships"]
    ]


def own_path(return_to: str) -> str:
    """A path of this portal, or nothing: nobody is sent elsewhere by a link to us."""
    parts = urlsplit(return_to)
    is_ours = return_to.startswith("/") and not return_to.startswith(("//", "/\\")) and not parts.netloc and "\n" not in return_to
    return return_to if is_ours else ""


def _attempt_of(request: Request, portal: Portal) -> dict[str, Any]:
    try:
        kept = portal.box.open(bytes.fromhex(request.cookies.get(_attempt_cookie(portal), "")), ATTEMPT)
    except (InvalidTag, ValueError) as error:
        raise AttemptLost("no-attempt") from error
    attempt: dict[str, Any] = json.loads(kept)
    if float(attempt["ends"]) <= time.time():
        raise AttemptLost("attempt-too-old")
    return attempt


def _attempt_cookie(portal: Portal) -> str:
    return f"{portal.settings.cookie_name}-sign-in"


def _membership_cookie(portal: Portal) -> str:
    return f"{portal.settings.cookie_name}-membership"


def _set_cookie(answer: Response, name: str, value: str, seconds: int | None) -> None:
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def _forget_cookie(answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def failed_attempt(failure: AttemptLost | SignInRefused | SignInAway, at: str = "") -> Response:
    """What to do now is for the person, why it failed for the log. He reads it `at` an address that asks for something already."""
    why = "lost" if isinstance(failure, AttemptLost) else "refused" if isinstance(failure, SignInRefused) else "away"
    log.warning("sign-in-failed", failed=why, reason=str(failure))
    return go(f"{at}&failed={why}" if at else f"/sign-in?failed={why}")


def _cookies_refused(request: Request) -> bool:
    host = request.url.hostname or ""
    return request.url.scheme == "http" and host not in OWN_MACHINE and not host.endswith(".localhost")
