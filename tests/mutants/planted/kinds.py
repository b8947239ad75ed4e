"""What tests of a whole kind must notice: every role, list, number, code and midnight, and every right of a database role."""

from tests.mutants.fault import Fault

TASK, MIDNIGHT = "services/tasks/domain/task.py", "tests/unit/test_midnight.py"
PAGES, NUMBERS = "tests/web/test_pages_of_every_list.py", "tests/reporting/test_every_number.py"
REFUSALS = "tests/portal/test_refusals.py"
TASKS_MAY, DIRECTIVES_MAY = "tests/tasks/test_who_may.py", "tests/directives/test_who_may.py"

FAULTS = (
    Fault(
        "a form with two files is refused in the framework's words",
        "services/tasks/api/files.py",
        "    except HTTPException:",
        "    except ValueError:",
        "tests/tasks/test_bad_input.py",
    ),
    Fault(
        "a full disk leaves people in doubt",
        "portal/services.py",
        'frozenset({"replica-stale", "disk-full"})',
        'frozenset({"replica-stale"})',
        REFUSALS,
    ),
    Fault(
        "the service's own words for a field",
        "portal/refusals.py",
        """messages.get(f"problem.{error['code']}", str(error.get("message") or messages("form.wrong")))""",
        """str(error.get("message") or messages("form.wrong"))""",
        REFUSALS,
    ),
    Fault(
        "a name that is typed is escaped twice",
        "portal/screens/agency_lookup.py",
        "            form.note(field, unclear.words)",
        "            form.note(field, str(unclear))",
        "tests/portal/test_registering.py",
    ),
    Fault(
        "a day off is named with entities",
        "portal/screens/typed_day.py",
        ".unescape()",
        "",
        "tests/portal/test_settings.py",
    ),
    Fault(
        "what was on its way when a page is left is lost",
        "portal/static/js/drafts.js",
        "(waiting ?? unanswered) && keep(waiting ?? unanswered, true)",
        "waiting && keep(waiting, true)",
        "tests/browser/test_typing.py::test_what_was_on_its_way_when_the_page_is_left_is_not_lost",
    ),
    Fault(
        "a long word widens the page of a phone",
        "portal/static/css/portal.css",
        ".link-list li, .planned-list li, .checklist li, .file-link, .instruction-text {",
        ".checklist li {",
        "tests/browser/test_hostile_text.py::test_a_browser_runs_nothing_of_it_and_nothing_runs_over",
    ),
    Fault(
        "completed on the UTC day",
        TASK,
        "max(result.report_date, vietnam_date(result.submitted_at))",
        "max(result.report_date, result.submitted_at.date())",
        MIDNIGHT,
    ),
    Fault("assigned on the UTC day", TASK, "return vietnam_date(self.assigned_at)", "return self.assigned_at.date()", MIDNIGHT),
    Fault(
        "led since the UTC day",
        TASK,
        "        today = vietnam_date(at)\n        # Who leads",
        "        today = at.date()\n        # Who leads",
        MIDNIGHT,
    ),
    Fault(
        "submitted on the UTC day",
        TASK,
        "submitted_on=vietnam_date(submitted) if submitted else None",
        "submitted_on=submitted.date() if submitted else None",
        MIDNIGHT,
    ),
    Fault(
        "an act that nobody asked leave for",
        "services/tasks/use_cases/accept_task.py",
        "        permit(change.actor, Action.ACCEPT, task)\n",
        "",
        TASKS_MAY,
    ),
    Fault(
        "a document is handed in without leave",
        "services/directives/use_cases/submit_for_release.py",
        "        permit(change.actor, Action.SUBMIT_FOR_RELEASE)\n",
        "",
        DIRECTIVES_MAY,
    ),
    Fault(
        "notices of one moment are passed over",
        "services/notify/notices/reading.py",
        "(n.recorded_at, n.number) < (CAST(:before AS timestamptz), CAST(:before_number AS bigint))",
        "n.recorded_at < CAST(:before AS timestamptz) AND CAST(:before_number AS bigint) IS NOT NULL",
        PAGES,
    ),
    Fault(
        "tasks behind a number that are due on one day are passed over",
        "services/reporting/figures/settled_rows.py",
        "({rows}.due, {rows}.task_id) > (CAST(:after_due AS date), CAST(:after_id AS uuid))",
        "{rows}.due > CAST(:after_due AS date) AND CAST(:after_id AS uuid) IS NOT NULL",
        PAGES,
    ),
    Fault(
        "what is due later is all that is in time",
        "services/reporting/figures/numbers.py",
        "Number(frozenset({Bucket.OPEN_IN_TIME}), due_soon=False)",
        "Number(frozenset({Bucket.OPEN_IN_TIME}))",
        NUMBERS,
    ),
    Fault(
        "history may be changed",
        "libs/common/migrate.py",
        "    EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM %s', changeless, app);\n",
        "    NULL;\n",
        "tests/web/test_rights_of_roles.py",
    ),
    Fault(
        "whoever runs a service may say that its schema is another",
        "libs/common/migrate.py",
        "REVOKE INSERT, UPDATE, DELETE ON alembic_version, schema_promise FROM %s",
        "REVOKE DELETE ON alembic_version, schema_promise FROM %s",
        "tests/web/test_rights_of_roles.py",
    ),
)
