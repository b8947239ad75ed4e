"""What the endpoints of the provider share: forms in which everything is said once, and how it answers."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from starlette.responses import JSONResponse, Response

from libs.common.web.changing import read_body

LONGEST_FORM = 20_000
NO_STORE = {"Cache-Control": "no-store"}


class TwiceNamed(Exception):
    """A parameter that came more than once: which of them is meant must not be a matter of taste."""


async def sent_form(request: Request) -> dict[str, str]:
    return named_once(parse_qsl((await read_body(request, LONGEST_FORM)).decode("utf-8", "replace"), keep_blank_values=True))


def named_once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise TwiceNamed
    return named


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(parameters)}" if parameters else url


def page_headers(*leads_to: str) -> dict[str, str]:
    # A form's answer may redirect, and browsers hold the policy against that address as well.
    origins = " ".join("{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in leads_to)
    policy = f"default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self' {origins}; base-uri 'none'; frame-ancestors 'none'"
    return {**NO_STORE, "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


def refusal(status: int, error: str, description: str) -> Response:
    """As a client reads it, not a person."""
    return JSONResponse({"error": error, "error_description": description}, status, headers=NO_STORE)
