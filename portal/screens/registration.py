"""Đăng ký văn bản: a document is entered with its tasks, or a draft is corrected."""

from collections.abc import Sequence
from contextlib import suppress

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from portal.answers import directives, directory
from portal.forms.form import Form
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.screens.agency_lookup import resolve_agencies
from portal.screens.directive_form import COMPOSED, DOCUMENT, DirectiveForm, instruction_form, renumbered
from portal.screens.directive_merge import merge_directive
from portal.screens.document_text import MOST_CHARACTERS
from portal.screens.drafts import draft_of, finish_draft, keep_draft, moment_of
from portal.services import ChangeMarks, Refused, ServiceAway
from portal.web import Sent, SentForm, Visit, Visitor, go, together

router = APIRouter()

# Steps that take over what is typed into a field of agencies; what of it is not clear stays said.
ADDING = ("add-agency", "read-agencies")
SECRECIES = ("NORMAL", "CONFIDENTIAL", "SECRET", "TOP_SECRET")


@router.get("/directives/new")
async def new(visitor: Visit) -> Response:
    return await _opened(visitor, DirectiveForm.empty(visitor.today))


@router.get("/directives/{directive_id}/edit")
async def edit(visitor: Visit, directive_id: str) -> Response:
    found = await visitor.get(directives.DIRECTIVE, directive_id)
    return await _opened(visitor, DirectiveForm.of_directive(found, await visitor.portal.agencies.known(visitor)))


async def _opened(visitor: Visitor, form: DirectiveForm) -> Response:
    """With what was typed into it before and not saved."""
    if (draft := await draft_of(visitor, form.draft)) is not None:
        form = DirectiveForm.of_sent(Sent(draft.typed))
        form.draft_kept = moment_of(visitor, draft)
        form.worked_on = len(form.instructions) - 1
    return await _form_page(visitor, form)


@router.post("/directives")
@router.post("/directives/draft")
async def register(visitor: Visit, sent: SentForm) -> Response:
    """Save, or one of the steps on the way: a task more, a task less, an agency taken over."""
    form = DirectiveForm.of_sent(sent)
    await keep_draft(visitor, form.draft, sent)
    if form.is_secret:
        return await _refuse_secret(visitor, form, sent.change)
    step, *where = sent.text("act").split() or [""]
    await resolve_agencies(visitor, form)
    # A step that no button of ours names changes nothing.
    with suppress(ValueError, IndexError):
        _take_step(form, step, where, sent)
    for one in form.instructions:
        if one.unread:
            one.errors["group_pasted"] = visitor.messages("register.unread", n=len(one.unread))
    if step != "save":
        return await _form_page(visitor, form)
    return await _save(visitor, form, sent)


def _take_step(form: DirectiveForm, step: str, where: list[str], sent: Sent) -> None:
    if step == "save":
        return
    for one in form.instructions:
        one.errors = {name: text for name, text in one.errors.items() if step in ADDING and where == [one.id_of(name)]}
    if step == "add-instruction":
        form.instructions.append(instruction_form(len(form.instructions)))
        form.work_on(len(form.instructions) - 1)
    elif step == "add-passage":
        form.add_passage(sent.text("passage"))
    elif step == "read-head":
        form.read_head()
    elif step == "take":
        form.take(where)
        form.read_head()
    elif step == "leave":
        form.document.focused = "number"
    elif step == "remove-instruction":
        removed = int(where[0])
        del form.instructions[removed : removed + 1]
        renumbered(form.instructions)
        if form.instructions:
            form.work_on(min(removed, len(form.instructions) - 1))
    elif step in ADDING:
        form.worked_on = _place_in(where[0])
        if step == "read-agencies":
            form.work_on(form.worked_on, "group_pasted" if form.instructions[form.worked_on]["group_pasted"] else "group_agencies")
    elif step == "take-agency":
        control, agency_id, *typed = where
        one = form.instructions[_place_in(control)]
        one.take_offer(agency_id, " ".join(typed))
        form.work_on(_place_in(control), "group_pasted" if one.unread else "group_agencies")
    elif step == "remove-agency":
        form.worked_on = _place_in(where[0])
        one = form.instructions[form.worked_on]
        name = where[0].removeprefix(one.prefix)
        one.ids[name] = [agency_id for agency_id in one.ids[name] if agency_id != where[1]]


def _place_in(control: str) -> int:
    """Of which task it is: 2 of "instructions-2-coordinating"."""
    return int(control.split("-")[1])


async def _save(visitor: Visitor, form: DirectiveForm, sent: Sent) -> Response:
    form.take_choices(visitor.messages)
    body = form.body(visitor.messages)
    if form.is_wrong:
        return await _form_page(visitor, form, status=422, problem=RefusalWords(visitor.messages("problem.invalid-body")))
    try:
        if form.directive_id:
            saved = await visitor.change("directives", f"/directives/{form.directive_id}", body, sent.change, method="PUT")
        else:
            saved = await visitor.change("directives", "/directives", body, sent.change)
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        return await _refused(visitor, form, refused)
    except ServiceAway:
        # Nobody knows whether it was written down, so the key stays: sent again, it is written once.
        problem = RefusalWords(visitor.messages("away.form"), visitor.messages("away.form-advice"))
        return await _form_page(visitor, form, status=503, problem=problem)
    await finish_draft(visitor, form.draft, sent)
    return go(f"/directives/{saved['id']}")


async def _refused(visitor: Visitor, form: DirectiveForm, refused: Refused) -> Response:
    form.document.key = ""
    told: list[Markup] = []
    if refused.code == "stale-version":
        found = await visitor.get(directives.DIRECTIVE, form.directive_id)
        told = merge_directive(form, DirectiveForm.of_directive(found, await visitor.portal.agencies.known(visitor)), visitor.messages)
        for one in form.forms:
            for name in one.theirs:
                one.note(name, visitor.messages("merge.choose"))
    form.is_known = refused.code == "document-registered-already"
    form.note(errors_of(refused, visitor.messages), await visitor.portal.agencies.known(visitor))
    return await _form_page(visitor, form, status=refused.status, problem=problem_of(refused, visitor.messages), told=told)


async def _refuse_secret(visitor: Visitor, form: DirectiveForm, change: ChangeMarks) -> Response:
    """The service refuses and keeps a record of it; nothing of what was typed is sent on, or shown again."""
    blank = DirectiveForm(Form(DOCUMENT, texts={"secrecy": form.document["secrecy"], "kind": "khac", "subject": "–"}), [])
    body = {**blank.body(visitor.messages), "issue_date": visitor.today.isoformat()}
    try:
        await visitor.change("directives", "/directives", body, change)
    except Refused as refused:
        if refused.code != "secrecy-not-allowed":
            raise
        return await visitor.page("secret-refused.html", status=refused.status)
    raise AssertionError("a document that is not normal was accepted")


async def _form_page(
    visitor: Visitor, form: DirectiveForm, *, status: int = 200, problem: RefusalWords | None = None, told: Sequence[Markup] = ()
) -> Response:
    names, groups, fields = await together(
        visitor.portal.agencies.known(visitor), _groups(visitor), visitor.portal.vocabulary.known(visitor)
    )
    words = visitor.messages
    offered: dict[str, Sequence[tuple[str, str]]] = {
        "lead_group": [("", words("register.no-group"))]
        + [(one["key"], words("register.group", name=one["name"], n=one["count"])) for one in groups]
        + [(COMPOSED, words("register.composed"))],
        "field": [("", words("register.no-field")), *fields.items()],
    }
    for one in form.instructions:
        one.offered = offered
    return await visitor.page(
        "register.html",
        status=status,
        form=form,
        names=names,
        problem=problem,
        told=told,
        wrong=list(form.wrong(words)) if problem else [],
        most_characters=MOST_CHARACTERS,
        secrecies=[(one, words(f"secrecy.{one}")) for one in SECRECIES],
    )


async def _groups(visitor: Visitor) -> list[directory.AgencyGroupOut]:
    try:
        return await visitor.get(directory.AGENCY_GROUPS)
    except ServiceAway:
        return []
