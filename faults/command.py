"""`chidao fault`: everything is killed under load, and what is left is compared with what people were told."""

import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from random import SystemRandom
from typing import Annotated, TypeVar

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from embedded.logs import log_to
from faults.conditions import ORDINARY, Conditions
from faults.journal import Journal
from faults.kills import SERVICES_AT, Kind
from faults.outcome import Outcome
from faults.plants import PLANTS
from libs.common.fault_points import Point
from system.refusals import CannotRun

Name = TypeVar("Name", Kind, Point)
SHOWN_DIFFERENCES = 30


class Profile(StrEnum):
    """SHORT is what every change is tried with, LONG what a release is."""

    SHORT = "short"
    LONG = "long"


class Planted(StrEnum):
    """FAULT has to be found; MODE, the same without it, and HEALED, it with everything else on, must not differ."""

    FAULT = "fault"
    MODE = "mode"
    HEALED = "healed"


# Rounds of kills, and accepted operations.
PROFILES = {Profile.SHORT: (1, 100), Profile.LONG: (15, 5_000)}
# 95 of 100 kills of a release are everywhere after this time at the latest.
LONGEST_CONVERGENCE_SECONDS = 10.0

out = Console(highlight=False)


def fault(
    profile: Annotated[Profile, typer.Option(help="Ngắn hay dài (short or long).")] = Profile.SHORT,
    kills: Annotated[int | None, typer.Option(min=1, help="Số lần giết mỗi loại (kills of each kind).")] = None,
    operations: Annotated[int | None, typer.Option(min=0, help="Số thao tác phải được chấp nhận (accepted operations at least).")] = None,
    seed: Annotated[int | None, typer.Option(help="Lặp lại một lần chạy trước (replays an earlier run).")] = None,
    data: Annotated[Path | None, typer.Option(help="Thư mục trống, được giữ lại (an empty folder, which is kept).")] = None,
    plant: Annotated[str | None, typer.Option(help=f"Cài một lỗi (plant a fault): {', '.join(PLANTS)}.")] = None,
    planted: Annotated[Planted, typer.Option(help="Lỗi, hay hai lần đối chứng (the fault, or what must stay calm).")] = Planted.FAULT,
) -> None:
    """Giết mọi tiến trình dưới tải rồi đối chiếu tất cả; mã kết thúc 1 khi có khác biệt (kill everything under load, then compare)."""
    # With it come all applications, which no other command of ours should have to load.
    from faults.storm import storm

    if plant is not None and plant not in PLANTS:
        raise CannotRun(f"Không có lỗi {plant}", f"no such fault; there are {', '.join(PLANTS)}")
    folder = _empty(data)
    usual_kills, usual_operations = (PLANTS[plant].kills, 0) if plant else PROFILES[profile]
    rounds = usual_kills if kills is None else kills
    wanted = usual_operations if operations is None else operations
    chosen = seed if seed is not None else SystemRandom().getrandbits(32)
    conditions = _conditions(plant, planted)
    out.print(f"--seed {chosen}  ({folder})")
    log_to(folder / "runner.log")
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=out) as progress:
        bar = progress.add_task("đang khởi động (starting)", total=rounds * len(conditions.kinds))

        def tell(outcome: Outcome, journal: Journal) -> None:
            progress.update(bar, completed=outcome.kills.total(), description=f"{journal.accepted} thao tác (operations)")

        outcome = uvloop.run(storm(folder, seed=chosen, kills_of_each=rounds, operations=wanted, conditions=conditions, progress=tell))
    show(outcome)
    slow = profile is Profile.LONG and percentile(outcome.convergence, 95) > LONGEST_CONVERGENCE_SECONDS
    if slow:
        out.print(f"Quá {LONGEST_CONVERGENCE_SECONDS:.0f} s mới đồng nhất (p95 of convergence is longer than promised).")
    if slow or not outcome.kept:
        raise typer.Exit(1)


def trial(
    only: Annotated[list[str] | None, typer.Option(help=f"Chỉ lỗi này; ghi nhiều lần được (only this one): {', '.join(PLANTS)}.")] = None,
    seed: Annotated[int, typer.Option(help="Như nhau cho mọi lần chạy (the same for all storms).")] = 1,
    data: Annotated[Path | None, typer.Option(help="Thư mục trống (an empty folder).")] = None,
) -> None:
    """Thử chính bộ đối chiếu: lỗi được cài phải bị thấy, đối chứng thì không (is every planted fault found, and nothing else)."""
    from faults.storm import storm

    names = only or list(PLANTS)
    if unknown := set(names) - PLANTS.keys():
        raise CannotRun(f"Không có lỗi {', '.join(sorted(unknown))}", f"no such fault; there are {', '.join(PLANTS)}")
    folder = _empty(data)
    log_to(folder / "runner.log")
    wrong = 0
    for name in names:
        for planted in Planted:
            own = folder / f"{name}-{planted}"
            own.mkdir()
            outcome = uvloop.run(
                storm(own, seed=seed, kills_of_each=PLANTS[name].kills, operations=0, conditions=_conditions(name, planted))
            )
            seen = any(PLANTS[name].told in sentence for sentence in outcome.found)
            as_meant = seen if planted is Planted.FAULT else outcome.kept
            wrong += not as_meant
            said = "không khác biệt (nothing differs)" if outcome.kept else f"khác (differs): {outcome.found[0]}"
            out.print(f"{'đúng' if as_meant else 'SAI'}  {name} {planted}: {outcome.kills.total()} kills, {said}", markup=False)
    if wrong:
        raise typer.Exit(1)


def _empty(data: Path | None) -> Path:
    if data is None:
        return Path(tempfile.mkdtemp(prefix="chidao-fault-"))
    data = data.resolve()
    if data.exists() and any(data.iterdir()):
        raise CannotRun(f"Thư mục {data} không trống", "this folder is not empty")
    data.mkdir(parents=True, exist_ok=True)
    return data


def _conditions(plant: str | None, planted: Planted) -> Conditions:
    if plant is None:
        return ORDINARY
    one = PLANTS[plant]
    return {Planted.FAULT: one.fault, Planted.MODE: one.mode, Planted.HEALED: one.healed}[planted]


def show(outcome: Outcome) -> None:
    """All that a report needs: seed, kills, points, operations, times, and what differs."""
    table = Table(show_header=False)
    table.add_row("seed", str(outcome.seed))
    table.add_row("kills", _counted(list(Kind), outcome.kills) + f"; {outcome.at_random} at a random moment")
    points = sorted({point for points in SERVICES_AT.values() for point in points})
    table.add_row("points", _counted(points, outcome.hits))
    table.add_row("beside", f"servers, while a part stood at {_counted(points, outcome.beside)}")
    table.add_row("operations", f"{outcome.accepted} accepted, {outcome.overtaken} overtaken")
    table.add_row("repeats", f"{outcome.repeats}, {outcome.replayed} of them found their change made")
    table.add_row("away", _times(outcome.away))
    table.add_row("convergence", _times(outcome.convergence))
    table.add_row("dead letters that came again", str(outcome.dead_letters_that_came_again))
    table.add_row("took", f"{outcome.seconds:.0f} s")
    out.print(table)
    for sentence in outcome.found[:SHOWN_DIFFERENCES]:
        out.print(f"khác (differs): {sentence}", markup=False)
    out.print(
        "Không mất, không trùng (nothing lost, nothing doubled)." if outcome.kept else f"{len(outcome.found)} khác biệt (differences)."
    )


def _counted(names: Sequence[Name], counts: Counter[Name]) -> str:
    return ", ".join(f"{name} {counts[name]}" for name in names)


def _times(seconds: Sequence[float]) -> str:
    if not seconds:
        return "–"
    return f"p50 {statistics.median(seconds):.1f} s, p95 {percentile(seconds, 95):.1f} s, longest {max(seconds):.1f} s"


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
