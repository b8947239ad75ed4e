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
        'uuid5(NAMESPACE, f"{envelope.source}',
        'uuid5(NAMESPACE, f"{envelope.id}/{envelope.source}',
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
        "tests/notify/test_retention.py",
    ),
)
