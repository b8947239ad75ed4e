"""A walk by chance through the busy province: nothing breaks, nothing complains, nothing that was typed is lost.

CHIDAO_WALK says for how many seconds (`./test long walk`: an hour).
"""

import os
from random import Random

from tests.browser.screens import NATURE, TRACKING, Visits
from tests.browser.walk import Walk, walk_together
from tests.chance import seed_of_tree

SECONDS = float(os.environ.get("CHIDAO_WALK") or 120)


def test_a_walk_by_chance_breaks_nothing(visits: Visits) -> None:
    seed = seed_of_tree()
    walks = [Walk(name, visits.page(who), Random(f"walk {seed} {name}")) for name, who in (("the Office", TRACKING), ("an agency", NATURE))]
    steps = walk_together(walks, SECONDS)
    for walk in walks:
        walk.page.close()
    print(f"{steps} steps in {SECONDS:.0f} s")
    assert steps > SECONDS / 4
    assert [wrong for walk in walks for wrong in walk.wrong] == []
