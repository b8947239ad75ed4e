"""Passages modelled on real directives, with those of their tasks that an agency of the demo province leads."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from libs.common.folding import folded
from services.directory.domain.agency import AgencyDetails
from services.directory.province import Province

PASSAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "extraction" / "dev.jsonl"
KINDS = ("cong-van", "thong-bao-ket-luan", "chi-thi")
FEWEST = 3


@dataclass(frozen=True)
class Demand:
    """One task of a passage. `due` is shifted with the document, None without a deadline."""

    lead: AgencyDetails
    coordinating: tuple[AgencyDetails, ...]
    content: str
    deliverable: str | None
    deadline_wording: str | None
    due: date | None


@dataclass(frozen=True)
class RealDirective:
    """A document of dev.jsonl as if it were issued `issue_date`."""

    doc_id: str
    kind: str
    subject: str
    issue_date: date
    demands: tuple[Demand, ...]


class TooFewCandidates(AssertionError):
    """The passages hold fewer than three tasks that can be entered, of a kind of document; the message lists what there is."""


def candidates(province: Province, today: date) -> dict[str, list[RealDirective]]:
    """Documents of each kind with at least one dated or undated task whose lead lives, whichever of its names the passage uses."""
    by_name = {
        folded(name): agency for agency in province.living_agencies(today) for name in (agency.name, agency.short_name, *agency.aliases)
    }
    passages = defaultdict(list)
    for line in PASSAGES.read_text(encoding="utf-8").splitlines():
        passage = json.loads(line)
        if passage["doc_kind"] in KINDS and passage["issue_date"]:
            passages[passage["doc_id"]].append(passage)
    found: dict[str, list[RealDirective]] = {kind: [] for kind in KINDS}
    for doc_id, parts in sorted(passages.items()):
        first = parts[0]
        issued = date.fromisoformat(first["issue_date"])
        demands = tuple(
            _demand(task, by_name, today - issued) for part in parts for task in part["tasks"] if _can_be_entered(task, by_name, issued)
        )
        if demands:
            found[first["doc_kind"]].append(RealDirective(doc_id, first["doc_kind"], first["topic"], today, demands))
    return found


def pick(province: Province, today: date, seed: int) -> list[RealDirective]:
    """One document of each kind by chance, each as likely as it has tasks to enter. Raises TooFewCandidates."""
    random = Random(seed)
    picked: list[RealDirective] = []
    for kind, documents in candidates(province, today).items():
        # A candidate is a task with its document: of chỉ thị the passages hold three such tasks, in two documents.
        tasks = [document for document in documents for _ in document.demands]
        if len(tasks) < FEWEST:
            raise TooFewCandidates(f"{kind}: {[one.doc_id for one in tasks]}")
        picked.append(random.choice(tasks))
    return picked


def _can_be_entered(task: dict[str, object], by_name: dict[str, AgencyDetails], issued: date) -> bool:
    if folded(str(task["lead"] or "")) not in by_name:
        return False
    if task["deadline_class"] == "NO_DEADLINE":
        return True
    return task["deadline_class"] == "DATE" and bool(task["due"]) and date.fromisoformat(str(task["due"])) >= issued


def _demand(task: dict[str, object], by_name: dict[str, AgencyDetails], shift: timedelta) -> Demand:
    lead = by_name[folded(str(task["lead"]))]
    named = [by_name.get(folded(name)) for name in task["coordinating"] or ()]  # type: ignore[attr-defined]
    known = {agency.key: agency for agency in named if agency is not None and agency.key != lead.key}
    return Demand(
        lead=lead,
        coordinating=tuple(known.values()),
        content=str(task["content"]),
        deliverable=task["deliverable"],  # type: ignore[arg-type]
        deadline_wording=task["deadline_text"],  # type: ignore[arg-type]
        due=date.fromisoformat(str(task["due"])) + shift if task["deadline_class"] == "DATE" else None,
    )
