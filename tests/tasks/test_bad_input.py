"""Every refusal of the tasks service: its status, its code, and a database that is the same as before."""

import time
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.issuer import AUDIENCES
from tests.signed_in import ADMIN, COMMUNE_CLERK, FINANCE_CLERK, HEALTH_CLERK, HEALTH_OFFICER, LEADER, TRACKER, Client
from tests.tasks.released import PDF, PNG, act, due_in, instruction, release, result, submitted, today, upload

TOMORROW = (today() + timedelta(days=1)).isoformat()


async def unchanged(client: Client, before: dict[str, Any], answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"].endswith(".")
    assert await client.everything() == before


@pytest.fixture
async def accepted(tasks: Client) -> str:
    task = await due_in(tasks, 10)
    await act(tasks, HEALTH_CLERK, task, "accept")
    return task


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"report_number": ""}, "invalid-body"),
        ({"report_number": None}, "invalid-body"),
        ({"report_date": None}, "invalid-body"),
        ({"report_date": TOMORROW}, "report-date-in-future"),
        ({"summary": " \n "}, "invalid-body"),
        ({"file_id": None}, "file-missing"),
        ({"file_id": "0199a1b2-0000-7000-8000-000000000000"}, "unknown-file"),
        ({"file_id": "bao-cao.pdf"}, "invalid-body"),
        ({"quality": "GOOD"}, "invalid-body"),
    ],
)
async def test_a_result_that_is_never_right(tasks: Client, accepted: str, other: dict[str, Any], code: str) -> None:
    file = (await upload(tasks, HEALTH_CLERK, accepted)).json()["id"]
    before = await tasks.everything()
    answer = await act(tasks, HEALTH_CLERK, accepted, "results", result(file_id=file) | other)
    await unchanged(tasks, before, answer, 422, code)


@pytest.mark.parametrize(
    "body",
    [
        {"percent": 101, "content": "x"},
        {"percent": -1, "content": "x"},
        {"percent": "40", "content": "x"},
        {"percent": 40.5, "content": "x"},
        {"percent": 40, "content": ""},
        {"percent": 40},
        {"percent": 40, "content": "x" * 10_001},
        [],
    ],
)
async def test_a_progress_report_that_is_never_right(tasks: Client, accepted: str, body: Any) -> None:
    before = await tasks.everything()
    await unchanged(tasks, before, await act(tasks, HEALTH_CLERK, accepted, "progress", body), 422, "invalid-body")


async def test_not_in_this_state(tasks: Client) -> None:
    task = await due_in(tasks, 10)
    before = await tasks.everything()
    report = {"percent": 10, "content": "x"}
    await unchanged(tasks, before, await act(tasks, HEALTH_CLERK, task, "progress", report), 409, "not-accepted")
    await unchanged(tasks, before, await act(tasks, TRACKER, task, "results/confirm"), 409, "no-result-to-decide")
    await act(tasks, HEALTH_CLERK, task, "accept")
    before = await tasks.everything()
    await unchanged(tasks, before, await act(tasks, HEALTH_CLERK, task, "accept"), 409, "already-accepted")
    await submitted(tasks, task)
    before = await tasks.everything()
    await unchanged(tasks, before, await act(tasks, HEALTH_CLERK, task, "progress", report), 409, "awaits-confirmation")
    await unchanged(tasks, before, await act(tasks, TRACKER, task, "results/return", {"reason": " "}), 422, "invalid-body")
    await act(tasks, TRACKER, task, "results/confirm")
    before = await tasks.everything()
    await unchanged(tasks, before, await act(tasks, TRACKER, task, "results/confirm"), 409, "already-confirmed")
    await unchanged(tasks, before, await act(tasks, TRACKER, task, "results/return", {"reason": "Muộn"}), 409, "already-confirmed")


async def test_who_may_not(tasks: Client) -> None:
    task = await release(tasks, instruction(due=today() + timedelta(days=3), coordinating=(FINANCE_CLERK.agency,)))
    before = await tasks.everything()
    cases = [
        (COMMUNE_CLERK, "accept", {}, 404, "not-found"),
        (ADMIN, "accept", {}, 404, "not-found"),
        (FINANCE_CLERK, "accept", {}, 403, "forbidden"),
        (HEALTH_OFFICER, "accept", {}, 403, "forbidden"),
        (TRACKER, "accept", {}, 403, "forbidden"),
        (LEADER, "results/confirm", {}, 403, "forbidden"),
        (HEALTH_CLERK, "results/confirm", {}, 403, "forbidden"),
        (HEALTH_CLERK, "results/return", {"nonsense": 1}, 403, "forbidden"),
    ]
    for person, act_path, body, status, code in cases:
        await unchanged(tasks, before, await act(tasks, person, task, act_path, body), status, code)
    refused = await upload(tasks, FINANCE_CLERK, task)
    await unchanged(tasks, before, refused, 403, "forbidden")


async def test_versions_and_keys(tasks: Client, accepted: str) -> None:
    address = f"/tasks/{accepted}/progress"
    body = {"percent": 10, "content": "Đã bắt đầu"}
    first = await tasks.post(HEALTH_CLERK, address, body, version=2, key="one")
    before = await tasks.everything()
    again = await tasks.post(HEALTH_CLERK, address, body, version=2, key="one")
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (200, first.json(), "true")
    other_body = {"percent": 20, "content": "Khác"}
    await unchanged(tasks, before, await tasks.post(HEALTH_CLERK, address, other_body, version=3, key="one"), 422, "idempotency-key-reused")
    await unchanged(tasks, before, await tasks.post(HEALTH_CLERK, address, other_body, version=2), 412, "stale-version")
    await unchanged(tasks, before, await tasks.post(HEALTH_CLERK, address, other_body), 428, "precondition-missing")
    nobody = await tasks.http.post(address, content=b"[1", headers=tasks.issuer.headers(HEALTH_CLERK) | {"Idempotency-Key": "k"})
    await unchanged(tasks, before, nobody, 400, "not-json")
    long = await tasks.post(HEALTH_CLERK, address, {"percent": 1, "content": "ấ" * 700_000}, version=3)
    await unchanged(tasks, before, long, 413, "too-large")
    for content in (b'{"percent": 1, "content": "\\u0000"}', b'{"percent": NaN}', b'{"percent": 1, "content": "\\ud800"}', b"\xff"):
        nobody = await tasks.http.post(address, content=content, headers=tasks.issuer.headers(HEALTH_CLERK) | {"Idempotency-Key": "k"})
        await unchanged(tasks, before, nobody, 400, "not-json")


async def test_tokens_that_are_none_of_ours(tasks: Client, accepted: str) -> None:
    issuer, person = tasks.issuer, HEALTH_CLERK
    before = await tasks.everything()
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    tokens = {
        "expired": issuer.person_token(person, exp=int(time.time()) - 1),
        "foreign issuer": issuer.person_token(person, iss="https://elsewhere.test/realms/chidao"),
        "foreign key": issuer.person_token(person, key=stranger),
        "other audience": issuer.person_token(person, aud=[one for one in AUDIENCES if one != "tasks"]),
        "unknown party": issuer.person_token(person, azp="somebody"),
        "identity token": issuer.person_token(person, typ="ID"),
        "no person": issuer.person_token(person, sub="service-tasks"),
        "a service": issuer.service_token("reporting", "tasks"),
        "nonsense": "abc.def.ghi",
    }
    for case, token in tokens.items():
        headers = {"Authorization": f"Bearer {token}", "Chidao-Membership": str(person.membership), "Idempotency-Key": "k", "If-Match": "2"}
        answer = await tasks.http.post(f"/tasks/{accepted}/progress", json={}, headers=headers)
        assert answer.status_code == 401, case
        await unchanged(tasks, before, answer, 401, "not-signed-in")
    another = issuer.headers(person) | {"Chidao-Membership": str(FINANCE_CLERK.membership), "Idempotency-Key": "k"}
    answer = await tasks.http.post(f"/tasks/{accepted}/progress", json={}, headers=another)
    await unchanged(tasks, before, answer, 401, "membership-not-valid")


@pytest.mark.parametrize(
    ("name", "content", "declared", "status", "code"),
    [
        ("bao-cao.pdf", PNG, "application/pdf", 422, "file-not-what-it-says"),
        ("bao-cao.png", PDF, "image/png", 422, "file-not-what-it-says"),
        ("bao-cao.pdf", PDF, "image/png", 422, "file-not-what-it-says"),
        ("bao-cao.pdf", b"<script>alert(1)</script>", "application/pdf", 422, "file-not-what-it-says"),
        ("bao-cao.pdf", b"", "application/pdf", 422, "file-empty"),
        ("bao-cao.exe", b"MZ" + PDF, "application/pdf", 422, "file-type-not-allowed"),
        ("bao-cao", PDF, "application/pdf", 422, "file-type-not-allowed"),
        ("bao-cao.svg", b"<svg/>", "image/svg+xml", 422, "file-type-not-allowed"),
        ("bao-cao.pdf", PDF + b"\0" * (10 * 1024 * 1024), "application/pdf", 413, "too-large"),
        ("bao-cao.pdf", PDF + b"\0" * (11 * 1024 * 1024), "application/pdf", 413, "too-large"),
    ],
)
async def test_a_file_that_is_not_what_its_name_says(
    tasks: Client, accepted: str, name: str, content: bytes, declared: str, status: int, code: str
) -> None:
    before = await tasks.everything()
    answer = await upload(tasks, HEALTH_CLERK, accepted, name=name, content=content, declared=declared)
    await unchanged(tasks, before, answer, status, code)


async def test_letters_and_emoji_are_kept(tasks: Client, accepted: str) -> None:
    words = "Đa\u0303 tiê\u0301p nhâ\u0323n 🌾👩‍🌾"
    await act(tasks, HEALTH_CLERK, accepted, "progress", {"percent": 1, "content": words})
    history = (await tasks.get(TRACKER, f"/tasks/{accepted}/history")).json()
    assert history[-1]["progress"]["content"] == "Đã tiếp nhận 🌾👩‍🌾"
