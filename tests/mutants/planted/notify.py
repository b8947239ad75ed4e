"""Who hears of what, once."""

from tests.mutants.fault import Fault

ROOM = "services/notify/"
KINDS, READING, NOTICES = ROOM + "notices/kinds.py", ROOM + "notices/reading.py", "tests/notify/test_notices.py"

FAULTS = (
    Fault("who coordinates is not told", KINDS, "return [*lead_of(task), *coordinators_of(task)]", "return lead_of(task)", NOTICES),
    Fault("the Office does not hear of a result", KINDS, "NoticeKind.SUBMITTED: office_of", "NoticeKind.SUBMITTED: lead_of", NOTICES),
    Fault(
        "an agency's officer is not told",
        KINDS,
        'AGENCY_ROLES = ("AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER")',
        'AGENCY_ROLES = ("AGENCY_HEAD", "AGENCY_CLERK")',
        NOTICES,
    ),
    Fault(
        "a notice of another agency",
        READING,
        'False: "n.agency_id = :agency_id"}',
        'False: "n.agency_id <> :agency_id"}',
        NOTICES,
    ),
    Fault(
        "the same event makes a second notice",
        ROOM + "notices/telling.py",
        "        CAST(:detail AS jsonb), :created_at, :gathered_in)\nON CONFLICT DO NOTHING\n",
        "        CAST(:detail AS jsonb), :created_at, :gathered_in)\n",
        NOTICES,
    ),
    Fault(
        "shown for ever",
        ROOM + "notices/retention.py",
        "SHOWN = timedelta(days=366)",
        "SHOWN = timedelta(days=36600)",
        "tests/notify/test_retention.py",
    ),
    Fault(
        "marks go while the notice is shown",
        ROOM + "notices/retention.py",
        "interval '{SHOWN.days + 31} days'",
        "interval '{SHOWN.days - 31} days'",
        "tests/messaging/test_housekeeping.py",
    ),
    Fault(
        "who led before is told nothing",
        "services/notify/subscriptions/on_lead_changed.py",
        'if one.role != "COORDINATING"]',
        'if one.role == "COORDINATING"]',
        "tests/notify/test_notices.py",
    ),
    Fault(
        "who reads all has read what comes a moment later",
        "services/notify/notices/reading.py",
        "now() - CAST(:on_its_way AS interval))",
        "now() - least(CAST(:on_its_way AS interval), interval '0'))",
        "tests/notify/test_gathering.py",
    ),
    Fault(
        "what was read of a task counts as unread",
        "services/notify/notices/reading.py",
        "WHERE n.task_id = :task_id AND {_AUDIENCE[of_office]} AND {_SHOWN} AND NOT {read}",
        "WHERE n.task_id = :task_id AND {_AUDIENCE[of_office]} AND {_SHOWN}",
        "tests/notify/test_gathering.py",
    ),
)
