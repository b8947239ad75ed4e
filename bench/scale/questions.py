"""What is asked: each question with the route or screen it belongs to and its aim, and fifty ways to ask it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from bench.scale.population import Population
from libs.common.actor import Actor

LIST, SEARCH, ONE, PICTURE = 60, 50, 30, 100
"""Milliseconds (p95, server, 10⁶): a page of any list; a search; one thing or one change; home, a number, its list, of any day."""


@dataclass(frozen=True)
class Ask:
    """One request of one person. `path` is as the front door knows it; a change names the `version` it is based on."""

    by: Actor
    path: str
    method: str = "GET"
    body: bytes = b""
    version: int | None = None
    media_type: str = "application/json"


Asks = Callable[[Population, Random], Iterator[Ask]]


@dataclass(frozen=True)
class Question:
    """`route` is method and path as the service's description or the portal names it; `owner` is the service, or "portal"."""

    owner: str
    route: str
    what: str
    aim_ms: int
    asks: Asks

    @property
    def name(self) -> str:
        return f"{self.owner} {self.route}" + (f" · {self.what}" if self.what else "")

    @property
    def kind(self) -> str:
        return "screen" if self.owner == "portal" else "route"


def address(path: str, **query: object) -> str:
    """With those parameters that are not None."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def change(by: Actor, path: str, body: Mapping[str, object] | None = None, *, version: int | None = None, method: str = "POST") -> Ask:
    return Ask(by, path, method, json.dumps(body or {}, ensure_ascii=False, default=str).encode(), version)


# Words as people type them: codes, numbers of documents, words with and without their marks, whole ones and beginnings.
SEARCHES = (
    "NV-1500",
    "NV-2044",
    "nv-3001",
    "1204/UBND-KTTH",
    "88/TB-UBND",
    "731/KH",
    "NQ-UBND",
    "hồ đập",
    "ho dap",
    "giải phóng mặt bằng",
    "giai phong mat bang",
    "sâm Ngọc Linh",
    "sam ngoc",
    "khu công nghiệp Dung Quất",
    "dung qu",
    "trạm y tế xã",
    "đường giao thông nông thôn bị sạt lở",
    "sạt lở",
    "quyết toán",
    "quyet toan du an hoan thanh",
    "số hóa sổ hộ tịch",
    "OCOP",
    "tiêm phòng gia súc",
    "xã",
    "sở",
    "báo cáo",
    "chuyển đổi số năm 2026",
    "đầu tư công giải ngân",
    "khiếu nại kéo dài theo phân cấp",
    "không có từ nào như thế này",
)
