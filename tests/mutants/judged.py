"""Changes that no test notices and none need, each with its judgement in docs/mutants.md."""

import re

from tests.mutants.tree import ROOT

JUDGEMENTS = ROOT / "docs" / "mutants.md"
# | file | the line as it stands | what is changed in it | why nobody notices |
_JUDGED = re.compile(r"^\| `([^`|]+\.py)` \| `+ ?(.+?) ?`+ \| (.+?) \| \S.* \|$", re.MULTILINE)

Place = tuple[str, str, str]
"""The file, the line as it stands there, and what is changed in it: lines move, and a judgement moves with its own."""


def judged() -> set[Place]:
    return {(file, _plain(line), _plain(says)) for file, line, says in _JUDGED.findall(JUDGEMENTS.read_text("utf-8"))}


def _plain(cell: str) -> str:
    # A bar would end the cell of a table.
    return cell.replace("\\|", "|")
