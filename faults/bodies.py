"""Bodies of requests as the portal's forms send them."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from libs.common.clock import Clock

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def today() -> date:
    return Clock().today()


def lead(agency: object) -> dict[str, str]:
    return {"agency_id": str(agency), "role": "LEAD"}


def coordinating(agency: object) -> dict[str, str]:
    return {"agency_id": str(agency), "role": "COORDINATING"}


def instruction(**other: Any) -> dict[str, Any]:
    """Due in ten days, and led by nobody until `assignments`, `lead_group` or `composed_group` say who."""
    return {
        "content": "Rà soát năng lực thu dung, điều trị tại các cơ sở y tế; báo cáo Ủy ban nhân dân tỉnh.",
        "deliverable": "bao-cao",
        "deadline_class": "DATED",
        "deadline_wording": "trong 10 ngày",
        "due": (today() + timedelta(days=10)).isoformat(),
        "assignments": [],
    } | other


def document(*instructions: dict[str, Any], **other: Any) -> dict[str, Any]:
    """Of a number of its own: two documents of one number are one."""
    return {
        "secrecy": "NORMAL",
        "kind": "cong-van",
        "number": str(uuid4().int % 10**12),
        "notation": "UBND-KGVX",
        "issue_date": today().isoformat(),
        "urgency": "URGENT",
        "subject": "Tăng cường phòng, chống dịch bệnh mùa xuân",
        "instructions": list(instructions),
    } | other
