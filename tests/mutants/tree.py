"""Where faults are planted."""

import ast
from pathlib import Path

from tests.mutants.fault import Fault

ROOT = Path(__file__).resolve().parents[2]


def misplaced(fault: Fault, root: Path = ROOT) -> str | None:
    """Why this fault cannot be planted in the tree as it is, or None."""
    file = root / fault.file
    if not file.exists():
        return f"{fault.file} is not there"
    text = file.read_text("utf-8")
    if text.count(fault.text) != 1:
        return f"{fault.file} holds the text {text.count(fault.text)} times: {fault.text!r}"
    if file.suffix == ".py":
        try:
            ast.parse(text.replace(fault.text, fault.instead))
        except SyntaxError as error:
            return f"{fault.file} is no Python with {fault.instead!r}: {error}"
    if not (root / fault.noticed_by.partition("::")[0]).exists():
        return f"{fault.noticed_by} is not there"
    return None
