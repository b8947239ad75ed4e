"""The provider as an application: discovery, the page of persons, the token endpoint, keys, sign-out."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from fastapi import FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from embedded.oidc.answers import NO_STORE, TwiceNamed, named_once, page_headers, refusal, sent_form, with_parameters
from embedded.oidc.authorization import AuthorizationRequest, Codes, InvalidGrant, RefusedRequest, Session, WrongAddress, read_request
from embedded.oidc.back_channel import BackChannel
from embedded.oidc.chooser import chooser_page, confirm_page, message_page
from embedded.oidc.clients import Client, Clients, UnknownClient
from embedded.oidc.issuing import Account, TokenIssuer
from embedded.oidc.password_page import GONE, SHUT, WRONG, Problem, password_page
from embedded.oidc.passwords import Passwords, TriedTooOften, WrongPassword
from embedded.oidc.pushed import PUSHED_SECONDS, PushedRequests
from libs.common.signed_claims import ALGORITHM, LEVELS
from libs.common.web.middleware import NO_TELEMETRY, RequestTrace
from libs.common.web.problems import install_problem_answers

log = structlog.get_logger()

REALM = "/realms/chidao"
PROTOCOL = f"{REALM}/protocol/openid-connect"
AUTHORIZATION = f"{PROTOCOL}/auth"
TOKEN = f"{PROTOCOL}/token"
KEYS = f"{PROTOCOL}/certs"
PUSH = f"{PROTOCOL}/ext/par/request"
SIGN_OUT = f"{PROTOCOL}/logout"
STYLE = f"{REALM}/resources/chooser.css"


@dataclass
class Provider:
    """`accounts` tells who may sign in today; `styles` are the stylesheets of the portal, whose look the pages share.

    Without `passwords` people say who they are, and are believed.
    """

    public_url: str
    clients: Clients
    issuer: TokenIssuer
    accounts: Callable[[], Awaitable[Sequence[Account]]]
    styles: Callable[[], Sequence[str]] = field(default=lambda: ())
    passwords: Passwords | None = None
    codes: Codes = field(default_factory=Codes)
    pushed: PushedRequests = field(default_factory=PushedRequests)
    back_channel: BackChannel = field(default_factory=BackChannel)

    async def account(self, person_id: UUID) -> Account | None:
        return next((account for account in await self.accounts() if account.person_id == person_id and account.positions), None)

    def end(self, session: Session) -> None:
        """Nothing of it serves any more, and its client is told."""
        logout_token, there = self.issuer.end(session), self.clients.find(session.client_id).told_of_sign_outs
        if logout_token is not None and there is not None:
            self.back_channel.tell(there, logout_token)


def create_provider(provider: Provider) -> FastAPI:
    app = FastAPI(title="Chidao · sign-in of the demonstration", docs_url=None, redoc_url=None, openapi_url=None, telemetry=NO_TELEMETRY)
    app.state.provider = provider
    install_problem_answers(app)
    app.add_exception_handler(TwiceNamed, _twice_named)
    app.add_exception_handler(WrongAddress, _wrong_address)
    app.add_exception_handler(UnknownClient, _unknown_client)
    app.add_exception_handler(InvalidGrant, _invalid_grant)
    app.add_api_route(f"{REALM}/.well-known/openid-configuration", discovery, methods=["GET"])
    app.add_api_route(PUSH, push, methods=["POST"])
    app.add_api_route(AUTHORIZATION, ask_who, methods=["GET"])
    app.add_api_route(AUTHORIZATION, say_who, methods=["POST"])
    app.add_api_route(TOKEN, token, methods=["POST"])
    app.add_api_route(KEYS, keys, methods=["GET"])
    app.add_api_route(SIGN_OUT, sign_out, methods=["GET", "POST"])
    app.add_api_route(STYLE, style, methods=["GET"])
    app.add_middleware(GZipMiddleware, minimum_size=2000, compresslevel=6)
    app.add_middleware(RequestTrace, service="sign-in")
    return app


async def discovery(request: Request) -> Response:
    provider = _provider(request)
    public = provider.public_url
    return JSONResponse(
        {
            "issuer": provider.issuer.issuer,
            "authorization_endpoint": public + AUTHORIZATION,
            "pushed_authorization_request_endpoint": public + PUSH,
            "require_pushed_authorization_requests": True,
            "token_endpoint": public + TOKEN,
            "jwks_uri": public + KEYS,
            "end_session_endpoint": public + SIGN_OUT,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid"],
            "acr_values_supported": list(LEVELS),
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
    )


async def keys(request: Request) -> Response:
    return JSONResponse(_provider(request).issuer.public_keys())


async def style() -> Response:
    return Response((Path(__file__).parent / "chooser.css").read_bytes(), media_type="text/css", headers={"Cache-Control": "max-age=300"})


async def push(request: Request) -> Response:
    """What is asked for comes from the client itself; a browser brings only a reference to it (RFC 9126)."""
    provider = _provider(request)
    form = await sent_form(request)
    client = provider.clients.authenticate(form)
    try:
        person_id = provider.issuer.person_of(form["id_token_hint"]) if "id_token_hint" in form else None
        wanted = read_request(form, client, person_id=person_id)
    except InvalidGrant as error:
        log.warning("request-refused", reason=str(error))
        return refusal(400, "invalid_request", "id_token_hint is of nobody who is signed in")
    except RefusedRequest as error:
        log.warning("request-refused", reason=str(error))
        return refusal(400, error.error, str(error))
    return JSONResponse({"request_uri": provider.pushed.keep(wanted), "expires_in": int(PUSHED_SECONDS)}, 201, headers=NO_STORE)


async def ask_who(request: Request) -> Response:
    provider = _provider(request)
    asked = named_once(request.query_params.multi_items())
    search, group = asked.pop("q", ""), asked.pop("group", "")
    wanted, carried = _wanted(provider, asked)
    if provider.passwords is not None:
        return _password_page(provider, wanted, carried, username=await _username(provider, wanted))
    if wanted.person_id is not None:
        return await _confirm(provider, wanted, wanted.person_id, carried)
    return await _chooser(provider, wanted, carried, search=search, group=group)


async def say_who(request: Request) -> Response:
    provider = _provider(request)
    asked = await sent_form(request)
    said = {name: asked.pop(name, "") for name in ("person", "username", "password", "decline")}
    wanted, carried = _wanted(provider, asked)
    if said["decline"]:
        return _back(provider, wanted, error="access_denied")
    if provider.passwords is not None:
        return await _proved(provider, provider.passwords, wanted, carried, said["username"], said["password"])
    account = await provider.account(UUID(said["person"])) if _is_id(said["person"]) else None
    if wanted.person_id is not None and (account is None or account.person_id != wanted.person_id):
        return await _confirm(provider, wanted, wanted.person_id, carried, status=409)
    if account is None:
        return await _chooser(provider, wanted, carried, gone=True)
    return _signed_in(provider, wanted, account)


def _wanted(provider: Provider, asked: Mapping[str, str]) -> tuple[AuthorizationRequest, Mapping[str, str]]:
    """What is asked for, and what a page carries along so that it is known at the next step. Raises WrongAddress."""
    carried = {name: asked.get(name, "") for name in ("client_id", "request_uri")}
    return provider.pushed.find(carried["request_uri"], client_id=carried["client_id"]), carried


async def _chooser(
    provider: Provider, wanted: AuthorizationRequest, carried: Mapping[str, str], *, search: str = "", group: str = "", gone: bool = False
) -> Response:
    page = chooser_page(
        await provider.accounts(), search=search, group=group, asked=carried, action=AUTHORIZATION, styles=_styles(provider), gone=gone
    )
    return HTMLResponse(page, 409 if gone else 200, headers=page_headers(wanted.redirect_uri))


async def _confirm(
    provider: Provider, wanted: AuthorizationRequest, person_id: UUID, carried: Mapping[str, str], *, status: int = 200
) -> Response:
    page = confirm_page(await provider.account(person_id), person_id, asked=carried, action=AUTHORIZATION, styles=_styles(provider))
    return HTMLResponse(page, status, headers=page_headers(wanted.redirect_uri))


async def _username(provider: Provider, wanted: AuthorizationRequest) -> str:
    """Of whoever is asked again."""
    account = await provider.account(wanted.person_id) if wanted.person_id is not None else None
    return account.username if account is not None else ""


async def _proved(
    provider: Provider, passwords: Passwords, wanted: AuthorizationRequest, carried: Mapping[str, str], username: str, password: str
) -> Response:
    try:
        person_id = await passwords.person(username, password)
        if wanted.person_id not in (None, person_id):
            # Of somebody else it is the right one, and of whoever is asked it is none.
            raise WrongPassword
    except WrongPassword:
        log.warning("password-refused", reason="wrong-password")
        return _password_page(provider, wanted, carried, WRONG, username=username, status=401)
    except TriedTooOften as error:
        log.warning("password-refused", reason="tried-too-often")
        answer = _password_page(provider, wanted, carried, SHUT, username=username, status=429)
        answer.headers["Retry-After"] = str(ceil(error.seconds))
        return answer
    account = await provider.account(person_id)
    if account is None:
        log.warning("password-refused", reason="no-position")
        return _password_page(provider, wanted, carried, GONE, username=username, status=409)
    return _signed_in(provider, wanted, account)


def _password_page(
    provider: Provider,
    wanted: AuthorizationRequest,
    carried: Mapping[str, str],
    problem: Problem | None = None,
    *,
    username: str = "",
    status: int = 200,
) -> Response:
    page = password_page(
        asked=carried,
        action=AUTHORIZATION,
        styles=_styles(provider),
        problem=problem,
        username=username,
        again=wanted.person_id is not None,
    )
    return HTMLResponse(page, status, headers=page_headers(wanted.redirect_uri))


def _signed_in(provider: Provider, wanted: AuthorizationRequest, account: Account) -> Response:
    return _back(provider, wanted, code=provider.codes.issue(wanted, account.person_id))


def _back(provider: Provider, wanted: AuthorizationRequest, **told: str) -> Response:
    """To the client, with a code or an error."""
    there = with_parameters(wanted.redirect_uri, {**told, "state": wanted.state, "iss": provider.issuer.issuer})
    return RedirectResponse(there, 303, headers={**NO_STORE, "Referrer-Policy": "no-referrer"})


async def token(request: Request) -> Response:
    provider = _provider(request)
    form = await sent_form(request)
    client = provider.clients.authenticate(form)
    match form.get("grant_type"):
        case "authorization_code":
            granted = await _for_code(provider, client, form)
        case "refresh_token":
            with _ending_what_was_stolen(provider):
                session = provider.issuer.session_to_refresh(form.get("refresh_token", ""), client_id=client.id)
            granted = await _for_session(provider, session)
        case "client_credentials":
            target = form.get("scope", "")
            if target not in client.targets:
                return refusal(400, "invalid_scope", "scope must name one service")
            granted = provider.issuer.for_service(client.id, target)
        case _:
            return refusal(400, "unsupported_grant_type", "grant_type")
    return JSONResponse(granted, headers=NO_STORE)


async def _for_code(provider: Provider, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    with _ending_what_was_stolen(provider):
        sign_in = provider.codes.redeem(
            form.get("code", ""),
            client_id=client.id,
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
    provider.pushed.forget(sign_in.request)
    return await _for_session(provider, sign_in.session, nonce=sign_in.request.nonce)


@contextmanager
def _ending_what_was_stolen(provider: Provider) -> Iterator[None]:
    """A code or a refresh token that comes twice was stolen: what the first one got ends too."""
    try:
        yield
    except InvalidGrant as error:
        if error.stolen is not None:
            provider.end(error.stolen)
        raise


async def _for_session(provider: Provider, session: Session, *, nonce: str | None = None) -> dict[str, Any]:
    account = await provider.account(session.person_id)
    if account is None:
        raise InvalidGrant("no-position")
    return provider.issuer.for_person(session, account, nonce=nonce)


async def sign_out(request: Request) -> Response:
    """Ends the session of `id_token_hint`. The browser is sent on only to an address that its client has registered.

    A client ends one by itself with its refresh token, as at Keycloak.
    """
    provider = _provider(request)
    asked = named_once(request.query_params.multi_items()) if request.method == "GET" else await sent_form(request)
    if request.method == "POST" and "refresh_token" in asked:
        client = provider.clients.authenticate(asked)
        with _ending_what_was_stolen(provider):
            provider.end(provider.issuer.session_to_refresh(asked["refresh_token"], client_id=client.id))
        return Response(status_code=204, headers=NO_STORE)
    client_id = asked.get("client_id", "")
    if "id_token_hint" in asked:
        session = provider.issuer.session_to_end(asked["id_token_hint"])
        client_id = session.client_id
        provider.end(session)
    target = asked.get("post_logout_redirect_uri")
    if target is None:
        page = message_page("Đã đăng xuất", "Đồng chí đã rời phần mềm trên máy này.", styles=_styles(provider))
        return HTMLResponse(page, headers=page_headers())
    if target not in _after_sign_out(provider, client_id):
        raise WrongAddress("post_logout_redirect_uri")
    state = {"state": asked["state"]} if "state" in asked else {}
    return RedirectResponse(with_parameters(target, state), 303, headers=NO_STORE)


def _after_sign_out(provider: Provider, client_id: str) -> frozenset[str]:
    try:
        return provider.clients.find(client_id).after_sign_out
    except UnknownClient:
        return frozenset()


def _provider(request: Request) -> Provider:
    provider: Provider = request.app.state.provider
    return provider


def _styles(provider: Provider) -> list[str]:
    return [*provider.styles(), STYLE]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def _twice_named(request: Request, _: Exception) -> Response:
    return refusal(400, "invalid_request", "a parameter came twice")


async def _wrong_address(request: Request, error: Exception) -> Response:
    log.warning("sign-in-with-wrong-address", parameter=str(error))
    words = "Yêu cầu đăng nhập đã hết thời hạn hoặc không đến từ phần mềm này. Vui lòng quay lại trang đầu và thực hiện lại."
    page = message_page("Không đăng nhập được", words, styles=_styles(_provider(request)))
    return HTMLResponse(page, 400, headers=page_headers())


async def _unknown_client(request: Request, error: Exception) -> Response:
    log.warning("client-refused", reason=str(error))
    return refusal(401, "invalid_client", "the client is unknown or did not prove who it is")


async def _invalid_grant(request: Request, error: Exception) -> Response:
    log.info("grant-refused", reason=str(error))
    return refusal(400, "invalid_grant", "the grant is unknown, used, too old or another client's")
