"""What every answer of the portal carries, and how much it reads. Pure ASGI, as everywhere."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASSETS = "/assets/"
MAX_FORM_BYTES = 1_000_000
MAX_UPLOAD_BYTES = 11_000_000
UPLOADS_END_WITH = "/completion"


class TooLarge(Exception):
    """More was sent than a form of ours can hold."""


def security_headers(*, sign_in_origin: str) -> Mapping[str, str]:
    """`sign_in_origin` is where signing out sends the browser: forms may lead there."""
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        # A PDF that somebody looks at beside the form: the browser's own copy of a file that he has chosen, made by a script of ours.
        # No page can be framed from elsewhere, and what is framed inherits this policy.
        "frame-src blob:",
        f"form-action 'self' {sign_in_origin}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }


class SecureAnswers:
    """Adds the security headers, and no-store to whatever does not say itself how long it may be kept."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, answer)


class LimitedForms:
    """Stops reading a body that is longer than any form of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = MAX_UPLOAD_BYTES if scope["path"].endswith(UPLOADS_END_WITH) else MAX_FORM_BYTES
        had = 0

        async def counted() -> Message:
            nonlocal had
            message = await receive()
            had += len(message.get("body", b""))
            if had > limit:
                raise TooLarge
            return message

        await self._app(scope, counted, send)
