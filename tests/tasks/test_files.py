"""Files: on the disk before their row, seen by whoever may, orphans swept."""

from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote

import pytest
from structlog.testing import capture_logs

from services.tasks.files.store import FileStore
from services.tasks.files.sweep import OrphanSweep
from services.tasks.files.verification import FileVerification
from tests.signed_in import COMMUNE_CLERK, FINANCE_CLERK, HEALTH_CLERK, TRACKER, Client
from tests.tasks.released import PDF, PNG, act, due_in, result, upload


async def test_a_file_is_served_as_it_came_to_those_who_see_it(tasks: Client) -> None:
    task = await due_in(tasks, 10, coordinating=(FINANCE_CLERK.agency,))
    await act(tasks, HEALTH_CLERK, task, "accept")
    stored = (await upload(tasks, HEALTH_CLERK, task, name=f"../../{normalize('NFD', 'Báo cáo số 1')}.PDF")).json()
    assert (stored["name"], stored["media_type"], stored["size"]) == ("Báo cáo số 1.pdf", "application/pdf", len(PDF))
    address = f"/files/{stored['id']}"
    served = await tasks.get(HEALTH_CLERK, address)
    assert (served.status_code, served.content) == (200, PDF)
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert (served.headers["X-Content-Type-Options"], served.headers["Content-Security-Policy"]) == (
        "nosniff",
        "sandbox; default-src 'none'",
    )
    for person in (TRACKER, FINANCE_CLERK, COMMUNE_CLERK):
        assert (await tasks.get(person, address)).status_code == 404, "no result names it yet"
    await act(tasks, HEALTH_CLERK, task, "results", result(file_id=stored["id"]))
    statuses = [(await tasks.get(person, address)).status_code for person in (TRACKER, FINANCE_CLERK, COMMUNE_CLERK)]
    assert statuses == [200, 200, 404]


@pytest.mark.parametrize("damage", ["changed", "gone"])
async def test_only_what_came_is_served(tasks: Client, damage: str) -> None:
    task = await due_in(tasks, 10)
    await act(tasks, HEALTH_CLERK, task, "accept")
    stored = (await upload(tasks, HEALTH_CLERK, task)).json()
    store: FileStore = tasks.app.state.files
    path = store.path(stored["sha256"])
    as_service = {"Authorization": f"Bearer {tasks.issuer.service_token('notify', 'tasks')}"}

    async def told() -> int:
        found: int = (await tasks.http.get("/health/deep", headers=as_service)).json()["damaged_files"]
        return found

    assert await told() == 0
    if damage == "gone":
        path.rename(path.with_suffix(".away"))
    else:
        path.write_bytes(PDF[:-1] + b"\r")
    with capture_logs() as said:
        refused = await tasks.get(HEALTH_CLERK, f"/files/{stored['id']}")
    assert (refused.status_code, refused.json()["code"], PDF[:8] in refused.content) == (409, "file-damaged", False)
    assert [line["sha256"] for line in said if line["event"] == "file-damaged"] == [stored["sha256"]]
    assert await told() == 1
    path.write_bytes(PDF)
    assert (await tasks.get(HEALTH_CLERK, f"/files/{stored['id']}")).content == PDF
    assert await told() == 0


async def test_a_quote_in_a_name_stays_a_quote(tasks: Client) -> None:
    task = await due_in(tasks, 10)
    await act(tasks, HEALTH_CLERK, task, "accept")
    stored = (await upload(tasks, HEALTH_CLERK, task, name='Báo cáo "quý I" 50%.pdf')).json()
    assert stored["name"] == 'Báo cáo "quý I" 50%.pdf'
    told = (await tasks.get(HEALTH_CLERK, f"/files/{stored['id']}")).headers["Content-Disposition"]
    assert unquote(told.removeprefix("attachment; filename*=UTF-8''")) == stored["name"]


async def test_a_repeated_upload_makes_one_file(tasks: Client) -> None:
    task = await due_in(tasks, 10)
    await act(tasks, HEALTH_CLERK, task, "accept")
    first = await upload(tasks, HEALTH_CLERK, task, key="upload")
    again = await upload(tasks, HEALTH_CLERK, task, key="upload")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    other = await upload(tasks, HEALTH_CLERK, task, key="upload", name="anh.png", content=PNG, declared="image/png")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert [row.rows for row in await tasks.rows("SELECT count(*) AS rows FROM file")] == [1]


async def test_a_file_of_another_task_is_no_evidence(tasks: Client) -> None:
    mine, other = await due_in(tasks, 10), await due_in(tasks, 10)
    for task in (mine, other):
        await act(tasks, HEALTH_CLERK, task, "accept")
    file = (await upload(tasks, HEALTH_CLERK, other)).json()["id"]
    answer = await act(tasks, HEALTH_CLERK, mine, "results", result(file_id=file))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-file")


async def test_bytes_without_a_row_are_swept_and_others_are_not(tasks: Client, tmp_path: Path) -> None:
    task = await due_in(tasks, 10)
    await act(tasks, HEALTH_CLERK, task, "accept")
    kept = (await upload(tasks, HEALTH_CLERK, task)).json()
    store: FileStore = tasks.app.state.files
    orphan = store.path(await store.keep(b"cut off before its row"))
    sweep = OrphanSweep(tasks.app.state.service.database, store, every=1)
    assert await sweep.once() == 0, "too young to be judged"
    assert await sweep.once(older_than_seconds=-1.0) == 1
    assert (orphan.exists(), store.path(kept["sha256"]).exists()) == (False, True)


async def kept_files(tasks: Client, count: int) -> list[str]:
    """The digests of so many different files, in their order."""
    task = await due_in(tasks, 10)
    await act(tasks, HEALTH_CLERK, task, "accept")
    contents = [PDF + b"%%%d" % number for number in range(count)]
    return sorted([(await upload(tasks, HEALTH_CLERK, task, content=content)).json()["sha256"] for content in contents])


async def test_a_damage_is_told_before_anybody_asks_for_the_file(tasks: Client) -> None:
    store: FileStore = tasks.app.state.files
    names = await kept_files(tasks, 7)
    store.path(names[5]).write_bytes(b"other")
    verification = FileVerification(tasks.app.state.service.database, store, every=0, files=2)
    with capture_logs() as said:
        # It begins anywhere: so many runs go round all of them at least once.
        looked_at = [await verification.once() for _ in range(9)]
    assert max(looked_at) == 2
    assert sum(looked_at) >= len(names)
    assert store.damaged == {names[5]}
    assert {line["sha256"] for line in said if line["event"] == "file-damaged"} == {names[5]}
    assert {line["count"] for line in said if line["event"] == "stored-files-damaged"} == {1}
    as_service = {"Authorization": f"Bearer {tasks.issuer.service_token('notify', 'tasks')}"}
    assert (await tasks.http.get("/health/deep", headers=as_service)).json()["damaged_files"] == 1


async def test_one_run_reads_no_more_than_its_bounds_and_goes_on_all_the_same(tasks: Client) -> None:
    names = await kept_files(tasks, 4)
    verification = FileVerification(tasks.app.state.service.database, tasks.app.state.files, every=0, limit=1)
    # A run at the end of the round finds nothing more; every other one looks at one file, which is larger than the bound.
    looked_at = [await verification.once() for _ in range(2 * len(names) + 2)]
    assert set(looked_at) <= {0, 1}
    assert sum(looked_at) >= len(names)
