"""`python -m embedded`, which is what ./run calls."""

import os
import signal
import sys

INTERRUPTED = 130


def main() -> int:
    # Whoever thinks better of it while everything is still being loaded has nothing to wait for and nothing to read: nothing has begun.
    signal.signal(signal.SIGINT, lambda _signal, _frame: os._exit(INTERRUPTED))
    from embedded.command import main as run_as_asked

    return run_as_asked(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
