"""Every number of a picture has a name, and the name says which buckets its list holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.contracts.buckets import COMPLETED, OPEN, Bucket
from libs.contracts.rates import ALL, RATES


@dataclass(frozen=True)
class Number:
    """Which tasks a number counts: those of `buckets`, or of these only the ones due soon, or only the others."""

    buckets: frozenset[Bucket]
    due_soon: bool | None = None


NUMBERS: Mapping[str, Number] = {
    "N": Number(ALL),
    "C": Number(COMPLETED),
    "U": Number(OPEN),
    **{bucket.value: Number(frozenset({bucket})) for bucket in Bucket},
    "due_soon": Number(OPEN, due_soon=True),
    # With due soon, all that is in time: so that what stands side by side adds up.
    "due_later": Number(frozenset({Bucket.OPEN_IN_TIME}), due_soon=False),
    **{f"{name}.numerator": Number(rate.numerator) for name, rate in RATES.items()},
    **{f"{name}.denominator": Number(rate.denominator) for name, rate in RATES.items()},
}
