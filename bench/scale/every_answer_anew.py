"""`python -m bench.scale.every_answer_anew …`: ./run as it is, but what is asked for is computed anew for everybody who asks.

Who asks the same at the same moment is given the same answer; one request after the other would mostly measure that. What stands in the
head of every page of the portal is shared for a second all the same: it is not what was asked for.
"""

import sys
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

import libs.common.service
import portal.app
from embedded.command import main
from libs.common.single_flight import SingleFlight

Answer = TypeVar("Answer")


class EveryAnswerAnew(SingleFlight):
    async def answer(self, key: Hashable, compute: Callable[[], Awaitable[Answer]]) -> Answer:
        return await compute()


if __name__ == "__main__":
    for module in (libs.common.service, portal.app):
        assert vars(module)["SingleFlight"] is SingleFlight
        vars(module)["SingleFlight"] = EveryAnswerAnew
    sys.exit(main(sys.argv[1:]))
