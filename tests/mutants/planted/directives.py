"""Registering and releasing a document."""

from tests.mutants.fault import Fault

ROOM = "services/directives/"
RULES, DIRECTIVE, RIGHTS = ROOM + "domain/rules.py", ROOM + "domain/directive.py", ROOM + "domain/permissions.py"
LIFE, BAD_INPUT = "tests/directives/test_life_of_a_directive.py", "tests/directives/test_bad_input.py"

FAULTS = (
    Fault(
        "the summary before a release leaves out the groups",
        "services/directives/domain/release_summary.py",
        "leading = directive.leads_at_release(instruction, living)",
        "leading = instruction.lead_agency_ids",
        "tests/directives/test_release_summary.py",
    ),
    Fault(
        "a due date on a day off is not noticed",
        "services/directives/domain/release_summary.py",
        "if not calendar.is_working_day(due))",
        "if calendar.is_working_day(due))",
        "tests/directives/test_release_summary.py",
    ),
    Fault(
        "an agency without an account is not noticed",
        "services/directives/domain/release_summary.py",
        "if agency not in answering)",
        "if agency in answering)",
        "tests/directives/test_release_summary.py",
    ),
    Fault(
        "secrecy as a block list",
        RULES,
        "if draft.secrecy != NORMAL_SECRECY:",
        'if draft.secrecy in ("MAT", "TOI_MAT", "TUYET_MAT"):',
        BAD_INPUT,
    ),
    Fault(
        "of a secret document more is said",
        RULES,
        '        yield SecrecyNotAllowed(field="secrecy")\n        return\n',
        '        yield SecrecyNotAllowed(field="secrecy")\n',
        BAD_INPUT,
    ),
    Fault(
        "a due date on the day of issue is refused",
        RULES,
        "elif instruction.due < issue_date:",
        "elif instruction.due <= issue_date:",
        LIFE,
    ),
    Fault("issued tomorrow", RULES, "if draft.issue_date > today:", "if False:", BAD_INPUT),
    Fault("issued today is refused", RULES, "if draft.issue_date > today:", "if draft.issue_date >= today:", LIFE),
    Fault(
        "two leads",
        RULES,
        "if len(leads) + (instruction.lead_group is not None) + (instruction.composed_group is not None) > 1:",
        "if len(leads) > 1:",
        BAD_INPUT,
    ),
    Fault("no lead", RULES, "    if not leads and not instruction.is_for_a_group:\n", "    if False:\n", BAD_INPUT),
    Fault("an agency twice", RULES, "elif agency in agencies[:index] or agency in composed:", "elif agency in composed:", BAD_INPUT),
    Fault("an agency that has ended", RULES, "        if agency not in known.living:\n", "        if False:\n", BAD_INPUT),
    Fault(
        "a product without a date needs no reason",
        RULES,
        "elif instruction.deliverable is not None and not instruction.no_deadline_reason:",
        "elif False:",
        BAD_INPUT,
    ),
    Fault("a date without a deadline", RULES, "    elif instruction.due is not None:\n", "    elif False:\n", BAD_INPUT),
    Fault("an empty group", RULES, "    elif members <= set(left_out):\n", "    elif False:\n", BAD_INPUT),
    Fault("the issuer assigns work to himself", DIRECTIVE, " and agency.id != self.issuing_agency_id)\n", ")\n", LIFE),
    Fault(
        "who leads his part coordinates as well",
        DIRECTIVE,
        "(*self.lead_agency_ids, self.draft.reporting_agency_id)",
        "(self.draft.reporting_agency_id,)",
        "tests/unit/test_directive.py",
    ),
    Fault(
        "a change keeps what awaited its release",
        ROOM + "domain/lifecycle.py",
        "    DirectiveState.AWAITING_RELEASE: {\n        Action.CHANGE: DirectiveState.DRAFT,",
        "    DirectiveState.AWAITING_RELEASE: {\n        Action.CHANGE: DirectiveState.AWAITING_RELEASE,",
        LIFE,
    ),
    Fault(
        "a tracker releases what needs approval",
        RIGHTS,
        "if action is Action.RELEASE and not release_needs_approval:",
        "if action is Action.RELEASE:",
        "tests/directives/test_release_by_the_rules.py",
    ),
    Fault(
        "an agency sees the others' instructions",
        RIGHTS,
        "    return [one for one in directive.instructions if agency in one.agency_ids]",
        "    return directive.instructions",
        LIFE,
    ),
    Fault(
        "an administrator sees what an agency sees",
        RIGHTS,
        '"AGENCY_OFFICER", "HOME_AFFAIRS"})',
        '"AGENCY_OFFICER", "HOME_AFFAIRS", "SYSTEM_ADMIN"})',
        LIFE,
    ),
    Fault(
        "a draft is seen by agencies",
        ROOM + "persistence/repository.py",
        "(d.state = 'RELEASED' AND EXISTS (",
        "(d.state <> '' AND EXISTS (",
        LIFE,
    ),
    Fault(
        "who coordinates sees no document",
        ROOM + "persistence/repository.py",
        " OR seen.coordinating_agency_ids @> ARRAY[CAST(:agency_id AS uuid)]",
        "",
        LIFE,
    ),
    Fault(
        "a page leaves out what came in the same moment",
        ROOM + "queries/directives.py",
        "(d.created_at, d.id) < (CAST(:before AS timestamptz), CAST(:before_id AS uuid))",
        "d.created_at < CAST(:before AS timestamptz) AND CAST(:before_id AS uuid) IS NOT NULL",
        LIFE,
    ),
    Fault(
        "nobody reports by default",
        "services/directives/domain/rules.py",
        "replace(one, reporting_agency_id=known.office) if",
        "one if",
        "tests/unit/test_directive.py",
    ),
    Fault(
        "who has no account either reports",
        "services/directives/domain/rules.py",
        "    elif reporting not in known.answering:\n        yield ReportingAgencyWithoutAccount(field=field)\n",
        "",
        "tests/unit/test_directive.py",
    ),
    Fault(
        "another reports for who reports itself",
        "services/directives/domain/rules.py",
        "    elif instruction.is_for_a_group or instruction.lead_agency_id in known.answering:\n"
        "        yield ReportingAgencyNotNeeded(field=field)\n",
        "",
        "tests/unit/test_directive.py",
    ),
    Fault(
        "who reports does not see the document",
        "services/directives/persistence/repository.py",
        "\n  OR seen.reporting_agency_id = CAST(:agency_id AS uuid))",
        ")",
        "tests/directives/test_reporting_agency.py",
    ),
)
