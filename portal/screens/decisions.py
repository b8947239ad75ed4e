"""What every decision on a rule of the province says beside its value: from which day, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.formats import NotADay, full_day, parse_day
from portal.messages import Catalogue
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.services import Json, Refused
from portal.web import Sent


@dataclass
class DecisionForm:
    """As it was typed. `withdrawn` is the day whose planned change somebody wanted to take back."""

    valid_from: str = ""
    reason: str = ""
    key: str = ""
    withdrawn: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def body(self, messages: Catalogue) -> dict[str, Json]:
        """What is sent; puts what is missing or cannot be read into `errors`."""
        day = None
        try:
            day = parse_day(self.valid_from).isoformat()
        except NotADay:
            self.errors["valid_from"] = messages("form.not-a-day" if self.valid_from else "province.day-missing")
        if not self.reason:
            self.errors["reason"] = messages("province.reason-missing")
        return {"valid_from": day, "reason": self.reason}

    def refused(self, refused: Refused, messages: Catalogue) -> RefusalWords:
        """Puts what the service found wrong beside its fields. What is sent next is another text, so it goes under a new key."""
        if refused.status in (401, 404):
            raise refused
        self.key = ""
        self.errors |= errors_of(refused, messages)
        return problem_of(refused, messages)


def withdrawal_of(sent: Sent) -> dict[str, Json]:
    return {"valid_from": sent.text("valid_from"), "reason": sent.text("reason")}


def unknown(messages: Catalogue) -> RefusalWords:
    """Nobody knows whether it was written down; the form keeps its key, and sent again it is written once."""
    return RefusalWords(messages("away.form"), messages("away.form-advice"))


def tomorrow(today: date) -> str:
    return full_day(today + timedelta(days=1))


def planned_of(decisions: Sequence[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    """What is to come, the next first."""
    return sorted((one for one in decisions if one["standing"] == "PLANNED"), key=lambda one: str(one["valid_from"]))
