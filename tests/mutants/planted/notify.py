"""Who hears of what, once."""

from tests.mutants.fault import Fault

ROOM = "services/notify/"
KINDS, READING, NOTICES = ROOM + "notices/kinds.py", ROOM + "notices/reading.py", "tests/notify/test_notices.py"
HANDED_OVER, MAILBOXES = ROOM + "subscriptions/on_reorganisation_changed.py", "tests/notify/test_mailboxes.py"

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
        'False: "n.agency_id = box.agency_id"}',
        'False: "n.agency_id <> box.agency_id"}',
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
        "now() - CAST(:on_its_way AS interval) FROM",
        "now() - least(CAST(:on_its_way AS interval), interval '0') FROM",
        "tests/notify/test_gathering.py",
    ),
    Fault(
        "what was read of a task counts as unread",
        "services/notify/notices/reading.py",
        "FROM box, notice n WHERE {his} AND NOT {_READ}",
        "FROM box, notice n WHERE {his}",
        "tests/notify/test_gathering.py",
    ),
    Fault(
        "who takes over has a year to catch up on",
        READING,
        "ELSE own.known_at END",
        "ELSE own.known_at - interval '400 days' END",
        MAILBOXES,
    ),
    Fault(
        "who came along has read what he has not",
        READING,
        "m.person_id = :person_id AND m.agency_id = own.agency_id",
        "m.person_id = :person_id AND m.agency_id = own.agency_id AND false",
        MAILBOXES,
    ),
    Fault("a mailbox is handed over once", READING, "ON s.heir_id = own.agency_id", "ON s.heir_id = :agency_id", MAILBOXES),
    Fault("all is read at once in one mailbox", READING, "interval) FROM box\n", "interval) FROM box LIMIT 1\n", MAILBOXES),
    Fault("nobody sees whose mailbox it was", READING, "else row.agency_id,", "else None,", MAILBOXES),
    Fault("a plan hands a mailbox over", HANDED_OVER, 'state.standing == "IN_EFFECT" and ', "", MAILBOXES),
    Fault(
        "one of several who took over reads",
        HANDED_OVER,
        "len(state.successor_ids) == 1",
        "state.successor_ids",
        MAILBOXES,
    ),
)
