"""What keeps a run from starting or going on, in one sentence for the person at the keyboard."""


class CannotRun(Exception):
    """Said as it is, Vietnamese first, and the program ends with 1."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese} ({english}).")
