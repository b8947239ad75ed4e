"""Agencies and people in the sign-in server: what differs, what mends it, and whoever has not been told."""

from tests.mutants.fault import Fault

ROOM = "services/directory/"
COMPARED, STEPPING, BEHIND = ROOM + "domain/accounts.py", ROOM + "accounts/stepping.py", ROOM + "persistence/accounts_behind.py"
WANTED, FOLLOWING = ROOM + "queries/wanted_accounts.py", ROOM + "scheduler/accounts_in_step.py"
RULE, IN_STEP = "tests/unit/test_accounts.py", "tests/directory/test_accounts_in_step.py"

FAULTS = (
    Fault(
        "an account that somebody made by hand is taken over",
        COMPARED,
        "        if of_that_name is None:\n",
        "        if True:\n",
        f"{RULE}::test_an_account_that_has_anothers_name_is_never_taken_over",
    ),
    Fault("names are compared letter by letter", COMPARED, "by_name.get(account.username.lower())", "by_name.get(account.username)", RULE),
    Fault("an account is deleted with its membership", COMPARED, "if there[account].came_by_provider:", "if False:", RULE),
    Fault("what has ended gets an organization", COMPARED, "        if wanted.lives:\n", "        if True:\n", RULE),
    Fault("people come before their agencies", COMPARED, "(MakeOrganization, ChangeOrganization, MakeAccount,", "(MakeAccount,", RULE),
    Fault(
        "who has left may still sign in",
        WANTED,
        "count(m.id) > 0 AS is_open",
        "true AS is_open",
        f"{IN_STEP}::test_who_leaves_is_shut_out_and_leaves_the_organization",
    ),
    Fault(
        "an organization is open after its agency",
        WANTED,
        '_ORGANIZATIONS = text(f"SELECT a.id, a.key, a.name, {LIVES} AS lives',
        '_ORGANIZATIONS = text(f"SELECT a.id, a.key, a.name, true OR ({LIVES}) AS lives',
        f"{IN_STEP}::test_everything_comes_into_an_empty_server_and_a_second_time_changes_nothing",
    ),
    Fault(
        "a second page is the first once more",
        WANTED,
        "after = accounts[-1].id if accounts else None",
        "after = None",
        f"{IN_STEP}::test_people_are_read_in_pages",
    ),
    Fault(
        "one who is refused stops everybody",
        STEPPING,
        "            # One of them is the reason, and must not be that of the others.\n",
        "            raise\n",
        f"{IN_STEP}::test_one_who_is_refused_stops_nobody_else_and_stays_behind",
    ),
    Fault(
        "whoever tells everything takes nobody's turn",
        STEPPING,
        "    async with its_turn(database):\n        return await step_everything",
        "    if database:\n        return await step_everything",
        f"{IN_STEP}::test_whoever_tells_takes_turns",
    ),
    Fault(
        "a server that is away is the fault of whoever is told",
        STEPPING,
        "            if why.concerns_everything:\n                raise\n            refused[act] = str(why)",
        "            refused[act] = str(why)",
        f"{IN_STEP}::test_a_server_that_goes_away_while_it_is_told_is_nobodys_fault",
    ),
    Fault(
        "who is told in between is done",
        BEHIND,
        "AND b.subject_id = d.id AND b.asked_at = d.asked_at",
        "AND b.subject_id = d.id",
        f"{IN_STEP}::test_who_is_asked_for_while_he_is_told_is_told_again",
    ),
    Fault(
        "nobody hears that a day has begun",
        BEHIND,
        "    if heard and heard.day != today:\n        # A clock",
        "    if False:\n        # A clock",
        f"{IN_STEP}::test_days_that_begin_are_heard_of",
    ),
    Fault(
        "the last day is over on its morning",
        BEHIND,
        "(valid_to >= :before AND valid_to < :after)",
        "(valid_to > :before AND valid_to <= :after)",
        f"{IN_STEP}::test_days_that_begin_are_heard_of",
    ),
    Fault(
        "pauses that stay the same",
        BEHIND,
        "interval '1 second' * power(2, least(attempts, 10))",
        "interval '5 seconds'",
        f"{IN_STEP}::test_one_who_fails_is_tried_again_after_pauses_that_grow",
    ),
    Fault(
        "whoever failed is forgotten when everybody else was told",
        BEHIND,
        "AND NOT subject_id = ANY(CAST(:failed AS uuid[]))",
        "AND (true OR subject_id = ANY(CAST(:failed AS uuid[])))",
        f"{IN_STEP}::test_one_who_is_refused_stops_nobody_else_and_stays_behind",
    ),
    Fault(
        "an address without a password",
        ROOM + "settings.py",
        "if (self.keycloak_url is None) != (self.keycloak_password_file is None):",
        "if False:",
        f"{IN_STEP}::test_an_address_without_a_password_is_no_setting",
    ),
    Fault(
        "one of whom nothing can be said hinders all",
        FOLLOWING,
        "            if len(due) > 1:\n",
        "            if False:\n",
        f"{IN_STEP}::test_one_of_whom_the_server_can_say_nothing_hinders_nobody",
    ),
    Fault(
        "nobody follows",
        FOLLOWING,
        "await hear_everything(self._database, self._clock.today())",
        "self._clock.today()",
        f"{IN_STEP}::test_a_new_agency_gets_its_organization",
    ),
)
