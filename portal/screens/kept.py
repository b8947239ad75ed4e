"""What was sent and could not be received: shown with its words, and sent again as it is. Nothing typed is lost."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal.agencies import AgencyName
from portal.csrf import FORM_FIELD
from portal.forms.fields import Agency, Area, Choice, Day, Field
from portal.forms.form import Kept
from portal.messages import Catalogue
from portal.screens.agency_record import LESS, MORE
from portal.screens.agency_reports import COMPLETION, PROGRESS
from portal.screens.confirm import DECISION
from portal.screens.directive_form import DOCUMENT, INSTRUCTION, INSTRUCTION_FIELD, NORMAL
from portal.screens.new_agency import AGENCY
from portal.screens.people import CHANGE, END, PERSON
from portal.screens.reorganisations import PLAN
from portal.screens.settings_calendar import TYPES
from portal.web import Sent

# What every decision on a rule of the province says, and the days of a calendar.
RULE: tuple[Field, ...] = (
    Field("value", "province.new-value"),
    Day("valid_from", "province.valid-from"),
    Area("reason", "province.reason"),
    Day("day", "calendar.day"),
    Choice("type", "calendar.type", words="day-type", keys=TYPES),
    Field("name", "calendar.name"),
    Field("basis", "calendar.basis"),
)
DIRECTIVE = (*DOCUMENT, *INSTRUCTION)
# The form of a path comes first; a name that it does not know is looked for in the others.
FORMS: Sequence[tuple[re.Pattern[str], Sequence[Field]]] = (
    (re.compile(r"/directives"), DIRECTIVE),
    (re.compile(r"/tasks/[^/]+/progress"), PROGRESS),
    (re.compile(r"/tasks/[^/]+/completion"), COMPLETION),
    (re.compile(r"/confirm/"), DECISION),
    (re.compile(r"/settings/"), RULE),
    (re.compile(r"/agencies$"), AGENCY),
    (re.compile(r"/agencies/"), (*MORE, *LESS)),
    (re.compile(r"/agencies/[^/]+/people$"), PERSON),
    (re.compile(r"/agencies/reorganisations$"), PLAN),
    (re.compile(r"/memberships/"), (*CHANGE, *END)),
)
ROW = re.compile(r"-\d+$")
# Controls that say nothing by themselves.
SAYS_NOTHING = {"secrecy", "deadline_class", "file_id", "percent_seen", "is_head", "leaves_nobody", "seen"}
IN_ANOTHER_CONTROL = "other"


@dataclass(frozen=True)
class Unsent:
    """`typed` is what a person reads again, `fields` what is sent again to `action`: the same request, under the same key."""

    action: str
    typed: list[Kept]
    fields: list[tuple[str, str]]
    had_file: bool


def unsent(path: str, sent: Sent, words: Catalogue, names: Mapping[str, AgencyName]) -> Unsent | None:
    """None for what no person typed, and for a document that is not normal: nothing of it is ever shown again."""
    if sent.text("secrecy") not in ("", NORMAL):
        return None
    typed = list(_typed(path, sent, words, names))
    return Unsent(path, typed, sent.pairs, sent.has_file) if typed else None


def _typed(path: str, sent: Sent, words: Catalogue, names: Mapping[str, AgencyName]) -> Iterator[Kept]:
    known = _known(path)
    for name, text in sent.pairs:
        place = INSTRUCTION_FIELD.match(name)
        plain = ROW.sub("", INSTRUCTION_FIELD.sub("", name))
        field = known.get(plain)
        if field is None or not text or plain in SAYS_NOTHING or text == IN_ANOTHER_CONTROL or name == FORM_FIELD:
            continue
        label = words(field.label)
        if place is not None:
            label = Markup("{} · {}").format(words("register.instruction", n=int(place[1]) + 1), label)
        yield Kept(name, label, _said(field, plain, text, words, names))


def _known(path: str) -> dict[str, Field]:
    known: dict[str, Field] = {}
    for _, fields in sorted(FORMS, key=lambda one: one[0].match(path) is not None):
        for one in fields:
            known |= dict.fromkeys(one.typed_into, one)
            if isinstance(one, Agency):
                known[one.id_name] = one
    return known


def _said(field: Field, control: str, text: str, words: Catalogue, names: Mapping[str, AgencyName]) -> str:
    if isinstance(field, Agency) and control == field.id_name:
        return names[text].name if text in names else text
    if isinstance(field, Choice) and field.words:
        return words.get(f"{field.words}.{text}", text)
    return text
