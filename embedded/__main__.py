"""`python -m embedded`, which is what ./run calls."""

import argparse
import os
import sys
from datetime import date
from pathlib import Path

import uvloop

from embedded.app import Options, Running, run
from embedded.demo import worth_trying
from embedded.refusals import CannotRun

ROOT = Path(__file__).resolve().parents[1]
PORT = 8700


def options_of(arguments: list[str]) -> Options:
    description = "Chidao: toàn bộ hệ thống trên một máy, dữ liệu DEMO (the whole system on one machine)."
    parser = argparse.ArgumentParser(prog="./run", description=description)
    parser.add_argument("--fresh", action="store_true", help="xóa hết dữ liệu và bắt đầu lại (forget all data and begin anew)")
    parser.add_argument("--at", type=date.fromisoformat, metavar="YYYY-MM-DD", help="làm việc như đang ở ngày này (turn the clock)")
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"cổng của trang web, mặc định {PORT} (port of the portal)")
    parser.add_argument("--data", type=Path, default=ROOT / "data", metavar="FOLDER", help="thư mục dữ liệu (data folder)")
    given = parser.parse_args(arguments)
    if not 0 <= given.port <= 65_535:
        parser.error("--port: 0…65535")
    return Options(given.data, given.port, given.at, given.fresh)


def announce(running: Running) -> None:
    turned = " (đồng hồ đã được chỉnh – the clock is turned)" if running.is_turned else ""
    shown = worth_trying(running.people)
    lines = [
        f"\nChidao DEMO đang chạy tại {running.public_url}  (running; Ctrl-C để dừng – to stop)",
        f"Ngày làm việc: {running.today:%d/%m/%Y}{turned}",
        "Đăng nhập không cần mật khẩu; mọi người trong danh sách đều là giả, DEMO (sign in as anybody, all are invented):",
        *(f"  {account.name} – {account.positions[0].position}, {account.positions[0].agency_name}" for account in shown),
        f"  … và {len(running.people) - len(shown)} người khác ở trang đăng nhập (and others on the sign-in page)",
        f"Nhật ký (log): {running.log}",
    ]
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:
        # Whoever wanted to know has gone; the pages are there all the same. At the end Python would try to say the rest once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> int:
    options = options_of(sys.argv[1:])
    try:
        uvloop.run(run(options, announce))
    except CannotRun as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
