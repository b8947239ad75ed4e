"""Before some acts a service wants its person to prove again who he is: he is sent for it, and what he sent waits for him here.

Nothing is done in his absence: the act is done when he presses once more (docs/decisions/0039-step-up.md).
"""

from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from portal.csrf import FORM_FIELD, Whose
from portal.oidc import AskedAgain, SignInAway, SignInRefused
from portal.screens.kept import Unsent, unsent
from portal.sign_in import failed_attempt, own_path, sent_to_the_service
from portal.web import ZERO, ProofNeeded, Sent, Visit, go, portal_of, read_form

router = APIRouter()

PATH = "/step-up"
# What is kept beside the fields of the form: which act it is, and the page it was sent from.
ACT, BACK = "step_up_act", "step_up_back"
FAILURES = ("refused", "away")


async def ask(request: Request, needed: ProofNeeded) -> Response:
    """To the sign-in service, and back to this page. Raises SessionEnded."""
    portal = portal_of(request)
    session = await portal.sessions.find(request.cookies.get(portal.settings.cookie_name), seen=False)
    path, sent = request.url.path, await read_form(request)
    kept = [pair for pair in sent.pairs if pair[0] not in (FORM_FIELD, BACK)]
    kept += [(ACT, needed.act), (BACK, sent.text(BACK) or _page_before(request, portal.settings.public_url))]
    await portal.drafts.keep(Whose.of(session), _kept_as(path), sent.text("idempotency_key"), kept)
    here = f"{PATH}?{urlencode({'form': path})}"
    again = AskedAgain(session.id, needed.proof, session.tokens.identity)
    try:
        return await sent_to_the_service(portal, here, again=again)
    except (SignInRefused, SignInAway) as failure:
        return failed_attempt(failure, here)


@router.get(PATH)
async def waiting_act(visitor: Visit, form: str = "", failed: str = "") -> Response:
    """What waits to be done, with all that was typed; `failed` where its person has not proved who he is."""
    # No database keeps a zero character, so nothing waits under such a name.
    draft = None if ZERO in form else await visitor.portal.drafts.find(Whose.of(visitor.session), _kept_as(form))
    if draft is None:
        return go("/")
    kept = Sent(draft.typed)
    sent = Sent(FormData([pair for pair in kept.pairs if pair[0] not in (ACT, BACK)]))
    names = await visitor.portal.agencies.known(visitor)
    return await visitor.page(
        "step-up.html",
        act=kept.text(ACT),
        back=own_path(kept.text(BACK)) or "/",
        back_field=BACK,
        unsent=unsent(form, sent, visitor.messages, names) or Unsent(form, [], sent.pairs, had_file=False),
        failed=failed if failed in FAILURES else "",
    )


def _kept_as(path: str) -> str:
    return f"{PATH}{path}"


def _page_before(request: Request, public_url: str) -> str:
    before, ours = urlsplit(request.headers.get("Referer", "")), urlsplit(public_url)
    if (before.scheme, before.netloc) != (ours.scheme, ours.netloc):
        return "/"
    return f"{before.path}?{before.query}" if before.query else before.path
