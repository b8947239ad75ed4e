"""A directive as it is typed: the document, and a form for each of its tasks."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from portal.agencies import AgencyName
from portal.answers.directory import RecognisedNameOut
from portal.formats import full_day
from portal.forms.fields import Agencies, Agency, Area, Choice, Day, Field, Own, Segmented, Unreadable
from portal.forms.form import Form, Wrong
from portal.forms.merging import Values, of_json, take_choices, to_json, values_of
from portal.messages import Catalogue
from portal.screens.document_text import MOST_CHARACTERS, Found, deadline_of, demand_of, read_head
from portal.services import Json
from portal.web import Sent

# The choice, beside the groups that the directory knows, of a group whose agencies are named here.
COMPOSED = "composed"
# Fields of which the service says which agency is wrong by its place.
BY_PLACE = ("group_agencies", "left_out")
INSTRUCTION_FIELD = re.compile(r"instructions-(\d+)-")
# "Số: 123/TB-VPUBND", as it stands in the document.
WHOLE_NUMBER = re.compile(r"(?:số\s*:?\s*)?(?P<number>[^\s/]+)\s*/\s*(?P<notation>\S.*)", re.IGNORECASE)
NORMAL = "NORMAL"
DATED, UNDATED = "DATED", "NONE"
KINDS = (
    "cong-van",
    "chi-thi",
    "cong-dien",
    "thong-bao-ket-luan",
    "thong-bao",
    "ke-hoach",
    "quyet-dinh",
    "nghi-quyet",
    "chuong-trinh",
    "khac",
)
URGENCIES = (NORMAL, "URGENT", "VERY_URGENT", "EXPRESS")
DELIVERABLES = ("", "bao-cao", "to-trinh", "du-thao", "ke-hoach", "de-an", "khac")


def _secrecy(typed: Mapping[str, str]) -> str:
    """Nobody's silence is taken for a level."""
    if not typed["secrecy"]:
        raise Unreadable("register.secrecy-missing")
    return typed["secrecy"]


DOCUMENT: tuple[Field, ...] = (
    Own("secrecy", "register.secrecy", reads=_secrecy),
    # To work from: it lies in the draft of whoever types, and is no part of what is saved.
    Own("document_text", "register.document-text"),
    Choice("kind", "register.kind", "span-3 half unless-secret", words="kind", keys=KINDS, default=KINDS[0]),
    Choice("urgency", "register.urgency", "span-3 half unless-secret", words="urgency", keys=URGENCIES, default=NORMAL),
    Field("number", "register.number", "span-2 half unless-secret", inputmode="numeric"),
    Field("notation", "register.notation", "span-2 half unless-secret", placeholder="UBND-KGVX"),
    Day("issue_date", "register.issue-date", "span-2 unless-secret", required=True),
    Area("subject", "register.subject", "unless-secret", required=True, rows=2),
    Field("signer", "register.signer", "unless-secret", placeholder="register.signer-hint"),
    # Asked for only where a document of the same number is registered.
    Field("another_document_reason", "register.another-document-reason", "unless-secret", note="register.another-document-note"),
)
INSTRUCTION: tuple[Field, ...] = (
    Area("content", "register.content", required=True),
    Agency("lead", "task.lead", "span-3", note="register.one-agency"),
    Choice("lead_group", "register.lead-group", "span-3"),
    Agencies("left_out", "register.left-out", "if-known-group", note="register.left-out-note"),
    Field("group_name", "register.group-name", "if-composed", placeholder="register.group-name-hint", only_if=("lead_group", COMPOSED)),
    Agencies("group_agencies", "register.group-agencies", "if-composed", note="register.group-agencies-note"),
    # What is not understood of it stays in it, to be mended; nothing of it is sent.
    Own("group_pasted", "register.group-pasted"),
    Agencies("coordinating", "task.coordinating"),
    Choice("deliverable", "task.deliverable", "span-3", words="deliverable", keys=DELIVERABLES),
    Choice("field", "task.field", "span-3"),
    Segmented("deadline_class", "register.deadline-class", "span-3", words="deadline-class", keys=(DATED, UNDATED), default=DATED),
    Day("due", "task.due", "span-3 if-dated", only_if=("deadline_class", DATED)),
    Field(
        "no_deadline_reason",
        "register.no-deadline-reason",
        "span-3 if-undated",
        placeholder="register.no-deadline-reason-hint",
        only_if=("deadline_class", UNDATED),
    ),
    Field("deadline_wording", "register.deadline-wording", placeholder="register.deadline-wording-hint"),
    # Needed only for a lead without an account, and left empty for the Office.
    Agency("reporting", "task.reporting", note="register.reporting-note"),
)


@dataclass(frozen=True)
class Seen:
    """A draft as it was when its form was opened; of a document that is new nothing."""

    document: Values = field(default_factory=dict)
    instructions: Sequence[Values] = ()

    @staticmethod
    def of_sent(text: str) -> "Seen":
        try:
            found = json.loads(text)
        except ValueError:
            return Seen()
        if not isinstance(found, dict) or not isinstance(found.get("instructions"), list):
            return Seen()
        return Seen(of_json(DOCUMENT, found.get("document")), [of_json(INSTRUCTION, one) for one in found["instructions"]])

    def __str__(self) -> str:
        """As it lies hidden in the form."""
        if not self.document:
            return ""
        return json.dumps({"document": to_json(self.document), "instructions": [to_json(one) for one in self.instructions]})


@dataclass
class InstructionForm(Form):
    """`unread` are the names of the pasted list that are not clear, `renamed` those of agencies that are called otherwise now."""

    unread: Sequence[RecognisedNameOut] = ()
    renamed: Sequence[RecognisedNameOut] = ()

    @property
    def is_composed(self) -> bool:
        return self["lead_group"] == COMPOSED

    def take_list(self, read: Sequence[RecognisedNameOut]) -> None:
        """Who is meant joins the group; what is not clear stays where it was pasted."""
        for one in read:
            if one["agency"] is not None:
                self._add(one["agency"]["id"])
        self._keep(read)
        self.renamed = [one for one in read if one["was_called"]]

    def take_offer(self, agency_id: str, typed: str) -> None:
        """Of those who may be meant by a name this one is."""
        self._add(agency_id)
        self._keep([one for one in self.unread if one["typed"] != typed])

    def _add(self, agency_id: str) -> None:
        if agency_id not in self.ids["group_agencies"]:
            self.ids["group_agencies"].append(agency_id)

    def _keep(self, read: Sequence[RecognisedNameOut]) -> None:
        self.unread = [one for one in read if one["agency"] is None]
        self.texts["group_pasted"] = "\n".join(one["typed"] for one in self.unread)


@dataclass
class DirectiveForm:
    """`errors` are those of the list of tasks as a whole; each form has its own.

    `is_known`: the service knows another document of this number, and asks why this is one of its own. `worked_on` is the place of the
    task in which typing goes on: it is unfolded, the others are a line each. `offered` is what the head of the pasted text says, if it
    was read (`is_head_read`).
    """

    document: Form
    instructions: list[InstructionForm]
    directive_id: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    is_known: bool = False
    worked_on: int | None = None
    offered: Sequence[Found] = ()
    is_head_read: bool = False
    draft_kept: str = ""
    seen: Seen = field(default_factory=Seen)

    @staticmethod
    def empty(today: date) -> "DirectiveForm":
        return DirectiveForm(Form(DOCUMENT, texts={"issue_date": full_day(today)}), [instruction_form(0)])

    @staticmethod
    def of_sent(sent: Sent) -> "DirectiveForm":
        places = sorted({int(match[1]) for name in sent.form if (match := INSTRUCTION_FIELD.match(name))})
        instructions = [InstructionForm.of_sent(INSTRUCTION, sent, prefix=f"instructions-{place}-") for place in places]
        for one in instructions:
            one.texts["deadline_class"] = one["deadline_class"] or DATED
        document = Form.of_sent(DOCUMENT, sent)
        _part_number(document)
        return DirectiveForm(document, renumbered(instructions), sent.text("directive_id"), seen=Seen.of_sent(sent.text("seen")))

    @staticmethod
    def of_directive(found: Mapping[str, Json], names: Mapping[str, AgencyName]) -> "DirectiveForm":
        document = Form.of_body(DOCUMENT, found)
        document.version = str(found["version"])
        instructions = [_instruction_of(place, one, names) for place, one in enumerate(found["instructions"])]
        seen = Seen(values_of(document), [values_of(one) for one in instructions])
        return DirectiveForm(document, instructions, found["id"], seen=seen)

    @property
    def draft(self) -> str:
        """The path of its page."""
        return f"/directives/{self.directive_id}/edit" if self.directive_id else "/directives/new"

    @property
    def document_fields(self) -> Sequence[Field]:
        """Those that are asked for; the level of secrecy stands before them, the pasted text beside them."""
        asks_why = self.is_known or bool(self.document["another_document_reason"])
        return [one for one in DOCUMENT if not isinstance(one, Own) and (asks_why or one.name != "another_document_reason")]

    @property
    def is_text_too_long(self) -> bool:
        """It is shown, and not kept."""
        return len(self.document["document_text"]) > MOST_CHARACTERS

    @property
    def is_text_pasted(self) -> bool:
        return bool(self.document["document_text"])

    def read_head(self) -> None:
        """Offer what the head of the pasted text says, and the form does not."""
        self.offered = [one for one in read_head(self.document["document_text"]) if self.document[one.name] != one.text]
        self.is_head_read = True

    def take(self, names: Collection[str]) -> None:
        """Fill these fields with what the pasted text says of them."""
        for one in read_head(self.document["document_text"]):
            if one.name in names:
                self.document.texts[one.name] = one.text
                self.document.focused = one.name

    def add_passage(self, passage: str) -> None:
        """A task that demands what the passage says, in the place of one in which nothing is said yet."""
        untouched = [place for place, one in enumerate(self.instructions) if _is_untouched(one)]
        if not untouched:
            self.instructions.append(instruction_form(len(self.instructions)))
        place = untouched[0] if untouched else len(self.instructions) - 1
        self.instructions[place].texts |= {"content": demand_of(passage), "deadline_wording": deadline_of(passage)}
        self.work_on(place, "lead")

    def work_on(self, place: int, field: str = "content") -> None:
        """Typing goes on there."""
        self.worked_on = place
        self.instructions[place].focused = field

    @property
    def is_secret(self) -> bool:
        return self.document["secrecy"] not in ("", NORMAL)

    def is_unfolded(self, place: int) -> bool:
        """What is wrong is never hidden, and a single task needs no fold."""
        return place == self.worked_on or bool(self.instructions[place].errors) or len(self.instructions) == 1

    @property
    def forms(self) -> Sequence[Form]:
        return (self.document, *self.instructions)

    def take_choices(self, words: Catalogue) -> None:
        """What was chosen between one's own and what somebody else has saved; what is not chosen comes into the errors."""
        take_choices(self.document, self.seen.document, words)
        for one in self.instructions:
            known = one.was.isdecimal() and int(one.was) < len(self.seen.instructions)
            take_choices(one, self.seen.instructions[int(one.was)] if known else {}, words)

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors) or any(one.errors for one in self.forms)

    def body(self, words: Catalogue) -> dict[str, Json]:
        """What is sent to the service; what cannot be read is put into the errors of its form."""
        return {**self.document.body(words), "instructions": [_instruction_body(one, words) for one in self.instructions]}

    def wrong(self, words: Catalogue) -> Iterator[Wrong]:
        for form in self.forms:
            yield from form.wrong(words)

    def note(self, errors: Mapping[str, str], names: Mapping[str, AgencyName]) -> None:
        """Put what the service said of `instructions.0.assignments.1.agency_id` beside the field where it was typed.

        In a group it is said of all its agencies at once, by their `names`.
        """
        of_agencies: dict[tuple[int, str, str], list[int]] = {}
        for name, text in errors.items():
            parts = name.split(".")
            if parts[0] == "instructions" and len(parts) >= 3:
                place, one = int(parts[1]), self.instructions[int(parts[1])]
                field = _field_of(one, parts)
                if field in BY_PLACE and parts[-1].isdecimal():
                    of_agencies.setdefault((place, field, text), []).append(int(parts[-1]))
                else:
                    one.note(field, text)
            elif parts[0] == "instructions":
                self.errors.setdefault("instructions", text)
            else:
                self.document.note(parts[0], text)
        for (place, field, text), members in of_agencies.items():
            one = self.instructions[place]
            known = [agency.short_name for agency in one.tokens(field, names)]
            one.note(field, Markup("{}: {}").format(", ".join(known[member] for member in sorted(members)), text))


def _part_number(document: Form) -> None:
    """Pasted whole it falls into number and notation; a notation that is typed already stays."""
    if not document["notation"] and (whole := WHOLE_NUMBER.fullmatch(document["number"])) is not None:
        document.texts |= whole.groupdict()


def instruction_form(place: int) -> InstructionForm:
    return InstructionForm(INSTRUCTION, f"instructions-{place}-")


def _is_untouched(one: Form) -> bool:
    empty = instruction_form(0)
    return one.texts == empty.texts and one.ids == empty.ids


def renumbered(instructions: list[InstructionForm]) -> list[InstructionForm]:
    """One after another, whatever was added or removed."""
    for place, one in enumerate(instructions):
        one.prefix = f"instructions-{place}-"
    return instructions


def _instruction_body(one: InstructionForm, words: Catalogue) -> dict[str, Json]:
    body = one.body(words)
    name, group = body.pop("group_name"), body["lead_group"]
    leads = [{"agency_id": agency_id, "role": "LEAD"} for agency_id in one.ids["lead"]]
    helping = [{"agency_id": agency_id, "role": "COORDINATING"} for agency_id in one.ids["coordinating"]]
    return {
        **body,
        "assignments": leads + helping,
        "reporting_agency_id": next(iter(one.ids["reporting"]), None),
        "lead_group": None if one.is_composed else group,
        "composed_group": {"name": name or "", "agency_ids": one.ids["group_agencies"]} if one.is_composed else None,
        "left_out_agency_ids": one.ids["left_out"] if group and not one.is_composed else [],
    }


def _field_of(one: Form, parts: list[str]) -> str:
    """Agencies are typed by name, and sent by their ids."""
    if parts[2] == "composed_group":
        return "group_name" if parts[-1] == "name" else "group_agencies"
    if parts[2] != "assignments":
        return {"reporting_agency_id": "reporting", "left_out_agency_ids": "left_out"}.get(parts[2], parts[2])
    is_lead = len(parts) == 3 or (parts[3] == "0" and bool(one.ids["lead"]))
    return "lead" if is_lead else "coordinating"


def _instruction_of(place: int, found: Mapping[str, Json], names: Mapping[str, AgencyName]) -> InstructionForm:
    form = InstructionForm.of_body(INSTRUCTION, found, prefix=f"instructions-{place}-")
    form.was = str(place)
    for name, role in (("lead", "LEAD"), ("coordinating", "COORDINATING")):
        form.ids[name] = [given["agency_id"] for given in found["assignments"] if given["role"] == role]
    form.ids["left_out"] = list(found["left_out_agency_ids"])
    if (group := found["composed_group"]) is not None:
        form.texts |= {"lead_group": COMPOSED, "group_name": group["name"]}
        form.ids["group_agencies"] = list(group["agency_ids"])
    form.ids["reporting"] = [found["reporting_agency_id"]] if found["reporting_agency_id"] else []
    for name in ("lead", "reporting"):
        form.texts[name] = next((names[one].name for one in form.ids[name] if one in names), "")
    return form
