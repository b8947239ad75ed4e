"""The days of a year to come as an administrator types them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.formats import NotADay, full_day, parse_day
from portal.messages import Catalogue
from portal.screens.decisions import DecisionForm
from portal.services import Json
from portal.web import Sent

MOST_ROWS = 60
# Day, type, name, legal basis, and whether it is pending.
SEEN_OF_A_ROW = 5
DayOfCalendar = Mapping[str, Json]


@dataclass
class Row:
    """One day as it was typed.

    `theirs` is what somebody else has just saved of a day that is touched here too; `asked` says that the page has shown both, and
    `choice` which of them was taken.
    """

    day: str = ""
    type: str = "LE"
    name: str = ""
    basis: str = ""
    pending: bool = False
    theirs: "Row | None" = field(default=None, compare=False)
    asked: bool = field(default=False, compare=False)
    choice: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """The day that is meant, however it is written; what cannot be read stands for itself."""
        try:
            return parse_day(self.day).isoformat()
        except NotADay:
            return self.day

    @staticmethod
    def of(day: DayOfCalendar) -> "Row":
        return Row(full_day(day["date"]), day["type"], day["name"], day["legal_basis"] or "", day["pending"])

    @staticmethod
    def typed(sent: Sent, n: int) -> "Row":
        return Row(
            sent.text(f"day-{n}"),
            sent.text(f"type-{n}"),
            sent.text(f"name-{n}"),
            sent.text(f"basis-{n}"),
            bool(sent.text(f"pending-{n}")),
            asked=bool(sent.text(f"day-{n}-asked")),
            choice=sent.text(f"day-{n}-choice"),
        )


@dataclass
class CalendarForm(DecisionForm):
    """The days to come as they were typed; `kept` are those that no change reaches.

    `seen` are the days to come as they were when the form was opened, and `version` that of the calendar then.
    """

    rows: list[Row] = field(default_factory=list)
    kept: list[DayOfCalendar] = field(default_factory=list)
    seen: list[Row] = field(default_factory=list)
    version: str = ""

    @staticmethod
    def of(sent: Sent) -> "CalendarForm":
        rows = [Row.typed(sent, n) for n in range(MOST_ROWS) if f"day-{n}" in sent.form]
        return CalendarForm(
            sent.text("valid_from"),
            sent.text("reason"),
            sent.text("idempotency_key"),
            rows=rows,
            seen=_rows_of_sent(sent.text("seen")),
            version=sent.text("version"),
        )

    def as_seen(self) -> str:
        """How `seen` lies hidden in the form."""
        return json.dumps([[row.day, row.type, row.name, row.basis, row.pending] for row in self.seen], ensure_ascii=False)

    def days(self, messages: Catalogue) -> list[DayOfCalendar]:
        """The whole year as it is sent. A row without a day is none; what cannot be read comes into `errors`."""
        found = [*self.kept]
        for place, row in self.filled():
            try:
                day = parse_day(row.day).isoformat()
            except NotADay:
                self.errors[f"day-{place}"] = messages("form.not-a-day")
                continue
            found.append({"date": day, "type": row.type, "name": row.name, "legal_basis": row.basis or None, "pending": row.pending})
        return found

    def filled(self) -> list[tuple[int, Row]]:
        return [(place, row) for place, row in enumerate(self.rows) if row.day]

    def blame_rows(self) -> None:
        """Errors of the days as they were sent → of the rows in which they stand."""
        names = {"date": "day", "legal_basis": "basis"}
        places = [place for place, _ in self.filled()]
        for field_of, text in list(self.errors.items()):
            match field_of.split("."):
                case ["days", number, name] if len(self.kept) <= int(number) < len(self.kept) + len(places):
                    self.errors[f"{names.get(name, name)}-{places[int(number) - len(self.kept)]}"] = text


def _rows_of_sent(text: str) -> list[Row]:
    """It comes back from a page: what is not as we wrote it was not seen."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    return [Row(day, kind, name, basis, bool(pending)) for day, kind, name, basis, pending in filter(_is_row, found)]


def _is_row(found: Json) -> bool:
    return isinstance(found, list) and len(found) == SEEN_OF_A_ROW and all(isinstance(said, str) for said in found[:-1])
