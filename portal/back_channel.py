"""Where the sign-in service tells, without a browser, that somebody is signed out (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Sequence

import structlog
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from portal.oidc import SignInAway, SignInRefused
from portal.web import Here

log = structlog.get_logger()

router = APIRouter()


@router.post("/sign-in/back-channel-logout")
async def back_channel_logout(request: Request, portal: Here) -> Response:
    """Who calls proves himself by the token alone. Why one was refused stands in the log."""
    try:
        ended = await portal.sign_in.told_to_end(_one_token((await request.form()).getlist("logout_token")))
        sessions = await portal.sign_outs.heard(ended)
    except SignInRefused as refused:
        log.warning("logout-token-refused", reason=str(refused))
        return JSONResponse({"error": "invalid_request"}, 400)
    except SignInAway as away:
        log.warning("logout-token-not-checked", reason=str(away))
        return JSONResponse({"error": "temporarily_unavailable"}, 503, headers={"Retry-After": "2"})
    log.info("signed-out-by-the-service", sessions=sessions)
    return Response(status_code=200)


def _one_token(sent: Sequence[object]) -> str:
    if len(sent) != 1 or not isinstance(sent[0], str):
        raise SignInRefused("no-token")
    return sent[0]
