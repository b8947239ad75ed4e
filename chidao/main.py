"""`chidao`: what an operator does beside the portal. `chidao --help` is the table of contents."""

import asyncio
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from chidao import backup as backups
from chidao import dead as dead_letters
from chidao import figures, people, realm, topology
from chidao.reach import postgres_of
from chidao.seed import seed
from chidao.serve import serve
from faults.command import fault, trial
from libs.common.migrate import migrate as migrate_one
from system.databases import SCHEMAS, name_of, owner_of
from system.parties import CONSUMING
from system.refusals import CannotRun

ROOT = Path(__file__).resolve().parents[1]
out = Console()


class Commands(TyperGroup):
    """A refusal is one sentence and exit code 1, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CannotRun as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(1) from None


Data = Annotated[Path, typer.Option(help="Thư mục dữ liệu (data folder).")]
OneService = Annotated[str | None, typer.Option(help="Chỉ dịch vụ này, khi chạy tách rời (only this one, in a split system).")]
ItsDatabase = Annotated[
    str | None, typer.Option(envvar="CHIDAO_DATABASE_URL", help="Cơ sở dữ liệu của dịch vụ đó (the database of that service).")
]
By = Annotated[str, typer.Option(help="Ai quyết định (who decides).", default_factory=getpass.getuser)]

app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, help="Chidao: công cụ vận hành (for those who operate it).")
dead = typer.Typer(no_args_is_help=True, help="Sự kiện không áp dụng được: xem, thử lại, bỏ qua (events that could not take effect).")
app.add_typer(dead, name="dead")
app.add_typer(topology.app, name="topology")
app.add_typer(realm.app, name="realm")
app.add_typer(people.app, name="people")
app.add_typer(figures.app, name="figures")


app.command()(serve)
app.command()(seed)
app.command()(fault)
app.command("fault-trial")(trial)


@app.command()
def migrate(
    service: Annotated[str | None, typer.Argument(help="Chỉ một dịch vụ hoặc portal (only this one).")] = None,
    data: Data = ROOT / "data",
    owner_url: Annotated[
        str | None,
        typer.Option(
            envvar="CHIDAO_OWNER_DATABASE_URL", help="Cơ sở dữ liệu của SERVICE khi chạy tách rời (its database in a split system)."
        ),
    ] = None,
) -> None:
    """Nâng cấu trúc cơ sở dữ liệu lên bản mới nhất (bring the schemas to the newest)."""
    packages = {database: package for database, package in SCHEMAS.items() if service in (None, name_of(database))}
    if not packages:
        raise CannotRun(f"Không có dịch vụ {service}", "no such service")
    if owner_url is not None:
        if service is None:
            raise CannotRun("Vui lòng ghi tên dịch vụ của cơ sở dữ liệu này", "name the service whose database this is")
        _migrate(dict(zip([owner_url], packages.values(), strict=True)))
        return
    with postgres_of(data) as address:
        _migrate({address.dsn(database, owner_of(database)): package for database, package in packages.items()})


def _migrate(packages: dict[str, str]) -> None:
    for url, package in packages.items():
        asyncio.run(migrate_one(package, url))
        typer.echo(f"{package}: đã ở bản mới nhất (newest)")


@app.command()
def backup(target: Path, data: Data = ROOT / "data") -> None:
    """Sao lưu toàn bộ vào thư mục mới TARGET, hệ thống vẫn chạy (back up everything while it runs)."""
    with postgres_of(data) as address, out.status("Đang sao lưu… (backing up)"):
        backups.back_up(address, target)
    typer.echo(f"Đã sao lưu vào {target} (backed up). Bản sao chứa khóa và mật khẩu, xin giữ kín (it holds secrets).")


@app.command()
def restore(source: Path, data: Annotated[Path, typer.Option(help="Thư mục trống để phục hồi vào (an empty folder).")]) -> None:
    """Phục hồi bản sao lưu SOURCE vào thư mục trống và khởi động thử (restore a backup, and see it start)."""
    with out.status("Đang kiểm tra và phục hồi… (verifying and restoring)"):
        backups.restore(source, data)
    typer.echo(f"Đã phục hồi vào {data}; chạy bằng ./run --data {data} (restored)")


@contextmanager
def _databases(data: Path, service: str | None, url: str | None) -> Iterator[dead_letters.Databases]:
    """The database of the one `service` at `url`, or else those of all of them in the data folder."""
    if url is None and service is None:
        with postgres_of(data) as address:
            yield dead_letters.databases_of(address)
    elif url is None or service not in CONSUMING:
        raise CannotRun(
            f"Vui lòng ghi cả --service ({', '.join(CONSUMING)}) và --database-url",
            "name both the service and its database",
        )
    else:
        yield {service: url}


@dead.command("list")
def list_dead(
    data: Data = ROOT / "data",
    service: OneService = None,
    database_url: ItsDatabase = None,
    decided: Annotated[bool, typer.Option("--decided", help="Cả những sự kiện đã quyết định (also the decided ones).")] = False,
) -> None:
    """Sự kiện đang chờ quyết định (those that wait for a decision)."""
    with _databases(data, service, database_url) as databases:
        everything = asyncio.run(dead_letters.found(databases, decided=decided))
    if not everything:
        typer.echo("Không có sự kiện nào (none).")
        return
    table = Table("id", "service", "consumer", "event", "state", "tries", "error", show_lines=True)
    for column in table.columns:
        column.overflow = "fold"
    table.columns[0].min_width = len(str(UUID(int=0)))
    for one in everything:
        event, letter = one.dead.envelope, one.dead
        what = f"{event.type}\n{event.subject} v{event.version}"
        table.add_row(str(event.id), one.service, letter.consumer, what, letter.state, str(letter.attempts), letter.error[:200])
    out.print(table)


@dead.command()
def redrive(
    ids: Annotated[list[UUID] | None, typer.Argument(help="Mã sự kiện (event ids).")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Tất cả (all of them).")] = False,
    *,
    data: Data = ROOT / "data",
    service: OneService = None,
    database_url: ItsDatabase = None,
    by: By,
) -> None:
    """Thử áp dụng lại, sau khi đã sửa nguyên nhân (try again after a repair)."""
    failed = 0
    with _databases(data, service, database_url) as databases:
        for one in _chosen(asyncio.run(dead_letters.found(databases)), ids or [], everything=everything):
            try:
                asyncio.run(dead_letters.redrive(databases, one, by=by))
                typer.echo(f"{one.dead.envelope.id} {one.service}: đã áp dụng (took effect)")
            except dead_letters.StillFails as error:
                failed += 1
                typer.echo(f"{one.dead.envelope.id} {one.service}: vẫn lỗi (still fails): {error}")
    if failed:
        raise typer.Exit(1)


@dead.command()
def waive(
    ids: Annotated[list[UUID], typer.Argument(help="Mã sự kiện (event ids).")],
    *,
    reason: Annotated[str, typer.Option(help="Lý do, được ghi lại (the reason, which is recorded).")],
    data: Data = ROOT / "data",
    service: OneService = None,
    database_url: ItsDatabase = None,
    by: By,
) -> None:
    """Bỏ qua vĩnh viễn, có lý do; việc chờ phía sau được tiếp tục (give up; what waits behind goes on)."""
    if not reason.strip():
        raise CannotRun("Vui lòng ghi lý do", "a reason is needed")
    with _databases(data, service, database_url) as databases:
        for one in _chosen(asyncio.run(dead_letters.found(databases)), ids, everything=False):
            asyncio.run(dead_letters.waive(databases, one, by=by, reason=reason))
            typer.echo(f"{one.dead.envelope.id} {one.service}: đã bỏ qua (waived)")


def _chosen(open_ones: list[dead_letters.Found], ids: list[UUID], *, everything: bool) -> list[dead_letters.Found]:
    if everything:
        return open_ones
    if not ids:
        raise CannotRun("Vui lòng ghi mã sự kiện, hoặc --all", "name event ids, or --all")
    try:
        return dead_letters.chosen(open_ones, ids)
    except LookupError as error:
        raise CannotRun(f"Không có sự kiện đang chờ với mã {error}", "no such event waits for a decision") from None
