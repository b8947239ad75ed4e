"""Acts before which a person proves anew who he is (RFC 9470). The service that acts asks the token itself: a portal is no wall."""

import time
from collections.abc import Awaitable, Callable
from enum import StrEnum

from fastapi import Request

from libs.common.change import Change
from libs.common.signed_claims import CLOCKS_DIFFER_SECONDS
from libs.common.tokens import Claims
from libs.common.web.auth import Asking, claims_of
from libs.common.web.changing import changing
from libs.common.web.problems import Problem

Minutes = Callable[[Request], Awaitable[int]]


def changing_after_proof(act: StrEnum, level: int, minutes: Minutes) -> Asking[Change]:
    """A change as `Changing` has it, by somebody who has proved on this `level` within `minutes` who he is.

    Whoever has not is asked to: he may, and does the same again. Refused like a missing token (401), after what is wrong with the request.
    """

    async def ask(request: Request) -> Change:
        change = await changing(request)
        require_proof(await claims_of(request), act, level, within=60 * await minutes(request))
        return change

    return Asking(ask)


def require_proof(claims: Claims, act: StrEnum, level: int, *, within: int) -> None:
    """Raises Problem with the challenge of the standard; `within` are seconds of machine time."""
    now = time.time()
    proved_at = claims.proved_at
    if claims.level >= level and proved_at is not None and now - within <= proved_at <= now + CLOCKS_DIFFER_SECONDS:
        return
    words = (
        f'error="insufficient_user_authentication", error_description="prove again who you are", acr_values="{level}", max_age="{within}"'
    )
    challenge = {"WWW-Authenticate": f"Bearer {words}"}
    raise Problem(401, "insufficient-user-authentication", headers=challenge, act=act.value, acr_values=str(level), max_age=within)
