"""The questions to the services: every route that reads, and the main ones that write."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from random import Random
from urllib.parse import urlencode
from uuid import UUID

from bench.scale.population import Population
from bench.scale.questions import LIST, ONE, PICTURE, SEARCH, SEARCHES, Ask, Asks, Question, address, change
from libs.common.web.pagination import encode_cursor
from libs.contracts.buckets import Bucket
from libs.contracts.fields import FIELDS
from seed.report_document import NAME, REPORT_DOCUMENT
from services.reporting.figures.numbers import NUMBERS
from services.tasks.domain.lifecycle import State
from services.tasks.domain.receipt import Receipt

TASKS, DIRECTIVES, NOTIFY, REPORTING, DIRECTORY = (
    "/api/tasks", "/api/directives", "/api/notify", "/api/reporting", "/api/directory",
)  # fmt: skip

BOUNDARY = "chidao-bench"

NOT_MEASURED = {
    "directory POST /agencies": "an administrator's, some times a year",
    "directory POST /agencies/{agency_id}/aliases": "an administrator's, some times a year",
    "directory POST /agencies/{agency_id}/aliases/drop": "an administrator's, some times a year",
    "directory POST /agencies/{agency_id}/people": "some times a month in an agency",
    "directory POST /agencies/{agency_id}/memberships": "some times a year in an agency",
    "directory POST /memberships/{membership_id}/change": "some times a month in an agency",
    "directory POST /memberships/{membership_id}/end": "some times a month in an agency",
    "directory POST /province/settings/{key}/plan": "an administrator's, some times a year",
    "directory POST /province/settings/{key}/withdraw": "an administrator's, some times a year",
    "directory POST /province/calendars/{year}/plan": "an administrator's, once a year",
    "directory POST /province/calendars/{year}/withdraw": "an administrator's, once a year",
    "directory POST /reorganisations": "an administrator's, some times a year",
    "directory POST /reorganisations/preview": "an administrator's, some times a year",
    "directory POST /reorganisations/{reorganisation_id}/withdraw": "an administrator's, some times a year",
    "tasks POST /tasks/{task_id}/lead": "where an agency was split, once for each of its open tasks",
    "tasks POST /tasks/{task_id}/held/{act_id}/recall": "one row goes",
    "tasks POST /tasks/{task_id}/held/{act_id}/now": "does what the decision does, which is measured",
    "directives POST /directives/{directive_id}/held/{act_id}/recall": "one row goes",
    "directives POST /directives/{directive_id}/held/{act_id}/now": "does what the release does, which is measured",
}
"""Routes without a question, and why."""


def _list(**asked: object) -> str:
    """A page of a list without the count of all its rows, which comes apart, as the portal asks for it."""
    return address(f"{TASKS}/tasks", **({"count": "false"} | asked))


def _listed(**fixed: object) -> Asks:
    def asks(here: Population, _: Random) -> Iterator[Ask]:
        while True:
            yield Ask(here.tracker, _list(scope="oversight", **fixed))

    return asks


def _each(name: str, values: tuple[object, ...], **fixed: object) -> Asks:
    def asks(here: Population, _: Random) -> Iterator[Ask]:
        for value in cycle(values):
            yield Ask(here.tracker, _list(scope="oversight", **fixed, **{name: value}))

    return asks


def _by_agency(**fixed: object) -> Asks:
    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        while True:
            yield Ask(here.tracker, _list(scope="oversight", agency_id=chance.choice(here.cast.leading), **fixed))

    return asks


def _of_own_agency(**fixed: object) -> Asks:
    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        while True:
            yield Ask(here.clerk(chance.choice(here.cast.leading)), _list(scope="agency", **fixed))

    return asks


def _by_directive(here: Population, _: Random) -> Iterator[Ask]:
    for directive in cycle(here.released):
        yield Ask(here.tracker, _list(scope="oversight", directive_id=directive))


def _by_parent(here: Population, _: Random) -> Iterator[Ask]:
    for group in cycle(here.groups):
        yield Ask(here.tracker, _list(scope="oversight", parent_id=group.id))


def _from_the_middle(here: Population, _: Random) -> Iterator[Ask]:
    for task in cycle([task for task in here.any_tasks if task.due is not None]):
        yield Ask(here.tracker, _list(scope="oversight", level="assignment", cursor=encode_cursor(task.due, task.number)))


def _awaiting_from_the_middle(here: Population, _: Random) -> Iterator[Ask]:
    for task in cycle([task for task in here.tasks["AWAITING_CONFIRMATION"] if task.submitted_at is not None]):
        yield Ask(here.tracker, address(f"{TASKS}/tasks/awaiting-decision", cursor=encode_cursor(task.submitted_at, task.number)))


def _searched(here: Population, _: Random) -> Iterator[Ask]:
    for words in cycle(SEARCHES):
        yield Ask(here.tracker, _list(scope="oversight", q=words, limit=20))


def _searched_by_agency(here: Population, chance: Random) -> Iterator[Ask]:
    for words in cycle(SEARCHES):
        yield Ask(here.clerk(chance.choice(here.cast.leading)), _list(scope="agency", q=words, limit=20))


def _counts(**fixed: object) -> Asks:
    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        while True:
            agency = chance.choice(here.cast.leading)
            by = here.clerk(agency) if fixed.get("scope") == "agency" else here.tracker
            yield Ask(by, address(f"{TASKS}/tasks/counts", **fixed))

    return asks


def _counts_by_agency(here: Population, chance: Random) -> Iterator[Ask]:
    while True:
        yield Ask(here.tracker, address(f"{TASKS}/tasks/counts", scope="oversight", agency_id=chance.choice(here.cast.leading)))


def _of_task(rest: str) -> Asks:
    def asks(here: Population, _: Random) -> Iterator[Ask]:
        for task in cycle(here.any_tasks):
            yield Ask(here.tracker, f"{TASKS}/tasks/{task.id}{rest}")

    return asks


def _of_group(rest: str) -> Asks:
    def asks(here: Population, _: Random) -> Iterator[Ask]:
        for group in cycle(here.groups):
            yield Ask(here.tracker, f"{TASKS}/tasks/{group.id}{rest}")

    return asks


def _receipts(here: Population, _: Random) -> Iterator[Ask]:
    for number, version, _agency in cycle(here.receipts):
        yield Ask(here.tracker, f"{TASKS}/receipts/{Receipt(number, version)}")


def _files(here: Population, _: Random) -> Iterator[Ask]:
    for file in cycle(here.files):
        yield Ask(here.tracker, f"{TASKS}/files/{file}")


def _accept(here: Population, _: Random) -> Iterator[Ask]:
    for task in here.tasks["ASSIGNED"]:
        yield change(here.clerk(task.lead), f"{TASKS}/tasks/{task.id}/accept", version=task.version)


def _progress(here: Population, _: Random) -> Iterator[Ask]:
    body = {"percent": 40, "content": "Đã rà soát 40 cơ sở, còn 12 cơ sở ở các xã miền núi."}
    for task in here.tasks["ACCEPTED"]:
        yield change(here.clerk(task.lead), f"{TASKS}/tasks/{task.id}/progress", body, version=task.version)


def _submit(here: Population, _: Random) -> Iterator[Ask]:
    for task in here.tasks["RESULT_RETURNED"]:
        body = {"report_number": "12/BC", "report_date": str(here.today), "summary": "Đã làm xong.", "file_id": str(task.file)}
        yield change(here.clerk(task.lead), f"{TASKS}/tasks/{task.id}/results", body, version=task.version)


def _upload(here: Population, _: Random) -> Iterator[Ask]:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{NAME}"\r\nContent-Type: application/pdf\r\n\r\n'
    form = part.encode() + REPORT_DOCUMENT + f"\r\n--{BOUNDARY}--\r\n".encode()
    for task in here.tasks["IN_PROGRESS"]:
        path = f"{TASKS}/tasks/{task.id}/files"
        yield Ask(here.clerk(task.lead), path, "POST", form, media_type=f"multipart/form-data; boundary={BOUNDARY}")


def _decide(rest: str, body: dict[str, object], half: int) -> Asks:
    def asks(here: Population, _: Random) -> Iterator[Ask]:
        for task in here.tasks["AWAITING_CONFIRMATION"][half::2]:
            yield change(here.tracker, f"{TASKS}/tasks/{task.id}/results/{rest}", body, version=task.version)

    return asks


def _document(here: Population, number: int, **instruction: object) -> dict[str, object]:
    wanted = {
        "content": "Rà soát năng lực thu dung, điều trị tại các cơ sở y tế; báo cáo Ủy ban nhân dân tỉnh.",
        "deliverable": "bao-cao",
        "deadline_class": "DATED",
        "due": str(here.today + timedelta(20)),
        "assignments": [{"agency_id": str(here.cast.leading[number % len(here.cast.leading)]), "role": "LEAD"}],
    } | instruction
    return {
        "secrecy": "NORMAL",
        "kind": "cong-van",
        "number": f"{number}",
        "notation": "UBND-TH",
        "issue_date": str(here.today),
        "urgency": "NORMAL",
        "subject": "Tăng cường phòng, chống dịch bệnh mùa xuân",
        "instructions": [wanted],
    }


def register(here: Population, number: int, **instruction: object) -> Ask:
    return change(here.tracker, f"{DIRECTIVES}/directives", _document(here, number, **instruction))


def _register(here: Population, chance: Random) -> Iterator[Ask]:
    while True:
        yield register(here, 10_000 + int(chance.random() * 80_000))


# Drafts are made before by whoever measures; each step takes its own share of them.
def _correct(here: Population, _: Random) -> Iterator[Ask]:
    for number, draft in enumerate(here.drafts[0::4]):
        yield change(here.tracker, f"{DIRECTIVES}/directives/{draft}", _document(here, 95_000 + number), version=1, method="PUT")


def _hand_in(here: Population, _: Random) -> Iterator[Ask]:
    for draft in here.drafts[1::4]:
        yield change(here.tracker, f"{DIRECTIVES}/directives/{draft}/submit-for-release", version=1)


def _release(here: Population, _: Random) -> Iterator[Ask]:
    for draft in here.drafts[2::4]:
        yield change(here.head_of_office, f"{DIRECTIVES}/directives/{draft}/release", version=1)


def _summary_before_release(here: Population, _: Random) -> Iterator[Ask]:
    for draft in cycle(here.drafts[0::4]):
        yield Ask(here.tracker, f"{DIRECTIVES}/directives/{draft}/release-summary")


def _directives(**fixed: object) -> Asks:
    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        for by in cycle((here.tracker, here.clerk(chance.choice(here.cast.leading)))):
            yield Ask(by, address(f"{DIRECTIVES}/directives", **fixed))

    return asks


def _directives_searched(here: Population, _: Random) -> Iterator[Ask]:
    for words in cycle(SEARCHES):
        yield Ask(here.tracker, address(f"{DIRECTIVES}/directives", q=words, limit=20))


def _one_directive(here: Population, _: Random) -> Iterator[Ask]:
    for directive in cycle(here.released):
        yield Ask(here.tracker, f"{DIRECTIVES}/directives/{directive}")


def _notices(rest: str, *, office: bool, **fixed: object) -> Asks:
    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        while True:
            by = chance.choice(here.cast.trackers) if office else here.clerk(chance.choice(here.cast.leading))
            yield Ask(by, address(f"{NOTIFY}/notices{rest}", **fixed))

    return asks


def _read(here: Population, _: Random) -> Iterator[Ask]:
    for notice, agency in here.notices:
        yield change(here.clerk(agency), f"{NOTIFY}/notices/{notice}/read")


def _read_of_task(here: Population, _: Random) -> Iterator[Ask]:
    for task in cycle(here.any_tasks):
        yield change(here.tracker, f"{NOTIFY}/notices/of-task/{task.id}/read")


def _unread_of_task(here: Population, _: Random) -> Iterator[Ask]:
    for task in cycle(here.any_tasks):
        yield Ask(here.tracker, address(f"{NOTIFY}/notices/unread-count", task_id=task.id))


def _read_all(here: Population, _: Random) -> Iterator[Ask]:
    for agency in cycle(here.cast.leading):
        yield change(here.cast.staff(agency).officer, f"{NOTIFY}/notices/read-all")


def _figures(*, past: bool) -> Asks:
    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        while True:
            day = here.past_day(chance) if past else None
            yield Ask(here.tracker, address(f"{REPORTING}/figures", as_of=day, known_on=day))

    return asks


def _series(here: Population, _: Random) -> Iterator[Ask]:
    for weeks in cycle((8, 8, 8, 26, 52)):
        yield Ask(here.tracker, address(f"{REPORTING}/figures/series", weeks=weeks))


def _behind(*, past: bool, agency: bool) -> Asks:
    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        for number, counted in zip(cycle(NUMBERS), cycle(("province", "assignments")), strict=False):
            day = here.past_day(chance) if past else None
            of = {"agency_id": chance.choice(here.cast.leading)} if agency else {"counted": counted}
            yield Ask(here.tracker, address(f"{REPORTING}/figures/tasks", bucket=number, as_of=day, known_on=day, **of))

    return asks


def _behind_seen_by_agency(here: Population, chance: Random) -> Iterator[Ask]:
    for number in cycle(NUMBERS):
        yield Ask(here.clerk(chance.choice(here.cast.leading)), address(f"{REPORTING}/figures/tasks", bucket=number))


def _changes(here: Population, chance: Random) -> Iterator[Ask]:
    for number in cycle(NUMBERS):
        since = here.today - timedelta(1 + int(chance.random() * 30))
        yield Ask(here.tracker, address(f"{REPORTING}/figures/changes", bucket=number, since=since))


def _plain(by_agency: bool, path: str, **fixed: object) -> Asks:
    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        while True:
            by = here.clerk(chance.choice(here.cast.leading)) if by_agency else here.tracker
            yield Ask(by, address(path, **fixed))

    return asks


def _agencies_searched(here: Population, _: Random) -> Iterator[Ask]:
    for words in cycle(("so", "H48", "y te", "xa ba", "phuong", "ban quan ly", "cong an", "tai chinh", "trà bồng")):
        yield Ask(here.tracker, address(f"{DIRECTORY}/agencies", q=words, limit=20))


def _on_each_day(path: str) -> Asks:
    """Today, the last day of the old provinces, and a day before all that is known."""

    def asks(here: Population, _: Random) -> Iterator[Ask]:
        for day in cycle((None, "2025-06-30", "2019-12-31")):
            yield Ask(here.tracker, address(f"{DIRECTORY}{path}", day=day))

    return asks


def _people_of_agency(here: Population, chance: Random) -> Iterator[Ask]:
    while True:
        yield Ask(here.tracker, f"{DIRECTORY}/agencies/{chance.choice(here.cast.leading)}/people")


def _of_an_agency(path: str, **fixed: object) -> Asks:
    """By a clerk about the people of his own."""

    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        while True:
            agency = chance.choice(here.cast.leading)
            yield Ask(here.clerk(agency), address(f"{DIRECTORY}/agencies/{agency}/{path}", **fixed))

    return asks


def _own_membership(here: Population, chance: Random) -> Iterator[Ask]:
    while True:
        clerk = here.clerk(chance.choice(here.cast.leading))
        yield Ask(clerk, f"{DIRECTORY}/memberships/{clerk.membership_id}")


def _one_agency(here: Population, chance: Random) -> Iterator[Ask]:
    while True:
        yield Ask(here.tracker, f"{DIRECTORY}/agencies/{chance.choice(here.cast.leading)}")


def _pasted_lists(here: Population, _: Random) -> Iterator[Ask]:
    """As many names as the portal asks at once: known, unclear, former, and such as nobody bears."""
    for names in cycle((("Bình Sơn", "Trà Bồng", "xa son ha"), ("Sở Y tế", "huyện Bình Sơn", "ba"), ("Xã Không Có", "Ba Động", "sở tc"))):
        yield Ask(here.tracker, address(f"{DIRECTORY}/named-agencies", lines=", ".join(names * 16)))


def _people(here: Population, chance: Random) -> Iterator[Ask]:
    while True:
        people = [here.clerk(one).person_id for one in chance.sample(here.cast.leading, 5)]
        yield Ask(here.tracker, address(f"{DIRECTORY}/people", ids=",".join(map(str, people))))


def dissolve(here: Population, agency: UUID) -> Ask:
    """Planned for a day on which nobody measures any more."""
    body = {
        "kind": "DISSOLVE",
        "from_agency_ids": [str(agency)],
        "effective_on": str(here.today + timedelta(3650)),
        "legal_basis": "Nghị quyết số 52/NQ-HĐND",
    }
    return change(here.administrator, f"{DIRECTORY}/reorganisations", body)


def _reorganisations(here: Population, _: Random) -> Iterator[Ask]:
    while True:
        yield Ask(here.administrator, f"{DIRECTORY}/reorganisations")


def _one_reorganisation(here: Population, _: Random) -> Iterator[Ask]:
    for planned in cycle(here.planned):
        yield Ask(here.administrator, f"{DIRECTORY}/reorganisations/{planned}")


def _progress_of_reorganisation(here: Population, _: Random) -> Iterator[Ask]:
    for planned in cycle(here.planned):
        yield Ask(here.administrator, address(f"{TASKS}/successions/progress", reorganisation_id=planned))


def _open_work(here: Population, chance: Random) -> Iterator[Ask]:
    while True:
        asked = [("agency_ids", one) for one in chance.sample(here.cast.leading, 3)]
        yield Ask(here.administrator, f"{TASKS}/successions/open-work?{urlencode(asked)}")


BUCKETS = tuple(bucket.value for bucket in Bucket)
STATES = tuple(state.value for state in State)
LEVELS = ("instruction", "assignment")

ROUTES = (
    Question("tasks", "GET /tasks", "all, earliest due first", LIST, _listed(level="instruction")),
    Question("tasks", "GET /tasks", "all, newest first", LIST, _listed(level="instruction", sort="-assigned_on")),
    Question("tasks", "GET /tasks", "all assignments", LIST, _each("sort", ("due", "-assigned_on"), level="assignment")),
    Question("tasks", "GET /tasks", "all assignments, from the middle on", LIST, _from_the_middle),
    Question("tasks", "GET /tasks", "all, with its count", LIST, _listed(level="instruction", count="true")),
    Question("tasks", "GET /tasks", "by bucket, with its count", LIST, _each("bucket", BUCKETS, level="instruction", count="true")),
    Question("tasks", "GET /tasks", "by agency, with its count", LIST, _by_agency(count="true")),
    Question("tasks", "GET /tasks", "by field", LIST, _each("field", tuple(FIELDS))),
    Question("tasks", "GET /tasks", "by bucket", LIST, _each("bucket", BUCKETS, level="instruction")),
    Question("tasks", "GET /tasks", "by bucket, assignments", LIST, _each("bucket", BUCKETS, level="assignment", sort="-assigned_on")),
    Question("tasks", "GET /tasks", "by state", LIST, _each("state", STATES)),
    Question("tasks", "GET /tasks", "due soon", LIST, _each("level", LEVELS, due_soon="true")),
    Question("tasks", "GET /tasks", "not due soon", LIST, _each("level", LEVELS, due_soon="false")),
    Question("tasks", "GET /tasks", "by agency", LIST, _by_agency()),
    Question("tasks", "GET /tasks", "by agency and bucket", LIST, _by_agency(bucket="open_overdue")),
    Question("tasks", "GET /tasks", "by directive", LIST, _by_directive),
    Question("tasks", "GET /tasks", "parts of a group", LIST, _by_parent),
    Question("tasks", "GET /tasks", "an agency's own", LIST, _of_own_agency()),
    Question("tasks", "GET /tasks", "an agency's own, newest first", LIST, _of_own_agency(sort="-assigned_on")),
    Question("tasks", "GET /tasks", "an agency's own, overdue", LIST, _of_own_agency(bucket="open_overdue")),
    Question("tasks", "GET /tasks", "an agency's own, by state", LIST, _of_own_agency(state="IN_PROGRESS")),
    Question("tasks", "GET /tasks", "search", SEARCH, _searched),
    Question("tasks", "GET /tasks", "search in an agency", SEARCH, _searched_by_agency),
    Question("tasks", "GET /tasks/counts", "of the Office", LIST, _counts(scope="oversight", level="instruction")),
    Question("tasks", "GET /tasks/counts", "all assignments", LIST, _counts(scope="oversight", level="assignment")),
    Question("tasks", "GET /tasks/counts", "of one agency, for the Office", LIST, _counts_by_agency),
    Question("tasks", "GET /tasks/counts", "of an agency", LIST, _counts(scope="agency")),
    Question("tasks", "GET /tasks/counts", "results that wait", LIST, _counts(scope="oversight", state="AWAITING_CONFIRMATION")),
    Question("tasks", "GET /tasks/awaiting-decision", "", LIST, _plain(False, f"{TASKS}/tasks/awaiting-decision")),
    Question("tasks", "GET /tasks/awaiting-decision", "from the middle on", LIST, _awaiting_from_the_middle),
    Question("tasks", "GET /tasks/{task_id}", "", ONE, _of_task("")),
    Question("tasks", "GET /tasks/{task_id}", "a group", ONE, _of_group("")),
    Question("tasks", "GET /tasks/{task_id}", "with its history", ONE, _of_task("?history=true")),
    Question("tasks", "GET /tasks/{task_id}/children", "", LIST, _of_group("/children")),
    Question("tasks", "GET /tasks/{task_id}/history", "", ONE, _of_task("/history")),
    Question("tasks", "GET /receipts/{code}", "", ONE, _receipts),
    Question("tasks", "GET /files/{file_id}", "", ONE, _files),
    Question("tasks", "POST /tasks/{task_id}/accept", "", ONE, _accept),
    Question("tasks", "POST /tasks/{task_id}/progress", "", ONE, _progress),
    Question("tasks", "POST /tasks/{task_id}/files", "", ONE, _upload),
    Question("tasks", "POST /tasks/{task_id}/results", "", ONE, _submit),
    Question("tasks", "POST /tasks/{task_id}/results/confirm", "", ONE, _decide("confirm", {"quality": "GOOD"}, 0)),
    Question("tasks", "POST /tasks/{task_id}/results/return", "", ONE, _decide("return", {"reason": "Thiếu số liệu."}, 1)),
    Question("tasks", "GET /successions/awaiting-lead", "", LIST, _plain(False, f"{TASKS}/successions/awaiting-lead")),
    Question("tasks", "GET /successions/open-work", "of three agencies", LIST, _open_work),
    Question("tasks", "GET /successions/progress", "", ONE, _progress_of_reorganisation),
    Question("directives", "GET /directives", "newest", LIST, _directives()),
    Question("directives", "GET /directives", "released", LIST, _directives(state="RELEASED")),
    Question("directives", "GET /directives", "drafts", LIST, _directives(state="DRAFT")),
    Question("directives", "GET /directives", "search", SEARCH, _directives_searched),
    Question("directives", "GET /directives/{directive_id}", "", ONE, _one_directive),
    Question("directives", "GET /directives/{directive_id}/release-summary", "", ONE, _summary_before_release),
    Question("directives", "GET /vocabulary", "", ONE, _plain(False, f"{DIRECTIVES}/vocabulary")),
    Question("directives", "POST /directives", "", ONE, _register),
    Question("directives", "PUT /directives/{directive_id}", "", ONE, _correct),
    Question("directives", "POST /directives/{directive_id}/submit-for-release", "", ONE, _hand_in),
    Question("directives", "POST /directives/{directive_id}/release", "", ONE, _release),
    Question("notify", "GET /notices", "of an agency", LIST, _notices("", office=False)),
    Question("notify", "GET /notices", "of an agency, unread", LIST, _notices("", office=False, unread="true")),
    Question("notify", "GET /notices", "of the Office", LIST, _notices("", office=True)),
    Question("notify", "GET /notices", "of the Office, unread", LIST, _notices("", office=True, unread="true")),
    Question("notify", "GET /notices", "of the Office, of one kind", LIST, _notices("", office=True, kind="overdue")),
    Question("notify", "GET /notices/unread-count", "of an agency", ONE, _notices("/unread-count", office=False)),
    Question("notify", "GET /notices/unread-count", "of the Office", ONE, _notices("/unread-count", office=True)),
    Question("notify", "GET /notices/unread-count", "of a task, for the Office", ONE, _unread_of_task),
    Question("notify", "POST /notices/{notice_id}/read", "", ONE, _read),
    Question("notify", "POST /notices/of-task/{task_id}/read", "of the Office", ONE, _read_of_task),
    Question("notify", "POST /notices/read-all", "", LIST, _read_all),
    Question("reporting", "GET /figures", "today", PICTURE, _figures(past=False)),
    Question("reporting", "GET /figures", "a past day", PICTURE, _figures(past=True)),
    Question("reporting", "GET /figures/series", "", PICTURE, _series),
    Question("reporting", "GET /figures/tasks", "today", PICTURE, _behind(past=False, agency=False)),
    Question("reporting", "GET /figures/tasks", "today, of an agency", PICTURE, _behind(past=False, agency=True)),
    Question("reporting", "GET /figures/tasks", "a past day", PICTURE, _behind(past=True, agency=False)),
    Question("reporting", "GET /figures/tasks", "a past day, of an agency", PICTURE, _behind(past=True, agency=True)),
    Question("reporting", "GET /figures/tasks", "today, seen by an agency", PICTURE, _behind_seen_by_agency),
    Question("reporting", "GET /figures/changes", "", PICTURE, _changes),
    Question("reporting", "GET /rates", "", ONE, _plain(False, f"{REPORTING}/rates")),
    Question("reporting", "GET /late-releases", "", ONE, _plain(False, f"{REPORTING}/late-releases")),
    Question("directory", "GET /me", "", ONE, _plain(True, f"{DIRECTORY}/me")),
    Question("directory", "GET /agencies", "all", LIST, _plain(False, f"{DIRECTORY}/agencies", limit=200)),
    Question("directory", "GET /agencies", "search", SEARCH, _agencies_searched),
    Question("directory", "GET /agencies/{agency_id}", "", ONE, _one_agency),
    Question("directory", "GET /agencies/{agency_id}/people", "", LIST, _people_of_agency),
    Question("directory", "GET /agencies/{agency_id}/people-rights", "", ONE, _of_an_agency("people-rights")),
    Question("directory", "GET /agencies/{agency_id}/memberships", "", LIST, _of_an_agency("memberships")),
    Question("directory", "GET /agencies/{agency_id}/memberships", "by name", SEARCH, _of_an_agency("memberships", q="nguyen")),
    Question("directory", "GET /agencies/{agency_id}/ended-memberships", "", LIST, _of_an_agency("ended-memberships")),
    Question("directory", "GET /agencies/{agency_id}/membership-history", "", LIST, _of_an_agency("membership-history")),
    Question("directory", "GET /memberships/{membership_id}", "", ONE, _own_membership),
    Question("directory", "GET /agency-tree", "", LIST, _on_each_day("/agency-tree")),
    Question("directory", "GET /ended-agencies", "", LIST, _on_each_day("/ended-agencies")),
    Question("directory", "GET /agency-groups", "", ONE, _plain(False, f"{DIRECTORY}/agency-groups")),
    Question("directory", "GET /named-agencies", "a pasted list", SEARCH, _pasted_lists),
    Question("directory", "GET /people", "", ONE, _people),
    Question("directory", "GET /reorganisations", "", LIST, _reorganisations),
    Question("directory", "GET /reorganisations/{reorganisation_id}", "", ONE, _one_reorganisation),
    Question("directory", "GET /province/settings", "", ONE, _plain(False, f"{DIRECTORY}/province/settings")),
    Question("directory", "GET /province/settings/{key}", "", ONE, _plain(False, f"{DIRECTORY}/province/settings/due_soon_days")),
    Question("directory", "GET /province/calendars", "", ONE, _plain(False, f"{DIRECTORY}/province/calendars")),
    Question("directory", "GET /province/calendars/{year}", "", ONE, _plain(False, f"{DIRECTORY}/province/calendars/2026")),
)
