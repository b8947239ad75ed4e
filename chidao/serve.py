"""`chidao serve`: one service, or one part of it, as this process."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from libs.common.settings import FILE_VARIABLE, ProcessPart
from system.parties import CONSUMERS
from system.refusals import CannotRun

PORTAL = "portal"

Only = Annotated[
    list[ProcessPart] | None,
    typer.Option(help="Chỉ phần này của dịch vụ; ghi nhiều lần được (only this part; may be repeated)."),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", envvar=FILE_VARIABLE, help="Tệp các dòng CHIDAO_…=…; biến môi trường được ưu tiên (settings, a line each)."),
]


def serve(
    service: Annotated[str, typer.Argument(help=f"{', '.join(CONSUMERS)} hoặc (or) {PORTAL}.")],
    only: Only = None,
    settings: SettingsFile = None,
) -> None:
    """Chạy một dịch vụ, hoặc một phần của nó, trong tiến trình này (run one service, or a part of it)."""
    if service not in (*CONSUMERS, PORTAL):
        raise CannotRun(f"Không có dịch vụ {service}", f"no such service; there are {', '.join((*CONSUMERS, PORTAL))}")
    if service == PORTAL and only:
        raise CannotRun("Cổng thông tin không chia phần", "the portal has no parts")
    if settings is not None and not settings.is_file():
        raise CannotRun(f"Không có tệp {settings}", "there is no such file of settings")
    environment = dict(os.environ)
    if settings is not None:
        environment[FILE_VARIABLE] = str(settings.resolve())
    if only:
        environment["CHIDAO_PARTS"] = json.dumps(only)
    module = PORTAL if service == PORTAL else f"services.{service}"
    # Nothing of the command line stays in memory beside the service.
    os.execve(sys.executable, [sys.executable, "-m", module], environment)
