"""What ./run understands, and what it tells the person who called it."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import uvloop
from rich import box
from rich.console import Console
from rich.table import Table

from embedded.accounts_told import accounts_told
from embedded.app import Options, Running, run
from embedded.demo import worth_trying
from embedded.filling_told import told
from embedded.handed_out import HandedOut
from embedded.oidc.issuing import Account
from embedded.pieces import Piece
from embedded.seeded import Demo
from embedded.split import Split
from seed.filling import Progress
from services.directory.accounts.stepping import Progress as AccountsProgress
from system.refusals import CannotRun

ROOT = Path(__file__).resolve().parents[1]
PORT = 8700


def options_of(arguments: list[str]) -> Options:
    description = "Chidao: toàn bộ hệ thống trên một máy, dữ liệu DEMO (the whole system on one machine)."
    parser = argparse.ArgumentParser(prog="./run", description=description)
    parser.add_argument("--fresh", action="store_true", help="xóa hết dữ liệu và bắt đầu lại (forget all data and begin anew)")
    parser.add_argument("--at", type=date.fromisoformat, metavar="YYYY-MM-DD", help="làm việc như đang ở ngày này (turn the clock)")
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"cổng của trang web, mặc định {PORT} (port of the portal)")
    parser.add_argument("--data", type=Path, default=ROOT / "data", metavar="FOLDER", help="thư mục dữ liệu (data folder)")
    parser.add_argument("--split", action="store_true", help="nhiều tiến trình, RabbitMQ và nginx (in many processes, RabbitMQ and nginx)")
    parser.add_argument("--passwords", action="store_true", help="đăng nhập bằng mật khẩu (whoever signs in is asked for a password)")
    parser.add_argument("--keycloak", action="store_true", help="đăng nhập qua Keycloak thật (sign in at a real Keycloak)")
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument(
        "--demo",
        type=Demo,
        choices=list(Demo),
        default=Demo.SMALL,
        metavar="small|month|year",
        help="lần đầu: tỉnh DEMO đang làm việc, cỡ nào (with how much work a new folder begins)",
    )
    begin.add_argument("--empty", action="store_const", dest="demo", const=None, help="lần đầu: chưa có văn bản nào (begin without any)")
    given = parser.parse_args(arguments)
    if not 0 <= given.port <= 65_535:
        parser.error("--port: 0…65535")
    if given.passwords and given.keycloak:
        parser.error("--keycloak: luôn hỏi mật khẩu, không cần --passwords (asks for passwords anyway)")
    return Options(given.data, given.port, given.at, given.fresh, given.split, given.demo, given.passwords, given.keycloak)


class Terminal:
    """What a person at the keyboard reads. Whoever wanted to know may have gone: the pages are there all the same."""

    def running(self, running: Running) -> None:
        turned = " (đồng hồ đã được chỉnh – the clock is turned)" if running.is_turned else ""
        self._say(
            f"\nChidao DEMO đang chạy tại {running.public_url}  (running; Ctrl-C để dừng – to stop)",
            f"Ngày làm việc: {running.today:%d/%m/%Y}{turned}",
            *_who_can_sign_in(running.people, running.handed_out, running.password),
            f"Nhật ký (log): {running.log}",
        )

    def split(self, running: Split) -> None:
        table = Table("tiến trình (process)", "pid", "địa chỉ (address)", box=box.SIMPLE)
        for piece in running.pieces.values():
            table.add_row(piece.name, str(piece.process.pid if piece.process else "–"), piece.address)
        self._say(
            f"\nChidao DEMO đang chạy tách rời tại {running.public_url}  (running in many processes; Ctrl-C để dừng – to stop)",
            f"Ngày làm việc: {running.today:%d/%m/%Y}",
            "Chứng thư số này chỉ dùng trên máy này, trình duyệt sẽ hỏi (the certificate is of this machine only; a browser asks).",
        )
        self._say(table)
        self._say(*_who_can_sign_in(running.people, running.handed_out, running.password), f"Nhật ký (logs): {running.folder.processes}")

    def filling(self) -> AbstractContextManager[Progress]:
        return told()

    def accounts(self) -> AbstractContextManager[AccountsProgress]:
        return accounts_told()

    def preparing(self, words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    def ended(self, piece: Piece) -> None:
        self._say(f"{piece.name}: đã dừng ngoài ý muốn, đang khởi động lại (ended unexpectedly, starting again)")

    def _say(self, *lines: str | Table) -> None:
        console = Console(highlight=False, markup=False, soft_wrap=True)
        try:
            for line in lines:
                console.print(line)
            sys.stdout.flush()
        except BrokenPipeError:
            # At the end Python would try to say the rest once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _who_can_sign_in(people: Sequence[Account], handed_out: HandedOut | None, shared: str | None = None) -> list[str]:
    """`handed_out` are passwords of each his own, `shared` is one for all."""
    shown = worth_trying(people)
    if handed_out is not None:
        return _each_by_his_own(shown, handed_out)
    others = f"  … và {len(people) - len(shown)} người khác"
    if shared is not None:
        return [
            f"Mọi người đều là giả định, DEMO, và có chung mật khẩu {shared} (all are invented, and have one password):",
            *(f"  {account.username} – {_of(account)}" for account in shown),
            f"{others} (and others)",
        ]
    return [
        "Đăng nhập không cần mật khẩu; mọi người trong danh sách đều là giả định, DEMO (sign in as anybody, all are invented):",
        *(f"  {account.name} – {_of(account)}" for account in shown),
        f"{others} ở trang đăng nhập (and others on the sign-in page)",
    ]


def _each_by_his_own(shown: Sequence[Account], handed_out: HandedOut) -> list[str]:
    printed = [
        f"  {account.name} – {_of(account)}: {account.username}  {handed_out.new[account.username]}"
        for account in shown
        if account.username in handed_out.new
    ]
    once = ["Mật khẩu mới, chỉ in ra lần này; mọi người đều là giả định, DEMO (new passwords, told this once; all are invented):", *printed]
    return [
        *(once if printed else ()),
        f"Tên đăng nhập và mật khẩu của mọi người (everybody's username and password): {handed_out.file}",
    ]


def _of(account: Account) -> str:
    return f"{account.positions[0].position}, {account.positions[0].agency_name}"


def main(arguments: list[str]) -> int:
    options = options_of(arguments)
    try:
        uvloop.run(run(options, Terminal()))
    except CannotRun as error:
        print(error, file=sys.stderr)
        return 1
    return 0
