"""The sign-in of the embedded run: what a right sign-in gives, and every way in that must stay shut."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from structlog.testing import capture_logs

from embedded.oidc import authorization, issuing, pushed
from embedded.oidc.provider import AUTHORIZATION, KEYS, PUSH, REALM, SIGN_OUT
from libs.common.tokens import client_assertion
from tests.embedded.provider import AFTER_SIGN_OUT, PUBLIC, Account, Position, SignIn, brought_back, challenge, running_provider
from tests.forged import compact, hmac_with, unsigned

OFFICE = "Văn phòng UBND tỉnh"
LEAD = Account("Đặng Thị Châu (DEMO)", (Position(OFFICE, "OFFICE", "Chánh Văn phòng", "OFFICE_LEAD"),))
TWO_POSITIONS = Account(
    "Y Thu Long (DEMO)",
    (
        Position(OFFICE, "OFFICE", "Chuyên viên theo dõi", "OFFICE_TRACKER"),
        Position("Sở Nội vụ", "DEPARTMENT", "Văn thư", "AGENCY_CLERK"),
    ),
)
COMMUNE = Account("Hồ <b>Văn</b> Ấn (DEMO)", (Position("UBND xã Ba Động", "COMMUNE", "Văn thư", "AGENCY_CLERK"),))


@pytest.fixture
async def sign_in() -> AsyncIterator[SignIn]:
    async with running_provider([LEAD, TWO_POSITIONS, COMMUNE]) as running:
        yield running


async def claims(sign_in: SignIn, token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set((await sign_in.http.get(KEYS)).json())
    return jwt.decode(token, keys, algorithms=["ES256"]).claims


async def test_a_person_is_chosen_and_gets_tokens_for_all_services(sign_in: SignIn) -> None:
    back = await sign_in.choose(TWO_POSITIONS)
    assert back["state"] == "state-1"
    assert back["iss"] == PUBLIC + REALM
    granted = (await sign_in.redeem(back["code"])).json()

    access = await claims(sign_in, granted["access_token"])
    assert access["iss"] == PUBLIC + REALM
    assert access["sub"] == str(TWO_POSITIONS.person_id)
    assert (access["typ"], access["azp"]) == ("Bearer", "chidao-portal")
    assert set(access["aud"]) == {"directory", "tasks"}
    assert access["realm_access"]["roles"] == ["AGENCY_CLERK", "OFFICE_TRACKER"]
    assert access["exp"] - access["iat"] == 300

    identity = await claims(sign_in, granted["id_token"])
    assert (identity["aud"], identity["nonce"], identity["sub"]) == ("chidao-portal", "nonce-1", access["sub"])
    assert identity["sid"] == access["sid"]


@contextmanager
def refused_because(event: str, reason: str) -> Iterator[None]:
    """Why something was refused is told to the log, and to nobody else."""
    with capture_logs() as said:
        yield
    assert [one["reason"] for one in said if one["event"] == event] == [reason]


@pytest.mark.parametrize(
    ("changed", "error", "reason"),
    [
        ({"state": None}, "invalid_request", "state is required"),
        ({"nonce": None}, "invalid_request", "nonce is required"),
        ({"code_challenge": None}, "invalid_request", "code_challenge is required"),
        ({"code_challenge": "short"}, "invalid_request", "code_challenge is required"),
        ({"code_challenge_method": None}, "invalid_request", "code_challenge_method must be S256"),
        ({"code_challenge_method": "plain", "code_challenge": "p" * 43}, "invalid_request", "code_challenge_method must be S256"),
        ({"response_type": "token"}, "unsupported_response_type", "response_type must be code"),
        ({"response_type": "code id_token"}, "unsupported_response_type", "response_type must be code"),
        ({"response_mode": "fragment"}, "invalid_request", "response_mode must be query"),
        ({"scope": "profile"}, "invalid_scope", "scope must contain openid"),
        ({"prompt": "none"}, "login_required", "a person must be asked"),
        ({"request": "eyJ"}, "request_not_supported", "request objects are not supported"),
        ({"request_uri": "https://evil.test/"}, "invalid_request", "a pushed request refers to no other"),
        ({"redirect_uri": "http://127.0.0.1:8700/sign-in/callback/"}, "invalid_request", "redirect_uri is not registered"),
        ({"redirect_uri": "http://127.0.0.1:8700/sign-in/callbacK"}, "invalid_request", "redirect_uri is not registered"),
        ({"redirect_uri": "http://127.0.0.1:8700/sign-in/callback?x=1"}, "invalid_request", "redirect_uri is not registered"),
        ({"redirect_uri": "http://127.0.0.1:8700@evil.test/sign-in/callback"}, "invalid_request", "redirect_uri is not registered"),
        ({"redirect_uri": None}, "invalid_request", "redirect_uri is not registered"),
    ],
)
async def test_a_request_that_is_not_as_it_must_be_is_not_taken(
    sign_in: SignIn, changed: dict[str, str | None], error: str, reason: str
) -> None:
    with refused_because("request-refused", reason):
        answer = await sign_in.push(**changed)
    assert (answer.status_code, answer.json()["error"], answer.json()["error_description"]) == (400, error, reason)


async def test_a_service_signs_nobody_in(sign_in: SignIn) -> None:
    with refused_because("request-refused", "redirect_uri is not registered"):
        assert (await sign_in.push("service-tasks")).status_code == 400


async def test_whoever_does_not_prove_that_he_is_a_client_pushes_nothing(sign_in: SignIn) -> None:
    for changed, reason in (({"client_id": "stranger"}, "unknown-client"), ({"client_assertion_type": "password"}, "no-assertion")):
        with refused_because("client-refused", reason):
            answer = await sign_in.http.post(PUSH, data={**sign_in.asked(), **sign_in.proof(), **changed})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_browser_brings_nothing_but_a_reference_and_is_sent_nowhere_without_one(sign_in: SignIn) -> None:
    right = await sign_in.reference()
    for brought in (
        sign_in.asked() | {"client_id": "chidao-portal"},
        {**right, "request_uri": f"{right['request_uri'][:-1]}~"},
        {**right, "client_id": "service-tasks"},
        {**right, "client_id": "stranger"},
        {"request_uri": right["request_uri"]},
        {},
    ):
        for answer in (
            await sign_in.http.get(AUTHORIZATION, params=brought),
            await sign_in.http.post(AUTHORIZATION, data={**brought, "person": str(LEAD.person_id)}),
        ):
            assert answer.status_code == 400
            assert "Location" not in answer.headers
            assert "Không đăng nhập được" in answer.text
    assert (await sign_in.http.get(AUTHORIZATION, params=right)).status_code == 200


async def test_what_a_browser_adds_to_the_reference_changes_nothing(sign_in: SignIn) -> None:
    added = {"redirect_uri": "https://evil.test/", "state": "of another", "scope": "everything", "code_challenge": challenge("w" * 43)}
    brought = {**await sign_in.reference(), **added}
    answer = await sign_in.http.post(AUTHORIZATION, data={**brought, "person": str(LEAD.person_id)})
    back = brought_back(answer)
    assert back["state"] == "state-1"
    assert (await sign_in.redeem(back["code"])).status_code == 200


async def test_a_reference_serves_until_somebody_is_signed_in_with_it_and_no_longer_than_ten_minutes(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await sign_in.reference()
    twice = [await sign_in.http.post(AUTHORIZATION, data={**reference, "person": str(LEAD.person_id)}) for _ in range(2)]
    codes = [brought_back(answer)["code"] for answer in twice]
    assert len(set(codes)) == 2, "whoever clicks twice is not sent away"
    assert (await sign_in.redeem(codes[1])).status_code == 200
    assert (await sign_in.http.get(AUTHORIZATION, params=reference)).status_code == 400

    assert pushed.PUSHED_SECONDS == 600
    monkeypatch.setattr(pushed, "PUSHED_SECONDS", -1.0)
    assert (await sign_in.http.get(AUTHORIZATION, params=await sign_in.reference())).status_code == 400


async def test_of_a_flood_of_requests_the_newest_are_kept(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushed, "MOST_PUSHED", 3)
    references = [await sign_in.reference() for _ in range(5)]
    pages = [await sign_in.http.get(AUTHORIZATION, params=one) for one in references]
    assert [page.status_code for page in pages] == [400, 400, 200, 200, 200]


async def test_the_provider_keeps_no_cookie(sign_in: SignIn) -> None:
    """There is no session here that another site could ride on: each sign-in says anew who one is."""
    reference = await sign_in.reference()
    page = await sign_in.http.get(AUTHORIZATION, params=reference)
    answer = await sign_in.http.post(AUTHORIZATION, data={**reference, "person": str(LEAD.person_id)})
    assert all("Set-Cookie" not in one.headers for one in (page, answer))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_a_parameter_that_comes_twice_is_refused(sign_in: SignIn) -> None:
    brought = [*(await sign_in.reference()).items(), ("client_id", "chidao-portal")]
    assert (await sign_in.http.get(AUTHORIZATION, params=brought)).status_code == 400
    sent = urlencode([*sign_in.asked().items(), *sign_in.proof().items(), ("redirect_uri", "https://evil.test/")])
    assert (await sign_in.http.post(PUSH, content=sent)).json()["error_description"] == "a parameter came twice"


async def test_a_code_without_its_verifier_is_worth_nothing(sign_in: SignIn) -> None:
    code = (await sign_in.choose(LEAD))["code"]
    with refused_because("grant-refused", "wrong-verifier"):
        wrong = await sign_in.redeem(code, code_verifier="w" * 43)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    # And it is used up by the attempt.
    with refused_because("grant-refused", "code-used-before"):
        assert (await sign_in.redeem(code)).status_code == 400


async def test_a_code_is_for_its_client_and_address(sign_in: SignIn) -> None:
    grant = {"grant_type": "authorization_code", "redirect_uri": f"{PUBLIC}/sign-in/callback", "code_verifier": "v" * 43}
    code = (await sign_in.choose(LEAD))["code"]
    with refused_because("grant-refused", "code-of-another-client"):
        assert (await sign_in.token({**grant, "code": code}, "service-tasks")).json()["error"] == "invalid_grant"
    code = (await sign_in.choose(LEAD))["code"]
    with refused_because("grant-refused", "code-of-another-address"):
        assert (await sign_in.redeem(code, redirect_uri=f"{PUBLIC}/elsewhere")).json()["error"] == "invalid_grant"


async def test_a_code_that_comes_twice_ends_the_session_it_opened(sign_in: SignIn) -> None:
    code = (await sign_in.choose(LEAD))["code"]
    granted = (await sign_in.redeem(code)).json()
    with refused_because("grant-refused", "code-used-before"):
        assert (await sign_in.redeem(code)).json()["error"] == "invalid_grant"
    with refused_because("grant-refused", "session-ended"):
        assert (await sign_in.refresh(granted)).json()["error"] == "invalid_grant"


async def test_a_refresh_token_that_comes_twice_ends_its_session(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    renewed = (await sign_in.refresh(granted)).json()
    again = (await sign_in.refresh(renewed)).json()
    with refused_because("grant-refused", "refresh-token-used-before"):
        assert (await sign_in.refresh(renewed)).json()["error"] == "invalid_grant"
    with refused_because("grant-refused", "session-ended"):
        assert (await sign_in.refresh(again)).json()["error"] == "invalid_grant"
    assert (await sign_in.refresh(await sign_in.sign_in(LEAD))).status_code == 200, "another session of the same person goes on"


async def test_a_refresh_token_ends_with_its_session(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    assert issuing.SESSION_SECONDS == 36_000
    monkeypatch.setattr(issuing, "SESSION_SECONDS", -1)
    granted = await sign_in.sign_in(LEAD)
    with refused_because("grant-refused", "refresh-token-too-old"):
        assert (await sign_in.refresh(granted)).json()["error"] == "invalid_grant"


async def test_a_code_lives_a_minute(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    assert authorization.CODE_SECONDS == 60
    monkeypatch.setattr(authorization, "CODE_SECONDS", -1.0)
    code = (await sign_in.choose(LEAD))["code"]
    with refused_because("grant-refused", "code-unknown-or-too-old"):
        assert (await sign_in.redeem(code)).json()["error"] == "invalid_grant"


async def test_the_verifier_has_the_length_and_letters_of_the_standard(sign_in: SignIn) -> None:
    for verifier in ("kurz", "v" * 129, "v" * 42 + "é"):
        code = (await sign_in.choose(LEAD, code_challenge=challenge(verifier)))["code"]
        assert (await sign_in.redeem(code, code_verifier=verifier)).status_code == 400


async def test_a_client_proves_itself_each_time_anew(sign_in: SignIn) -> None:
    used = sign_in.proof()
    grant = {"grant_type": "client_credentials", "scope": "tasks"}
    assert (await sign_in.token(grant, **used)).status_code == 200
    with refused_because("client-refused", "assertion-used-before"):
        again = await sign_in.token(grant, **used)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


def assertion(sign_in: SignIn, *, signed_by: str = "chidao-portal", **changed: Any) -> str:
    now = int(time.time())
    right = {"iss": "chidao-portal", "sub": "chidao-portal", "jti": "one", "iat": now, "exp": now + 60}
    whole = {**right, "aud": PUBLIC + REALM, **changed}
    return jwt.encode({"alg": "ES256"}, {name: value for name, value in whole.items() if value is not None}, sign_in.keys[signed_by])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"aud": "https://elsewhere.test/token"}, "wrong-audience"),
        ({"aud": f"{PUBLIC}{REALM}/"}, "wrong-audience"),
        ({"aud": [PUBLIC + REALM, "https://elsewhere.test/token"]}, "wrong-audience"),
        ({"aud": {PUBLIC + REALM: True}}, "wrong-audience"),
        ({"aud": None}, "wrong-audience"),
        ({"iss": "service-tasks"}, "wrong-issuer-or-subject"),
        ({"sub": "service-tasks"}, "wrong-issuer-or-subject"),
        ({"exp": int(time.time()) - 60}, "expired-or-lives-too-long"),
        ({"exp": int(time.time()) + 7200}, "expired-or-lives-too-long"),
        ({"exp": None}, "expired-or-lives-too-long"),
        ({"iat": int(time.time()) + 3600}, "not-valid-yet"),
        ({"nbf": int(time.time()) + 3600}, "not-valid-yet"),
        ({"jti": None}, "no-assertion-id"),
        ({"jti": "x" * 1000}, "no-assertion-id"),
        ({"signed_by": "stranger"}, "signature"),
        ({"signed_by": "service-tasks"}, "signature"),
    ],
)
async def test_a_wrong_assertion_proves_nothing(sign_in: SignIn, changed: dict[str, Any], reason: str) -> None:
    grant = {"grant_type": "client_credentials", "scope": "tasks"}
    assert (await sign_in.token(grant, client_assertion=assertion(sign_in))).status_code == 200
    with refused_because("client-refused", reason):
        refused = await sign_in.token(grant, client_assertion=assertion(sign_in, **{"jti": "two", **changed}))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_an_assertion_is_signed_as_it_was_agreed(sign_in: SignIn) -> None:
    claims = {"iss": "chidao-portal", "sub": "chidao-portal", "aud": PUBLIC + REALM, "jti": "one", "exp": int(time.time()) + 60}
    public = sign_in.keys["chidao-portal"].as_pem(private=False)
    for header, sign in (({"alg": "none"}, unsigned), ({"alg": "HS256"}, hmac_with(public)), ({"alg": "RS256"}, hmac_with(public))):
        with refused_because("client-refused", "algorithm"):
            await sign_in.token({"grant_type": "client_credentials", "scope": "tasks"}, client_assertion=compact(header, claims, sign))


async def test_without_an_assertion_nobody_gets_a_token(sign_in: SignIn) -> None:
    grant = {"grant_type": "client_credentials", "scope": "tasks"}
    stranger = client_assertion("stranger", sign_in.keys["stranger"], f"{PUBLIC}{REALM}")
    for changed, reason in (
        ({"client_assertion": ""}, "malformed"),
        ({"client_assertion": "a.b.c"}, "malformed"),
        ({"client_assertion_type": "password"}, "no-assertion"),
        ({"client_secret": "chidao"}, "no-assertion"),
        ({"client_assertion": stranger, "client_id": "stranger"}, "unknown-client"),
    ):
        with refused_because("client-refused", reason):
            assert (await sign_in.token(grant, **changed)).status_code == 401


async def test_a_service_gets_a_token_for_one_target_only(sign_in: SignIn) -> None:
    answer = await sign_in.token({"grant_type": "client_credentials", "scope": "directory"}, "service-tasks")
    assert answer.headers["Cache-Control"] == "no-store"
    token = await claims(sign_in, answer.json()["access_token"])
    assert (token["azp"], token["sub"], token["aud"], token["typ"]) == ("service-tasks", "service-tasks", ["directory"], "Bearer")
    assert "realm_access" not in token
    for scope in ("tasks", "directory tasks", "", "openid"):
        refused = await sign_in.token({"grant_type": "client_credentials", "scope": scope}, "service-tasks")
        assert refused.json()["error"] == "invalid_scope"


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", ""])
async def test_there_are_no_other_grants(sign_in: SignIn, grant_type: str) -> None:
    answer = await sign_in.token({"grant_type": grant_type, "username": "demo", "password": "demo"})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_refreshing_asks_again_which_positions_somebody_holds(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(TWO_POSITIONS)
    moved = Account(TWO_POSITIONS.name, TWO_POSITIONS.positions[1:], TWO_POSITIONS.person_id)
    sign_in.people[sign_in.people.index(TWO_POSITIONS)] = moved
    renewed = (await sign_in.refresh(granted)).json()
    assert (await claims(sign_in, renewed["access_token"]))["realm_access"]["roles"] == ["AGENCY_CLERK"]

    sign_in.people.remove(moved)
    assert (await sign_in.refresh(renewed)).json()["error"] == "invalid_grant"


async def test_only_a_refresh_token_of_its_own_refreshes(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    for other in ("access_token", "id_token"):
        with refused_because("grant-refused", "refresh-token-of-another-kind"):
            assert (await sign_in.refresh({"refresh_token": granted[other]})).json()["error"] == "invalid_grant"
    with refused_because("grant-refused", "refresh-token-of-another-client"):
        assert (await sign_in.refresh(granted, "service-tasks")).json()["error"] == "invalid_grant"
    forged = jwt.encode({"alg": "ES256"}, await claims(sign_in, granted["refresh_token"]), sign_in.keys["stranger"])
    with refused_because("grant-refused", "signature"):
        assert (await sign_in.refresh({"refresh_token": forged})).json()["error"] == "invalid_grant"


async def test_signing_out_ends_the_session_and_leads_back(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    asked = {"id_token_hint": granted["id_token"], "post_logout_redirect_uri": AFTER_SIGN_OUT, "state": "bye"}
    answer = await sign_in.http.get(SIGN_OUT, params=asked)
    assert answer.headers["Location"] == f"{AFTER_SIGN_OUT}?state=bye"
    assert (await sign_in.refresh(granted)).json()["error"] == "invalid_grant"


async def test_signing_out_leads_nowhere_else(sign_in: SignIn) -> None:
    granted = await sign_in.sign_in(LEAD)
    asked = {"id_token_hint": granted["id_token"], "post_logout_redirect_uri": "https://evil.test/"}
    assert (await sign_in.http.get(SIGN_OUT, params=asked)).status_code == 400
    unknown = {"client_id": "stranger", "post_logout_redirect_uri": AFTER_SIGN_OUT}
    assert (await sign_in.http.get(SIGN_OUT, params=unknown)).status_code == 400
    assert "Đã đăng xuất" in (await sign_in.http.get(SIGN_OUT)).text


async def test_the_page_finds_people_without_diacritics_and_says_demo(sign_in: SignIn) -> None:
    everybody = (await sign_in.page()).text
    assert "DEMO" in everybody
    assert "Chánh Văn phòng" in everybody
    assert "UBND xã Ba Động" not in everybody
    found = (await sign_in.page(q="ba dong van thu")).text
    assert "UBND xã Ba Động" in found
    assert "Chánh Văn phòng" not in found
    nobody = (await sign_in.page(q="<script>")).text
    assert "Không có ai khớp" in nobody
    assert "<script>" not in nobody


async def test_the_page_runs_no_script_and_takes_no_markup(sign_in: SignIn) -> None:
    page = await sign_in.page(q='"><script>alert(1)</script>')
    assert "<script" not in page.text
    assert "Hồ &lt;b&gt;Văn&lt;/b&gt; Ấn" in (await sign_in.page(group="communes")).text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"


async def test_who_is_gone_meanwhile_cannot_be_chosen(sign_in: SignIn) -> None:
    without_position = Account("Người đã nghỉ việc (DEMO)", ())
    sign_in.people.append(without_position)
    for person in ("nobody", str(Account("x", ()).person_id), str(without_position.person_id)):
        answer = await sign_in.http.post(AUTHORIZATION, data={**await sign_in.reference(), "person": person})
        assert answer.status_code == 409
        assert "không còn đăng nhập được" in answer.text


async def test_discovery_tells_where_everything_is_and_keys_hold_no_secret(sign_in: SignIn) -> None:
    told = (await sign_in.http.get(f"{REALM}/.well-known/openid-configuration")).json()
    assert told["issuer"] == PUBLIC + REALM
    assert told["authorization_endpoint"] == PUBLIC + AUTHORIZATION
    assert told["pushed_authorization_request_endpoint"] == PUBLIC + PUSH
    assert told["require_pushed_authorization_requests"] is True
    assert told["code_challenge_methods_supported"] == ["S256"]
    (key,) = (await sign_in.http.get(KEYS)).json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
    assert "d" not in key
    assert key["kid"]


async def test_a_form_of_megabytes_is_refused(sign_in: SignIn) -> None:
    assert (await sign_in.token({"grant_type": "client_credentials", "scope": "x" * 100_000})).status_code == 413
