"""A change comes from a form of ours: we have sealed into it whose it is, and the browser says that the page was ours too.

It belongs to a person and the membership in which he opened it, not to a session: who has signed in again meanwhile sends it as it is,
and in another membership, or as somebody else, it cannot be sent at all (decision 0026).
"""

import base64
import binascii
import time
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from starlette.datastructures import Headers

from portal.session import SealedBox, Session

FORM_FIELD = "form_token"
ABOUT = b"form token"
# As long as a draft of it is kept.
LIFE_SECONDS = 14 * 24 * 3600
NO_MEMBERSHIP = UUID(int=0)


class ForeignForm(Exception):
    """The request did not come from a form that we gave to this person."""


class OfAnotherMembership(Exception):
    """It is a form of this person, opened in another of his memberships."""


@dataclass(frozen=True)
class Whose:
    person_id: UUID
    membership_id: UUID

    @staticmethod
    def of(session: Session) -> "Whose":
        return Whose(session.person_id, session.membership.id if session.membership else NO_MEMBERSHIP)


def form_token(box: SealedBox, session: Session) -> str:
    """Other signs for each form: a compressed page would betray constant ones, guess by guess."""
    whose = Whose.of(session)
    plain = whose.person_id.bytes + whose.membership_id.bytes + int(time.time()).to_bytes(8)
    return base64.urlsafe_b64encode(box.seal(plain, ABOUT)).decode()


def require_own_form(headers: Headers, sent: str, box: SealedBox, session: Session) -> Whose:
    """Whose form it is; raises ForeignForm for anybody else's."""
    if not is_from_our_page(headers):
        raise ForeignForm("another site")
    try:
        plain = box.open(base64.urlsafe_b64decode(sent.encode()), ABOUT)
    except (binascii.Error, InvalidTag, ValueError) as error:
        raise ForeignForm("unreadable token") from error
    whose = Whose(UUID(bytes=plain[:16]), UUID(bytes=plain[16:32]))
    if whose.person_id != session.person_id:
        raise ForeignForm("another person")
    if time.time() - int.from_bytes(plain[32:]) > LIFE_SECONDS:
        raise ForeignForm("too old")
    return whose


def is_from_our_page(headers: Headers) -> bool:
    return headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
