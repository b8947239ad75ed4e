"""The realm of the sign-in server: what it must never be, and what differs from it."""

from tests.mutants.fault import Fault

RULES, DESCRIPTION, COMPARING = "realm/rules.py", "realm/description.py", "realm/comparing.py"
RULED, COMPARED = "tests/realm/test_rules.py", "tests/realm/test_comparing.py"
DEPLOYED = "deploy/keycloak/"

FAULTS = (
    Fault(
        "an unsound realm is applied all the same",
        "chidao/realm.py",
        "if found := broken(wanted, SERVICES):",
        "if (found := broken(wanted, SERVICES)) and False:",
        "tests/realm/test_command.py",
    ),
    Fault("passwords are guessed", DEPLOYED + "realm.toml", "bruteForceProtected = true", "bruteForceProtected = false", RULED),
    Fault("an hour of a stolen token", DEPLOYED + "realm.toml", "\naccessTokenLifespan = 300\n", "\naccessTokenLifespan = 3600\n", RULED),
    Fault("a realm that forgets", DEPLOYED + "realm.toml", "\neventsExpiration = 15552000\n", "\neventsExpiration = 86400\n", RULED),
    Fault("codes of no length of time", DEPLOYED + "realm.toml", "otpPolicyPeriod = 30\n", "", RULED),
    Fault("any address of the portal", DEPLOYED + "clients.toml", '["$portal/sign-in/callback"]', '["$portal/*"]', RULED),
    Fault(
        "whoever is signed out there stays here",
        DEPLOYED + "clients.toml",
        '"backchannel.logout.url" = "$portal/sign-in/back-channel-logout"\n',
        "",
        RULED,
    ),
    Fault("a code without proof", DEPLOYED + "clients.toml", '"pkce.code.challenge.method" = "S256"\n', "", RULED),
    Fault(
        "strangers come into being by signing in",
        DEPLOYED + "flows.toml",
        'authenticator = "deny-access-authenticator"',
        'authenticator = "idp-create-user-if-unique"',
        RULED,
    ),
    Fault("a service may ask itself", DESCRIPTION, "[other for other in names if other != name]", "names", RULED),
    Fault("one audience for all", DESCRIPTION, '_filled(read["scopes"]["audience"], service=name)', 'read["scopes"]["audience"]', RULED),
    Fault("the private half in the realm", DESCRIPTION, "as_dict(private=False)", "as_dict(private=True)", RULED),
    Fault("a wildcard is exact", RULES, r'r"https://[^*+?#\s]+|', r'r"https://[^+?#\s]+|', RULED),
    Fault("a password is no grant", RULES, '("directAccessGrantsEnabled", "implicitFlowEnabled")', '("implicitFlowEnabled",)', RULED),
    Fault(
        "a service that was forgotten is an audience",
        RULES,
        "        if named != [service]:\n",
        "        if named and named != [service]:\n",
        RULED,
    ),
    Fault(
        "only what is described is compared",
        COMPARING,
        "sorted({*found, *should} - set(beside))",
        "sorted({*should} - set(beside))",
        COMPARED,
    ),
    Fault("an order of words", COMPARING, "return sorted(value) if isinstance", "return value if isinstance", COMPARED),
    Fault("a no is nothing", COMPARING, 'return value is None or value in ("", [], {})', "return not value", COMPARED),
)
