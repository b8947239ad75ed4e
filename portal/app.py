"""The portal as an application: routes, what runs behind them, and the pages for whatever goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import quote, urlsplit

import httpx2
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response, StreamingResponse

from libs.common.db import Database
from libs.common.housekeeping import Housekeeping
from libs.common.migrate import require_known_schema
from libs.common.single_flight import SingleFlight
from libs.common.supervise import running
from libs.common.tokens import ServiceTokens
from libs.common.trust import trusted
from libs.common.web.disconnected import EndsWithItsAsker
from libs.common.web.middleware import NO_TELEMETRY, RequestTrace
from portal import back_channel, sign_in
from portal.agencies import AgencyNames, PeopleNames
from portal.assets import Assets
from portal.csrf import ForeignForm, OfAnotherMembership, is_from_our_page
from portal.drafts import OLD_DRAFTS, Drafts
from portal.fonts import cut_fonts
from portal.live import Ear, Live
from portal.middleware import LimitedForms, SecureAnswers, TooLarge, security_headers
from portal.oidc import SignInAway, SignInService
from portal.refusals import problem_of
from portal.rendering import Pages
from portal.screens import (
    agency_lookup,
    agency_record,
    agency_reports,
    agency_tree,
    confirm,
    directives,
    drafts,
    home,
    my_work,
    new_agency,
    notices,
    numbers,
    people,
    places,
    preferences,
    reassignment,
    registration,
    reorganisations,
    search,
    sessions,
    settings_calendar,
    settings_rules,
    step_up,
    tasks,
    typed_day,
    workbench,
    workbench_export,
)
from portal.screens.kept import Unsent, unsent
from portal.services import Refused, ServiceAway, Services, lines_to_services
from portal.session import SealedBox, SessionEnded, Sessions
from portal.settings import PortalSettings
from portal.shared import SharedAnswers
from portal.sign_outs import OLD_SIGN_OUTS, SignOuts
from portal.vocabulary import Vocabulary
from portal.web import Here, MembershipNeeded, Portal, ProofNeeded, Visit, Visitor, frameless_page, go, messages_of, portal_of, read_form

log = structlog.get_logger()

PACKAGE = "portal"
REDRAWS_AT_ONCE = 6
EXPORTS_AT_ONCE = 2
SCREENS = (
    sign_in,
    back_channel,
    preferences,
    home,
    numbers,
    places,
    my_work,
    workbench,
    workbench_export,
    registration,
    directives,
    # What has a name of its own under /agencies, before an agency that is named by its id.
    agency_lookup,
    agency_tree,
    new_agency,
    reorganisations,
    agency_record,
    people,
    agency_reports,
    drafts,
    typed_day,
    tasks,
    reassignment,
    confirm,
    notices,
    search,
    sessions,
    step_up,
    settings_calendar,
    settings_rules,
)
# No page: whoever asks these is a script, and is told a status.
SCRIPTS_ASK = ("/live", "/notices/badge", "/agencies/options", "/days/said")
# Never a status that htmx or a browser would take for success.
PAGE_OF_STATUS = {
    403: ("forbidden", "lock"),
    404: ("not-found", "lock"),
    405: ("not-found", "lock"),
    412: ("changed", "swap"),
    413: ("too-large", "doc"),
}


def create_app(settings: PortalSettings) -> FastAPI:
    """The whole ASGI application of the portal; its lifespan starts and stops what runs behind it."""
    database = Database(settings.database_url, application="chidao-portal")
    client = httpx2.AsyncClient(timeout=5, trust_env=False, verify=trusted())
    box = SealedBox(settings.session_key_file)
    agencies = AgencyNames()
    tokens = ServiceTokens(
        client_id=settings.own_client_id or settings.client_id,
        private_key_file=settings.own_private_key_file or settings.private_key_file,
        token_url=settings.token_url,
    )
    people_names = PeopleNames()
    shared = SharedAnswers()
    answers = SingleFlight(lambda: live.hears("reporting") and live.hears("directory"))

    def changed(name: str) -> None:
        shared.forget(name)
        if name == "agencies":
            agencies.forget()
            people_names.forget()
        if name in ("agencies", "figures"):
            answers.forget()

    live = Live(settings.services, tokens, changed)
    sign_outs = SignOuts(database, box, live.look_again_of)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.dispose)
            stack.push_async_callback(client.aclose)
            async with database.read() as connection:
                await require_known_schema(PACKAGE, connection)
            lines = await stack.enter_async_context(lines_to_services())
            fonts = await asyncio.to_thread(cut_fonts, settings.fonts_folder)
            app.state.portal = Portal(
                settings=settings,
                database=database,
                box=box,
                sessions=Sessions(database, box),
                sign_outs=sign_outs,
                drafts=Drafts(database, box),
                sign_in=SignInService(settings, client),
                services=Services(settings.services, lines),
                agencies=agencies,
                people=people_names,
                vocabulary=Vocabulary(),
                shared=shared,
                pages=Pages(),
                assets=await asyncio.to_thread(Assets, fonts),
                live=live,
                answers=answers,
                redraws=asyncio.Semaphore(REDRAWS_AT_ONCE),
                exports=asyncio.Semaphore(EXPORTS_AT_ONCE),
            )
            housekeeping = ("housekeeping", Housekeeping(database, OLD_DRAFTS, *OLD_SIGN_OUTS).run)
            ended_sessions = ("ended sessions", app.state.portal.sessions.keep_forgetting)
            await stack.enter_async_context(running(*live.works(lines), ("sign-outs", sign_outs.hear), ended_sessions, housekeeping))
            yield

    app = FastAPI(title="Chidao · portal", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, telemetry=NO_TELEMETRY)
    for screen in SCREENS:
        app.include_router(screen.router)
    _add_machinery(app)
    _add_refusals(app)
    app.add_middleware(EndsWithItsAsker)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)
    app.add_middleware(LimitedForms)
    app.add_middleware(SecureAnswers, headers=security_headers(sign_in_origin=_origin(settings.end_session_url)))
    app.add_middleware(RequestTrace, service="portal")
    return app


def _add_machinery(app: FastAPI) -> None:
    """What is no screen: assets, the live stream, health."""

    @app.get("/assets/{version}/{name:path}")
    async def asset(request: Request, portal: Here) -> Response:
        return await portal.assets.answer(request)

    @app.get("/live")
    async def live(visitor: Visit) -> StreamingResponse:
        async def still_signed_in() -> bool:
            return await visitor.portal.sessions.lives(visitor.session)

        heard = visitor.portal.live.follow(Ear.of(visitor.session), still_signed_in)
        return StreamingResponse(heard, media_type="text/event-stream")

    @app.get("/health/live")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "live"})

    @app.get("/health/ready")
    async def ready(portal: Here) -> JSONResponse:
        async with portal.database.read() as connection:
            await require_known_schema(PACKAGE, connection)
        return JSONResponse({"status": "ready"})


def _add_refusals(app: FastAPI) -> None:
    handlers: dict[type[Exception] | int, Callable[[Request, Exception], Awaitable[Response]]] = {
        SessionEnded: _session_ended,
        MembershipNeeded: _membership_needed,
        ProofNeeded: _proof_needed,
        Refused: _refused,
        ServiceAway: _away,
        SignInAway: _sign_in_away,
        ForeignForm: _foreign_form,
        OfAnotherMembership: _of_another_membership,
        TooLarge: _too_large,
        HTTPException: _http_exception,
        RequestValidationError: _not_found,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _session_ended(request: Request, _: Exception) -> Response:
    """Back to the sign-in; what was typed into a form is shown, and can be sent again after that."""
    if request.method == "POST":
        kept = await _unsent(request)
        return frameless_page(request, portal_of(request), "frameless-message.html", status=401, key="session-ended", unsent=kept)
    if "part" in request.query_params or _path_wanted(request) in SCRIPTS_ASK:
        return Response(status_code=401)
    return go(f"/sign-in?return_to={quote(_wanted(request))}" if _path_wanted(request) != "/" else "/sign-in")


async def _membership_needed(request: Request, _: Exception) -> Response:
    return go(f"/membership?return_to={quote(_wanted(request))}" if request.method == "GET" and request.url.path != "/" else "/membership")


async def _proof_needed(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProofNeeded)
    try:
        return await step_up.ask(request, error)
    except SessionEnded as ended:
        return await _session_ended(request, ended)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    status = 404 if error.status == 422 and request.method == "GET" else error.status
    key, icon = PAGE_OF_STATUS.get(status, ("refused", "stop"))
    title = problem_of(error, messages_of(request)).title if key == "refused" else ""
    return await _message(request, status, key, icon, title=title, keeps=True)


async def _away(request: Request, error: Exception) -> Response:
    log.warning("page-without-service", path=request.url.path, error=str(error))
    answer = await _message(request, 503, "away", "wait", retry=_wanted(request) if request.method == "GET" else "", keeps=True)
    answer.headers["Retry-After"] = "5"
    return answer


async def _sign_in_away(request: Request, error: Exception) -> Response:
    """Without the frame, for what stands in it would ask for the same tokens again."""
    log.warning("page-without-sign-in-service", path=request.url.path, error=str(error))
    told = {
        "key": "sign-in-away",
        "retry": _wanted(request) if request.method == "GET" else "",
        "unsent": await _unsent(request) if request.method == "POST" else None,
        "request_id": getattr(request.state, "request_id", ""),
    }
    answer = frameless_page(request, portal_of(request), "frameless-message.html", status=503, **told)
    answer.headers["Retry-After"] = "5"
    return answer


async def _foreign_form(request: Request, error: Exception) -> Response:
    log.warning("foreign-form", path=request.url.path, reason=str(error))
    return await _message(request, 403, "foreign-form", "stop")


async def _of_another_membership(request: Request, _: Exception) -> Response:
    return await _message(request, 403, "other-membership", "swap", keeps=True)


async def _too_large(request: Request, _: Exception) -> Response:
    return await _message(request, 413, "too-large", "doc")


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    key, icon = PAGE_OF_STATUS.get(error.status_code, ("unexpected", "stop"))
    return await _message(request, error.status_code, key, icon)


async def _not_found(request: Request, _: Exception) -> Response:
    return await _message(request, 404, "not-found", "lock")


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", path=request.url.path, exc_info=error)
    return await _message(request, 500, "unexpected", "stop", keeps=True)


async def _message(
    request: Request, status: int, key: str, icon: str, *, title: str = "", retry: str = "", keeps: bool = False
) -> Response:
    """A page with a few kind words; inside the frame for somebody signed in. It `keeps` what he has typed, where that is surely his."""
    portal = portal_of(request)
    told = {
        "key": key,
        "icon": icon,
        "title": title,
        "retry": retry,
        "unsent": await _unsent(request) if keeps and request.method == "POST" else None,
        "request_id": getattr(request.state, "request_id", "") if status >= 500 else "",
    }
    try:
        session = await portal.sessions.find(request.cookies.get(portal.settings.cookie_name), seen=False)
        return await Visitor(request, portal, session).page("message.html", status=status, **told)
    except (SessionEnded, MembershipNeeded, SignInAway):
        return frameless_page(request, portal, "frameless-message.html", status=status, **told)


async def _unsent(request: Request) -> Unsent | None:
    """What came from a page of ours; of what another site has sent nothing is shown."""
    if not is_from_our_page(request.headers):
        return None
    return unsent(_path_wanted(request), await read_form(request), messages_of(request), portal_of(request).agencies.seen)


def _wanted(request: Request) -> str:
    return _path_wanted(request) + (f"?{request.url.query}" if request.url.query else "")


def _path_wanted(request: Request) -> str:
    path = request.url.path
    return f"/{path.removeprefix(sign_in.NEEDED)}" if path.startswith(sign_in.NEEDED) else path


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
