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
            "tests/unit/test_passing_on.py",
            "tests/unit/test_task_permissions.py",
            "tests/unit/test_lifecycle.py",
            "tests/unit/test_receipt.py",
            "tests/unit/test_today.py",
        ),
    ),
    Room(("services/directives/domain/*.py",), ("tests/unit/test_directive.py",)),
    Room(
        ("services/directory/domain/*.py",),
        (
            "tests/unit/test_accounts.py",
            "tests/unit/test_directory_domain.py",
            "tests/unit/test_directory_permissions.py",
            "tests/unit/test_managing_people.py",
            "tests/unit/test_recognition.py",
            "tests/unit/test_reorganisation.py",
        ),
    ),
    Room(("services/reporting/figures/permissions.py",), ("tests/unit/test_figures_permissions.py",)),
    # The same rule once more as SQL.
    Room(("libs/contracts/buckets.py",), ("tests/contracts/test_bucket_rule.py", "tests/contracts/test_bucket_sql.py")),
    Room(
        ("libs/contracts/rates.py", "libs/contracts/working_days.py", "libs/contracts/province.py"),
        ("tests/contracts/test_rates.py", "tests/contracts/test_working_days.py", "tests/contracts/test_province_rules.py"),
    ),
)
# SQL: the tests of the question, which have a database; the quick ones first.
STATEMENTS = (
    Room(
        tuple(f"services/tasks/queries/{name}.py" for name in ("counting", "listing", "standing_today", "ways")),
        ("tests/tasks/test_pages.py", "tests/tasks/test_search.py", "tests/tasks/test_lists_agree.py"),
    ),
    Room(("services/tasks/queries/files.py",), ("tests/tasks/test_files.py",)),
    Room(("services/tasks/queries/awaiting.py",), ("tests/tasks/test_awaiting_decision.py",)),
    Room(("services/tasks/queries/history.py",), ("tests/tasks/test_history.py", "tests/tasks/test_life_of_a_task.py")),
    Room(("services/tasks/queries/people.py",), ("tests/tasks/test_people.py",)),
    Room(("services/tasks/queries/tasks.py",), ("tests/tasks/test_life_of_a_task.py", "tests/tasks/test_reporting_agency.py")),
    Room(("services/tasks/persistence/overdue_repository.py",), ("tests/tasks/test_overdue.py",)),
    Room(
        ("services/reporting/figures/*.py",),
        (
            "tests/reporting/test_changes.py",
            "tests/reporting/test_figures.py",
            "tests/reporting/test_known_later.py",
            "tests/reporting/test_rules_of_the_day.py",
            "tests/reporting/test_figures_over_http.py",
            "tests/reporting/test_settled.py",
        ),
    ),
    Room(
        ("services/directives/persistence/*.py", "services/directives/queries/*.py"),
        (
            "tests/directives/test_life_of_a_directive.py",
            "tests/directives/test_rows.py",
            "tests/directives/test_one_document_once.py",
            "tests/directives/test_reporting_agency.py",
            "tests/directives/test_release_summary.py",
            "tests/directives/test_held_release.py",
        ),
    ),
    Room(
        ("services/directory/persistence/accounts_behind.py", "services/directory/queries/wanted_accounts.py"),
        ("tests/directory/test_accounts_in_step.py",),
    ),
    Room(("services/notify/notices/*.py",), ("tests/notify",)),
    Room(
        tuple(f"libs/common/messaging/{name}.py" for name in ("consumer", "dead_events", "feed", "relay", "sequences")),
        ("tests/messaging/test_keys.py", "tests/messaging/test_messages.py", "tests/messaging/test_one_bad_row.py"),
    ),
    Room(("libs/common/messaging/event_log.py",), ("tests/messaging/test_event_log.py", "tests/messaging/test_unit_of_work.py")),
    Room(("libs/contracts/buckets.py",), ("tests/contracts/test_bucket_sql.py",)),
)
