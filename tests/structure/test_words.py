"""The guard of words: whatever the services may say has Vietnamese words."""

from pathlib import Path

import pytest

from tests.structure.planting import Fault, Found, found_by_guard, said_by_guard

REFUSAL = """
class TooSoon(DomainError):
    code = "too-soon"
""".strip()
WITHOUT_CODE = "class Nameless(DomainError):\n    pass"
ANSWER = 'def refuse() -> None:\n    raise Problem(409, "too-late")'
ENUMERATION = 'class Mood(StrEnum):\n    GLAD = "GLAD"'
EVENT = """
class TaskStarred(Contract):
    type: ClassVar[str] = "chidao.tasks.task-starred.v1"
    state: TaskState
    change: NoChange
""".strip()
LIFECYCLE = "services/tasks/domain/lifecycle.py"
TITLES = "services/tasks/api/titles.py"
FAULTS = (
    Fault(
        "a state", LIFECYCLE, '    EXTENDED = "EXTENDED"', LIFECYCLE + ":{line}: state.EXTENDED has no", after='    COMPLETED = "COMPLETED"'
    ),
    Fault(
        "an action",
        LIFECYCLE,
        '    EXTEND = "EXTEND"',
        LIFECYCLE + ":{line}: action.EXTEND has no",
        after='    RETURN_RESULT = "RETURN_RESULT"',
    ),
    Fault(
        "a directive's action",
        "services/directives/domain/lifecycle.py",
        '    RECALL = "RECALL"',
        ":{line}: action.RECALL has no",
        after='    RELEASE = "RELEASE"',
    ),
    Fault(
        "a notice",
        "services/notify/notices/kinds.py",
        '    URGED = "urged"',
        ":{line}: notice.urged has no",
        after='    OVERDUE = "overdue"',
    ),
    Fault(
        "a kind",
        "services/directives/domain/vocabulary.py",
        '    LETTER = "thu-tay"',
        ":{line}: kind.thu-tay has no",
        after='    THONG_BAO = "thong-bao"',
    ),
    Fault(
        "a refusal",
        "services/tasks/domain/task.py",
        REFUSAL,
        "services/tasks/domain/task.py:{line}: problem too-soon has no Vietnamese sentence",
    ),
    Fault(
        "a refusal for the portal", "services/directives/domain/rules.py", REFUSAL.replace("soon", "odd"), ":{line}: problem.too-odd has no"
    ),
    Fault(
        "a refusal without code",
        "services/tasks/domain/report.py",
        f"from libs.common.domain import DomainError\n{WITHOUT_CODE}",
        "Nameless is a refusal without a code",
    ),
    Fault("an answer", "services/directory/api/directory.py", ANSWER, "services/directory/api/directory.py:"),
    Fault(
        "an enumeration",
        "services/tasks/domain/report.py",
        ENUMERATION,
        "services/tasks/domain/report.py:{line}: services.tasks.domain.report.Mood: nobody decided",
    ),
    Fault("an event", "libs/contracts/tasks.py", EVENT, "libs/contracts/tasks.py:{line}: event.task-starred has no"),
    Fault(
        "a group",
        "libs/contracts/agency_groups.py",
        '    "schools": ("SCHOOL",),',
        ":{line}: the group schools: no Vietnamese name",
        after='    "wards": ("WARD",),',
    ),
    Fault(
        "a number",
        "services/reporting/figures/numbers.py",
        '    "X": Number(OPEN),',
        ":{line}: number.X has no",
        after='    "U": Number(OPEN),',
    ),
    Fault(
        "no sentence",
        TITLES,
        '        "file-empty": "Tệp trống",',
        TITLES + ":{line}: problem file-empty: “Tệp trống” is no whole sentence",
        instead_of='        "file-empty": "Tệp không có nội dung.",',
    ),
    Fault(
        "not Vietnamese",
        TITLES,
        '        "unknown-file": "No such file.",',
        TITLES + ":{line}: problem unknown-file: “No such file.” is not Vietnamese",
        instead_of='        "unknown-file": "Không tìm thấy tệp đã tải lên cho nhiệm vụ này.",',
    ),
    Fault(
        "a raw code",
        TITLES,
        '        "not-overdue": "Nhiệm vụ ở trạng thái IN_PROGRESS.",',
        TITLES + ":{line}: problem not-overdue: “Nhiệm vụ ở trạng thái IN_PROGRESS.” holds the raw code",
        instead_of='        "not-overdue": "Nhiệm vụ chưa quá hạn.",',
    ),
    Fault(
        "a sentence nobody needs",
        TITLES,
        '        "too-tired": "Đồng chí đã mệt.",',
        TITLES + ":{line}: nothing is refused as too-tired any more",
        after='        "already-accepted": "Nhiệm vụ đã được tiếp nhận.",',
    ),
    Fault("an untidy word", "portal/messages/vi_domain.py", '"GOOD": "Tốt "', "portal/messages/vi_domain.py:", instead_of='"GOOD": "Tốt"'),
)
NOTHING = Fault(
    "nothing to look at",
    "tests/structure/guards/words.py",
    "    told: dict[str, type] = {}",
    "nothing to look at: no state",
    instead_of='    told = {name: contract for name, contract in all_contracts().items() if name.startswith("chidao.tasks.")}',
)


@pytest.fixture(scope="module")
def found(tree: Path) -> Found:
    return found_by_guard(tree, FAULTS, "words")


def test_the_copy_is_sound(tree: Path) -> None:
    assert said_by_guard(tree, "words") == (0, "")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_and_named(found: Found, fault: Fault) -> None:
    found.assert_named(fault)


def test_nothing_to_look_at_fails(tree: Path) -> None:
    found_by_guard(tree, (NOTHING,), "words").assert_named(NOTHING)
