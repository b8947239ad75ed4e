"""Which files are mutated by operators, and which tests must notice."""

from dataclasses import dataclass

from tests.mutants.tree import ROOT


@dataclass(frozen=True)
class Room:
    """`patterns` name the files, `tests` what is asked of each of their mutants."""

    patterns: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self) -> list[str]:
        return sorted({str(file.relative_to(ROOT)) for pattern in self.patterns for file in ROOT.glob(pattern)})


# Pure Python: the tests of the rule alone, two seconds a mutant.
RULES = (
    Room(
        ("services/tasks/domain/*.py",),
        (
            "tests/unit/test_task.py",
            "tests/unit/test_task_permissions.py",
            "tests/unit/test_lifecycle.py",
            "tests/unit/test_receipt.py",
            "tests/unit/test_today.py",
        ),
    ),
    Room(("services/directives/domain/*.py",), ("tests/unit/test_directive.py",)),
    Room(("services/directory/domain/*.py",), ("tests/unit/test_directory_domain.py",)),
    Room(("services/reporting/figures/permissions.py",), ("tests/unit/test_figures_permissions.py",)),
    # The same rule once more as SQL.
    Room(("libs/contracts/buckets.py",), ("tests/contracts/test_bucket_rule.py", "tests/contracts/test_bucket_sql.py")),
    Room(
        ("libs/contracts/rates.py", "libs/contracts/working_days.py", "libs/contracts/province.py"),
        ("tests/contracts/test_rates.py", "tests/contracts/test_working_days.py", "tests/contracts/test_province_rules.py"),
    ),
)
# SQL: the tests of the service, which have a database.
STATEMENTS = (
    Room(
        ("services/tasks/queries/*.py",),
        (
            "tests/tasks/test_lists_agree.py",
            "tests/tasks/test_pages.py",
            "tests/tasks/test_awaiting_decision.py",
            "tests/tasks/test_life_of_a_task.py",
        ),
    ),
    Room(("services/tasks/persistence/overdue_repository.py",), ("tests/tasks/test_overdue.py",)),
    Room(
        ("services/reporting/figures/*.py",),
        ("tests/reporting/test_settled.py", "tests/reporting/test_figures.py", "tests/reporting/test_changes.py"),
    ),
    Room(("services/directives/persistence/*.py", "services/directives/queries/*.py"), ("tests/directives",)),
    Room(("services/notify/notices/*.py",), ("tests/notify",)),
    Room(("libs/common/messaging/*.py",), ("tests/messaging/test_messages.py",)),
)
