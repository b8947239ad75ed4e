"""One of the processes that write a large province side by side: it is given its share on standard input."""

import asyncio
import gc
import pickle
import sys

from seed.filling import Share, write_share


async def main() -> None:
    # Written by the process that started us, and by nobody else.
    share: Share = pickle.load(sys.stdin.buffer)  # noqa: S301
    async for assignments in write_share(share):
        print(assignments, flush=True)  # noqa: T201 - this is how it is told


if __name__ == "__main__":
    # Rows stand in no circles, so there is nothing to look for among millions of them.
    gc.disable()
    asyncio.run(main())
