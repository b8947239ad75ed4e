"""Who acted, in the history of a task."""

import pytest

from portal.answers.tasks import HistoryItem
from portal.messages import Catalogue
from portal.screens.history import events_of

LEAD = "00000000-0000-5000-8000-000000000001"


def happened(kind: str, person_id: str | None) -> HistoryItem:
    return {
        "version": 1,
        "type": f"chidao.tasks.{kind}.v1",
        "occurred_at": "2026-10-14T02:00:00Z",
        "recorded_at": "2026-10-14T02:00:00Z",
        "actor_person_id": person_id,
        "actor_role": "SERVICE" if person_id is None else "OFFICE_LEAD",
        "agency_id": None,
        "state": "ASSIGNED",
        "percent": 0,
        "change": {},
        "progress": None,
        "receipt_code": None,
    }


@pytest.mark.parametrize(
    ("kind", "person_id", "who"),
    [
        ("task-assigned", None, "Theo văn bản đã phát hành"),
        ("task-overdue", None, "Hệ thống"),
        ("task-accepted", LEAD, "Nguyễn Hoài Thương"),
    ],
)
def test_the_system_is_named_only_where_it_acted_by_itself(kind: str, person_id: str | None, who: str) -> None:
    (event,) = events_of([happened(kind, person_id)], {}, {LEAD: "Nguyễn Hoài Thương"}, Catalogue("vi"))
    assert event.who == who
