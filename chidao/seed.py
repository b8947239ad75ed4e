"""`chidao seed`: a data folder with the work of a month, a year or a decade."""

import asyncio
import time
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from embedded.data_folder import hold
from embedded.filling_told import told
from embedded.postgres import start_cluster
from embedded.seeded import addresses_in, fill_folder
from libs.common.clock import Clock
from libs.contracts.working_days import ONE_DAY
from seed.filling import Filled
from seed.scale import Scale, of_assignments, of_years
from seed.sizes import TableSize, sizes

KIBIBYTE = 1024


class ScaleName(StrEnum):
    MONTH = "month"
    YEAR = "year"
    DECADE = "decade"


def seed(
    data: Annotated[Path, typer.Option(help="Thư mục dữ liệu mới (a new data folder).")],
    scale: Annotated[ScaleName, typer.Option(help="Công việc của bao lâu (how much work).")] = ScaleName.MONTH,
    assignments: Annotated[int | None, typer.Option(min=1, help="Số phân công thay cho --scale (so many assignments instead).")] = None,
    number: Annotated[int, typer.Option("--seed", help="Số gieo: cùng số thì cùng dữ liệu (the same number, the same rows).")] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ngày cuối, mặc định hôm qua (last day, yesterday by default).")
    ] = None,
    show_sizes: Annotated[bool, typer.Option("--sizes", help="Cho biết dung lượng từng bảng (tell the size of each table).")] = False,
) -> None:
    """Ghi dữ liệu DEMO của một tỉnh đang làm việc vào thư mục mới (write a province at work into a new folder)."""
    last = until.date() if until else Clock().today() - ONE_DAY
    wanted = of_assignments(assignments, last) if assignments else of_years(scale.value, last)
    began = time.monotonic()
    with hold(data) as folder, told() as progress:
        filled = asyncio.run(fill_folder(folder.path, wanted, seed=number, progress=progress))
    typer.echo(_summary(filled, wanted, time.monotonic() - began, data))
    if show_sizes:
        Console().print(_table(asyncio.run(_sizes_in(data)), filled))


def _summary(filled: Filled, wanted: Scale, seconds: float, data: Path) -> str:
    last: date = wanted.until
    return (
        f"{filled.documents} văn bản, {filled.tasks} nhiệm vụ, {filled.assignments} phân công đến ngày {last:%d/%m/%Y}, "
        f"{seconds:.0f} giây (documents, tasks, assignments); chạy bằng ./run --data {data}"
    )


async def _sizes_in(data: Path) -> list[TableSize]:
    with hold(data) as folder:
        cluster = await asyncio.to_thread(start_cluster, folder.path)
        try:
            return [size async for size in sizes(addresses_in(cluster))]
        finally:
            await asyncio.to_thread(cluster.stop)


def _table(found: list[TableSize], filled: Filled) -> Table:
    table = Table("service", "table", "rows", "KiB", "KiB of indexes", "bytes per assignment")
    for column in table.columns[2:]:
        column.justify = "right"
    for one in found:
        sizes_told = (f"{one.bytes // KIBIBYTE}", f"{one.of_indexes // KIBIBYTE}", f"{one.total / filled.assignments:.0f}")
        table.add_row(one.service, one.table, f"{one.rows}", *sizes_told)
    whole = sum(one.total for one in found)
    table.add_row("", "", "", f"{whole // KIBIBYTE}", "", f"{whole / filled.assignments:.0f}")
    return table
