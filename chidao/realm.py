"""`chidao realm apply|diff`: what stands in the sign-in server beside what deploy/keycloak describes."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from libs.keycloak.administration import Administration, KeycloakRefused, administration
from realm.applying import Difference, differences
from realm.applying import apply as bring_about
from realm.description import Place, Realm, clients_of, wanted_realm
from realm.rules import broken
from system.applications import SERVICES
from system.refusals import CannotRun

OPERATOR = "operator"

app = typer.Typer(no_args_is_help=True, help="Keycloak: cấu hình đăng nhập của tỉnh (the realm of the province).")

Url = Annotated[str, typer.Option(envvar="CHIDAO_KEYCLOAK_URL", help="Địa chỉ Keycloak (where it is).")]
Operator = Annotated[
    str, typer.Option(envvar="CHIDAO_KEYCLOAK_OPERATOR", help="Tài khoản quản trị trong realm master (an account of the realm master).")
]
PasswordFile = Annotated[Path, typer.Option(envvar="CHIDAO_KEYCLOAK_PASSWORD_FILE", help="Tệp mật khẩu của tài khoản đó (its password).")]
Portal = Annotated[str, typer.Option(envvar="CHIDAO_PUBLIC_URL", help="Địa chỉ trang web cho người dùng (where people open the portal).")]
Keys = Annotated[
    Path,
    typer.Option(help='Thư mục khóa "<client>.pem"; chỉ phần công khai được gửi đi (keys of the clients; only public halves are sent).'),
]

Answer = TypeVar("Answer")


@app.command()
def apply(url: Url, password_file: PasswordFile, portal_url: Portal, keys: Keys, operator: Operator = OPERATOR) -> None:
    """Đưa Keycloak về đúng cấu hình; chạy lại được (bring it about; may be repeated)."""
    wanted = _wanted(portal_url, keys)
    changed, left = _asked(url, operator, password_file, wanted, lambda server: bring_about(server, wanted))
    for what in changed:
        typer.echo(f"đã sửa (mended): {what}")
    _tell_left(left)
    typer.echo("Không có gì phải sửa (nothing to mend)." if not changed else f"Đã sửa {len(changed)} điểm (mended).")


@app.command()
def diff(url: Url, password_file: PasswordFile, portal_url: Portal, keys: Keys, operator: Operator = OPERATOR) -> None:
    """So sánh, không sửa gì; mã kết thúc 1 khi có khác biệt (compare only; ends with 1 when anything differs)."""
    wanted = _wanted(portal_url, keys)
    found: list[Difference] = _asked(url, operator, password_file, wanted, lambda server: differences(server, wanted))
    _tell_left([difference.what for difference in found])
    typer.echo("Đúng cấu hình (as it should be).")


def _tell_left(differences_left: list[str]) -> None:
    for what in differences_left:
        typer.echo(f"khác (differs): {what}")
    if differences_left:
        raise typer.Exit(1)


def _wanted(portal_url: str, keys: Path) -> Realm:
    place = Place(portal_url.rstrip("/"), {client: _public_half(keys / f"{client}.pem") for client in clients_of(SERVICES)})
    wanted = wanted_realm(SERVICES, place)
    if found := broken(wanted, SERVICES):
        raise CannotRun("Mô tả trong deploy/keycloak không an toàn", f"the description breaks rules: {'; '.join(found)}")
    return wanted


def _public_half(file: Path) -> ECKey:
    try:
        return ECKey.import_key(ECKey.import_key(file.read_bytes()).as_dict(private=False))
    except OSError as error:
        raise CannotRun(f"Không đọc được tệp {file}", f"this file cannot be read: {error.strerror}") from error
    except (JoseError, ValueError) as error:
        raise CannotRun(f"Tệp {file} không chứa khóa ES256", "this file holds no key for ES256") from error


def _asked(url: str, operator: str, password_file: Path, wanted: Realm, ask: Callable[[Administration], Awaitable[Answer]]) -> Answer:
    try:
        password = password_file.read_text().strip()
    except OSError as error:
        raise CannotRun(f"Không đọc được tệp {password_file}", f"this file cannot be read: {error.strerror}") from error

    async def answer() -> Answer:
        async with administration(url, operator=operator, password=password, realm=wanted.name) as server:
            return await ask(server)

    try:
        return asyncio.run(answer())
    except KeycloakRefused as error:
        raise CannotRun(f"Keycloak tại {url} không thực hiện được", f"the administration of Keycloak: {error}") from error
