"""The provider as an application: discovery, the page of persons, the token endpoint, keys, sign-out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import structlog
from fastapi import FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from embedded.oidc.authorization import AuthorizationRequest, Codes, InvalidGrant, RefusedRequest, WrongAddress, read_request
from embedded.oidc.chooser import chooser_page, message_page
from embedded.oidc.clients import Client, Clients, UnknownClient
from embedded.oidc.issuing import Account, Session, TokenIssuer
from libs.common.tokens import ALGORITHM
from libs.common.web.changing import read_body
from libs.common.web.middleware import RequestTrace
from libs.common.web.problems import install_problem_answers

log = structlog.get_logger()

REALM = "/realms/chidao"
PROTOCOL = f"{REALM}/protocol/openid-connect"
AUTHORIZATION = f"{PROTOCOL}/auth"
TOKEN = f"{PROTOCOL}/token"
KEYS = f"{PROTOCOL}/certs"
SIGN_OUT = f"{PROTOCOL}/logout"
STYLE = f"{REALM}/resources/chooser.css"
LONGEST_FORM = 20_000
NO_STORE = {"Cache-Control": "no-store"}


@dataclass
class Provider:
    """`accounts` tells who may sign in today; `styles` are the stylesheets of the portal, whose look the pages share."""

    public_url: str
    clients: Clients
    issuer: TokenIssuer
    accounts: Callable[[], Awaitable[Sequence[Account]]]
    styles: Callable[[], Sequence[str]] = field(default=lambda: ())
    codes: Codes = field(default_factory=Codes)

    async def account(self, person_id: UUID) -> Account | None:
        return next((account for account in await self.accounts() if account.person_id == person_id and account.positions), None)


class TwiceNamed(Exception):
    """A parameter that came more than once: which of them is meant must not be a matter of taste."""


def create_provider(provider: Provider) -> FastAPI:
    app = FastAPI(title="Chidao · sign-in of the demonstration", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.provider = provider
    install_problem_answers(app)
    app.add_exception_handler(TwiceNamed, _twice_named)
    app.add_exception_handler(WrongAddress, _wrong_address)
    app.add_exception_handler(RefusedRequest, _refused_request)
    app.add_exception_handler(UnknownClient, _unknown_client)
    app.add_exception_handler(InvalidGrant, _invalid_grant)
    app.add_api_route(f"{REALM}/.well-known/openid-configuration", discovery, methods=["GET"])
    app.add_api_route(AUTHORIZATION, show_chooser, methods=["GET"])
    app.add_api_route(AUTHORIZATION, choose, methods=["POST"])
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
            "token_endpoint": public + TOKEN,
            "jwks_uri": public + KEYS,
            "end_session_endpoint": public + SIGN_OUT,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid"],
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


async def show_chooser(request: Request) -> Response:
    asked = _once(request.query_params.multi_items())
    search, group = asked.pop("q", ""), asked.pop("group", "")
    wanted = read_request(asked, _provider(request).clients)
    return await _chooser(request, wanted, asked, search=search, group=group)


async def choose(request: Request) -> Response:
    provider = _provider(request)
    asked = await _form(request)
    chosen = asked.pop("person", "")
    wanted = read_request(asked, provider.clients)
    account = await provider.account(UUID(chosen)) if _is_id(chosen) else None
    if account is None:
        return await _chooser(request, wanted, asked, gone=True)
    code = provider.codes.issue(wanted, account.person_id)
    return _back(provider, wanted.redirect_uri, state=wanted.state, code=code)


async def _chooser(
    request: Request, wanted: AuthorizationRequest, asked: Mapping[str, str], *, search: str = "", group: str = "", gone: bool = False
) -> Response:
    provider = _provider(request)
    page = chooser_page(
        await provider.accounts(), search=search, group=group, asked=asked, action=AUTHORIZATION, styles=_styles(provider), gone=gone
    )
    return HTMLResponse(page, 409 if gone else 200, headers=_page_headers(wanted.redirect_uri))


async def token(request: Request) -> Response:
    provider = _provider(request)
    form = await _form(request)
    client = provider.clients.authenticate(form)
    match form.get("grant_type"):
        case "authorization_code":
            granted = await _for_code(provider, client, form)
        case "refresh_token":
            session = provider.issuer.session_to_refresh(form.get("refresh_token", ""), client_id=client.id)
            granted = await _for_session(provider, session)
        case "client_credentials":
            target = form.get("scope", "")
            if target not in client.targets:
                return _token_error(400, "invalid_scope", "scope must name one service")
            granted = provider.issuer.for_service(client.id, target)
        case _:
            return _token_error(400, "unsupported_grant_type", "grant_type")
    return JSONResponse(granted, headers=NO_STORE)


async def _for_code(provider: Provider, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    try:
        sign_in = provider.codes.redeem(
            form.get("code", ""),
            client_id=client.id,
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
    except InvalidGrant as error:
        # A code that comes twice was stolen: what the first one got ends too.
        if error.session_id is not None:
            provider.issuer.end(error.session_id)
        raise
    session = Session(sign_in.session_id, client.id, sign_in.person_id, sign_in.signed_in_at)
    return await _for_session(provider, session, nonce=sign_in.request.nonce)


async def _for_session(provider: Provider, session: Session, *, nonce: str | None = None) -> dict[str, Any]:
    account = await provider.account(session.person_id)
    if account is None:
        raise InvalidGrant("this person may not sign in any more")
    return provider.issuer.for_person(session, account, nonce=nonce)


async def sign_out(request: Request) -> Response:
    """Ends the session of `id_token_hint`. The browser is sent on only to an address that its client has registered."""
    provider = _provider(request)
    asked = _once(request.query_params.multi_items()) if request.method == "GET" else await _form(request)
    client_id = asked.get("client_id", "")
    if "id_token_hint" in asked:
        session_id, client_id = provider.issuer.session_to_end(asked["id_token_hint"])
        provider.issuer.end(session_id)
    target = asked.get("post_logout_redirect_uri")
    if target is None:
        page = message_page("Đã đăng xuất", "Đồng chí đã rời phần mềm trên máy này.", styles=_styles(provider))
        return HTMLResponse(page, headers=_page_headers())
    if target not in _after_sign_out(provider, client_id):
        raise WrongAddress("post_logout_redirect_uri")
    state = {"state": asked["state"]} if "state" in asked else {}
    return RedirectResponse(_with_parameters(target, state), 303, headers=NO_STORE)


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


async def _form(request: Request) -> dict[str, str]:
    return _once(parse_qsl((await read_body(request, LONGEST_FORM)).decode("utf-8", "replace"), keep_blank_values=True))


def _once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise TwiceNamed
    return named


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(parameters)}" if parameters else url


def _back(provider: Provider, redirect_uri: str, *, state: str | None, **parameters: str) -> Response:
    told = {**parameters, **({} if state is None else {"state": state}), "iss": provider.issuer.issuer}
    return RedirectResponse(_with_parameters(redirect_uri, told), 303, headers={**NO_STORE, "Referrer-Policy": "no-referrer"})


def _page_headers(*leads_to: str) -> dict[str, str]:
    # A form's answer may redirect, and browsers hold the policy against that address as well.
    origins = " ".join("{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in leads_to)
    policy = f"default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self' {origins}; base-uri 'none'; frame-ancestors 'none'"
    return {**NO_STORE, "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


def _token_error(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status, headers=NO_STORE)


async def _twice_named(request: Request, _: Exception) -> Response:
    return _token_error(400, "invalid_request", "a parameter came twice")


async def _wrong_address(request: Request, error: Exception) -> Response:
    log.warning("sign-in-with-wrong-address", parameter=str(error))
    words = "Yêu cầu đăng nhập không đến từ phần mềm này. Vui lòng quay lại trang đầu và thực hiện lại."
    page = message_page("Không đăng nhập được", words, styles=_styles(_provider(request)))
    return HTMLResponse(page, 400, headers=_page_headers())


async def _refused_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedRequest)
    return _back(_provider(request), error.redirect_uri, state=error.state, error=error.error, error_description=str(error))


async def _unknown_client(request: Request, error: Exception) -> Response:
    log.warning("client-refused", reason=str(error))
    return _token_error(401, "invalid_client", "the client is unknown or did not prove who it is")


async def _invalid_grant(request: Request, error: Exception) -> Response:
    log.info("grant-refused", reason=str(error))
    return _token_error(400, "invalid_grant", "the grant is unknown, used, too old or another client's")
