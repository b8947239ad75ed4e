"""Signing in and out, and choosing in which membership one acts."""

import json
import secrets
import time
from typing import Annotated
from urllib.parse import quote, urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidTag
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from portal.answers import directory
from portal.frame import landing_of
from portal.oidc import SignedIn, SignInAway, SignInRefused
from portal.services import Identity, Json
from portal.session import Membership, SessionEnded
from portal.web import Here, Person, PersonForm, Portal, frameless_page, go

router = APIRouter()

NEEDED = "/sign-in/needed/"
ATTEMPT_SECONDS = 600
ATTEMPT = b"sign-in attempt"
# Over plain http browsers keep a Secure cookie for this machine only.
OWN_MACHINE = ("127.0.0.1", "localhost", "[::1]")


@router.get("/sign-in")
async def sign_in(request: Request, portal: Here, return_to: str = "", failed: str = "") -> Response:
    return frameless_page(request, portal, "sign-in.html", return_to=return_to, failed=failed, cookies_refused=_cookies_refused(request))


@router.api_route(NEEDED + "{wanted:path}", methods=["GET", "POST"])
async def needed() -> Response:
    """Where the gateway leads whoever has no session: the answer is the one that the path he wanted would have given him."""
    raise SessionEnded


@router.get("/sign-in/start")
async def start(request: Request, portal: Here, return_to: str = "") -> Response:
    """Off to the sign-in service. What comes back is checked against a sealed cookie of this browser."""
    attempt = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    try:
        answer = RedirectResponse(await portal.sign_in.authorization_url(**attempt), 303)
    except SignInRefused:
        return _failed("refused")
    except SignInAway:
        return _failed("away")
    kept = json.dumps({**attempt, "return_to": own_path(return_to), "ends": time.time() + ATTEMPT_SECONDS})
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
    attempt = _attempt_of(request, portal)
    wrong_issuer = issuer != portal.settings.issuer
    if attempt is None or wrong_issuer or not secrets.compare_digest(attempt["state"], state):
        return _failed("lost")
    if error or not code:
        return _failed("refused")
    try:
        signed_in = await portal.sign_in.redeem(code, verifier=attempt["verifier"], nonce=attempt["nonce"])
    except SignInRefused:
        return _failed("refused")
    except SignInAway:
        return _failed("away")
    return await _begin(portal, signed_in, attempt["return_to"])


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
    return go(own_path(sent.text("return_to")) or landing_of(chosen.role))


@router.post("/sign-out")
async def sign_out(visitor: Person, sent: PersonForm) -> Response:
    await visitor.portal.sessions.end(visitor.session)
    answer = RedirectResponse(visitor.portal.sign_in.end_session_url(visitor.session.tokens), 303)
    _forget_cookie(answer, visitor.portal.settings.cookie_name)
    return answer


async def _begin(portal: Portal, signed_in: SignedIn, return_to: str) -> Response:
    me = await portal.services.get(Identity(signed_in.tokens.access, None), "directory", "/me", {})
    if me["person"]["id"] != signed_in.subject:
        return _failed("refused")
    offered = memberships_of(me)
    person_id = UUID(me["person"]["id"])
    cookie = await portal.sessions.begin(person_id, me["person"]["name"], offered, signed_in.tokens)
    await portal.drafts.end_with_memberships(person_id, [one.id for one in offered])
    has_one = len(offered) == 1
    answer = go((return_to or landing_of(offered[0].role)) if has_one else f"/membership?return_to={quote(return_to)}")
    # No Max-Age: the cookie ends with the browser, the session by its own clock.
    _set_cookie(answer, portal.settings.cookie_name, cookie, None)
    _forget_cookie(answer, _attempt_cookie(portal))
    return answer


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


def _attempt_of(request: Request, portal: Portal) -> dict[str, str] | None:
    try:
        kept = portal.box.open(bytes.fromhex(request.cookies.get(_attempt_cookie(portal), "")), ATTEMPT)
    except (InvalidTag, ValueError):
        return None
    attempt: dict[str, str] = json.loads(kept)
    return attempt if float(attempt["ends"]) > time.time() else None


def _attempt_cookie(portal: Portal) -> str:
    return f"{portal.settings.cookie_name}-sign-in"


def _set_cookie(answer: Response, name: str, value: str, seconds: int | None) -> None:
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def _forget_cookie(answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def _failed(why: str) -> Response:
    return go(f"/sign-in?failed={why}")


def _cookies_refused(request: Request) -> bool:
    host = request.url.hostname or ""
    return request.url.scheme == "http" and host not in OWN_MACHINE and not host.endswith(".localhost")
