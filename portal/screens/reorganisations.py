"""Sắp xếp cơ quan: an administrator says which agencies end and who takes over, sees what follows, and plans it for a day to come."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import directory, tasks
from portal.formats import full_day
from portal.forms.fields import Agency, Area, Choice, Day, Field, Lines
from portal.forms.form import Form
from portal.messages import Catalogue
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.screens.agency_lookup import resolve_agency
from portal.screens.decisions import tomorrow, unknown
from portal.screens.drafts import draft_of, finish_draft, keep_draft, moment_of
from portal.screens.pasted_agencies import MOST_CHARACTERS, read_list
from portal.services import Json, Refused, ServiceAway
from portal.web import Sent, SentForm, Visit, Visitor, go, together

router = APIRouter()

LIST = "/agencies/reorganisations"
NEW = f"{LIST}/new"
SHOWN = 50
KINDS = ("MERGE", "SPLIT", "CARVE_OUT", "DISSOLVE", "RENAME")
# The district level is no more.
KINDS_OF_NEW = (
    "DEPARTMENT",
    "COMMUNE",
    "WARD",
    "SPECIAL_ZONE",
    "PUBLIC_UNIT",
    "CENTRAL_BRANCH",
    "STATE_ENTERPRISE",
    "MASS_ORGANISATION",
    "WORKING_GROUP",
    "OFFICE",
    "PROVINCE_COMMITTEE",
    "EXTERNAL",
)
PLAN: tuple[Field, ...] = (
    Choice("kind", "reorganise.kind", "span-3", words="reorganisation-kind", keys=KINDS),
    Day("effective_on", "reorganise.effective-on", "span-3", required=True, missing="province.day-missing"),
    Lines("from_agencies", "reorganise.from", required=True, note="reorganise.from-note", rows=3),
    Lines("to_agencies", "reorganise.to", note="reorganise.to-note", rows=2),
    Lines("new_agencies", "reorganise.new", note="reorganise.new-note", rows=2),
    Choice("new_kind", "reorganise.new-kind", "span-3", words="agency-kind", keys=KINDS_OF_NEW),
    Agency("new_parent", "reorganise.new-parent", "span-3", note="new-agency.parent-note"),
    Area("legal_basis", "reorganise.legal-basis", required=True, rows=2, placeholder="reorganise.legal-basis-example"),
)
# A field as the service names it → as the form does.
NAMED_BY_SERVICE = {"from_agency_ids": "from_agencies", "to_agency_ids": "to_agencies"}
OF_THE_NEW = {"kind": "new_kind", "parent_id": "new_parent"}


@dataclass(frozen=True)
class Concerned:
    """An agency before or after, with the people and the open tasks that it has now; None while the tasks service is away."""

    agency: directory.AgencyConcernedOut
    ends: bool
    leads: int | None


@dataclass(frozen=True)
class Picture:
    """What follows from a plan: who ends, who takes over, and what moves with it."""

    follows: directory.ConsequencesOut
    before: list[Concerned]
    after: list[Concerned]
    leads: int | None
    becoming_one: int | None
    eve: date
    day: date


@router.get(LIST)
async def reorganisations(visitor: Visit, cursor: str = "") -> Response:
    found = await visitor.get(directory.REORGANISATIONS, cursor=cursor, limit=SHOWN)
    return await visitor.page(
        "reorganisations.html", found=found, next_url=f"{LIST}?cursor={found['next_cursor']}" if found["next_cursor"] else ""
    )


@router.get(NEW)
async def new_reorganisation(visitor: Visit) -> Response:
    draft = await draft_of(visitor, NEW)
    if draft is None:
        return await _page(visitor, Form(PLAN, texts={"kind": "MERGE", "new_kind": "DEPARTMENT"}, draft=NEW))
    form = Form.of_sent(PLAN, Sent(draft.typed), draft=NEW)
    form.draft_kept = moment_of(visitor, draft)
    return await _page(visitor, form)


@router.post(LIST)
async def plan(visitor: Visit, sent: SentForm) -> Response:
    """Shows what would follow, and plans what was shown: another body is shown first."""
    form = Form.of_sent(PLAN, sent, draft=NEW)
    await keep_draft(visitor, NEW, sent)
    body = await _body(visitor, form)
    if form.errors:
        return await _page(visitor, form, status=422, problem=RefusalWords(visitor.messages("problem.invalid-body")))
    try:
        if sent.text("seen") == _mark_of(body):
            planned = await visitor.change("directory", "/reorganisations", body, sent.change, of="agencies")
            await finish_draft(visitor, NEW, sent)
            return go(f"{LIST}/{planned['id']}")
        follows: directory.ConsequencesOut = await visitor.change("directory", "/reorganisations/preview", body, sent.change, of="agencies")
    except Refused as refused:
        return await _page(visitor, form, status=refused.status, problem=_refused(form, refused, visitor.messages))
    except ServiceAway:
        return await _page(visitor, form, status=503, problem=unknown(visitor.messages))
    picture = await _picture(visitor, follows, date.fromisoformat(body["effective_on"]))
    return await _page(visitor, form, picture=picture, seen=_mark_of(body))


@router.get(f"{LIST}/{{reorganisation_id}}")
async def reorganisation(visitor: Visit, reorganisation_id: str) -> Response:
    return await _one(visitor, reorganisation_id)


@router.post(f"{LIST}/{{reorganisation_id}}/withdraw")
async def withdraw(visitor: Visit, reorganisation_id: str, sent: SentForm) -> Response:
    reason = sent.text("reason")
    try:
        path = directory.REORGANISATION.at((reorganisation_id,))
        await visitor.change("directory", f"{path}/withdraw", {"reason": reason}, sent.change, of="agencies")
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        words = problem_of(refused, visitor.messages)
        wrong = errors_of(refused, visitor.messages).get("reason", "")
        return await _one(visitor, reorganisation_id, status=refused.status, problem=words, reason=reason, wrong=wrong)
    return go(f"{LIST}/{reorganisation_id}")


async def _one(
    visitor: Visitor, reorganisation_id: str, *, status: int = 200, problem: RefusalWords | None = None, reason: str = "", wrong: str = ""
) -> Response:
    found = await visitor.get(directory.REORGANISATION, reorganisation_id)
    day = date.fromisoformat(found["effective_on"])
    picture = await _picture(visitor, found["consequences"], day) if found["consequences"] else None
    return await visitor.page(
        "reorganisation.html",
        status=status,
        r=found,
        picture=picture,
        progress=await _progress(visitor, reorganisation_id) if found["standing"] == "IN_EFFECT" else None,
        eve=day - timedelta(days=1),
        day=day,
        problem=problem,
        reason=reason,
        wrong=wrong,
    )


async def _progress(visitor: Visitor, reorganisation_id: str) -> tasks.ProgressOut | None:
    """None while the tasks service is away."""
    try:
        return await visitor.get(tasks.SUCCESSIONS_PROGRESS, reorganisation_id=reorganisation_id)
    except ServiceAway:
        return None


async def _picture(visitor: Visitor, follows: directory.ConsequencesOut, day: date) -> Picture:
    work = await _open_work(visitor, [one["id"] for one in (*follows["before"], *follows["after"]) if not one["is_new"]])
    leads = {one["agency_id"]: one["leads"] for one in work["items"]} if work else None

    def concerned(those: Sequence[directory.AgencyConcernedOut]) -> list[Concerned]:
        return [Concerned(one, one["id"] in follows["ending"], leads.get(one["id"], 0) if leads is not None else None) for one in those]

    return Picture(
        follows,
        concerned(follows["before"]),
        concerned(follows["after"]),
        sum(leads.get(one, 0) for one in follows["ending"]) if leads is not None else None,
        work["becoming_one"] if work and follows["moves_by_itself"] else None,
        day - timedelta(days=1),
        day,
    )


async def _open_work(visitor: Visitor, agency_ids: list[str]) -> tasks.OpenWorkOut | None:
    """None while the tasks service is away: who ends and who takes over is known all the same."""
    try:
        return await visitor.get(tasks.SUCCESSIONS_OPEN_WORK, agency_ids=agency_ids)
    except ServiceAway:
        return None


async def _body(visitor: Visitor, form: Form) -> dict[str, Json]:
    """What is sent to the directory; names that are not clear, and what cannot be read, are put into the errors of the form."""
    names = await visitor.portal.agencies.known(visitor)
    await resolve_agency(visitor, form, "new_parent", names)
    typed = form.body(visitor.messages)
    from_ids, to_ids = await together(_named(visitor, form, "from_agencies"), _named(visitor, form, "to_agencies"))
    parent = next(iter(form.ids["new_parent"]), None)
    return {
        "kind": typed["kind"],
        "from_agency_ids": from_ids,
        "to_agency_ids": to_ids,
        "new_agencies": [
            {"name": name, "short_name": short_name, "kind": typed["new_kind"], "parent_id": parent}
            for name, short_name in map(_two_names, typed["new_agencies"])
        ],
        "effective_on": typed["effective_on"],
        "legal_basis": typed["legal_basis"],
    }


def _two_names(line: str) -> tuple[str, str]:
    """The name, and behind a semicolon the short one; without it both are the same."""
    name, _, short_name = (part.strip() for part in line.partition(";"))
    return name, short_name or name


async def _named(visitor: Visitor, form: Form, field: str) -> list[str]:
    if len(form[field]) > MOST_CHARACTERS:
        form.note(field, visitor.messages("register.list-too-long", most=MOST_CHARACTERS))
        return []
    found = await read_list(visitor, form[field])
    unclear = [_unclear(one, visitor.messages) for one in found if one["agency"] is None]
    if unclear:
        form.note(field, visitor.messages("reorganise.not-clear", names="; ".join(unclear)))
    return [one["agency"]["id"] for one in found if one["agency"] is not None]


def _unclear(one: directory.RecognisedNameOut, words: Catalogue) -> str:
    offers = ", ".join(offer["name"] for offer in one["offers"])
    return str(words("reorganise.may-be", typed=one["typed"], names=offers)) if offers else one["typed"]


def _mark_of(body: Json) -> str:
    """Of what was shown; whoever changes a word afterwards is shown it anew."""
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _refused(form: Form, refused: Refused, words: Catalogue) -> RefusalWords:
    """Puts what the service found wrong beside its fields. What is sent next is another text, so it goes under a new key."""
    if refused.status in (401, 403, 404):
        raise refused
    form.key = ""
    for name, text in errors_of(refused, words).items():
        form.note(_field_of(name), text)
    agency = refused.problem.get("agency")
    told = problem_of(refused, words)
    return replace(told, link=(f"/agencies/{agency['id']}", str(agency["name"]))) if agency else told


def _field_of(name: str) -> str:
    """`new_agencies.0.kind` is one field of all new agencies."""
    whole, _, rest = name.partition(".")
    return OF_THE_NEW.get(rest.partition(".")[2], whole) if whole == "new_agencies" else NAMED_BY_SERVICE.get(whole, whole)


async def _page(
    visitor: Visitor,
    form: Form,
    *,
    status: int = 200,
    problem: RefusalWords | None = None,
    picture: Picture | None = None,
    seen: str = "",
) -> Response:
    tree = await visitor.get(directory.AGENCY_TREE)
    if not form["effective_on"]:
        form.texts["effective_on"] = "" if form.errors else tomorrow(visitor.today)
    return await visitor.page(
        "new-reorganisation.html",
        status=status,
        form=form,
        may_plan=bool(tree["may_add"]),
        names=await visitor.portal.agencies.known(visitor),
        problem=problem,
        wrong=list(form.wrong(visitor.messages)),
        picture=picture,
        seen=seen,
        today_said=full_day(visitor.today),
    )
