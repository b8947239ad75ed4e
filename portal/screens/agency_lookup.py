"""From a typed name to an agency. The directory searches; here it is only decided whether the answer is clear."""

from collections.abc import Mapping

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from portal.agencies import AgencyName
from portal.answers import directory
from portal.forms.form import Form
from portal.screens.directive_form import DirectiveForm, InstructionForm
from portal.screens.pasted_agencies import MOST_CHARACTERS, read_list
from portal.web import Visit, Visitor

router = APIRouter()

OFFERED = 8
# Fields of an instruction in which one agency is named, and those in which one is added after another.
ONE_AGENCY = ("lead", "reporting")
SEVERAL_AGENCIES = ("coordinating", "left_out", "group_agencies")


class NotClear(Exception):
    """No agency, or several, go by the typed name; `words` say which, safe to print in a page."""

    def __init__(self, words: Markup) -> None:
        super().__init__(words)
        self.words = words


@router.get("/agencies/options")
async def options(visitor: Visit, q: str = "") -> Response:
    """The list under an agency field."""
    found = await matching(visitor, q) if q.strip() else []
    return visitor.part("agency-options.html", "options", options=found, q=q.strip())


async def matching(visitor: Visitor, typed: str) -> list[directory.AgencyOut]:
    page = await visitor.get(directory.AGENCIES, q=typed.strip()[:200], living="true", limit=OFFERED)
    found: list[directory.AgencyOut] = page["items"]
    return found


async def resolve_agencies(visitor: Visitor, form: DirectiveForm) -> None:
    """Give every typed name its agency; a name that is not clear becomes an error beside its field."""
    names = await visitor.portal.agencies.known(visitor)
    for one in form.instructions:
        for field in ONE_AGENCY:
            await resolve_agency(visitor, one, field, names)
        for field in filter(one.__getitem__, SEVERAL_AGENCIES):
            try:
                agency = await the_one(visitor, one[field])
                one.texts[field] = ""
                one.ids[field] = list(dict.fromkeys([*one.ids[field], agency["id"]]))
            except NotClear as unclear:
                one.note(field, unclear.words)
        if one.is_composed and one["group_pasted"]:
            await _take_list(visitor, one)


async def resolve_agency(visitor: Visitor, form: Form, field: str, names: Mapping[str, AgencyName]) -> None:
    """Give the name typed into a field of one agency its agency, where that was not chosen from the list."""
    chosen = names.get(next(iter(form.ids[field]), ""))
    if not form[field]:
        form.ids[field] = []
    elif chosen is None or form[field] not in (chosen.name, chosen.short_name):
        form.ids[field] = []
        try:
            agency = await the_one(visitor, form[field])
            form.texts[field], form.ids[field] = agency["name"], [agency["id"]]
        except NotClear as unclear:
            form.note(field, unclear.words)


async def _take_list(visitor: Visitor, one: InstructionForm) -> None:
    """Whom the pasted list names joins the group."""
    if len(one["group_pasted"]) > MOST_CHARACTERS:
        one.note("group_pasted", visitor.messages("register.list-too-long", most=MOST_CHARACTERS))
        return
    one.take_list(await read_list(visitor, one["group_pasted"]))


async def the_one(visitor: Visitor, typed: str) -> directory.AgencyOut:
    """Raises NotClear."""
    found = await matching(visitor, typed)
    known_as = ("name", "short_name", "matched_alias")
    exact = [one for one in found if typed.casefold() in {str(one.get(name) or "").casefold() for name in known_as}]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if not found:
        raise NotClear(visitor.messages("form.agency-unknown", typed=typed))
    raise NotClear(visitor.messages("form.agency-unclear", typed=typed, names=", ".join(one["name"] for one in found[:4])))
