"""A directive as it is typed: texts stay texts until they are sent on, so nothing typed is ever lost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.agencies import AgencyName
from portal.formats import NotADay, full_day, parse_day
from portal.messages import Catalogue
from portal.services import Json
from portal.web import Sent

INSTRUCTION_FIELD = re.compile(r"instructions-(\d+)-")
NORMAL = "NORMAL"
DATED = "DATED"


@dataclass
class InstructionForm:
    """`lead` is the typed name, `lead_id` the agency it stands for; `coordinating` is a name not yet taken over into the ids."""

    content: str = ""
    lead: str = ""
    lead_id: str = ""
    lead_group: str = ""
    coordinating: str = ""
    coordinating_ids: list[str] = field(default_factory=list)
    deadline_class: str = DATED
    deadline_wording: str = ""
    due: str = ""
    no_deadline_reason: str = ""
    deliverable: str = ""

    def tokens(self, names: Mapping[str, AgencyName]) -> list[AgencyName]:
        """The coordinating agencies; one without a known name is kept all the same."""
        return [names.get(one) or AgencyName(one, "–", "–", "") for one in self.coordinating_ids]


@dataclass
class DirectiveForm:
    """`errors` lie under the names of the fields in the page."""

    secrecy: str = NORMAL
    kind: str = "cong-van"
    number: str = ""
    notation: str = ""
    issue_date: str = ""
    urgency: str = NORMAL
    subject: str = ""
    signer: str = ""
    instructions: list[InstructionForm] = field(default_factory=lambda: [InstructionForm()])
    directive_id: str = ""
    version: str = ""
    key: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def empty(today: date) -> "DirectiveForm":
        return DirectiveForm(issue_date=full_day(today))

    @staticmethod
    def of_sent(sent: Sent) -> "DirectiveForm":
        places = sorted({int(match[1]) for name in sent.form if (match := INSTRUCTION_FIELD.match(name))})
        return DirectiveForm(
            secrecy=sent.text("secrecy"),
            kind=sent.text("kind"),
            number=sent.text("number"),
            notation=sent.text("notation"),
            issue_date=sent.text("issue_date"),
            urgency=sent.text("urgency"),
            subject=sent.text("subject"),
            signer=sent.text("signer"),
            instructions=[_instruction_of_sent(sent, f"instructions-{place}") for place in places],
            directive_id=sent.text("directive_id"),
            version=sent.text("version"),
            key=sent.text("idempotency_key"),
        )

    @staticmethod
    def of_directive(found: Mapping[str, Json], names: Mapping[str, AgencyName]) -> "DirectiveForm":
        return DirectiveForm(
            secrecy=found["secrecy"] or "",
            kind=found["kind"] or "",
            number=found["number"] or "",
            notation=found["notation"] or "",
            issue_date=full_day(found["issue_date"]),
            urgency=found["urgency"] or "",
            subject=found["subject"] or "",
            signer=found["signer"] or "",
            instructions=[_instruction_of(one, names) for one in found["instructions"]],
            directive_id=found["id"],
            version=str(found["version"]),
        )

    @property
    def is_secret(self) -> bool:
        return self.secrecy != NORMAL

    def body(self, messages: Catalogue) -> Json:
        """What is sent to the service; puts days that are none into `errors`."""
        return {
            "secrecy": self.secrecy,
            "kind": self.kind,
            "number": self.number or None,
            "notation": self.notation or None,
            "issue_date": self._day("issue_date", self.issue_date, messages),
            "urgency": self.urgency,
            "subject": self.subject,
            "signer": self.signer or None,
            "instructions": [self._instruction_body(f"instructions-{place}", one, messages) for place, one in enumerate(self.instructions)],
        }

    def _instruction_body(self, prefix: str, one: InstructionForm, messages: Catalogue) -> Json:
        # A field that the chosen class of deadline hides is not part of what the person sends.
        dated = one.deadline_class == DATED
        leads = [{"agency_id": one.lead_id, "role": "LEAD"}] if one.lead_id else []
        return {
            "content": one.content,
            "deliverable": one.deliverable or None,
            "deadline_class": one.deadline_class,
            "deadline_wording": one.deadline_wording or None,
            "due": self._day(f"{prefix}-due", one.due, messages) if dated else None,
            "no_deadline_reason": None if dated else one.no_deadline_reason or None,
            "assignments": leads + [{"agency_id": agency_id, "role": "COORDINATING"} for agency_id in one.coordinating_ids],
            "lead_group": one.lead_group or None,
        }

    def _day(self, name: str, typed: str, messages: Catalogue) -> str | None:
        if not typed:
            return None
        try:
            return parse_day(typed).isoformat()
        except NotADay:
            self.errors[name] = messages("form.not-a-day")
            return None

    def note(self, errors: Mapping[str, str]) -> None:
        """Put what the service said of `instructions.0.assignments.1.agency_id` beside the field where it was typed."""
        for name, text in errors.items():
            self.errors.setdefault(self._field_of(name), text)

    def _field_of(self, name: str) -> str:
        parts = name.split(".")
        if parts[0] != "instructions" or len(parts) < 3:
            return parts[0]
        prefix = f"instructions-{parts[1]}"
        if parts[2] != "assignments":
            return f"{prefix}-{parts[2]}"
        is_lead = len(parts) == 3 or (parts[3] == "0" and bool(self.instructions[int(parts[1])].lead_id))
        return f"{prefix}-lead" if is_lead else f"{prefix}-coordinating"


def _instruction_of_sent(sent: Sent, prefix: str) -> InstructionForm:
    def text(name: str) -> str:
        return sent.text(f"{prefix}-{name}")

    return InstructionForm(
        content=text("content"),
        lead=text("lead"),
        lead_id=text("lead_id"),
        lead_group=text("lead_group"),
        coordinating=text("coordinating"),
        coordinating_ids=list(dict.fromkeys(one for one in sent.texts(f"{prefix}-coordinating_id") if one)),
        deadline_class=text("deadline_class") or DATED,
        deadline_wording=text("deadline_wording"),
        due=text("due"),
        no_deadline_reason=text("no_deadline_reason"),
        deliverable=text("deliverable"),
    )


def _instruction_of(one: Mapping[str, Json], names: Mapping[str, AgencyName]) -> InstructionForm:
    lead = next((given["agency_id"] for given in one["assignments"] if given["role"] == "LEAD"), "")
    return InstructionForm(
        content=one["content"],
        lead=names[lead].name if lead in names else "",
        lead_id=lead,
        lead_group=one["lead_group"] or "",
        coordinating_ids=[given["agency_id"] for given in one["assignments"] if given["role"] == "COORDINATING"],
        deadline_class=one["deadline_class"],
        deadline_wording=one["deadline_wording"] or "",
        due=full_day(one["due"]),
        no_deadline_reason=one["no_deadline_reason"] or "",
        deliverable=one["deliverable"] or "",
    )
