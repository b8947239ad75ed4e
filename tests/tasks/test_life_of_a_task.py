"""From assignment to completion, over HTTP and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.issuer import Person
from tests.signed_in import (
    COMMUNE_CLERK,
    FINANCE,
    FINANCE_CLERK,
    HEALTH,
    HEALTH_ADMIN,
    HEALTH_CLERK,
    HEALTH_HEAD,
    HEALTH_OFFICER,
    LEADER,
    NORTH_WARD,
    OFFICE_LEAD,
    SOUTH_COMMUNE,
    TRACKER,
    Client,
)
from tests.tasks.released import act, due_in, instruction, release, released, result, submitted, today, upload


def allowed(task: dict[str, list[dict[str, object]]]) -> list[object]:
    return [one["action"] for one in task["available_actions"] if one["allowed"]]


async def test_a_task_goes_all_the_way(tasks: Client) -> None:
    task = await due_in(tasks, 10)
    seen = (await tasks.get(HEALTH_CLERK, f"/tasks/{task}")).json()
    assert (seen["state"], seen["bucket"], allowed(seen), seen["receipt_code"]) == ("ASSIGNED", "open_in_time", ["ACCEPT"], None)
    assert (await tasks.get(HEALTH_ADMIN, f"/tasks/{task}")).status_code == 404, "an administrator has no part in the tasks"
    assert (await act(tasks, HEALTH_ADMIN, task, "accept")).status_code == 404
    accepted = (await act(tasks, HEALTH_CLERK, task, "accept")).json()
    assert (accepted["state"], allowed(accepted)) == ("ACCEPTED", ["REPORT_PROGRESS", "SUBMIT_RESULT"])
    progress = (await act(tasks, HEALTH_OFFICER, task, "progress", {"percent": 40, "content": "Đã rà soát 40 cơ sở"})).json()
    assert (progress["state"], progress["percent"], allowed(progress)) == ("IN_PROGRESS", 40, ["REPORT_PROGRESS"])
    waiting = await submitted(tasks, task)
    assert (waiting["state"], waiting["deadline"]["kind"], waiting["result"]["number"]) == ("AWAITING_CONFIRMATION", "awaiting", 1)
    office = (await tasks.get(TRACKER, f"/tasks/{task}")).json()
    assert allowed(office) == ["CONFIRM", "RETURN_RESULT"]
    confirmed = (await act(tasks, TRACKER, task, "results/confirm", {"quality": "GOOD"})).json()
    assert (confirmed["state"], confirmed["bucket"], confirmed["completed_on"]) == ("COMPLETED", "completed_on_time", today().isoformat())
    history = (await tasks.get(HEALTH_HEAD, f"/tasks/{task}/history")).json()
    assert (await tasks.get(HEALTH_HEAD, f"/tasks/{task}", history="true")).json()["history"] == history
    assert (await tasks.get(HEALTH_HEAD, f"/tasks/{task}")).json()["history"] is None, "only where it is asked for"
    assert [one["type"].split(".")[2] for one in history] == [
        "task-assigned",
        "task-accepted",
        "progress-reported",
        "result-submitted",
        "result-confirmed",
    ]
    assert history[2]["progress"]["content"] == "Đã rà soát 40 cơ sở"


async def test_a_returned_result_is_kept_and_the_next_one_counts(tasks: Client) -> None:
    task = await due_in(tasks, 10)
    await submitted(tasks, task)
    returned = (await act(tasks, TRACKER, task, "results/return", {"reason": "Thiếu số liệu các xã miền núi"})).json()
    assert (returned["state"], returned["return_count"], returned["submitted_at"]) == ("RESULT_RETURNED", 1, None)
    again = await submitted(tasks, task, report_number="131/BC-SYT")
    assert [(one["number"], one["decision"]) for one in again["results"]] == [(1, "RETURNED"), (2, "WAITING")]
    assert again["result"]["report_number"] == "131/BC-SYT"
    confirmed = (await act(tasks, TRACKER, task, "results/confirm")).json()
    assert [one["decision"] for one in confirmed["results"]] == ["RETURNED", "CONFIRMED"]


async def test_a_late_report_is_late_though_the_document_is_old(tasks: Client) -> None:
    """Completed on the later of the document's date and the day of entry (rulebook 1.5)."""
    task = await due_in(tasks, -3)
    await submitted(tasks, task, report_date=(today() - timedelta(days=4)).isoformat())
    confirmed = (await act(tasks, TRACKER, task, "results/confirm")).json()
    assert (confirmed["bucket"], confirmed["completed_on"]) == ("completed_late", today().isoformat())


async def test_a_receipt_is_found_as_it_is_typed(tasks: Client) -> None:
    task = await due_in(tasks, 10)
    await act(tasks, HEALTH_CLERK, task, "accept")
    code = (await act(tasks, HEALTH_CLERK, task, "progress", {"percent": 10, "content": "Bắt đầu"})).json()["receipt_code"]
    for words in (code, code.lower(), code.replace("-", ""), f" {code} "):
        found = await tasks.get(TRACKER, f"/receipts/{words}")
        assert (found.status_code, found.json()["task_id"], found.json()["version"]) == (200, task, 3), words
    assert (await tasks.get(COMMUNE_CLERK, f"/receipts/{code}")).status_code == 404
    wrong = code[:-1] + ("1" if code[-1] != "1" else "2")
    assert (await tasks.get(TRACKER, f"/receipts/{wrong}")).status_code == 404
    assert (await tasks.get(TRACKER, "/receipts/nonsense!")).status_code == 404


async def test_a_group_is_one_parent_and_a_part_for_each(tasks: Client) -> None:
    group = instruction(SOUTH_COMMUNE, NORTH_WARD, due=today() + timedelta(days=5), group="communes", coordinating=(HEALTH,))
    parent = await release(tasks, group)
    (runner,) = tasks.app.state.service.runners
    await runner.apply([released(group)])
    rows = await tasks.rows("SELECT count(*) AS tasks, count(parent_id) AS parts FROM task")
    assert [(row.tasks, row.parts) for row in rows] == [(3, 2)], "a repeat makes nothing twice"
    seen = (await tasks.get(TRACKER, f"/tasks/{parent}")).json()
    assert (seen["is_group"], seen["state"], seen["children_summary"]["total"], allowed(seen)) == (True, "ASSIGNED", 2, [])
    children = (await tasks.get(TRACKER, f"/tasks/{parent}/children")).json()["items"]
    own = (await tasks.get(COMMUNE_CLERK, f"/tasks/{parent}/children")).json()["items"]
    assert (len(children), [one["lead_agency_id"] for one in own]) == (2, [str(SOUTH_COMMUNE)])
    assert (await tasks.get(FINANCE_CLERK, f"/tasks/{parent}")).status_code == 404
    assert (await tasks.get(HEALTH_CLERK, f"/tasks/{parent}")).json()["relation"] == "COORDINATING"
    part = own[0]["id"]
    assert (await act(tasks, COMMUNE_CLERK, part, "accept")).status_code == 200
    refused = await act(tasks, TRACKER, parent, "results/confirm")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    file = (await upload(tasks, COMMUNE_CLERK, part)).json()["id"]
    await act(tasks, COMMUNE_CLERK, part, "results", result(file_id=file))
    await act(tasks, TRACKER, part, "results/confirm")
    seen = (await tasks.get(LEADER, f"/tasks/{parent}")).json()
    assert (seen["state"], seen["children_summary"]["completed"], seen["bucket"]) == ("IN_PROGRESS", 1, "open_in_time")


async def test_lists_show_what_each_may_see(tasks: Client) -> None:
    await due_in(tasks, 1, content="Báo cáo dịch sốt xuất huyết")
    await due_in(tasks, -2)
    await due_in(tasks, 60, coordinating=(FINANCE,))
    await release(tasks, instruction(SOUTH_COMMUNE, NORTH_WARD, group="communes"))
    mine = (await tasks.get(HEALTH_CLERK, "/tasks")).json()
    assert (mine["total"], [one["deadline"]["kind"] for one in mine["items"]]) == (3, ["overdue", "due_soon", "in_time"])
    assert (await tasks.get(FINANCE_CLERK, "/tasks")).json()["items"][0]["relation"] == "COORDINATING"
    everything = (await tasks.get(TRACKER, "/tasks", scope="oversight")).json()
    assert everything["total"] == 4, "a group counts once"
    assert (await tasks.get(TRACKER, "/tasks", scope="oversight", level="assignment")).json()["total"] == 5
    assert (await tasks.get(TRACKER, "/tasks", scope="oversight", bucket="open_overdue")).json()["total"] == 1
    assert (await tasks.get(TRACKER, "/tasks", scope="oversight", due_soon=True)).json()["total"] == 1
    assert (await tasks.get(TRACKER, "/tasks", scope="oversight", agency_id=str(HEALTH))).json()["total"] == 3
    assert (await tasks.get(HEALTH_CLERK, "/tasks", q="sot xuat huyet")).json()["total"] == 1
    counts = (await tasks.get(HEALTH_CLERK, "/tasks/counts")).json()
    assert counts == {
        "total": 3,
        "due_soon": 1,
        "by_state": {"ASSIGNED": 3},
        "by_bucket": {"open_in_time": 2, "open_overdue": 1},
    }
    assert (await tasks.get(HEALTH_CLERK, "/tasks/counts", scope="oversight", level="assignment")).json()["total"] == 3


async def test_pages_are_whole_and_stable(tasks: Client) -> None:
    for days in (3, 9, 3, 27, 3):
        await due_in(tasks, days)
    await release(tasks, instruction())
    for sort in ("due", "-assigned_on"):
        seen: list[str] = []
        cursor: dict[str, str] = {}
        for _ in range(3):
            page = (await tasks.get(HEALTH_CLERK, "/tasks", limit=2, sort=sort, **cursor)).json()
            assert page["total"] == 6
            seen += [one["code"] for one in page["items"]]
            cursor = {"cursor": page["next_cursor"]}
        assert page["next_cursor"] is None
        assert len(set(seen)) == 6
    beyond = (await tasks.get(HEALTH_CLERK, "/tasks", state="COMPLETED")).json()
    assert (beyond["items"], beyond["total"]) == ([], 0)


async def test_a_due_date_that_had_passed_is_flagged_not_refused(tasks: Client) -> None:
    task = await release(tasks, instruction(due=today() - timedelta(days=1)), at=datetime.now(UTC))
    assert (await tasks.get(HEALTH_CLERK, f"/tasks/{task}")).json()["flags"] == ["due-had-passed"]


async def test_the_history_knows_who_released(tasks: Client) -> None:
    task = await release(tasks, instruction(), by=OFFICE_LEAD.membership)
    (assigned,) = (await tasks.get(HEALTH_CLERK, f"/tasks/{task}/history")).json()
    assert assigned["actor_person_id"] == str(OFFICE_LEAD.id)
    assert (assigned["agency_id"], assigned["actor_role"]) == (str(OFFICE_LEAD.agency), "OFFICE_LEAD")
    for told_by_nobody in (None, uuid4()):
        old = await release(tasks, instruction(), by=told_by_nobody)
        (assigned,) = (await tasks.get(HEALTH_CLERK, f"/tasks/{old}/history")).json()
        assert assigned["actor_person_id"] is None


async def test_what_is_completed_is_done_whole(tasks: Client) -> None:
    task = await due_in(tasks, 10)
    await act(tasks, HEALTH_CLERK, task, "accept")
    await act(tasks, HEALTH_CLERK, task, "progress", {"percent": 40, "content": "Đã rà soát 40 cơ sở"})
    assert (await submitted(tasks, task))["percent"] == 40
    assert (await act(tasks, TRACKER, task, "results/confirm", {"quality": "GOOD"})).json()["percent"] == 100
    assert [one["percent"] for one in (await tasks.get(HEALTH_CLERK, f"/tasks/{task}/history")).json()] == [0, 0, 40, 40, 100]
    (listed,) = (await tasks.get(HEALTH_CLERK, "/tasks", state="COMPLETED")).json()["items"]
    assert listed["percent"] == 100


async def test_who_may_not_is_told_who_may(tasks: Client) -> None:
    task = await due_in(tasks, 10)

    async def left(person: Person) -> list[tuple[str, list[str]]]:
        seen = (await tasks.get(person, f"/tasks/{task}")).json()["left_to_others"]
        return [(one["action"], one["person_ids"]) for one in seen]

    both = [str(HEALTH_HEAD.id), str(HEALTH_CLERK.id)]
    assert [(action, sorted(people)) for action, people in await left(HEALTH_OFFICER)] == [("ACCEPT", sorted(both))]
    assert [await left(person) for person in (HEALTH_CLERK, HEALTH_HEAD, TRACKER)] == [[], [], []]
    await act(tasks, HEALTH_CLERK, task, "accept")
    assert [action for action, _ in await left(HEALTH_OFFICER)] == ["SUBMIT_RESULT"]
    await submitted(tasks, task)
    assert await left(HEALTH_OFFICER) == [], "the Office decides"


async def test_a_group_says_of_what_kind_its_agencies_are(tasks: Client) -> None:
    group = await release(tasks, instruction(SOUTH_COMMUNE, NORTH_WARD, group="communes", coordinating=(HEALTH,)))
    for person in (TRACKER, HEALTH_CLERK):
        summary = (await tasks.get(person, f"/tasks/{group}")).json()["children_summary"]
        assert (summary["total"], summary["kinds"]) == (2, ["COMMUNE", "WARD"])


async def test_an_overdue_part_is_seen_in_its_group(tasks: Client) -> None:
    yesterday = today() - timedelta(days=1)
    group = await release(tasks, instruction(SOUTH_COMMUNE, NORTH_WARD, due=yesterday, group="communes"))

    async def seen() -> tuple[int, int, str]:
        found = (await tasks.get(TRACKER, f"/tasks/{group}")).json()
        return found["children_summary"]["overdue"], found["children_summary"]["completed"], found["bucket"]

    assert await seen() == (2, 0, "open_overdue")
    (part,) = (await tasks.get(COMMUNE_CLERK, f"/tasks/{group}/children")).json()["items"]
    await act(tasks, COMMUNE_CLERK, part["id"], "accept")
    file = (await upload(tasks, COMMUNE_CLERK, part["id"])).json()["id"]
    await act(tasks, COMMUNE_CLERK, part["id"], "results", result(file_id=file))
    assert await seen() == (2, 0, "open_overdue"), "submitted too late"
    await act(tasks, TRACKER, part["id"], "results/confirm")
    assert await seen() == (1, 1, "open_overdue")
