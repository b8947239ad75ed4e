"""Signing in: what holds every token, the portal's sign-in, the small sign-in service with its passwords.

Each check that an attack of tests/forged.py and its neighbours runs into is taken out once.
"""

from tests.mutants.fault import Fault

SIGNED, TOKENS = "libs/common/signed_claims.py", "libs/common/tokens.py"
PORTAL, CALLBACK, SESSIONS, VISITOR = "portal/oidc.py", "portal/sign_in.py", "portal/session.py", "portal/web.py"
PROVIDER, AUTHORIZATION, CLIENTS, ISSUING, PUSHED = (
    f"embedded/oidc/{name}.py" for name in ("provider", "authorization", "clients", "issuing", "pushed")
)
ASKED_AGAIN, WAITING = "libs/common/web/step_up.py", "portal/screens/step_up.py"
SIGN_OUTS, OWN_SESSIONS = "portal/sign_outs.py", "portal/screens/sessions.py"
PASSWORDS, HANDED_OUT = "embedded/oidc/passwords.py", "embedded/handed_out.py"

FORGED, KEYS = "tests/web/test_attacks_on_tokens.py", "tests/web/test_tokens.py"
ATTACKED, AWAY = "tests/portal/test_attacks_on_sign_in.py", "tests/portal/test_without_the_sign_in_service.py"
PROOF, PROOF_OF_ADMIN, PROVED_AGAIN = "tests/directives/test_step_up.py", "tests/directory/test_step_up.py", "tests/portal/test_step_up.py"
PROVEN = "tests/embedded/test_proving_again.py"
TOLD, OWN = "tests/portal/test_back_channel.py", "tests/portal/test_own_sessions.py"
PROVIDED, PROVED = "tests/embedded/test_oidc.py", "tests/embedded/test_passwords.py"


def unchecked(says: str, file: str, condition: str, noticed_by: str, *, indent: int = 4) -> Fault:
    """The check `condition` is there and never refuses."""
    begin = " " * indent
    return Fault(says, file, f"{begin}if {condition}:\n", f"{begin}if False:\n", noticed_by)


FAULTS = (
    unchecked("a token of any length", SIGNED, "len(token) > LONGEST_TOKEN", FORGED),
    unchecked("any algorithm", SIGNED, 'header.get("alg") != ALGORITHM', FORGED),
    unchecked("what is critical is not understood", SIGNED, '"crit" in header', FORGED),
    unchecked("a token says where its key is", SIGNED, "KEY_IN_HEADER & header.keys()", FORGED),
    unchecked("anything in the header", SIGNED, "header.keys() - KNOWN_HEADER", FORGED),
    unchecked("a message of the back channel opens", SIGNED, 'header.get("typ", PLAIN) != kind', FORGED),
    unchecked("a name that comes twice", SIGNED, "len(named) != len(pairs)", FORGED),
    unchecked("a foreign issuer", SIGNED, 'claims.get("iss") != issuer', FORGED),
    unchecked("nobody's token", SIGNED, "not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT", FORGED),
    unchecked("a token that has ended", SIGNED, "ends <= now", ATTACKED),
    unchecked("a token of tomorrow", SIGNED, "max(begins, valid_from) > now + CLOCKS_DIFFER_SECONDS", FORGED),
    unchecked("a token for a year", SIGNED, "ends - begins > LONGEST_LIFE_SECONDS", FORGED),
    Fault("valid from some day on", SIGNED, '_moment(claims, "nbf") if "nbf" in claims else begins', "begins", FORGED),
    Fault(
        "a signature of any kind of key",
        SIGNED,
        'key.get("kty") == "EC" and key.get("crv") == CURVE and key.get("use", "sig") == "sig" and ',
        "",
        KEYS,
    ),
    Fault(
        "a box is a list",
        SIGNED,
        "return audiences if isinstance(audiences, list) and all(isinstance(one, str) for one in audiences) else []",
        "return list(audiences or ())",
        FORGED,
    ),
    Fault("clocks that agree by the second", SIGNED, "CLOCKS_DIFFER_SECONDS = 30", "CLOCKS_DIFFER_SECONDS = 0", KEYS),
    Fault("each unknown key asks the issuer", SIGNED, "if self._is_asked or self._may_ask:", "if True:", KEYS),
    Fault(
        "whoever comes while the issuer is asked does not wait",
        SIGNED,
        "if self._is_asked or self._may_ask:",
        "if self._may_ask and not self._is_asked:",
        KEYS,
    ),
    Fault("a withdrawn key serves for ever", SIGNED, "if self._are_old and self._may_ask:", "if False:", KEYS),
    Fault(
        "an issuer that is away is asked by each",
        SIGNED,
        "            self._failure = error\n",
        "            self._failure = error\n            self._asked_at = -math.inf\n            return\n",
        KEYS,
    ),
    unchecked("what a withdrawn key has signed stays", TOKENS, "self._checked_with is not self._keys.known", KEYS, indent=8),
    unchecked("made for somebody else", TOKENS, "self._audience not in audiences_of(claims)", FORGED, indent=8),
    unchecked("an ID token opens a service", TOKENS, 'claims.get("typ") != "Bearer"', FORGED, indent=8),
    unchecked("asked for by a stranger", TOKENS, "not isinstance(party, str) or party not in self._parties", FORGED, indent=8),
    unchecked("roles of any shape", TOKENS, "not isinstance(roles, list) or not all(isinstance(role, str) for role in roles)", FORGED),
    unchecked("a checked token never ends", TOKENS, "claims.expires <= time.time()", KEYS, indent=8),
    Fault(
        "an ID token is not held to what all are",
        PORTAL,
        "            require_person_and_time(claims, issuer=self._settings.issuer)\n",
        "",
        ATTACKED,
    ),
    unchecked("an access token signs in", PORTAL, 'claims.get("typ") != "ID"', ATTACKED, indent=8),
    unchecked("an ID token of others too", PORTAL, "audiences_of(claims) != [self._settings.client_id]", ATTACKED, indent=8),
    unchecked(
        "an ID token that a stranger asked for",
        PORTAL,
        'claims.get("azp", self._settings.client_id) != self._settings.client_id',
        ATTACKED,
        indent=8,
    ),
    Fault(
        "an ID token of another sign-in",
        PORTAL,
        'if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):',
        "if False:",
        ATTACKED,
    ),
    Fault(
        "tokens of somebody else renew",
        PORTAL,
        'if identity != tokens.identity and (await self._checked(identity))["sub"] != _subject_of(tokens.identity):',
        "if False:",
        ATTACKED,
    ),
    Fault("a token of another kind", PORTAL, 'str(granted.get("token_type", "")).lower() != "bearer" or ', "", ATTACKED),
    Fault("an answer of any status", PORTAL, "        if answer.status_code != status:\n", "        if False:\n", ATTACKED),
    Fault("a broken service ends sessions", PORTAL, "        if answer.status_code >= 500:\n", "        if False:\n", ATTACKED),
    Fault(
        "what is asked for goes by the browser",
        PORTAL,
        '{"client_id": self._settings.client_id, "request_uri": _text(pushed, "request_uri")}',
        '{"client_id": self._settings.client_id, "request_uri": _text(pushed, "request_uri"), **asked}',
        ATTACKED,
    ),
    unchecked(
        "any event signs out", PORTAL, "not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict)", TOLD, indent=8
    ),
    unchecked("an ID token signs out", PORTAL, '"nonce" in claims', TOLD, indent=8),
    unchecked("a logout token of long ago", PORTAL, 'claims["iat"] < time.time() - LONGEST_WAY_SECONDS', TOLD, indent=8),
    unchecked("a logout token without a name", PORTAL, 'not _is_name(claims.get("jti"))', TOLD, indent=8),
    unchecked(
        "a logout token is heard twice",
        SIGN_OUTS,
        '(await connection.execute(_HEARD, {"id": ended.token_id})).rowcount == 0',
        TOLD,
        indent=12,
    ),
    unchecked(
        "who leaves his telephone leaves his desk",
        SIGN_OUTS,
        '(await connection.execute(_ENDED_HERE, {"session": ended.session_id})).first() is not None',
        TOLD,
        indent=12,
    ),
    Fault("open pages are not told of a sign-out", SIGN_OUTS, "        await self._tell(ended.person_id)\n", "", TOLD),
    Fault("anybody's session is ended", SIGN_OUTS, "WHERE person_id = :person AND (CAST", "WHERE (CAST", OWN),
    Fault(
        "who is signed out elsewhere gets in again",
        OWN_SESSIONS,
        "                await visitor.portal.sign_in.end(one.tokens)\n",
        "                pass\n",
        OWN,
    ),
    Fault(
        "whoever speaks to the service itself releases without proof",
        "services/directives/api/directives.py",
        "    change: Releasing,\n",
        "    change: Changing,\n",
        PROOF,
    ),
    Fault(
        "agencies are added without proof",
        "services/directory/api/directory.py",
        "async def add(change: AddingAgency,",
        "async def add(change: Changing,",
        PROOF_OF_ADMIN,
    ),
    *(
        Fault(
            f"nobody is asked for a proof: {act}",
            "services/directory/api/step_up.py",
            f"Depends(_after_proof(StepUpAct.{act}))",
            'Depends(__import__("libs.common.web.changing", fromlist=["changing"]).changing)',
            PROOF_OF_ADMIN,
        )
        for act in ("GIVE_MEMBERSHIP", "CHANGE_MEMBERSHIP", "END_MEMBERSHIP", "PLAN_REORGANISATION", "WITHDRAW_REORGANISATION")
    ),
    Fault("any level proves", ASKED_AGAIN, "claims.level >= level and ", "", PROOF),
    Fault("a proof serves for ever", ASKED_AGAIN, "now - within <= proved_at <= now", "proved_at <= now", PROOF),
    Fault("a proof of tomorrow", ASKED_AGAIN, "<= proved_at <= now + CLOCKS_DIFFER_SECONDS:", "<= proved_at:", PROOF),
    Fault("a level in any form", SIGNED, "isinstance(told, str) and told in LEVELS", "str(told).strip() in LEVELS", PROOF),
    Fault(
        "a proof lasts as long as the software thinks",
        "services/directory/api/step_up.py",
        "one_setting(connection, SETTING)).value_on(service.clock.today())",
        "one_setting(connection, SETTING)).default",
        PROOF_OF_ADMIN,
    ),
    unchecked("a service that answers with less", PORTAL, "proof is not None and not proof.is_given_by(claims)", PROVED_AGAIN, indent=8),
    Fault("a proof of long ago", PORTAL, " and proved_at >= time.time() - self.max_age - CLOCKS_DIFFER_SECONDS", "", PROVED_AGAIN),
    unchecked(
        "somebody else goes on with a session",
        CALLBACK,
        "str(session.id) != session_id or str(session.person_id) != signed_in.subject",
        PROVED_AGAIN,
    ),
    Fault("nobody is named to the service", PORTAL, ', "id_token_hint": self.identity}', "}", PROVED_AGAIN),
    Fault("the way back leads anywhere", WAITING, "(before.scheme, before.netloc) != (ours.scheme, ours.netloc)", "False", PROVED_AGAIN),
    unchecked("a password of somebody else proves it", PROVIDER, "wanted.person_id not in (None, person_id)", PROVEN, indent=8),
    unchecked(
        "somebody else says that it is he",
        PROVIDER,
        "wanted.person_id is not None and (account is None or account.person_id != wanted.person_id)",
        PROVEN,
    ),
    Fault(
        "an ended session is a hint",
        ISSUING,
        '        if session.id in self._ended:\n            raise InvalidGrant("session-ended")\n        return session.person_id',
        "        return session.person_id",
        PROVEN,
    ),
    unchecked("an answer of another issuer", CALLBACK, "issuer != portal.settings.issuer", ATTACKED, indent=8),
    Fault(
        "an answer for another browser",
        CALLBACK,
        'if not secrets.compare_digest(attempt["state"].encode(), state.encode()):',
        "if False:",
        ATTACKED,
    ),
    unchecked("an attempt without end", CALLBACK, 'float(attempt["ends"]) <= time.time()', ATTACKED),
    Fault("an attempt is made as often as one likes", CALLBACK, "    _forget_cookie(answer, _attempt_cookie(portal))\n", "", ATTACKED),
    Fault("whoever the service names", CALLBACK, 'if me["person"]["id"] != signed_in.subject:', "if False:", ATTACKED),
    Fault("a refusal beside a code is passed over", CALLBACK, "if error or not code:", "if not code:", ATTACKED),
    Fault(
        "fifty renew one token",
        SESSIONS,
        "        renewing = self._renewing.get(session.id)\n",
        "        renewing = None\n",
        "tests/portal/test_renewing_tokens.py",
    ),
    Fault("without the service nobody works", VISITOR, "            if not serve:\n", "            if True:\n", AWAY),
    Fault("a service that hangs is waited for", VISITOR, "asyncio.timeout(SOON_SECONDS if serve else None)", "asyncio.timeout(None)", AWAY),
    Fault(
        "whoever is away is not told of it",
        "portal/app.py",
        "        SignInAway: _sign_in_away,\n",
        "        SignInAway: _session_ended,\n",
        AWAY,
    ),
    Fault(
        "a browser is sent anywhere after signing out",
        PROVIDER,
        '    if target not in _after_sign_out(provider, client_id):\n        raise WrongAddress("post_logout_redirect_uri")\n',
        "",
        PROVIDED,
    ),
    Fault(
        "a code that comes twice ends nothing",
        PROVIDER,
        "        if error.stolen is not None:\n            provider.end(error.stolen)\n        raise",
        "        raise",
        PROVIDED,
    ),
    Fault(
        "a service gets any target", PROVIDER, "            if target not in client.targets:\n", "            if not target:\n", PROVIDED
    ),
    Fault(
        "a person who is gone may be chosen",
        PROVIDER,
        "if account.person_id == person_id and account.positions), None)",
        "if account.person_id == person_id), None)",
        PROVIDED,
    ),
    Fault(
        "any address of a client", AUTHORIZATION, "(redirect_uri in client.redirect_uris,", '(redirect_uri.startswith("http"),', PROVIDED
    ),
    Fault("PKCE in plain words", AUTHORIZATION, '(asked.get("code_challenge_method") == "S256",', "(True,", PROVIDED),
    Fault("a code of another client", AUTHORIZATION, "if sign_in.request.client_id != client_id:", "if False:", PROVIDED),
    Fault("a code for another address", AUTHORIZATION, "if sign_in.request.redirect_uri != redirect_uri:", "if False:", PROVIDED),
    Fault("a code lives for ever", AUTHORIZATION, "if sign_in is None or sign_in.ends <= time.time():", "if sign_in is None:", PROVIDED),
    Fault("a reference of another client", PUSHED, " or request.client_id != client_id", "", PROVIDED),
    Fault("a reference lives for ever", PUSHED, " or ends <= time.time()", "", PROVIDED),
    Fault("a reference serves again", PROVIDER, "    provider.pushed.forget(sign_in.request)\n", "", PROVIDED),
    Fault("a refresh token serves twice", ISSUING, 'if newest != claims["jti"]:', "if False:", PROVIDED),
    Fault("a refresh token of another client", ISSUING, 'if claims.get("azp") != client_id:', "if False:", PROVIDED),
    Fault("an access token renews", ISSUING, 'if claims.get("typ") != "Refresh":', "if False:", PROVIDED),
    Fault("an assertion serves twice", CLIENTS, "if (client_id, assertion_id) in self._used:", "if False:", PROVIDED),
    Fault(
        "an assertion for others too",
        CLIENTS,
        "len(audiences := audiences_of(claims)) != 1 or audiences[0] not in self._audiences",
        "not self._audiences & set(audiences_of(claims))",
        PROVIDED,
    ),
    Fault("any number of tries", PASSWORDS, "        if open_at > self._now():\n", "        if False:\n", PROVED),
    Fault("a right password is tried in vain", PASSWORDS, "        self._tries.succeeded(name)\n", "", PROVED),
    Fault("any password", PASSWORDS, "        if kept is None or not fits:\n", "        if kept is None:\n", PROVED),
    Fault(
        "who does not exist is told at once",
        PASSWORDS,
        "        async with self._hashing:\n",
        "        if kept is None:\n            raise WrongPassword\n        async with self._hashing:\n",
        PROVED,
    ),
    Fault(
        "somebody is chosen where a password is asked for",
        PROVIDER,
        "    if provider.passwords is not None:\n        return await _proved",
        '    if provider.passwords is not None and not said["person"]:\n        return await _proved',
        PROVED,
    ),
    Fault(
        "passwords are kept first, and read never",
        HANDED_OUT,
        "if account.username not in kept}",
        "if account.username not in kept and not folder.handed_out_passwords.exists()}",
        PROVED,
    ),
)
