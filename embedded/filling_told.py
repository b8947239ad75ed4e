"""How far the filling of a province is, for who waits for it."""

from contextlib import AbstractContextManager

from embedded.bars import bars
from seed.filling import Progress, Step

WORDS = {
    Step.ROWS: "Ghi dữ liệu DEMO (writing assignments)",
    Step.INDEXES: "Tạo chỉ mục (building indexes)",
    Step.LOOKING_OVER: "Thống kê (analysing)",
}


def told() -> AbstractContextManager[Progress]:
    return bars(WORDS)
