"""Running it: PostgreSQL, the gateway, several portals."""

from tests.mutants.fault import Fault

FAULTS = (
    Fault(
        "a commit that is not on the disk",
        "embedded/postgres.py",
        '    "synchronous_commit": "on",',
        '    "synchronous_commit": "off",',
        "tests/embedded/test_postgres.py",
    ),
    Fault(
        "a secret that others read",
        "embedded/postgres.py",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)",
        "tests/embedded/test_postgres.py",
    ),
    Fault(
        "people wander between the processes of the portal",
        "embedded/gateway.py",
        "hash $visitor consistent;",
        "random;",
        "tests/gateway/test_several_portals.py",
    ),
    Fault(
        "the colours that somebody chooses lead him to another process",
        "gateway/public-paths.conf",
        '(?<session_key>[^;]+)"   $session_key;',
        '(?<session_key>[^;]+)"   $http_cookie;',
        "tests/gateway/test_several_portals.py",
    ),
    Fault(
        "any number of portals",
        "embedded/split.py",
        "1 <= int(asked) <= MOST_PORTALS",
        "0 <= int(asked)",
        "tests/embedded/test_portals.py",
    ),
)
