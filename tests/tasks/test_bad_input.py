"""Every refusal of the tasks service: its status, its code, and a database that is the same as before."""

import time
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from libs.common.web.pagination import encode_cursor
from tests.issuer import AUDIENCES
from tests.signed_in import ADMIN, COMMUNE_CLERK, FINANCE_CLERK, HEALTH_CLERK, HEALTH_OFFICER, LEADER, TRACKER, Client
from tests.tasks.released import PDF, PNG, act, due_in, instruction, release, result, submitted, today, upload

# No table keeps the day on which it was read: a test may run on the next.
FAR_OFF = "2199-12-31"


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
        ({"report_date": FAR_OFF}, "report-date-in-future"),
        ({"report_date": "1899-12-31"}, "invalid-body"),
        ({"report_date": "0001-01-01"}, "invalid-body"),
        ({"report_date": "9999-12-31"}, "invalid-body"),
        ({"report_date": 1764288000}, "invalid-body"),
        ({"report_date": "1764288000"}, "invalid-body"),
        ({"report_date": "2026-02-27T00:00:00"}, "invalid-body"),
        ({"report_date": "2026-W09-5"}, "invalid-body"),
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
    await act(tasks, TRACKER, task, "results/return", {"reason": "Thiếu số liệu"})
    before = await tasks.everything()
    await unchanged(tasks, before, await act(tasks, HEALTH_CLERK, task, "progress", report), 409, "result-is-returned")
    await submitted(tasks, task)
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
        "of tomorrow": issuer.person_token(person, iat=int(time.time()) + 3600),
        "not valid yet": issuer.person_token(person, nbf=int(time.time()) + 3600),
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


async def test_of_two_faults_the_earlier_is_told(tasks: Client, accepted: str) -> None:
    """Each request has the fault of its row and that of the next one: 400, 413, 401, 404, 403, 428, repeated key, 412, 422, 409."""
    address, unknown = f"/tasks/{accepted}/progress", "/tasks/0199a1b2-0000-7000-8000-000000000000/progress"
    assert (await tasks.post(HEALTH_CLERK, address, {"percent": 10, "content": "x"}, version=2, key="used")).status_code == 200
    not_accepted = f"/tasks/{await due_in(tasks, 10)}/progress"
    before = await tasks.everything()
    person, other, outsider = (tasks.issuer.headers(one) for one in (HEALTH_CLERK, HEALTH_OFFICER, COMMUNE_CLERK))
    no_json, too_long, never_right, right = b"[1", b'"' + b"x" * 1_000_001 + b'"', b'{"percent": 101}', b'{"percent": 1, "content": "x"}'
    rows: list[tuple[str, bytes, dict[str, str], int, str]] = [
        (address, no_json, {"Idempotency-Key": "k"}, 400, "not-json"),
        (address, never_right, {}, 400, "idempotency-key-missing"),
        (address, too_long, {"Idempotency-Key": "k"}, 413, "too-large"),
        (unknown, never_right, {"Idempotency-Key": "k"}, 401, "not-signed-in"),
        (unknown, never_right, outsider | {"Idempotency-Key": "k"}, 404, "not-found"),
        (address, never_right, outsider | {"Idempotency-Key": "k"}, 404, "not-found"),
        (f"/tasks/{accepted}/results/confirm", never_right, other | {"Idempotency-Key": "k"}, 403, "forbidden"),
        (address, never_right, person | {"Idempotency-Key": "used"}, 428, "precondition-missing"),
        (address, never_right, person | {"Idempotency-Key": "used", "If-Match": "1"}, 422, "idempotency-key-reused"),
        (address, never_right, person | {"Idempotency-Key": "k", "If-Match": "1"}, 412, "stale-version"),
        (not_accepted, never_right, person | {"Idempotency-Key": "k", "If-Match": "1"}, 422, "invalid-body"),
        (not_accepted, right, person | {"Idempotency-Key": "k", "If-Match": "1"}, 409, "not-accepted"),
    ]
    for path, body, headers, status, code in rows:
        await unchanged(tasks, before, await tasks.http.post(path, content=body, headers=headers), status, code)


async def test_a_result_that_is_never_right_is_told_before_its_state(tasks: Client, accepted: str) -> None:
    file = (await upload(tasks, HEALTH_CLERK, accepted)).json()["id"]
    await submitted(tasks, accepted)
    before = await tasks.everything()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for other, code in (({"report_date": tomorrow}, "report-date-in-future"), ({"file_id": None}, "file-missing")):
        answer = await act(tasks, HEALTH_CLERK, accepted, "results", result(file_id=file) | other)
        await unchanged(tasks, before, answer, 422, code)
    answer = await act(tasks, HEALTH_CLERK, accepted, "results", result(file_id=file))
    await unchanged(tasks, before, answer, 409, "awaits-confirmation")


@pytest.mark.parametrize("key", ["k" * 201, "k\tk"])
async def test_a_key_that_is_none(tasks: Client, accepted: str, key: str) -> None:
    before = await tasks.everything()
    answer = await tasks.post(HEALTH_CLERK, f"/tasks/{accepted}/progress", {"percent": 1, "content": "x"}, version=2, key=key)
    await unchanged(tasks, before, answer, 400, "idempotency-key-missing")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/tasks?q=%00", 422, "invalid-parameters"),
        ("/tasks/counts?q=Ba%00Tơ", 422, "invalid-parameters"),
        ("/tasks?state=NONE", 422, "invalid-parameters"),
        ("/tasks?limit=0", 422, "invalid-parameters"),
        ("/tasks?cursor=nonsense", 422, "invalid-cursor"),
        (f"/tasks/awaiting-decision?cursor={encode_cursor('2026-02-27T08:00:00', 1)}", 422, "invalid-cursor"),
        (f"/tasks?cursor={encode_cursor('9999-12-31', 1)}", 422, "invalid-cursor"),
        (f"/tasks?cursor={encode_cursor('2026-02-27', 10**30)}", 422, "invalid-cursor"),
        (f"/tasks?cursor={encode_cursor('2026-02-27', None)}", 422, "invalid-cursor"),
        (f"/tasks?cursor={encode_cursor(1772150400, 1)}", 422, "invalid-cursor"),
        (f"/tasks?sort=-assigned_on&cursor={encode_cursor(None, 1)}", 422, "invalid-cursor"),
        ("/receipts/%00", 404, "not-found"),
        ("/tasks/%00", 404, "not-found"),
    ],
)
async def test_a_question_that_is_none(tasks: Client, path: str, status: int, code: str) -> None:
    answer = await tasks.http.get(path, headers=tasks.issuer.headers(TRACKER))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["title"].endswith(".")


@pytest.mark.parametrize("after", ["1", "a.b.c", "1.99999999999999999999999999.1", "1.1.-1", "99999999999.1.1"])
async def test_a_place_in_the_feed_that_is_none(tasks: Client, after: str) -> None:
    token = tasks.issuer.service_token("reporting", "tasks")
    answer = await tasks.http.get("/internal/events", params={"after": after}, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-cursor"), answer.text


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
        (".bao-cao.pdf", PDF, "application/pdf", 422, "file-type-not-allowed"),
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


@pytest.mark.parametrize("files", [[], ["file", "file"], ["file", "another"]], ids=["none", "two of a name", "two"])
async def test_a_form_with_another_number_of_files_than_one(tasks: Client, accepted: str, files: list[str]) -> None:
    headers = tasks.issuer.headers(HEALTH_CLERK) | {"Idempotency-Key": "k"}
    sent = [(name, ("bao-cao.pdf", PDF, "application/pdf")) for name in files]
    before = await tasks.everything()
    # A form without any file is one with a field of words.
    answer = await tasks.http.post(f"/tasks/{accepted}/files", files=sent or {"words": (None, b"x")}, headers=headers)
    await unchanged(tasks, before, answer, 400, "no-file")


async def test_nothing_changes_while_the_directory_is_silent(tasks: Client, accepted: str) -> None:
    """What was read before is still read: only changes ask for rights that are known to be of today."""
    await tasks.rows("UPDATE feed_position SET heard_at = now() - interval '6 minutes' WHERE source = 'directory' RETURNING 1")
    tasks.app.state.doorkeeper.memberships._fresh_until = 0
    before = await tasks.everything()
    report = {"percent": 10, "content": "x"}
    answer = await tasks.post(HEALTH_CLERK, f"/tasks/{accepted}/progress", report, version=2)
    await unchanged(tasks, before, answer, 503, "replica-stale")
    assert answer.headers["Retry-After"] == "2"
    await unchanged(tasks, before, await upload(tasks, HEALTH_CLERK, accepted), 503, "replica-stale")
    assert (await tasks.get(HEALTH_CLERK, f"/tasks/{accepted}")).status_code == 200


async def test_letters_and_emoji_are_kept(tasks: Client, accepted: str) -> None:
    words = "Đa\u0303 tiê\u0301p nhâ\u0323n 🌾👩‍🌾"
    await act(tasks, HEALTH_CLERK, accepted, "progress", {"percent": 1, "content": words})
    history = (await tasks.get(TRACKER, f"/tasks/{accepted}/history")).json()
    assert history[-1]["progress"]["content"] == "Đã tiếp nhận 🌾👩‍🌾"
