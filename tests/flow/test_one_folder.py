"""One folder, run in one process and in many in turn: what is begun in the one way goes on in the other, and no way loses any of it."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from embedded.certificates import LocalCertificate
from embedded.data_folder import DataFolder
from embedded.split import PORTAL_PROCESSES
from tests.browser.busy_province import until
from tests.embedded.runs import running
from tests.embedded.visitor import Visitor
from tests.processes import processes_of

OFFICE = "chuyen vien theo doi nhiem vu"
CLERK = "van thu so tai chinh"
DOCUMENT = {
    "act": "save",
    "secrecy": "NORMAL",
    "kind": "cong-van",
    "urgency": "NORMAL",
    "number": "5211",
    "notation": "UBND-KTTH",
    "issue_date": "14/10/2026",
    "subject": "Hỗ trợ khắc phục hậu quả sau mưa lũ",
    "instructions-0-content": "Báo cáo nhu cầu kinh phí khắc phục của từng xã",
    "instructions-0-lead": "Sở Tài chính",
    "instructions-0-deadline_class": "DATED",
    "instructions-0-due": "30/10/2026",
    "instructions-0-deadline_wording": "trước ngày 30/10/2026",
    "instructions-0-deliverable": "bao-cao",
}
DAY = ("--at", "2026-10-14")


@contextmanager
def visiting(data: Path, words: str, *way: str) -> Iterator[Visitor]:
    """Somebody who is signed in at a run of the folder, which has ended with all its processes when this returns."""
    with running(data, *DAY, *way) as run:
        gateway = LocalCertificate(DataFolder(data).gateway)
        trust = ssl.create_default_context(cafile=gateway.authority) if "--split" in way else None
        with Visitor(run.url, trust) as visitor:
            page = visitor.sign_in(words)
            assert page.status_code == 200
            yield visitor
    assert processes_of(data) == []


def counted(visitor: Visitor, name: str) -> int:
    found = re.search(r'<h1>.*?class="count"[^>]*>(\d+)<', visitor.get(f"/numbers/{name}").text, re.DOTALL)
    assert found is not None
    return int(found[1])


def test_what_is_begun_in_one_process_goes_on_in_many_and_is_finished_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two portals: whoever signed in at the door is known at the one that serves him.
    monkeypatch.setenv(PORTAL_PROCESSES, "2")
    data = tmp_path / "data"
    with visiting(data, OFFICE) as office:
        page = office.send(office.get("/directives/new"), "/directives", DOCUMENT)
        directive = urlsplit(str(page.url)).path
        assert re.fullmatch(r"/directives/[0-9a-f-]{36}", directive), page.text
    with visiting(data, OFFICE, "--split") as office:
        assert DOCUMENT["subject"] in office.get(directive).text
        office.send(office.get(directive), f"{directive}/release", {})
        until(lambda: counted(office, "N"), lambda number: number == 1)
    with visiting(data, CLERK) as clerk:
        assert counted(clerk, "N") == 1
        task = re.search(r'href="(/tasks/[0-9a-f-]{36})"', clerk.get("/my-work").text)
        assert task is not None
        accepted = clerk.send(clerk.get(task[1]), f"{task[1]}/accept", {})
        assert accepted.status_code == 200
    with visiting(data, CLERK, "--split") as clerk:
        assert "/accept" not in clerk.get(task[1]).text, "it was accepted in the run before"
        assert counted(clerk, "U") == 1
