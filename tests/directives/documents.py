"""Bodies of directives as the register form sends them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from libs.common.clock import Clock
from tests.signed_in import HEALTH


def today() -> date:
    return Clock().today()


def lead(agency: UUID) -> dict[str, str]:
    return {"agency_id": str(agency), "role": "LEAD"}


def coordinating(agency: UUID) -> dict[str, str]:
    return {"agency_id": str(agency), "role": "COORDINATING"}


def instruction(**other: Any) -> dict[str, Any]:
    return {
        "content": "Rà soát năng lực thu dung, điều trị tại các cơ sở y tế; báo cáo Ủy ban nhân dân tỉnh.",
        "deliverable": "bao-cao",
        "deadline_class": "DATED",
        "deadline_wording": "trong 10 ngày",
        "due": (today() + timedelta(days=10)).isoformat(),
        "assignments": [lead(HEALTH)],
    } | other


def document(*instructions: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {
        "secrecy": "NORMAL",
        "kind": "cong-van",
        "number": "5425",
        "notation": "UBND-KGVX",
        "issue_date": today().isoformat(),
        "urgency": "URGENT",
        "subject": "Tăng cường phòng, chống dịch bệnh mùa xuân",
        "instructions": list(instructions) or [instruction()],
    } | other
