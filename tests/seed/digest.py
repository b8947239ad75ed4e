"""`python -m tests.seed.digest SEED`: one word for all rows that a seed draws, whatever process draws them."""

import hashlib
import sys
from datetime import date
from random import Random

from seed.calendar import WorkingDays
from seed.cast import Cast
from seed.drawing import Drawing, sketches
from seed.filling import PROVINCE, add_life, end_of
from seed.rows.batch import Batch
from seed.scale import of_assignments
from services.directory.province import Province

SCALE = of_assignments(600, date(2026, 10, 14))


def drawn(seed: int) -> Batch:
    cast, calendar, batch = Cast(Province(PROVINCE), SCALE.until), WorkingDays(SCALE.first, SCALE.until), Batch()
    drawing = Drawing(SCALE, cast, calendar, seed)
    for sketch in sketches(SCALE, cast, calendar, seed):
        chance = Random(f"{seed}/{sketch.index}/played")
        add_life(batch, drawing.life(sketch), cast, first_number=sketch.first_number, until=end_of(SCALE.until), chance=chance)
    return batch


def digest(seed: int) -> str:
    return hashlib.sha256(repr(sorted(drawn(seed).sheets.items())).encode()).hexdigest()


if __name__ == "__main__":
    print(digest(int(sys.argv[1])))
