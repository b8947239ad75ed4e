"""Compares what clients were told with all that is there. Every difference is a sentence; none means that nothing was lost or doubled."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date

from faults.clients import sha256_of_upload
from faults.evidence import FOLLOWED, SOURCES, Evidence
from faults.expected import DIRECTIVE_STATE_AFTER, EVENT_OF, OVERDUE, Expected, ExpectedTask
from faults.journal import Accepted, Told
from faults.notices_told import TOLD
from libs.contracts.buckets import COMPLETED, OPEN, Bucket
from services.tasks.domain.receipt import Receipt
from system.parties import CONSUMING


def differences(told: Told, evidence: Evidence) -> list[str]:
    """Everything in which journal, rows, event logs, projections, notices, files and figures do not agree."""
    expected = Expected.of(told)
    return [
        *_requests(told, expected),
        *_events(expected, evidence),
        *_keys(told, evidence),
        *_directives(expected, evidence),
        *_tasks(expected, evidence),
        *_reports(expected, evidence),
        *_receipts(expected, evidence),
        *_files(expected, evidence),
        *_messages(evidence),
        *_overdue(expected, evidence),
        *_notices(expected, evidence),
        *_projections(evidence),
        *_figures(expected, evidence),
        *(f"PostgreSQL ran with {name} {value}" for name, value in evidence.settings.items() if value != "on"),
    ]


def _compared(what: str, expected: Iterable[Hashable], found: Iterable[Hashable]) -> Iterator[str]:
    """A sentence for each thing that is missing, and for each that is there too often or should not be there."""
    wanted, there = Counter(iter(expected)), Counter(iter(found))
    for thing in wanted - there:
        yield f"{what}: missing {thing}"
    for thing in there - wanted:
        yield f"{what}: one too many {thing}"


def _requests(told: Told, expected: Expected) -> Iterator[str]:
    for request in told.unfinished:
        yield f"requests: {request.key} ({request.act}) never got its answer"
    for stray in expected.strays:
        yield f"requests: {stray.request.key} ({stray.request.act}) was accepted for {stray.object_id}, which no accepted release has made"


def _events(expected: Expected, evidence: Evidence) -> Iterator[str]:
    """Each accepted change is one event under the key of its request, each event but the telling of overdue is one accepted change."""
    for service, wanted in (("directives", _events_of_directives(expected)), ("tasks", _events_of_tasks(expected))):
        rows = evidence.of(service, "event_log")
        found = [(row["type"], row["id"], row["version"], row["correlation_id"]) for row in rows if row["type"] != OVERDUE]
        yield from _compared(f"event log of {service}", wanted, found)
    for service in SOURCES:
        rows = evidence.of(service, "event_log")
        versions: dict[str, list[int]] = {}
        for row in rows:
            versions.setdefault(row["id"], []).append(row["version"])
        for id_, of_one in versions.items():
            if sorted(of_one) != list(range(1, len(of_one) + 1)):
                yield f"event log of {service}: the versions of {id_} are {sorted(of_one)}, not 1…n"
        entries = [row["event_id"] for row in evidence.of(service, "audit_entry")]
        yield from _compared(f"audit of {service}", [row["event_id"] for row in rows], entries)


def _events_of_directives(expected: Expected) -> Iterator[tuple[str, str, int, str]]:
    for id_, acts in expected.directives.items():
        for act in acts:
            yield EVENT_OF[act.request.act], id_, act.made_version, act.request.key
            if act.request.act == "release":
                for instruction in act.answer["instructions"]:
                    yield "instruction-released", instruction["id"], 1, act.request.key


def _events_of_tasks(expected: Expected) -> Iterator[tuple[str, str, int, str]]:
    for task in expected.tasks.values():
        yield "task-assigned", task.id, 1, task.release.request.key
        for version, act in task.acts.items():
            yield EVENT_OF[act.request.act], task.id, version, act.request.key


def _keys(told: Told, evidence: Evidence) -> Iterator[str]:
    """Each accepted request has left its key, with what it answers; refusals leave none."""
    for service in ("directives", "tasks"):
        wanted = [_key(one) for one in told.accepted if one.request.service == service]
        found = [(row["principal"], row["key"], row["id"], row["version"]) for row in evidence.of(service, "command_key")]
        yield from _compared(f"idempotency keys of {service}", wanted, found)


def _key(accepted: Accepted) -> tuple[str, str, str, int | None]:
    request = accepted.request
    if request.act == "upload":
        return request.person_id, request.key, accepted.answer["id"], None
    return request.person_id, request.key, accepted.object_id, accepted.made_version


def _directives(expected: Expected, evidence: Evidence) -> Iterator[str]:
    wanted, instructions = [], []
    for id_, acts in expected.directives.items():
        last = acts[-1]
        bodies = [act.request.body for act in acts if act.request.act in ("register", "correct")]
        if not bodies:
            yield f"directives: {id_} was never registered, as far as the journal knows"
            continue
        body = bodies[-1]
        wanted.append((id_, last.made_version, DIRECTIVE_STATE_AFTER[last.request.act], body["subject"], body["number"]))
        instructions += [(id_, instruction["content"], int(last.request.act == "release")) for instruction in body["instructions"]]
    found = [(row["id"], row["version"], row["state"], row["subject"], row["number"]) for row in evidence.of("directives", "directive")]
    yield from _compared("directives", wanted, found)
    rows = evidence.of("directives", "instruction")
    yield from _compared("instructions", instructions, [(row["directive_id"], row["content"], row["version"]) for row in rows])


def _tasks(expected: Expected, evidence: Evidence) -> Iterator[str]:
    """The row says what the accepted changes lead to, and carries the version of its newest event."""
    newest: Counter[str] = Counter()
    for event in evidence.of("tasks", "event_log"):
        newest[event["id"]] = max(newest[event["id"]], event["version"])
    wanted = [
        (
            task.id,
            newest[task.id],
            task.state,
            task.percent,
            len(task.in_order("return")),
            task.lead,
            task.parent,
            task.due,
            task.completed_on,
        )
        for task in expected.tasks.values()
    ]
    columns = ("id", "version", "state", "percent", "return_count", "lead", "parent", "due", "completed_on")
    yield from _compared("tasks", wanted, [tuple(row[column] for column in columns) for row in evidence.of("tasks", "task")])


def _reports(expected: Expected, evidence: Evidence) -> Iterator[str]:
    """Each accepted report of progress and each accepted result is there once, in its own words."""
    progress, results = [], []
    for task in expected.tasks.values():
        reports = task.in_order("progress")
        progress += [(task.id, act.made_version, act.request.body["percent"], act.request.body["content"]) for act in reports]
        results += list(_results_of(task))
    rows = evidence.of("tasks", "progress_report")
    yield from _compared("progress reports", progress, [(row["task_id"], row["version"], row["percent"], row["content"]) for row in rows])
    columns = ("task_id", "number", "report_number", "summary", "file_id", "decision", "reason")
    yield from _compared("results", results, [tuple(row[column] for column in columns) for row in evidence.of("tasks", "result")])


def _results_of(task: ExpectedTask) -> Iterator[tuple[str, int, str, str, str, str, str]]:
    decisions = task.in_order("confirm", "return")
    for number, act in enumerate(task.in_order("result"), start=1):
        decision = decisions[number - 1].request if number <= len(decisions) else None
        words = {None: "WAITING", "confirm": "CONFIRMED", "return": "RETURNED"}[decision.act if decision else None]
        reason = decision.body["reason"] if decision is not None and decision.act == "return" else ""
        body = act.request.body
        yield task.id, number, body["report_number"], body["summary"], body["file_id"], words, reason


def _receipts(expected: Expected, evidence: Evidence) -> Iterator[str]:
    """The receipt that an agency was given names its task and the very version that its report made."""
    numbers = {row["id"]: row["number"] for row in evidence.of("tasks", "task")}
    for task in expected.tasks.values():
        for act in task.in_order("progress", "result"):
            receipt = Receipt.parse(act.answer["receipt_code"])
            if (receipt.task_number, receipt.version) != (numbers.get(task.id), act.made_version):
                yield f"receipts: {receipt} was given for version {act.made_version} of task {task.id} and names {receipt!r}"


def _files(expected: Expected, evidence: Evidence) -> Iterator[str]:
    wanted = [
        (id_, upload.object_id, sha256_of_upload(upload.request), len(upload.request.body["content"].encode()))
        for id_, upload in expected.uploads.items()
    ]
    rows = evidence.of("tasks", "file")
    yield from _compared("files", wanted, [(row["id"], row["task_id"], row["sha256"], row["size"]) for row in rows])
    for _, _, sha256, _ in wanted:
        if evidence.files.get(sha256) != sha256:
            yield f"files: the bytes of {sha256} are {'others' if sha256 in evidence.files else 'not on the disk'}"


def _messages(evidence: Evidence) -> Iterator[str]:
    """Everything is published, and each consumer has applied each event of its sources, once."""
    for source in SOURCES:
        yield from (f"outbox of {source}: event {row['seq']} still waits" for row in evidence.of(source, "outbox"))
    for service, consumer, source in FOLLOWED:
        events = [(row["epoch"], row["id"], row["version"]) for row in evidence.of(source, "event_log")]
        claimed = [
            (row["epoch"], row["id"], row["version"])
            for row in evidence.of(service, "inbox")
            if (row["consumer"], row["source"]) == (consumer, source)
        ]
        yield from _compared(f"inbox of {consumer} from {source}", events, claimed)
    for service in CONSUMING:
        for table, rows in (("held_notice", evidence.of(service, "held_notice")), ("dead_event", evidence.dead(service, open=True))):
            yield from (f"{table} of {service}: version {row['version']} of {row['id']}" for row in rows)


def _overdue(expected: Expected, evidence: Evidence) -> Iterator[str]:
    """Told at most once for a task whose due date has passed, and once for each that is overdue now."""
    day = date.fromisoformat(evidence.figures["as_of"])
    times = Counter(row["of"] for row in evidence.of("tasks", "event_log") if row["type"] == OVERDUE)
    yield from _compared("overdue told", times.elements(), [row["id"] for row in evidence.of("tasks", "overdue_told")])
    for id_, count in times.items():
        due = expected.tasks[id_].due if id_ in expected.tasks else None
        if count > 1 or due is None or due >= day:
            yield f"overdue: task {id_}, due {due}, was told {count} times"
    for task, bucket in expected.buckets(day):
        if bucket is Bucket.OPEN_OVERDUE and not task.is_group and not times[task.id]:
            yield f"overdue: task {task.id}, due {task.due}, was never told"


def _notices(expected: Expected, evidence: Evidence) -> Iterator[str]:
    """Each event is told once to each who must hear of it, and of one task in the order in which it happened."""
    wanted = []
    for event in evidence.of("tasks", "event_log"):
        task = expected.tasks.get(event["of"])
        if task is None or event["type"] not in TOLD:
            continue
        kind, for_lead, for_office = TOLD[event["type"]]
        hearers = [task.lead] * (for_lead and not task.is_group) + [None] * for_office
        hearers += list(task.coordinating) if kind == "released" else []
        wanted += [(kind, event["id"], event["version"], agency) for agency in hearers]
    notices = evidence.of("notify", "notice")
    yield from _compared("notices", wanted, [(row["kind"], row["id"], row["version"], row["agency"]) for row in notices])
    reached: dict[str, int] = {}
    for row in notices:
        if row["version"] < reached.get(row["id"], 0):
            yield f"notices: version {row['version']} of {row['id']} was told after version {reached[row['id']]}"
        reached[row["id"]] = row["version"]


def _projections(evidence: Evidence) -> Iterator[str]:
    """What reporting knows is what tasks has: the newest row of each task, and a fact for each event of a task."""
    columns = ("id", "version", "state", "due", "lead", "parent", "is_group", "completed_on")
    tasks, known = (
        [tuple(row[column] for column in columns) for row in evidence.of(service, table)]
        for service, table in (("tasks", "task"), ("reporting", "task_now"))
    )
    yield from _compared("tasks known to reporting", tasks, known)
    # That something was told is no fact about a task.
    events, facts = (
        [(row["id"], row["version"], row["type"]) for row in evidence.of(service, table) if row["type"] != OVERDUE]
        for service, table in (("tasks", "event_log"), ("reporting", "task_fact"))
    )
    yield from _compared("facts of reporting", events, facts)
    released = [(row["id"], row["version"]) for row in evidence.of("directives", "event_log") if row["type"] == EVENT_OF["release"]]
    yield from _compared("releases known to reporting", released, [tuple(row) for row in evidence.of("reporting", "directive_fact")])


def _figures(expected: Expected, evidence: Evidence) -> Iterator[str]:
    """The figures API answers what the journal implies, for the province, for all agencies together and for each of them."""
    province: Counter[Bucket] = Counter()
    agencies: dict[str, Counter[Bucket]] = {}
    for task, bucket in expected.buckets(date.fromisoformat(evidence.figures["as_of"])):
        if task.parent is None:
            province[bucket] += 1
        if task.lead is not None:
            agencies.setdefault(task.lead, Counter())[bucket] += 1
    told = {one["agency_id"]: one for one in evidence.figures["agencies"]}
    yield from _same_figures("the province", province, evidence.figures["province"])
    yield from _same_figures("all agencies", sum(agencies.values(), Counter()), evidence.figures["assignments_total"])
    yield from _compared("agencies with figures", agencies.keys(), told.keys())
    for agency in agencies.keys() & told.keys():
        yield from _same_figures(f"agency {agency}", agencies[agency], told[agency])


def _same_figures(whose: str, buckets: Counter[Bucket], told: Mapping[str, int]) -> Iterator[str]:
    wanted = {
        "N": buckets.total(),
        "C": sum(buckets[bucket] for bucket in COMPLETED),
        "U": sum(buckets[bucket] for bucket in OPEN),
        **{bucket.value: buckets[bucket] for bucket in Bucket},
    }
    for name, value in wanted.items():
        if told[name] != value:
            yield f"figures of {whose}: {name} is {told[name]}, the journal implies {value}"
