"""`chidao people apply|diff`: agencies and people of the directory beside what the sign-in server knows of them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from chidao.reach import postgres_of
from embedded.accounts_told import accounts_told
from libs.common.clock import Clock
from libs.common.db import Database
from libs.keycloak.administration import KeycloakRefused
from services.directory.accounts.opening import sign_in_server
from services.directory.accounts.server import SignInServer
from services.directory.accounts.stepping import drift, step_everything
from services.directory.domain.accounts import Difference, Drift
from system.databases import runner_of
from system.refusals import CannotRun

ROOT = Path(__file__).resolve().parents[1]
DIRECTORY = "chidao_directory"
OPERATOR, REALM = "operator", "chidao"
WORDS = {
    Drift.ORGANIZATION_MISSING: "cơ quan chưa có tổ chức (organization missing)",
    Drift.ORGANIZATION_CALLED_OTHERWISE: "tên tổ chức khác (organization called otherwise)",
    Drift.ORGANIZATION_SHUT: "tổ chức bị khóa dù cơ quan đang hoạt động (organization shut)",
    Drift.ORGANIZATION_OPEN: "tổ chức còn mở dù cơ quan đã kết thúc (organization open, agency ended)",
    Drift.ORGANIZATION_FOREIGN: "tổ chức không thuộc danh bạ (foreign organization)",
    Drift.ACCOUNT_MISSING: "chưa có tài khoản (user missing)",
    Drift.ACCOUNT_SHUT: "tài khoản bị khóa (user disabled)",
    Drift.ACCOUNT_OPEN: "tài khoản còn mở dù không còn tư cách nào (user enabled without a membership)",
    Drift.ACCOUNT_FOREIGN: "tài khoản không thuộc danh bạ (foreign user)",
    Drift.USERNAME_TAKEN: "tên đăng nhập do tài khoản khác giữ (username taken by another)",
    Drift.USERNAME_OTHER: "tên đăng nhập khác (other username)",
    Drift.NAME_OTHER: "họ tên khác (other name)",
    Drift.OFFICER_CODE_OTHER: "mã cán bộ khác (wrong officer code)",
    Drift.RIGHT_MISSING: "thiếu quyền dùng phần mềm (may not use Chidao)",
    Drift.MEMBERSHIP_MISSING: "chưa vào tổ chức (membership missing)",
    Drift.MEMBERSHIP_UNWANTED: "ở trong tổ chức không có tư cách (wrong organization)",
    Drift.MEMBERSHIP_BY_PROVIDER: "ở trong tổ chức qua cổng đăng nhập của tổ chức đó (member by its provider)",
}

app = typer.Typer(no_args_is_help=True, help="Keycloak: cơ quan và người dùng theo danh bạ (agencies and people of the directory).")

Url = Annotated[str, typer.Option(envvar="CHIDAO_KEYCLOAK_URL", help="Địa chỉ Keycloak (where it is).")]
Operator = Annotated[
    str, typer.Option(envvar="CHIDAO_KEYCLOAK_OPERATOR", help="Tài khoản quản trị trong realm master (an account of the realm master).")
]
PasswordFile = Annotated[Path, typer.Option(envvar="CHIDAO_KEYCLOAK_PASSWORD_FILE", help="Tệp mật khẩu của tài khoản đó (its password).")]
RealmName = Annotated[str, typer.Option(envvar="CHIDAO_KEYCLOAK_REALM", help="Realm của tỉnh (the realm of the province).")]
Data = Annotated[Path, typer.Option(help="Thư mục dữ liệu (data folder).")]
DirectoryUrl = Annotated[str | None, typer.Option(help="Cơ sở dữ liệu của directory, khi chạy tách rời (its database in a split system).")]

Answer = TypeVar("Answer")


@app.command()
def apply(
    url: Url,
    password_file: PasswordFile,
    operator: Operator = OPERATOR,
    realm: RealmName = REALM,
    data: Data = ROOT / "data",
    directory_url: DirectoryUrl = None,
) -> None:
    """Đưa tổ chức và tài khoản về đúng danh bạ; dừng rồi chạy lại được (bring it about; may be interrupted and repeated)."""
    with _address(data, directory_url) as address, accounts_told() as progress:
        stepped = _asked(
            url,
            operator,
            password_file,
            realm,
            address,
            lambda database, server: step_everything(database, server, Clock().today(), progress=progress),
        )
    for kind, number in sorted(stepped.mended.items()):
        typer.echo(f"đã sửa (mended): {number} × {WORDS[kind]}")
    for difference, why in stepped.refused.items():
        typer.echo(f"bị từ chối (refused): {_words(difference)}: {why}")
    mended = sum(stepped.mended.values())
    typer.echo(f"Đã sửa {mended} điểm (mended)." if mended else "Không có gì phải sửa (nothing to mend).")
    _tell_left(stepped.left, also=bool(stepped.refused))


@app.command()
def diff(
    url: Url,
    password_file: PasswordFile,
    operator: Operator = OPERATOR,
    realm: RealmName = REALM,
    data: Data = ROOT / "data",
    directory_url: DirectoryUrl = None,
) -> None:
    """So sánh, không sửa gì; mã kết thúc 1 khi có khác biệt (compare only; ends with 1 when anything differs)."""
    with _address(data, directory_url) as address, accounts_told() as progress:
        found = _asked(
            url,
            operator,
            password_file,
            realm,
            address,
            lambda database, server: drift(database, server, Clock().today(), progress=progress),
        )
    for kind, number in sorted(Counter(one.drift for one in found).items()):
        typer.echo(f"{number} × {WORDS[kind]}")
    _tell_left(found)
    typer.echo("Đúng danh bạ (as the directory says).")


def _tell_left(left: list[Difference], *, also: bool = False) -> None:
    for difference in left:
        typer.echo(f"khác (differs): {_words(difference)}")
    if left or also:
        raise typer.Exit(1)


def _words(difference: Difference) -> str:
    is_there = f", đang là (is) {difference.found}" if difference.found else ""
    should = f", phải là (should be) {difference.should}" if difference.should else ""
    return f"{difference.subject}: {WORDS[difference.drift]}{is_there}{should}"


@contextmanager
def _address(data: Path, directory_url: str | None) -> Iterator[str]:
    if directory_url is not None:
        yield directory_url
        return
    with postgres_of(data) as address:
        yield address.dsn(DIRECTORY, runner_of(DIRECTORY))


def _asked(
    url: str,
    operator: str,
    password_file: Path,
    realm: str,
    address: str,
    ask: Callable[[Database, SignInServer], Awaitable[Answer]],
) -> Answer:
    if not password_file.is_file():
        raise CannotRun(f"Không đọc được tệp {password_file}", "this file cannot be read")

    async def answer() -> Answer:
        database = Database(address, application="chidao-people")
        try:
            async with sign_in_server(url, operator=operator, password_file=password_file, realm=realm) as server:
                return await ask(database, server)
        finally:
            await database.dispose()

    try:
        return asyncio.run(answer())
    except KeycloakRefused as error:
        raise CannotRun(f"Keycloak tại {url} không thực hiện được", f"the administration of Keycloak: {error}") from error
