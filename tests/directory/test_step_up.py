"""Administration asks who one is again, of the token itself; which acts do stands in one table (decision 0039)."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from libs.common.clock import Clock
from libs.contracts.step_up import STEP_UP, StepUpAct
from services.directory.domain.membership import Role
from tests.directory.conftest import Member, member
from tests.signed_in import Client

ADMIN = Member(member(Role.SYSTEM_ADMIN))
# No table keeps the day on which it was read: a test may run on the next.
FAR_OFF = "2199-12-31"
DECIDED = {"valid_from": FAR_OFF, "reason": "Quyết định số 41/2026/QĐ-UBND"}
AGENCY = {"name": "Ban Chỉ đạo chuyển đổi số", "short_name": "BCĐ CĐS", "kind": "WORKING_GROUP", **DECIDED}
# Every way to do it; what the body would be, were it taken.
WAYS: Mapping[StepUpAct, Mapping[str, Any]] = {
    StepUpAct.ADD_AGENCY: {"/agencies": AGENCY},
    StepUpAct.DECIDE_SETTING: {
        "/province/settings/due_soon_days/plan": {"value": 5, **DECIDED},
        "/province/settings/due_soon_days/withdraw": DECIDED,
    },
    StepUpAct.GIVE_MEMBERSHIP: {f"/agencies/{uuid4()}/people": {}, f"/agencies/{uuid4()}/memberships": {}},
    StepUpAct.CHANGE_MEMBERSHIP: {f"/memberships/{uuid4()}/change": {}},
    StepUpAct.END_MEMBERSHIP: {f"/memberships/{uuid4()}/end": {}},
    StepUpAct.PLAN_REORGANISATION: {"/reorganisations": {}},
    StepUpAct.WITHDRAW_REORGANISATION: {f"/reorganisations/{uuid4()}/withdraw": {}},
    StepUpAct.DECIDE_CALENDAR: {"/province/calendars/2031/plan": {"days": [], **DECIDED}, "/province/calendars/2031/withdraw": DECIDED},
}
ELSEWHERE = {StepUpAct.RELEASE_DIRECTIVE: "tests/directives/test_step_up.py"}


def test_every_act_of_the_table_is_tried() -> None:
    assert WAYS.keys() | ELSEWHERE.keys() == STEP_UP.keys() == set(StepUpAct)


async def post(client: Client, path: str, body: Any, key: str, **claims: Any) -> httpx2.Response:
    token = client.issuer.person_token(ADMIN, **claims)
    headers = client.issuer.headers(ADMIN) | {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "If-Match": '"1"'}
    return await client.http.post(path, json=body, headers=headers)


async def test_whoever_is_signed_in_and_no_more_changes_nothing(directory: Client) -> None:
    before = await directory.everything()
    for act, ways in WAYS.items():
        for path, body in ways.items():
            answer = await post(directory, path, body, path, acr="1")
            told = answer.json()
            assert (answer.status_code, told["code"], told["act"]) == (401, "insufficient-user-authentication", act.value), path
            assert 'error="insufficient_user_authentication"' in answer.headers["WWW-Authenticate"]
    assert await directory.everything() == before


async def test_with_proof_the_same_is_done(directory: Client) -> None:
    for path, body in ({"/agencies": AGENCY} | WAYS[StepUpAct.DECIDE_SETTING]).items():
        if path.endswith("/withdraw"):
            continue
        answer = await post(directory, path, body, path)
        assert answer.status_code in (200, 201), answer.text


@pytest.mark.parametrize(("minutes", "status"), [(10, 201), (5, 401)])
async def test_how_lately_is_what_the_province_says_of_this_day(directory: Client, minutes: int, status: int) -> None:
    """By the directory's own decisions, not by the default."""
    await directory.rows(
        "INSERT INTO province_setting_decision (setting_id, version, valid_from, value, reason, decided_by, decided_at) "
        "SELECT id, 9, current_date - 1, CAST(:value AS jsonb), 'test', 'service-test', now() "
        "FROM province_setting WHERE key = 'step_up_minutes' RETURNING 1",
        value=str(minutes),
    )
    seven_minutes_ago = int(Clock().now().timestamp()) - 420
    assert (await post(directory, "/agencies", AGENCY, "add", auth_time=seven_minutes_ago)).status_code == status
