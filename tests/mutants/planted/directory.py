"""Agencies, people, what the province decides, and what other services know of it."""

from tests.mutants.fault import Fault

ROOM = "services/directory/"
DECISIONS, PROVINCE = ROOM + "domain/decisions.py", ROOM + "domain/province_rules.py"
DIRECTORY, RULES = "tests/directory/test_directory.py", "tests/directory/test_province_rules.py"
PEOPLE = "tests/directory/test_people_replica.py"

FAULTS = (
    Fault("a rule changes for today", DECISIONS, "        _require_to_come(valid_from, at)\n        checked", "        checked", RULES),
    Fault(
        "what has begun is taken back",
        DECISIONS,
        "        _require_to_come(valid_from, at)\n        if self.timeline",
        "        if self.timeline",
        RULES,
    ),
    Fault(
        "the same once more is a decision",
        DECISIONS,
        "        if checked == self.value_on(valid_from):\n            raise NothingChanges\n",
        "",
        RULES,
    ),
    Fault(
        "what is replaced is in force",
        DECISIONS,
        "return DecisionStanding.WITHDRAWN if later[0].value is None else DecisionStanding.REPLACED",
        "return DecisionStanding.WITHDRAWN if later[0].value is None else DecisionStanding.IN_FORCE",
        RULES,
    ),
    Fault("a day of another year", PROVINCE, "if day.date.year != self.year:", "if False:", RULES),
    Fault("a day twice", PROVINCE, "elif day.date in seen:", "elif False:", RULES),
    Fault(
        "a day that has been counted is changed",
        PROVINCE,
        "if before := sorted(day.isoformat() for day in changed if day < valid_from):",
        "if before := sorted(day.isoformat() for day in changed if day < date.min):",
        RULES,
    ),
    Fault(
        "a later calendar undoes this one",
        PROVINCE,
        "if later := [day.isoformat() for day in self.timeline.days if day > valid_from]:",
        "if later := [day.isoformat() for day in self.timeline.days if day > date.max]:",
        RULES,
    ),
    Fault(
        "whoever was moved stays until the evening",
        ROOM + "domain/membership.py",
        "self.valid_to = vietnam_date(at) - timedelta(days=1)",
        "self.valid_to = vietnam_date(at)",
        DIRECTORY,
    ),
    Fault(
        "the longer name first",
        ROOM + "domain/alphabet.py",
        'END_OF_LETTERS, BETWEEN_WORDS = "!", "."',
        'END_OF_LETTERS, BETWEEN_WORDS = "~", "."',
        "tests/unit/test_directory_domain.py",
    ),
    Fault(
        "tones in the order of Unicode",
        ROOM + "domain/alphabet.py",
        '"\\u0309": 2, "\\u0303": 3, "\\u0301": 4',
        '"\\u0309": 4, "\\u0303": 3, "\\u0301": 2',
        "tests/unit/test_directory_domain.py",
    ),
    Fault("đ is d", ROOM + "domain/alphabet.py", 'ALPHABET = "aăâbcdđeê', 'ALPHABET = "aăâbcđdeê', "tests/unit/test_directory_domain.py"),
    Fault(
        "an ended agency lives",
        ROOM + "queries/agencies.py",
        " AND coalesce(a.valid_to, 'infinity') >= :day\"",
        ' AND :day IS NOT NULL"',
        DIRECTORY,
    ),
    Fault(
        "a membership of somebody else",
        ROOM + "queries/people.py",
        "FROM membership m WHERE m.id = :id AND m.person_id = :person_id AND",
        "FROM membership m WHERE m.id = :id AND CAST(:person_id AS uuid) IS NOT NULL AND",
        DIRECTORY,
    ),
    Fault(
        "a role that the token does not grant",
        "libs/directory_replica/replica.py",
        "if found is None or found.role not in roles:",
        "if found is None:",
        PEOPLE,
    ),
    Fault(
        "a directory that is silent for too long",
        "libs/directory_replica/replica.py",
        "        if silent > self._max_age:\n",
        "        if False:\n",
        PEOPLE,
    ),
    Fault(
        "an older membership takes the place of a newer",
        "libs/directory_replica/handlers.py",
        "WHERE excluded.version > membership_replica.version",
        "WHERE true",
        PEOPLE,
    ),
    Fault(
        "a membership ends a day late",
        "libs/directory_replica/replica.py",
        'coalesce(valid_to, \'infinity\') >= :today\n""")\n_HEARD',
        'coalesce(valid_to + 1, \'infinity\') >= :today\n""")\n_HEARD',
        PEOPLE,
    ),
    Fault(
        "an older agency takes the place of a newer",
        "libs/directory_replica/handlers.py",
        "WHERE excluded.version > agency_replica.version",
        "WHERE true",
        PEOPLE,
    ),
    Fault(
        "somebody else's membership is one's own",
        "libs/directory_replica/replica.py",
        "WHERE id = :id AND person_id = :person_id\n",
        "WHERE id = :id AND CAST(:person_id AS uuid) IS NOT NULL\n",
        PEOPLE,
    ),
    Fault(
        "a membership that is to come counts",
        "libs/directory_replica/replica.py",
        "AND person_id = :person_id\n  AND coalesce(valid_from, '-infinity') <= :today AND",
        "AND person_id = :person_id\n  AND",
        PEOPLE,
    ),
    Fault(
        "agencies of another province are in a group",
        "libs/directory_replica/replica.py",
        " AND scope = (SELECT scope FROM agency_replica WHERE id = CAST(:within AS uuid)))",
        " AND CAST(:within AS uuid) IS NOT NULL)",
        "tests/directives/test_life_of_a_directive.py",
    ),
    Fault(
        "rows of another order of names stay where they are",
        "services/directory/persistence/repository.py",
        "if agency.sort_key != stored[agency.id].sort_key]",
        "if agency.version == 0]",
        "tests/directory/test_order_of_names.py",
    ),
    Fault(
        "every name is put in order again and again",
        "services/directory/persistence/repository.py",
        "if agency.sort_key != stored[agency.id].sort_key]",
        "]",
        "tests/directory/test_order_of_names.py",
    ),
)
