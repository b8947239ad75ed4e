"""What happened to a task, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.agencies import AgencyName
from portal.answers.tasks import HistoryItem
from portal.formats import full_day, moment_of
from portal.messages import Catalogue


@dataclass(frozen=True)
class Event:
    """`kind` is the name of the event ("progress-reported"); `texts` are what was written, each with its heading."""

    kind: str
    title: str
    at: str
    day: date
    who: str
    agency: str
    state: str
    percent: int
    texts: list[tuple[str, str]]
    receipt_code: str | None

    @property
    def is_report(self) -> bool:
        return self.kind in ("progress-reported", "result-submitted")

    @property
    def is_decision(self) -> bool:
        return self.kind in ("result-confirmed", "result-returned")


def events_of(happened: list[HistoryItem], names: Mapping[str, AgencyName], people: Mapping[str, str], messages: Catalogue) -> list[Event]:
    return [_event(one, names, people, messages) for one in happened]


def _event(one: HistoryItem, names: Mapping[str, AgencyName], people: Mapping[str, str], messages: Catalogue) -> Event:
    kind = one["type"].split(".")[-2]
    agency = names.get(one["agency_id"] or "")
    return Event(
        kind=kind,
        title=messages.get(f"event.{kind}", kind, percent=one["percent"]),
        at=one["occurred_at"],
        day=moment_of(one["occurred_at"]).date(),
        who=_who(kind, one["actor_person_id"], people, messages),
        agency=agency.short_name if agency else "",
        state=messages.get(f"state.{one['state']}", one["state"]),
        percent=one["percent"],
        texts=_texts(kind, one, messages),
        receipt_code=one["receipt_code"],
    )


def _who(kind: str, person_id: str | None, people: Mapping[str, str], messages: Catalogue) -> str:
    """Tasks are made of what a person released: there the document is named, the system only where it acted by itself."""
    if person_id is not None:
        return people.get(person_id, "")
    return messages("history.released" if kind == "task-assigned" else "history.system")


def _texts(kind: str, one: HistoryItem, messages: Catalogue) -> list[tuple[str, str]]:
    change, progress = one["change"], one["progress"] or {}
    found: list[tuple[str, str | None]] = [
        ("", progress.get("content")),
        (messages("progress.difficulty"), progress.get("difficulty")),
        (messages("progress.proposal"), progress.get("proposal")),
    ]
    if kind == "result-submitted":
        found.append(("", messages("history.document", number=change["report_number"], day=full_day(change["report_date"]))))
    if kind == "result-returned":
        found.append((messages("confirm.reason"), change["reason"]))
    if kind == "task-passed-on":
        found.append(("", change["reason"]))
    if kind == "result-confirmed" and change.get("quality"):
        found.append((messages("confirm.quality"), messages.get(f"quality.{change['quality']}", change["quality"])))
    return [(heading, text) for heading, text in found if text]
