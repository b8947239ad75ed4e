"""The sign-in of the embedded run: what a right sign-in gives, and every way in that must stay shut."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from embedded.oidc import authorization
from embedded.oidc.provider import AUTHORIZATION, KEYS, REALM, SIGN_OUT
from libs.common.tokens import client_assertion
from tests.embedded.provider import AFTER_SIGN_OUT, PUBLIC, Account, Position, SignIn, brought_back, challenge, running_provider

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


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"nonce": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain", "code_challenge": "p" * 43}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "eyJ"}, "request_not_supported"),
    ],
)
async def test_a_request_without_what_is_required_goes_back_with_an_error(
    sign_in: SignIn, changed: dict[str, str | None], error: str
) -> None:
    for answer in (
        await sign_in.http.get(AUTHORIZATION, params=sign_in.asked(**changed)),
        await sign_in.http.post(AUTHORIZATION, data=sign_in.asked(**changed) | {"person": str(LEAD.person_id)}),
    ):
        back = brought_back(answer)
        assert back["error"] == error
        assert back["state"] == "state-1"
        assert "code" not in back


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://127.0.0.1:8700/sign-in/callback/"},
        {"redirect_uri": "http://127.0.0.1:8700/sign-in/callback?x=1"},
        {"redirect_uri": "http://127.0.0.1:8700@evil.test/sign-in/callback"},
        {"redirect_uri": None},
        {"client_id": "stranger"},
        {"client_id": "service-tasks"},
        {"client_id": None},
    ],
)
async def test_a_browser_is_never_sent_to_an_address_that_is_not_registered(sign_in: SignIn, changed: dict[str, str | None]) -> None:
    for answer in (
        await sign_in.http.get(AUTHORIZATION, params=sign_in.asked(**changed)),
        await sign_in.http.post(AUTHORIZATION, data=sign_in.asked(**changed) | {"person": str(LEAD.person_id)}),
    ):
        assert answer.status_code == 400
        assert "Location" not in answer.headers


async def test_a_parameter_that_comes_twice_is_refused(sign_in: SignIn) -> None:
    asked = [*sign_in.asked().items(), ("redirect_uri", "https://evil.test/")]
    assert (await sign_in.http.get(AUTHORIZATION, params=asked)).status_code == 400


async def test_a_code_without_its_verifier_is_worth_nothing(sign_in: SignIn) -> None:
    code = (await sign_in.choose(LEAD))["code"]
    wrong = await sign_in.redeem(code, code_verifier="w" * 43)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    # And it is used up by the attempt.
    assert (await sign_in.redeem(code)).status_code == 400


async def test_a_code_is_for_its_client_and_address(sign_in: SignIn) -> None:
    grant = {"grant_type": "authorization_code", "redirect_uri": f"{PUBLIC}/sign-in/callback", "code_verifier": "v" * 43}
    code = (await sign_in.choose(LEAD))["code"]
    assert (await sign_in.token({**grant, "code": code}, "service-tasks")).json()["error"] == "invalid_grant"
    code = (await sign_in.choose(LEAD))["code"]
    assert (await sign_in.redeem(code, redirect_uri=f"{PUBLIC}/elsewhere")).json()["error"] == "invalid_grant"


async def test_a_code_that_comes_twice_ends_the_session_it_opened(sign_in: SignIn) -> None:
    code = (await sign_in.choose(LEAD))["code"]
    granted = (await sign_in.redeem(code)).json()
    assert (await sign_in.redeem(code)).json()["error"] == "invalid_grant"
    assert (await sign_in.refresh(granted)).json()["error"] == "invalid_grant"


async def test_a_code_lives_a_minute(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    assert authorization.CODE_SECONDS == 60
    monkeypatch.setattr(authorization, "CODE_SECONDS", -1.0)
    code = (await sign_in.choose(LEAD))["code"]
    assert (await sign_in.redeem(code)).json()["error"] == "invalid_grant"


async def test_the_verifier_has_the_length_and_letters_of_the_standard(sign_in: SignIn) -> None:
    for verifier in ("kurz", "v" * 129, "v" * 42 + "é"):
        code = (await sign_in.choose(LEAD, code_challenge=challenge(verifier)))["code"]
        assert (await sign_in.redeem(code, code_verifier=verifier)).status_code == 400


async def test_a_client_proves_itself_each_time_anew(sign_in: SignIn) -> None:
    used = sign_in.proof()
    grant = {"grant_type": "client_credentials", "scope": "tasks"}
    assert (await sign_in.token(grant, **used)).status_code == 200
    again = await sign_in.token(grant, **used)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


def assertion(sign_in: SignIn, *, signed_by: str = "chidao-portal", **changed: Any) -> str:
    now = int(time.time())
    right = {"iss": "chidao-portal", "sub": "chidao-portal", "jti": "one", "iat": now, "exp": now + 60}
    whole = {**right, "aud": f"{PUBLIC}{REALM}/protocol/openid-connect/token", **changed}
    return jwt.encode({"alg": "ES256"}, {name: value for name, value in whole.items() if value is not None}, sign_in.keys[signed_by])


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://elsewhere.test/token"},
        {"aud": None},
        {"iss": "service-tasks"},
        {"sub": "service-tasks"},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 7200},
        {"exp": None},
        {"jti": None},
        {"jti": "x" * 1000},
        {"signed_by": "stranger"},
        {"signed_by": "service-tasks"},
    ],
)
async def test_a_wrong_assertion_proves_nothing(sign_in: SignIn, changed: dict[str, Any]) -> None:
    grant = {"grant_type": "client_credentials", "scope": "tasks"}
    assert (await sign_in.token(grant, client_assertion=assertion(sign_in))).status_code == 200
    refused = await sign_in.token(grant, client_assertion=assertion(sign_in, **{"jti": "two", **changed}))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_without_an_assertion_nobody_gets_a_token(sign_in: SignIn) -> None:
    grant = {"grant_type": "client_credentials", "scope": "tasks"}
    for changed in (
        {"client_assertion": ""},
        {"client_assertion": "a.b.c"},
        {"client_assertion_type": "password"},
        {"client_assertion": client_assertion("stranger", sign_in.keys["stranger"], f"{PUBLIC}{REALM}"), "client_id": "stranger"},
    ):
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
        assert (await sign_in.refresh({"refresh_token": granted[other]})).json()["error"] == "invalid_grant"
    assert (await sign_in.refresh(granted, "service-tasks")).json()["error"] == "invalid_grant"
    forged = jwt.encode({"alg": "ES256"}, await claims(sign_in, granted["refresh_token"]), sign_in.keys["stranger"])
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
    everybody = (await sign_in.http.get(AUTHORIZATION, params=sign_in.asked())).text
    assert "DEMO" in everybody
    assert "Chánh Văn phòng" in everybody
    assert "UBND xã Ba Động" not in everybody
    found = (await sign_in.http.get(AUTHORIZATION, params=sign_in.asked(q="ba dong van thu"))).text
    assert "UBND xã Ba Động" in found
    assert "Chánh Văn phòng" not in found
    nobody = (await sign_in.http.get(AUTHORIZATION, params=sign_in.asked(q="<script>"))).text
    assert "Không có ai khớp" in nobody
    assert "<script>" not in nobody


async def test_the_page_runs_no_script_and_takes_no_markup(sign_in: SignIn) -> None:
    page = await sign_in.http.get(AUTHORIZATION, params=sign_in.asked(q="an", state='"><script>alert(1)</script>'))
    assert "<script" not in page.text
    assert "Hồ &lt;b&gt;Văn&lt;/b&gt; Ấn" in (await sign_in.http.get(AUTHORIZATION, params=sign_in.asked(group="communes"))).text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"


async def test_who_is_gone_meanwhile_cannot_be_chosen(sign_in: SignIn) -> None:
    without_position = Account("Người đã nghỉ việc (DEMO)", ())
    sign_in.people.append(without_position)
    for person in ("nobody", str(Account("x", ()).person_id), str(without_position.person_id)):
        answer = await sign_in.http.post(AUTHORIZATION, data=sign_in.asked() | {"person": person})
        assert answer.status_code == 409
        assert "không còn đăng nhập được" in answer.text


async def test_discovery_tells_where_everything_is_and_keys_hold_no_secret(sign_in: SignIn) -> None:
    told = (await sign_in.http.get(f"{REALM}/.well-known/openid-configuration")).json()
    assert told["issuer"] == PUBLIC + REALM
    assert told["authorization_endpoint"] == PUBLIC + AUTHORIZATION
    assert told["code_challenge_methods_supported"] == ["S256"]
    (key,) = (await sign_in.http.get(KEYS)).json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
    assert "d" not in key
    assert key["kid"]


async def test_a_form_of_megabytes_is_refused(sign_in: SignIn) -> None:
    assert (await sign_in.token({"grant_type": "client_credentials", "scope": "x" * 100_000})).status_code == 413
