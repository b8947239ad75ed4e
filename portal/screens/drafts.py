"""What is being typed is kept while it is typed, and offered again when its form is opened (decision 0026)."""

import re

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from libs.common.clock import VIETNAM
from portal.csrf import FORM_FIELD, Whose
from portal.drafts import Draft
from portal.formats import clock_time
from portal.screens.directive_form import NORMAL
from portal.screens.document_text import MOST_CHARACTERS
from portal.web import Sent, SentForm, Visit, Visitor, go

router = APIRouter()

# The forms of which drafts are kept, by the path of their page.
DOCUMENT_FORM = re.compile(r"/directives/(new|[0-9a-f-]{36}/edit)")
FORM = re.compile(
    rf"{DOCUMENT_FORM.pattern}|/tasks/[0-9a-f-]{{36}}/(progress|completion)|/confirm/[0-9a-f-]{{36}}|/settings/[a-z0-9_/-]{{1,80}}"
    r"|/agencies/new|/agencies/reorganisations/new"
)
# What a page puts into the form by itself, and what only one request means.
NOT_TYPED = {FORM_FIELD, "draft", "act", "passage"}


@router.post("/drafts")
async def keep(visitor: Visit, sent: SentForm) -> Response:
    form = _form_of(sent)
    if await keep_draft(visitor, form, sent):
        now = visitor.portal.settings.clock.now().astimezone(VIETNAM)
        return PlainTextResponse(str(visitor.messages("draft.kept", time=f"{now:%H:%M}")))
    return Response(status_code=204)


@router.post("/drafts/forget")
async def forget(visitor: Visit, sent: SentForm) -> Response:
    form = _form_of(sent)
    await finish_draft(visitor, form, sent)
    return go(form)


async def keep_draft(visitor: Visitor, form: str, sent: Sent) -> bool:
    """Whether it is kept: nothing is before the level of secrecy is said, and nothing stays once it is not normal."""
    if DOCUMENT_FORM.fullmatch(form) and (secrecy := sent.text("secrecy")) != NORMAL:
        if secrecy:
            await finish_draft(visitor, form, sent)
        return False
    typed = [(name, value) for name, value in sent.pairs if name not in NOT_TYPED and not _is_too_long(name, value)]
    return await visitor.portal.drafts.keep(Whose.of(visitor.session), form, sent.text("idempotency_key"), typed)


async def finish_draft(visitor: Visitor, form: str, sent: Sent) -> None:
    """It was received, or its person does not want it any more."""
    await visitor.portal.drafts.finish(Whose.of(visitor.session), form, sent.text("idempotency_key"))


async def draft_of(visitor: Visitor, form: str) -> Draft | None:
    return await visitor.portal.drafts.find(Whose.of(visitor.session), form)


def moment_of(visitor: Visitor, draft: Draft) -> str:
    """When it was kept, for the page that offers it again."""
    return clock_time((draft.kept_at + visitor.portal.settings.clock.offset).isoformat())


def _is_too_long(name: str, value: str) -> bool:
    """The page says so to whoever pastes it."""
    return name == "document_text" and len(value) > MOST_CHARACTERS


def _form_of(sent: Sent) -> str:
    form = sent.text("draft")
    if FORM.fullmatch(form) is None:
        raise HTTPException(404)
    return form
