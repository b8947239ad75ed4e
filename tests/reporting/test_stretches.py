"""The stretches of a task say on each day what the rule says of what was known then; proved day by day over random histories."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest

from libs.contracts.buckets import AwaitingCountsAs, Bucket, Standing, bucket_of, bucket_of_group
from services.reporting.figures.stretches import Fact, Rules, Stretch, first_difference, pieces_of, stretches_of_group, stretches_of_task

FIRST = date(2026, 1, 20)
GROUP, ONE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
IN_TIME, BY_DATE = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE, AwaitingCountsAs.BY_DATE
SEEDS = range(200)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


DAYS = [day(number) for number in range(-3, 60)]


def random_rules(random: Random) -> Rules:
    later = ((day(random.randrange(40)), random.choice([IN_TIME, BY_DATE])),) if random.random() < 0.5 else ()
    return Rules(random.choice([IN_TIME, BY_DATE]), later)


def random_facts(random: Random, *, is_group: bool = False, group_id: UUID | None = None) -> list[Fact]:
    """Anything a feed may bring: days out of order, versions missing, dates that move, leads that change, restatements."""
    assigned_on = day(random.randrange(20))
    due = day(random.randrange(40)) if random.random() < 0.8 else None
    lead, field, known_on = ONE, None, assigned_on
    facts: list[Fact] = []
    for version in range(1, random.randrange(2, 7)):
        state, submitted_on, completed_on = (
            random.choice(["IN_PROGRESS", "AWAITING_CONFIRMATION", "RESULT_RETURNED", "COMPLETED"]),
            None,
            None,
        )
        if state in ("AWAITING_CONFIRMATION", "COMPLETED"):
            submitted_on = known_on + timedelta(days=random.randrange(-4, 2))
        if state == "COMPLETED":
            completed_on = submitted_on
        if random.random() < 0.2:
            due = day(random.randrange(40)) if random.random() < 0.8 else None
        if random.random() < 0.2:
            lead = random.choice([ONE, OTHER])
        if random.random() < 0.05:
            assigned_on = day(random.randrange(30))
        restated = random.random() < 0.2
        if restated:
            field = random.choice(["y-te", "dat-dai", None])
        if random.random() < 0.9:
            standing = Standing(state, assigned_on, due, submitted_on, completed_on)
            facts.append(Fact(version, known_on, standing, is_group, group_id, None if is_group else lead, field, restated))
        known_on += timedelta(days=random.choice([0, 0, 1, 3, 9, -2]))
    return facts


def known(facts: Sequence[Fact], on: date) -> Fact | None:
    return max((fact for fact in facts if fact.known_on <= on), key=lambda fact: fact.version, default=None)


def on(stretches: Sequence[Stretch], asked: date) -> Stretch | None:
    found = [one for one in stretches if one.from_day <= asked and (one.until_day is None or asked < one.until_day)]
    assert len(found) <= 1, "a task stands in one place on a day"
    return found[0] if found else None


def require_maximal(stretches: Sequence[Stretch]) -> None:
    for one, following in pairwise(stretches):
        assert one.until_day is not None
        assert one.until_day <= following.from_day
        assert one.until_day < following.from_day or vars_of(one) != vars_of(following), "two stretches that are one"


def vars_of(stretch: Stretch) -> tuple[object, ...]:
    return tuple(getattr(stretch, name) for name in Stretch.__slots__ if name not in ("from_day", "until_day"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_task_stands_each_day_as_the_rule_says(seed: int) -> None:
    random = Random(seed)
    rules, facts = random_rules(random), random_facts(random)
    found = stretches_of_task(pieces_of(facts, rules))
    require_maximal(found)
    for asked in DAYS:
        fact, stretch = known(facts, asked), on(found, asked)
        bucket = bucket_of(fact.standing, asked, rules.awaiting_on(asked)) if fact else None
        assert (stretch.bucket if stretch else None) is bucket, asked
        if stretch is not None and fact is not None:
            assert (stretch.lead_agency_id, stretch.due, stretch.assigned_on) == (
                fact.lead_agency_id,
                fact.standing.due,
                fact.standing.assigned_on,
            )
            assert stretch.completed_on == (fact.standing.completed_on if stretch.bucket.startswith("completed") else None)
            assert (stretch.in_province, stretch.is_group) == (True, False)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_group_stands_each_day_as_the_rule_says(seed: int) -> None:
    random = Random(seed)
    rules, facts = random_rules(random), random_facts(random, is_group=True)
    members = [random_facts(random, group_id=GROUP) for _ in range(random.randrange(6))]
    if random.random() < 0.5:
        members = [[fact for fact in member if random.random() < 0.3 or fact.standing.state == "COMPLETED"] for member in members]
    found = stretches_of_group(facts, [pieces_of(member, rules) for member in members])
    require_maximal(found)
    for asked in DAYS:
        fact, stretch = known(facts, asked), on(found, asked)
        children = [child.standing for member in members if (child := known(member, asked)) is not None]
        bucket = bucket_of_group(fact.standing, children, asked, rules.awaiting_on(asked)) if fact else None
        assert (stretch.bucket if stretch else None) is bucket, asked
        if stretch is not None:
            last = max((child.completed_on for child in children if child.completed_on), default=None)
            assert stretch.completed_on == (last if stretch.bucket.startswith("completed") else None)
            assert (stretch.in_province, stretch.is_group, stretch.lead_agency_id) == (True, True, None)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_difference_is_the_first_day_that_differs(seed: int) -> None:
    random = Random(seed)
    facts = random_facts(random)
    before = stretches_of_task(pieces_of([fact for fact in facts if random.random() < 0.7], Rules()))
    after = stretches_of_task(pieces_of(facts, Rules()))
    differing = [asked for asked in DAYS if not same(on(before, asked), on(after, asked))]
    assert first_difference(before, after) == (differing[0] if differing else None)
    assert first_difference(after, before) == first_difference(before, after)


def same(one: Stretch | None, other: Stretch | None) -> bool:
    return (one and vars_of(one)) == (other and vars_of(other))


def test_the_histories_reach_every_bucket() -> None:
    reached = {one.bucket for seed in SEEDS for one in stretches_of_task(pieces_of(random_facts(Random(seed)), Rules()))}
    assert reached == set(Bucket)


def test_midnight_is_reckoned_ahead() -> None:
    facts = [Fact(1, day(0), Standing("ASSIGNED", day(0), day(9)), False, None, ONE, None)]
    assert [(one.from_day, one.until_day, one.bucket) for one in stretches_of_task(pieces_of(facts, Rules()))] == [
        (day(0), day(10), Bucket.OPEN_IN_TIME),
        (day(10), None, Bucket.OPEN_OVERDUE),
    ]


def test_a_rule_of_a_coming_day_changes_only_what_follows() -> None:
    waiting = [Fact(1, day(0), Standing("AWAITING_CONFIRMATION", day(0), day(9), day(8)), False, None, ONE, None)]
    assert [(one.from_day, one.bucket) for one in stretches_of_task(pieces_of(waiting, Rules(IN_TIME, ((day(30), BY_DATE),))))] == [
        (day(0), Bucket.OPEN_IN_TIME),
        (day(30), Bucket.OPEN_OVERDUE),
    ]


def test_a_restatement_tells_what_was_so_before() -> None:
    standing = Standing("ASSIGNED", day(0), None)
    first = Fact(1, day(0), standing, False, None, ONE, None)
    [stretch] = stretches_of_task(pieces_of([first, Fact(2, day(20), standing, False, None, ONE, "y-te", restated=True)], Rules()))
    assert (stretch.from_day, stretch.until_day, stretch.field) == (day(0), None, "y-te")
    before, after = stretches_of_task(pieces_of([first, Fact(2, day(20), standing, False, None, ONE, "y-te")], Rules()))
    assert (before.field, before.until_day, after.field) == (None, day(20), "y-te")


def test_rules_are_read_from_their_text() -> None:
    for rules in (Rules(), Rules(BY_DATE, ((day(3), IN_TIME), (day(9), BY_DATE)))):
        assert Rules.parse(str(rules)) == rules
