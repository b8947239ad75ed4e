"""What the API of figures answers."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from libs.contracts.buckets import AwaitingCountsAs, Bucket, is_due_soon
from libs.contracts.rates import RATES, Rate, RateValue, Rounding
from services.reporting.figures.changes import Moved
from services.reporting.figures.counting import SHOWN_RATES, Figures, Picture
from services.reporting.figures.open_dues import OpenDues
from services.reporting.figures.parts import GroupParts
from services.reporting.figures.rows import CountedTask
from services.reporting.figures.standing import Day


class RateOut(BaseModel):
    value: str | None = Field(
        description="Percent with two decimals; null where nothing is counted in the denominator.", examples=["85.95"]
    )
    numerator: int
    denominator: int

    @staticmethod
    def of(rate: RateValue) -> "RateOut":
        return RateOut(value=None if rate.value is None else str(rate.value), numerator=rate.numerator, denominator=rate.denominator)


class FiguresOut(BaseModel):
    """Rulebook 1.5: N = C + U, and the six buckets add up to N."""

    N: int
    C: int
    U: int
    completed_on_time: int
    completed_late: int
    completed_undated: int
    open_in_time: int
    open_overdue: int
    open_undated: int
    due_soon: int
    due_later: int = Field(description="In time and not due soon.")
    rates: dict[str, RateOut]

    @staticmethod
    def of(figures: Figures, rounding: Rounding) -> "FiguresOut":
        return FiguresOut.model_validate(_numbers(figures, rounding))


def _numbers(figures: Figures, rounding: Rounding) -> dict[str, object]:
    return {
        "N": figures.assigned,
        "C": figures.completed,
        "U": figures.open,
        **{bucket.value: figures.buckets[bucket] for bucket in Bucket},
        "due_soon": figures.due_soon,
        "due_later": figures.buckets[Bucket.OPEN_IN_TIME] - figures.due_soon,
        "rates": {name: RateOut.of(figures.rate(name, rounding)) for name in SHOWN_RATES},
    }


class OpenDueOut(BaseModel):
    due: date
    count: int


class AgencyFiguresOut(FiguresOut):
    agency_id: UUID
    open_dues: list[OpenDueOut] = Field(
        description="Open tasks with a deadline by their due date, earliest first, so many days around as were asked for."
    )
    open_dues_before: int = Field(description="How many open tasks are due before these days.")
    open_dues_after: int = Field(description="How many open tasks are due after these days.")


class RulesOut(BaseModel):
    """The settings of rulebook 1.5 that these figures follow; reports print them."""

    model_config = ConfigDict(frozen=True)

    awaiting_counts_as: AwaitingCountsAs
    rounding: Rounding
    due_soon_days: int = Field(description="How many working days ahead due soon reaches.")


class PictureOut(BaseModel):
    as_of: date
    known_on: date
    generated_at: datetime
    rules: RulesOut
    province: FiguresOut = Field(description="Ungrouped tasks and parents of groups.")
    assignments_total: FiguresOut = Field(
        description="All agencies together: each child of a group counts. Legitimately differs from `province`."
    )
    agencies: list[AgencyFiguresOut] = Field(description="Every agency that leads a counted task.")

    @staticmethod
    def of(picture: Picture, day: Day, *, generated_at: datetime, rules: RulesOut) -> "PictureOut":
        return PictureOut(
            as_of=day.as_of,
            known_on=day.known_on,
            generated_at=generated_at,
            rules=rules,
            province=FiguresOut.of(picture.province, rules.rounding),
            assignments_total=FiguresOut.of(picture.assignments, rules.rounding),
            agencies=[
                AgencyFiguresOut.model_validate(
                    {"agency_id": agency_id, **_dues(picture.open_dues.get(agency_id, NO_DUES)), **_numbers(figures, rules.rounding)}
                )
                for agency_id, figures in sorted(picture.agencies.items())
            ],
        )


NO_DUES = OpenDues()


def _dues(dues: OpenDues) -> dict[str, object]:
    return {
        "open_dues": [{"due": due, "count": count} for due, count in dues.near],
        "open_dues_before": dues.before,
        "open_dues_after": dues.after,
    }


class SeriesPointOut(BaseModel):
    as_of: date
    province: FiguresOut


class SeriesOut(BaseModel):
    """One point for each week, oldest first, each as it was known on its own day."""

    generated_at: datetime
    rules: RulesOut
    points: list[SeriesPointOut]


class GroupPartsOut(BaseModel):
    """How many agencies have a part in a group, and of which kinds they are."""

    model_config = ConfigDict(from_attributes=True)

    total: int
    kinds: list[str]


class CountedTaskOut(BaseModel):
    task_id: UUID
    code: str
    is_group: bool
    directive_id: UUID
    directive_label: str
    content: str
    lead_agency_id: UUID | None
    state: str | None = Field(description="Null for the parent of a group, which has no state of its own.")
    bucket: Bucket | None = Field(description="Null for a task that counts nowhere on the day.")
    assigned_on: date
    due: date | None
    completed_on: date | None
    due_soon: bool
    parts: GroupPartsOut | None = Field(description="Of a group; null for a task with a lead of its own.")

    @staticmethod
    def of(task: CountedTask, as_of: date, due_soon_until: date, parts: Mapping[UUID, GroupParts]) -> "CountedTaskOut":
        due_soon = is_due_soon(task.bucket, task.due, as_of, due_soon_until)
        of_group = parts.get(task.task_id)
        return CountedTaskOut(**vars(task), due_soon=due_soon, parts=GroupPartsOut.model_validate(of_group) if of_group else None)


class ListBehindNumberOut(BaseModel):
    as_of: date
    known_on: date
    counted: int = Field(description="The number whose list this is.")
    total: int = Field(description="How many of the counted tasks the asker may see.")
    items: list[CountedTaskOut]
    next_cursor: str | None


class MovedOut(BaseModel):
    counted: int
    total: int = Field(description="How many of them the asker may see.")
    items: list[CountedTaskOut] = Field(description="The first of these, earliest due first, as they stand on the later day.")

    @staticmethod
    def of(moved: Moved, as_of: date, due_soon_until: date, parts: Mapping[UUID, GroupParts]) -> "MovedOut":
        items = [CountedTaskOut.of(task, as_of, due_soon_until, parts) for task in moved.tasks]
        return MovedOut(counted=moved.counted, total=moved.total, items=items)


class NumberChangesOut(BaseModel):
    """`now` = `before` + `entered` − `left`; the earlier day as it was known at its end, the later one as known on `known_on`."""

    since: date
    as_of: date
    known_on: date
    before: int
    now: int
    entered: MovedOut
    left: MovedOut


class LateReleaseOut(BaseModel):
    """A document of which so many instructions have not become tasks a minute after their release."""

    model_config = ConfigDict(from_attributes=True)

    directive_id: UUID
    released_at: datetime
    instructions: int


class RateNameOut(BaseModel):
    name: str
    label: str
    formula: str
    shown: bool = Field(description="Whether figures carry it.")

    @staticmethod
    def of(rate: Rate) -> "RateNameOut":
        return RateNameOut(name=rate.name, label=rate.label, formula=rate.formula, shown=rate.name in SHOWN_RATES)


def all_rates() -> list[RateNameOut]:
    return [RateNameOut.of(rate) for rate in RATES.values()]
