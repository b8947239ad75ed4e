"""An administrator adds an agency of which the directory does not know: a working group, an enterprise, a central body."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import directory
from portal.formats import full_day
from portal.forms.fields import Agency, Area, Choice, Day, Field, Lines, Segmented, Words
from portal.forms.form import Form
from portal.messages import Catalogue
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.screens.agency_lookup import resolve_agency
from portal.screens.decisions import unknown
from portal.screens.drafts import draft_of, finish_draft, keep_draft, moment_of
from portal.services import Json, Refused, ServiceAway
from portal.web import Sent, SentForm, Visit, Visitor, go

router = APIRouter()

PATH = "/agencies/new"
PROVINCE, CENTRAL = "province", "central"
AGENCY: tuple[Field, ...] = (
    Words("name", "new-agency.name", required=True, placeholder="new-agency.name-example"),
    Words("short_name", "new-agency.short-name", "span-3", required=True, placeholder="new-agency.short-name-example"),
    Choice("kind", "new-agency.kind", "span-3", words="agency-kind"),
    Segmented("belongs_to", "new-agency.belongs-to", "span-3", words="new-agency.belongs-to", keys=(PROVINCE, CENTRAL), default=PROVINCE),
    Agency("parent", "new-agency.parent", "span-3", note="new-agency.parent-note"),
    Lines("aliases", "new-agency.aliases", note="new-agency.aliases-note", rows=3),
    Field("identifier", "new-agency.identifier", "span-3", note="new-agency.identifier-note", placeholder="new-agency.identifier-example"),
    Day("valid_from", "new-agency.valid-from", "span-3", required=True, missing="province.day-missing"),
    Area("reason", "new-agency.reason", required=True, rows=2, placeholder="new-agency.reason-example"),
)
# A field as the service names it → as the form does.
NAMED_BY_SERVICE = {"is_central": "belongs_to", "parent_id": "parent"}


@router.get(PATH)
async def new_agency(visitor: Visit) -> Response:
    draft = await draft_of(visitor, PATH)
    if draft is None:
        return await _page(visitor, Form(AGENCY, texts={"valid_from": full_day(visitor.today)}, draft=PATH))
    form = Form.of_sent(AGENCY, Sent(draft.typed), draft=PATH)
    form.draft_kept = moment_of(visitor, draft)
    return await _page(visitor, form)


@router.post("/agencies")
async def add_agency(visitor: Visit, sent: SentForm) -> Response:
    form = Form.of_sent(AGENCY, sent, draft=PATH)
    await keep_draft(visitor, PATH, sent)
    await resolve_agency(visitor, form, "parent", await visitor.portal.agencies.known(visitor))
    body = _body(form, visitor.messages)
    if form.errors:
        return await _page(visitor, form, status=422, problem=RefusalWords(visitor.messages("problem.invalid-body")))
    try:
        added = await visitor.change("directory", "/agencies", body, sent.change, of="agencies")
    except Refused as refused:
        return await _page(visitor, form, status=refused.status, problem=_refused(form, refused, visitor.messages))
    except ServiceAway:
        return await _page(visitor, form, status=503, problem=unknown(visitor.messages))
    # Whoever added it finds it at once, before the directory says that its list has changed.
    visitor.portal.agencies.forget()
    await finish_draft(visitor, PATH, sent)
    return go(f"/agencies/{added['id']}")


def _body(form: Form, words: Catalogue) -> dict[str, Json]:
    body = form.body(words)
    return body | {"is_central": body.pop("belongs_to") == CENTRAL, "parent_id": next(iter(form.ids["parent"]), None)}


def _refused(form: Form, refused: Refused, words: Catalogue) -> RefusalWords:
    """Puts what the service found wrong beside its fields. What is sent next is another text, so it goes under a new key."""
    if refused.status in (401, 404):
        raise refused
    form.key = ""
    for name, text in errors_of(refused, words).items():
        whole = name.partition(".")[0]
        form.note(NAMED_BY_SERVICE.get(whole, whole), text)
    return problem_of(refused, words)


async def _page(visitor: Visitor, form: Form, *, status: int = 200, problem: RefusalWords | None = None) -> Response:
    tree = await visitor.get(directory.AGENCY_TREE)
    form.offered = {"kind": [(kind, visitor.messages.get(f"agency-kind.{kind}", kind)) for kind in tree["may_add"]]}
    return await visitor.page(
        "new-agency.html",
        status=status,
        form=form,
        may_add=bool(tree["may_add"]),
        names=await visitor.portal.agencies.known(visitor),
        problem=problem,
        wrong=list(form.wrong(visitor.messages)),
    )
