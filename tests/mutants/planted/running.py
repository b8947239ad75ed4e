"""Running it: the sign-in of the demonstration, and the seed."""

from tests.mutants.fault import Fault

PROVIDER, SIGN_IN = "embedded/oidc/provider.py", "tests/embedded/test_oidc.py"

FAULTS = (
    Fault(
        "a browser is sent anywhere after signing out",
        PROVIDER,
        '    if target not in _after_sign_out(provider, client_id):\n        raise WrongAddress("post_logout_redirect_uri")\n',
        "",
        SIGN_IN,
    ),
    Fault(
        "a code that comes twice ends nothing",
        PROVIDER,
        "        if error.session_id is not None:\n            provider.issuer.end(error.session_id)\n        raise",
        "        raise",
        SIGN_IN,
    ),
    Fault("a service gets any target", PROVIDER, "            if target not in client.targets:\n", "            if not target:\n", SIGN_IN),
    Fault(
        "a person who is gone may be chosen",
        PROVIDER,
        "if account.person_id == person_id and account.positions), None)",
        "if account.person_id == person_id), None)",
        SIGN_IN,
    ),
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
