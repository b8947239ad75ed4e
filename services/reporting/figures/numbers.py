"""Every number of a picture has a name, and the name says which buckets its list holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.contracts.buckets import COMPLETED, OPEN, Bucket
from libs.contracts.rates import ALL, RATES


@dataclass(frozen=True)
class Number:
    """Which tasks a number counts: those of `buckets`, or of these only the ones due soon."""

    buckets: frozenset[Bucket]
    due_soon_only: bool = False


NUMBERS: Mapping[str, Number] = {
    "N": Number(ALL),
    "C": Number(COMPLETED),
    "U": Number(OPEN),
    **{bucket.value: Number(frozenset({bucket})) for bucket in Bucket},
    "due_soon": Number(OPEN, due_soon_only=True),
    **{f"{name}.numerator": Number(rate.numerator) for name, rate in RATES.items()},
    **{f"{name}.denominator": Number(rate.denominator) for name, rate in RATES.items()},
}
