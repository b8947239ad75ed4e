"""What PostgreSQL did for a request: its statements with their plans, as auto_explain writes them into the log."""

import hashlib
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLANS = Path(__file__).resolve().parents[1] / "plans"
# Loaded with every session, but told to write only while plans are looked at.
LOADED = "session_preload_libraries = 'auto_explain'\nauto_explain.log_min_duration = -1\n"
WRITING = {
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_min_duration": "0",
}
_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ UTC \[\d+\] (?P<database>\S*) (?P<level>[A-Z]+):  (?P<words>.*)$")
_LITERALS = re.compile(r"'(?:[^']|'')*'(?:::[a-z ]+(?:\[\])?)?|\b\d+(?:\.\d+)?\b")
_DETAILS = ("Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "Sort Key", "Group Key", "TID Cond")
WIDTH = 132
KNOWN_BY = 320


@dataclass(frozen=True)
class Statement:
    """One statement as it ran. `buffers` are pages of 8 KiB that were looked at, `rows` those it gave."""

    database: str
    words: str
    plan: str
    buffers: int
    rows: int


def statements_in(log: str) -> Iterator[Statement]:
    """Those whose plan stands in this part of the server's log."""
    entry: list[str] = []
    database = ""
    for line in [*log.splitlines(), ""]:
        begins = _LINE.match(line)
        if (begins or not line) and entry:
            yield _statement(database, json.loads("\n".join(entry)))
            entry = []
        if begins:
            database = begins["database"] if begins["words"].endswith("plan:") else ""
        elif database and line:
            entry.append(line)


def _statement(database: str, told: Mapping[str, Any]) -> Statement:
    plan = told["Plan"]
    words = " ".join(told["Query Text"].split())
    return Statement(
        database=database,
        words=words,
        plan="\n".join(_lines(plan, 0)),
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        rows=int(plan["Actual Rows"] * plan["Actual Loops"]),
    )


def _lines(node: Mapping[str, Any], depth: int) -> Iterator[str]:
    """A node without costs, times and values, and those below it."""
    kind = " ".join(node[name] for name in ("Strategy", "Join Type") if name in node and node[name] not in ("Plain", "Inner"))
    on = node.get("Relation Name") or node.get("CTE Name") or node.get("Function Name") or ""
    index = f" by {node['Index Name']}" if "Index Name" in node else ""
    operation = f" {node['Operation']}" if "Operation" in node else ""
    yield "  " * depth + " ".join(filter(None, (node["Node Type"] + operation, kind, on and f"on {on}"))) + index
    for name in _DETAILS:
        if name in node:
            value = node[name] if isinstance(node[name], str) else ", ".join(node[name])
            yield "  " * depth + f"    {name}: {_LITERALS.sub('?', value)}"
    for below in node.get("Plans", ()):
        yield from _lines(below, depth + 1)


def write(name: str, rows: int, statements: Sequence[Statement]) -> None:
    """Keep the plans of a route or screen, so that a review sees when one changes."""
    by_words: dict[tuple[str, str], set[str]] = {}
    for one in statements:
        by_words.setdefault((one.database, one.words), set()).add(one.plan)
    parts = [f"{name}, over {rows:,} assignments\n"]
    for (database, words), plans in sorted(by_words.items()):
        parts.append(f"-- {database}\n{textwrap.fill(_known_by(words), WIDTH)}\n")
        parts += [f"{textwrap.indent(plan, '    ')}\n" for plan in sorted(plans)]
    PLANS.mkdir(exist_ok=True)
    (PLANS / f"{file_name(name)}.txt").write_text("\n".join(parts), encoding="utf-8")


def _known_by(words: str) -> str:
    """The beginning of a statement, and a digest by which another one with the same beginning is told from it."""
    return words if len(words) <= KNOWN_BY else f"{words[:KNOWN_BY]}… ({hashlib.sha256(words.encode()).hexdigest()[:12]})"


def file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
