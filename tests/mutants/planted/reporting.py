"""Figures, the lists behind them, and the past that is settled."""

from tests.mutants.fault import Fault

ROOM = "services/reporting/"
STANDING, ROWS, SETTLED = ROOM + "figures/standing.py", ROOM + "figures/rows.py", ROOM + "figures/settled.py"
EVERY_NUMBER = "tests/reporting/test_every_number.py"
FIGURES, GOLDEN, DAYS = "tests/reporting/test_figures.py", "tests/reporting/test_golden_figures.py", "tests/reporting/test_settled.py"

FAULTS = (
    Fault(
        "U is what is overdue",
        ROOM + "figures/numbers.py",
        '"U": Number(OPEN),',
        '"U": Number(frozenset({Bucket.OPEN_OVERDUE})),',
        EVERY_NUMBER,
    ),
    Fault(
        "due soon counts all that is open",
        ROOM + "figures/numbers.py",
        '"due_soon": Number(OPEN, due_soon=True),',
        '"due_soon": Number(OPEN),',
        EVERY_NUMBER,
    ),
    Fault(
        "an unknown role sees every task",
        ROOM + "figures/permissions.py",
        "return TASKS_BEHIND_FIGURES.get(actor.role, SeesTasks.NONE)",
        "return TASKS_BEHIND_FIGURES.get(actor.role, SeesTasks.ALL)",
        "tests/unit/test_figures_permissions.py",
    ),
    Fault(
        "HOME_AFFAIRS sees all",
        ROOM + "figures/permissions.py",
        '"HOME_AFFAIRS": SeesTasks.OF_OWN_AGENCY',
        '"HOME_AFFAIRS": SeesTasks.ALL',
        "tests/unit/test_figures_permissions.py",
    ),
    Fault(
        "a coordinator does not see his tasks",
        ROWS,
        "(:sees_all OR words.lead_agency_id = :agency_id OR CAST(:agency_id AS uuid) = ANY (words.coordinating_agency_ids)\n",
        "(:sees_all OR words.lead_agency_id = :agency_id\n",
        "tests/reporting/test_known_later.py",
    ),
    Fault(
        "the identity compares with itself",
        ROOM + "figures/counting.py",
        "if not self.assigned == total == self.completed + self.open:",
        "if not self.assigned == self.completed + self.open:",
        "tests/reporting/test_sheets.py",
    ),
    Fault("known tomorrow is known today", STANDING, "ON known.known_on <= asked.known_on AND", "ON", FIGURES),
    Fault("what was superseded is still known", STANDING, " AND coalesce(known.superseded_on > asked.known_on, true)", "", FIGURES),
    Fault(
        "a part counts for the province",
        STANDING,
        "false AS is_group, parent_id IS NULL AS in_province",
        "false AS is_group, true AS in_province",
        FIGURES,
    ),
    Fault(
        "every day is judged by the rules of today",
        STANDING,
        "rules.on(day.as_of).awaiting_counts_as is AwaitingCountsAs.BY_DATE for day in days",
        "rules.on(days[-1].as_of).awaiting_counts_as is AwaitingCountsAs.BY_DATE for day in days",
        FIGURES,
    ),
    Fault(
        "what ended is not taken off", SETTLED, "SELECT asked.day, {place}, bucket, -1\n", "SELECT asked.day, {place}, bucket, 0\n", DAYS
    ),
    Fault("a stretch ends a day late", SETTLED, "{stretch}.until_day > {day}))", "{stretch}.until_day >= {day}))", DAYS),
    Fault(
        "what begins on the day is left out",
        SETTLED,
        "JOIN stretch AS one ON one.from_day > asked.base AND one.from_day <= asked.day WHERE",
        "JOIN stretch AS one ON one.from_day > asked.base AND one.from_day < asked.day WHERE",
        DAYS,
    ),
    Fault(
        "due soon counts what is overdue",
        SETTLED,
        "one.due BETWEEN asked.day AND asked.due_soon_until",
        "one.due <= asked.due_soon_until",
        DAYS,
    ),
    Fault(
        "asked as known later, answered as known then",
        SETTLED,
        "    if any(day.as_of != day.known_on for day in asked):\n        return False\n",
        "",
        FIGURES,
    ),
    Fault(
        "an older version takes the place of a newer",
        ROOM + "projections/tasks.py",
        "WHERE excluded.version > task_now.version\n",
        "WHERE true\n",
        FIGURES,
    ),
    Fault(
        "what came in is said to have left",
        ROOM + "figures/changes.py",
        "CASE here.day WHEN 2 THEN '{ENTERED}' ELSE '{LEFT}' END",
        "CASE here.day WHEN 1 THEN '{ENTERED}' ELSE '{LEFT}' END",
        "tests/reporting/test_known_later.py",
    ),
    Fault(
        "what another reports counts for the lead",
        "services/reporting/figures/standing.py",
        'f"CASE WHEN {task}.reporting_agency_id IS NULL THEN {task}.lead_agency_id END"',
        'f"{task}.lead_agency_id"',
        "tests/reporting/test_figures.py",
    ),
    Fault(
        "not due soon counts what is due soon",
        "services/reporting/figures/settled_rows.py",
        "found[day] = of_buckets - soon",
        "found[day] = of_buckets",
        "tests/reporting/test_settled.py",
    ),
    Fault(
        "a release is late at once",
        "services/reporting/projections/directives.py",
        'rows = await connection.execute(_LATE, {"late": now - LATE_AFTER, "most": MOST_TOLD})',
        'rows = await connection.execute(_LATE, {"late": now, "most": MOST_TOLD})',
        "tests/reporting/test_figures_over_http.py",
    ),
    Fault(
        "the last day that is drawn is left out",
        "services/reporting/figures/open_dues.py",
        "if first <= due <= last]",
        "if first <= due < last]",
        FIGURES,
    ),
    Fault(
        "what is due before the picture begins is not told",
        "services/reporting/figures/open_dues.py",
        "if due < first)",
        "if due < day and due >= first)",
        FIGURES,
    ),
    Fault(
        "months are forgotten with their days",
        ROOM + "projections/sheets.py",
        " AND extract(month FROM day) = extract(month FROM day + 1)",
        "",
        "tests/reporting/test_sheets.py",
    ),
    Fault(
        "each day of ten years has a sheet",
        ROOM + "projections/sheets.py",
        "return month if month < _day_by_day_since(today) else first",
        "return first",
        "tests/reporting/test_sheets.py",
    ),
    Fault(
        "the last weeks wait for the end of their month",
        ROOM + "projections/sheets.py",
        "return month if month < _day_by_day_since(today) else first",
        "return month",
        "tests/reporting/test_sheets.py",
    ),
)
