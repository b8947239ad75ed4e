"""A fault that a careless hand could make, and the tests that must notice it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """In `file`, `text`, which stands there once, becomes `instead`. `noticed_by` is what pytest is asked: a test file, or one test."""

    says: str
    file: str
    text: str
    instead: str
    noticed_by: str
