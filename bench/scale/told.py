"""The table: a line for each question, a pair of columns for each size."""

from collections.abc import Sequence

from bench.load import percentile
from bench.scale.measuring import Measured
from bench.scale.questions import Question

# A route that takes longer than this must not take much longer when there is a hundred times as much.
LOOKED_AT_FROM_MS = 20.0


def table(found: Sequence[Measured]) -> str:
    """Markdown: p50 and p95 in milliseconds; pages of 8 KiB that the database looked at, and rows it gave, at the largest size."""
    sizes = sorted({one.rows for one in found})
    by_question: dict[Question, dict[int, Measured]] = {}
    for one in found:
        by_question.setdefault(one.question, {})[one.rows] = one
    head = [
        "",
        *(f"{size:,}: p50 · p95" for size in sizes),
        "aim (p95)",
        "to the smallest",
        "plain p95",
        "ours to plain",
        "buffers",
        "rows",
    ]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cells(question, measured, sizes)) + " |" for question, measured in by_question.items()]
    return "\n".join(lines) + "\n"


def _cells(question: Question, measured: dict[int, Measured], sizes: Sequence[int]) -> list[str]:
    largest, smallest = measured[sizes[-1]], measured[sizes[0]]
    p95 = largest.milliseconds(0.95)
    aim = f"≤ {question.aim_ms}" if p95 <= question.aim_ms else f"**≤ {question.aim_ms}**"
    times = [f"{measured[size].milliseconds(0.5):.1f} · {measured[size].milliseconds(0.95):.1f}" for size in sizes]
    ratio = f"{p95 / smallest.milliseconds(0.95):.1f}" if p95 > LOOKED_AT_FROM_MS and len(sizes) > 1 else "–"
    plain, factor = "–", "–"
    if largest.plain:
        other = percentile(list(largest.plain), 0.95) * 1000
        plain, factor = f"{other:.1f}", f"{p95 / other:.2f}"
    return [f"`{question.name}`", *times, aim, ratio, plain, factor, f"{largest.buffers:,}", f"{largest.returned:,}"]
