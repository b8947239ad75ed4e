"""`python -m bench.scale.every_answer_anew …`: ./run as it is, but nobody is given an answer that was made for somebody else.

Pages that are open at the same moment share their answers for a second. One request after the other would mostly measure that.
"""

import sys
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from embedded.command import main
from libs.common.single_flight import SingleFlight

Answer = TypeVar("Answer")


async def computed(_: SingleFlight, __: Hashable, compute: Callable[[], Awaitable[Answer]]) -> Answer:
    return await compute()


if __name__ == "__main__":
    SingleFlight.answer = computed  # type: ignore[method-assign]
    sys.exit(main(sys.argv[1:]))
