"""A change comes from a form of ours: its token matches the session, and the browser says that the page was ours too."""

import base64
import binascii
import hmac
import secrets

from starlette.datastructures import Headers

FORM_FIELD = "form_token"
LENGTH = 32


class ForeignForm(Exception):
    """The request did not come from a form that we gave to this session."""


def form_token(secret: bytes) -> str:
    """A new disguise of the session's secret for each form: a compressed page would betray a constant one, guess by guess."""
    mask = secrets.token_bytes(LENGTH)
    return base64.urlsafe_b64encode(mask + _mixed(mask, secret)).decode()


def require_own_form(headers: Headers, sent: str | None, secret: bytes) -> None:
    """Raises ForeignForm."""
    if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise ForeignForm("another site")
    try:
        both = base64.urlsafe_b64decode((sent or "").encode())
    except (binascii.Error, ValueError) as error:
        raise ForeignForm("unreadable token") from error
    if len(both) != 2 * LENGTH or not hmac.compare_digest(_mixed(both[:LENGTH], both[LENGTH:]), secret):
        raise ForeignForm("another session")


def _mixed(mask: bytes, other: bytes) -> bytes:
    return bytes(one ^ two for one, two in zip(mask, other, strict=True))
