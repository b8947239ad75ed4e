"""What the acts of deciding on the rules of the province share: who may, the reason, and taking back what was planned."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from libs.common.actor import Actor
from libs.common.calendar_day import CalendarDay
from libs.common.domain import Forbidden
from libs.contracts.bounds import DECISION
from services.directory.domain.membership import Role

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=DECISION.characters), AfterValidator(DECISION.checked)
]


class WithdrawPlanned(BaseModel):
    """`valid_from` is the day for which the change is planned."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"valid_from": "2027-01-01", "reason": "Quyết định được sửa đổi trước ngày áp dụng"}}
    )

    valid_from: CalendarDay
    reason: Reason


def may_decide(actor: Actor) -> bool:
    """Everybody signed in sees the rules; only an administrator decides on them (rulebook 1.2)."""
    return actor.role == Role.SYSTEM_ADMIN


def permit_to_decide(actor: Actor) -> None:
    """Raises Forbidden."""
    if not may_decide(actor):
        raise Forbidden
