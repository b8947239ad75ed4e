"""`chidao figures`: whether the figures are what the facts say, and how they become so again, while people work."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from chidao.reach import postgres_of
from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.messaging.feed import FeedPage, Position, read_feed
from services.reporting.figures.stretches import Stretch
from services.reporting.projections.derivation import Derived, derive_everything, verify_everything
from services.reporting.projections.feed_rebuild import Compared, rebuild_facts

ROOT = Path(__file__).resolve().parents[1]
REPORTING, TASKS = "chidao_reporting", "chidao_tasks"
app = typer.Typer(no_args_is_help=True, help="Số liệu: đối chiếu với sự kiện, dựng lại (figures: compared with the facts, rebuilt).")
out = Console()

Data = Annotated[Path, typer.Option(help="Thư mục dữ liệu (data folder).")]
ReportingUrl = Annotated[str | None, typer.Option(help="Cơ sở dữ liệu của reporting, khi chạy tách rời (its database in a split system).")]
TasksUrl = Annotated[
    str | None, typer.Option(help="Cơ sở dữ liệu của tasks, nơi có sự kiện gốc, khi chạy tách rời (that of tasks, in a split system).")
]


@app.command()
def verify(data: Data = ROOT / "data", reporting_url: ReportingUrl = None) -> None:
    """So sánh từng nhiệm vụ với sự kiện, không thay đổi gì (compare every task with its facts, change nothing)."""
    with _addresses(data, reporting_url, None) as (reporting, _):
        found = asyncio.run(_verify(reporting))
    _told(found)
    if found.differing:
        raise typer.Exit(1)
    typer.echo(f"Đã đối chiếu {found.tasks} nhiệm vụ, tất cả đều khớp (all as the facts say).")


@app.command()
def rebuild(
    data: Data = ROOT / "data",
    reporting_url: ReportingUrl = None,
    tasks_url: TasksUrl = None,
    facts_only: Annotated[
        bool, typer.Option("--from-facts", help="Chỉ dựng lại từ sự kiện đã nhận, không đọc lại nguồn (do not read the source again).")
    ] = False,
) -> None:
    """Đọc lại mọi sự kiện từ nguồn, dựng lại số liệu, cho biết chỗ khác (from the source's feed, telling what differed)."""
    with _addresses(data, reporting_url, tasks_url) as (reporting, tasks):
        compared, found = asyncio.run(_rebuild(reporting, None if facts_only else tasks))
    if compared is not None:
        _told_of_feed(compared)
    _told(found)
    typer.echo(f"Đã dựng lại {found.tasks} nhiệm vụ, {found.differing} chỗ khác đã được sửa (rebuilt, what differed was put right).")
    if compared is not None and compared.unexplained:
        raise typer.Exit(1)


async def _verify(reporting: str) -> Derived:
    async with _opened(reporting) as database:
        with _progress("Đối chiếu") as shown:
            return await verify_everything(database, progress=shown)


async def _rebuild(reporting: str, tasks: str | None) -> tuple[Compared | None, Derived]:
    async with _opened(reporting) as database:
        compared = None
        if tasks is not None:
            async with _opened(tasks) as source:

                async def pages(after: Position, limit: int) -> FeedPage:
                    async with source.read() as connection:
                        return await read_feed(connection, "tasks", after, limit)

                with out.status("Đang đọc lại sự kiện… (reading events again)") as status:
                    compared = await rebuild_facts(
                        database, pages, progress=lambda so_far: status.update(f"Đã đọc lại {so_far.events} sự kiện (events)")
                    )
        with _progress("Dựng lại") as shown:
            # A business day that was turned ahead closes its months when the service runs.
            return compared, await derive_everything(database, today=Clock().today(), progress=shown)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, application="chidao-figures")
    try:
        yield database
    finally:
        await database.dispose()


@contextmanager
def _progress(label: str) -> Iterator[Callable[[Derived, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out) as progress:
        bar = progress.add_task(label)
        yield lambda derived, tasks: progress.update(bar, completed=derived.tasks, total=tasks)


@contextmanager
def _addresses(data: Path, reporting_url: str | None, tasks_url: str | None) -> Iterator[tuple[str, str | None]]:
    """Where the two databases are reached: reporting's as its owner, who alone may put a fact right."""
    if reporting_url is not None:
        yield reporting_url, tasks_url
        return
    with postgres_of(data) as address:
        yield address.dsn(REPORTING, f"{REPORTING}_owner"), address.dsn(TASKS, f"{TASKS}_app")


def _told(found: Derived) -> None:
    if not found.examples:
        return
    table = Table("nhiệm vụ (task)", "từ ngày (from)", "đang có (is)", "theo sự kiện (should be)", show_lines=True)
    for one in found.examples:
        table.add_row(str(one.task_id), one.first_day.isoformat(), _words(one.before), _words(one.after))
    out.print(table)


def _words(stretches: Sequence[Stretch]) -> str:
    return "\n".join(f"{one.from_day}–{one.until_day or ''} {one.bucket}" for one in stretches) or "—"


def _told_of_feed(compared: Compared) -> None:
    typer.echo(f"Đã đọc lại {compared.events} sự kiện (events).")
    for label, keys in (
        ("thiếu, đã bổ sung (missing, brought in)", compared.missing),
        ("khác, đã sửa (other, put right)", compared.other),
        ("không sự kiện nào giải thích (no event tells of it)", compared.unexplained),
    ):
        if keys:
            typer.echo(f"{label}: {len(keys)}")
            for task_id, version in keys[:20]:
                typer.echo(f"  {task_id} v{version}")
    if compared.renewed:
        typer.echo(f"dòng hiện tại đã sửa (newest rows put right): {compared.renewed}")
