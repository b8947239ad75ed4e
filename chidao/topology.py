"""`chidao topology apply|diff`: what stands in the broker beside what the services declare."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from libs.common.messaging.management import Management, ManagementFailed, management
from system.parties import OPERATOR, VIRTUAL_HOST, wanted_topology
from system.refusals import CannotRun

app = typer.Typer(no_args_is_help=True, help="RabbitMQ: hàng đợi, chính sách, người dùng và quyền (queues, policies, users and rights).")

Url = Annotated[str, typer.Option(envvar="CHIDAO_BROKER_URL", help="Giao diện quản trị của RabbitMQ (its management interface).")]
Operator = Annotated[str, typer.Option(envvar="CHIDAO_BROKER_OPERATOR", help="Tài khoản quản trị (the operator's account).")]
PasswordFile = Annotated[Path, typer.Option(envvar="CHIDAO_BROKER_PASSWORD_FILE", help="Tệp mật khẩu của tài khoản đó (its password).")]
Host = Annotated[str, typer.Option(help="Máy chủ ảo (virtual host).")]
Passwords = Annotated[Path, typer.Option(help='Tệp JSON {"tên dịch vụ": "mật khẩu"} của người dùng RabbitMQ (passwords of the users).')]


@app.command()
def apply(
    url: Url,
    password_file: PasswordFile,
    passwords: Passwords,
    operator: Operator = OPERATOR,
    virtual_host: Host = VIRTUAL_HOST,
) -> None:
    """Đưa RabbitMQ về đúng cấu hình; chạy lại được (bring it about; may be repeated)."""
    wanted = wanted_topology()
    known: dict[str, str] = json.loads(_read(passwords))
    missing = [rights.user for rights in wanted.rights if not known.get(rights.user)]
    if missing:
        raise CannotRun(f"Tệp {passwords} thiếu mật khẩu của {', '.join(missing)}", "these users have no password there")
    with _managed(url, operator, password_file, virtual_host) as managed:
        changed, left = managed.apply(wanted, known)
    for what in changed:
        typer.echo(f"đã sửa (mended): {what}")
    _tell_left(left)
    typer.echo("Không có gì phải sửa (nothing to mend)." if not changed else f"Đã sửa {len(changed)} điểm (mended).")


@app.command()
def diff(url: Url, password_file: PasswordFile, operator: Operator = OPERATOR, virtual_host: Host = VIRTUAL_HOST) -> None:
    """So sánh, không sửa gì; mã kết thúc 1 khi có khác biệt (compare only; ends with 1 when anything differs)."""
    with _managed(url, operator, password_file, virtual_host) as managed:
        _tell_left([difference.what for difference in managed.differences(wanted_topology())])
    typer.echo("Đúng cấu hình (as it should be).")


def _tell_left(differences: list[str]) -> None:
    for what in differences:
        typer.echo(f"khác (differs): {what}")
    if differences:
        raise typer.Exit(1)


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise CannotRun(f"Không đọc được tệp {file}", f"this file cannot be read: {error.strerror}") from error


@contextmanager
def _managed(url: str, operator: str, password_file: Path, virtual_host: str) -> Iterator[Management]:
    password = _read(password_file).strip()
    try:
        with management(url, operator=operator, password=password, virtual_host=virtual_host) as managed:
            yield managed
    except ManagementFailed as error:
        raise CannotRun(f"RabbitMQ tại {url} không thực hiện được", f"the broker's management interface: {error}") from error
