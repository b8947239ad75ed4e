"""From the facts of a task to its stretches: maximal runs of days on which it stands in one place of the figures (rulebook 1.5).

The day D of a stretch is asked both ways at once: as of D, as known on D. A fact is known from its own day until the first day of any
later version. Midnights on which a bucket turns by itself are reckoned ahead, so that yesterday, today and next year are one question:
`from_day <= D`, and `until_day` is later or not yet known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from libs.contracts.buckets import COMPLETED, AwaitingCountsAs, Bucket, Members, Standing, bucket_of, bucket_of_members, is_finished
from libs.contracts.province import ProvinceRules

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """The settings that buckets depend on: a value, and the days from which others hold."""

    awaiting_counts_as: AwaitingCountsAs = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE
    later: tuple[tuple[date, AwaitingCountsAs], ...] = ()

    @staticmethod
    def of(rules: ProvinceRules) -> "Rules":
        return Rules(*rules.course_of("awaiting_counts_as"))

    def awaiting_on(self, day: date) -> AwaitingCountsAs:
        value = self.awaiting_counts_as
        for from_day, changed in self.later:
            if from_day <= day:
                value = changed
        return value

    def __str__(self) -> str:
        """One text for each set of rules; `parse` reads it."""
        return " ".join([self.awaiting_counts_as, *(f"{from_day}={value}" for from_day, value in self.later)])

    @staticmethod
    def parse(words: str) -> "Rules":
        first, *later = words.split()
        changes = (change.split("=") for change in later)
        return Rules(AwaitingCountsAs(first), tuple((date.fromisoformat(day), AwaitingCountsAs(value)) for day, value in changes))


@dataclass(frozen=True, slots=True)
class Fact:
    """One version of a task, as figures need it. `known_on` is the day in Viet Nam on which it happened."""

    version: int
    known_on: date
    standing: Standing
    is_group: bool
    group_id: UUID | None
    lead_agency_id: UUID | None
    field: str | None
    restated: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """The task counts so from `from_day` until the day before `until_day`; None: until something happens."""

    from_day: date
    until_day: date | None
    bucket: Bucket
    in_province: bool
    is_group: bool
    lead_agency_id: UUID | None
    field: str | None
    assigned_on: date
    due: date | None
    completed_on: date | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of days with one fact and one bucket, None while the task is known and not yet assigned."""

    from_day: date
    until_day: date | None
    fact: Fact
    bucket: Bucket | None

    @property
    def finished(self) -> bool:
        return is_finished(self.fact.standing, self.from_day)


def pieces_of(facts: Sequence[Fact], rules: Rules) -> list[Piece]:
    """The days of one task, from the first on which it is known; `facts` in the order of their versions."""
    pieces = []
    for fact, start, end in _visible(facts):
        changes = [day for day, _ in rules.later if start < day and (end is None or day < end)]
        days = sorted({start, *_turns(fact.standing, start, end), *changes})
        for day, until in zip(days, [*days[1:], end], strict=True):
            pieces.append(Piece(day, until, fact, bucket_of(fact.standing, day, rules.awaiting_on(day))))
    return pieces


def stretches_of_task(pieces: Iterable[Piece]) -> list[Stretch]:
    """Of a task with a lead of its own."""
    return _merged(_stretch(piece, piece.bucket, piece.fact.standing.completed_on) for piece in pieces if piece.bucket is not None)


def stretches_of_group(facts: Sequence[Fact], members: Iterable[Sequence[Piece]]) -> list[Stretch]:
    """Of the parent of a group, whose bucket follows from what is known of its members on each day."""
    turning: dict[date, list[tuple[int, Piece]]] = {}
    for number, pieces in enumerate(members):
        for piece in pieces:
            turning.setdefault(piece.from_day, []).append((number, piece))
    found: list[Stretch] = []
    known: dict[int, Piece] = {}
    overdue = finished = 0
    turns = sorted(turning)
    place = 0
    for visible, start, end in _visible(facts):
        days = {start, *(day for day in turns if start <= day and (end is None or day < end)), *_turns(visible.standing, start, end)}
        for day in sorted(days):
            while place < len(turns) and turns[place] <= day:
                for number, piece in turning[turns[place]]:
                    before = known.get(number)
                    overdue += (piece.bucket is Bucket.OPEN_OVERDUE) - (before is not None and before.bucket is Bucket.OPEN_OVERDUE)
                    finished += piece.finished - (before is not None and before.finished)
                    known[number] = piece
                place += 1
            all_completed_on = _last_completion(known) if known and finished == len(known) else None
            bucket = bucket_of_members(visible.standing, Members(len(known), overdue > 0, all_completed_on), day)
            if found and found[-1].until_day is None:
                found[-1] = _until(found[-1], day)
            if bucket is not None:
                found.append(_stretch(Piece(day, None, visible, bucket), bucket, all_completed_on))
    return _merged(found)


def first_difference(before: Sequence[Stretch], after: Sequence[Stretch]) -> date | None:
    """The first day on which two histories of one task differ; None for equal ones."""
    for old, new in zip(before, after, strict=False):
        if old == new:
            continue
        if _alike(old, new) and old.from_day == new.from_day:
            return min(day for day in (old.until_day, new.until_day) if day is not None)
        return min(old.from_day, new.from_day)
    rest = before[len(after) :] or after[len(before) :]
    return rest[0].from_day if rest else None


def _visible(facts: Sequence[Fact]) -> Iterator[tuple[Fact, date, date | None]]:
    """Each fact with the days on which it was the newest known one; in the order of these days, which is that of the versions."""
    superseded: list[date | None] = []
    earliest: date | None = None
    for fact in reversed(facts):
        superseded.append(earliest)
        earliest = fact.known_on if earliest is None else min(earliest, fact.known_on)
    for fact, end in zip(_filled(facts), reversed(superseded), strict=True):
        if end is None or fact.known_on < end:
            yield fact, fact.known_on, end


def _filled(facts: Sequence[Fact]) -> Sequence[Fact]:
    """A restatement tells what the facts before it lacked: it was so then, and only not said."""
    if not any(fact.restated for fact in facts):
        return facts
    filled: list[Fact] = []
    told: str | None = None
    for fact in reversed(facts):
        if fact.restated:
            told = fact.field
        if fact.field is None and told is not None:
            fact = replace(fact, field=told)
        filled.append(fact)
    filled.reverse()
    return filled


def _turns(standing: Standing, start: date, end: date | None) -> Iterator[date]:
    """Days after `start` and before `end` on which the bucket may turn without anything happening."""
    for day in (standing.assigned_on, standing.completed_on, standing.due + ONE_DAY if standing.due else None):
        if day is not None and start < day and (end is None or day < end):
            yield day


def _last_completion(known: Mapping[int, Piece]) -> date | None:
    return max((day for piece in known.values() if (day := piece.fact.standing.completed_on) is not None), default=None)


def _stretch(piece: Piece, bucket: Bucket, completed_on: date | None) -> Stretch:
    fact = piece.fact
    return Stretch(
        piece.from_day,
        piece.until_day,
        bucket,
        fact.group_id is None,
        fact.is_group,
        None if fact.is_group else fact.lead_agency_id,
        fact.field,
        fact.standing.assigned_on,
        fact.standing.due,
        completed_on if bucket in COMPLETED else None,
    )


def _until(stretch: Stretch, day: date | None) -> Stretch:
    """As `dataclasses.replace`, ten times as fast: a derivation does this millions of times."""
    return Stretch(
        stretch.from_day,
        day,
        stretch.bucket,
        stretch.in_province,
        stretch.is_group,
        stretch.lead_agency_id,
        stretch.field,
        stretch.assigned_on,
        stretch.due,
        stretch.completed_on,
    )


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours that differ in nothing but their days become one."""
    merged: list[Stretch] = []
    for stretch in stretches:
        last = merged[-1] if merged else None
        if last is not None and last.until_day == stretch.from_day and _alike(last, stretch):
            merged[-1] = _until(last, stretch.until_day)
        else:
            merged.append(stretch)
    return merged


def _alike(one: Stretch, other: Stretch) -> bool:
    return (
        one.bucket is other.bucket
        and one.lead_agency_id == other.lead_agency_id
        and one.due == other.due
        and one.completed_on == other.completed_on
        and one.field == other.field
        and one.assigned_on == other.assigned_on
        and (one.in_province, one.is_group) == (other.in_province, other.is_group)
    )
