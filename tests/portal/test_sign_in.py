"""Signing in, what the session keeps, and how it ends."""

import asyncio
import re

from portal.messages import Catalogue
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import AGENCIES, PEOPLE, id_of


async def test_the_session_is_an_opaque_cookie_that_scripts_and_other_sites_cannot_use(portal: Running, browser: Browser) -> None:
    portal.stand_in.person = "clerk"
    await browser.http.get("/sign-in/start")
    (pushed,) = portal.stand_in.pushed.values()
    assert pushed["code_challenge_method"] == "S256"
    page = await browser.sign_in("clerk")
    assert page.status_code == 200
    assert page.url.path == "/my-work"
    cookie = browser.http.cookies["__Host-chidao-443"]
    (row,) = await portal.rows("SELECT cookie_hash, tokens FROM session")
    assert cookie.encode() not in bytes(row.cookie_hash)
    assert b"clerk" not in bytes(row.tokens)


async def test_cookie_flags(portal: Running, browser: Browser) -> None:
    start = await browser.http.get("/sign-in/start")
    flags = start.headers["Set-Cookie"].lower()
    assert "__host-chidao-443-sign-in=" in flags
    assert all(flag in flags for flag in ("secure", "httponly", "samesite=lax", "path=/"))
    assert "domain" not in flags


async def test_somebody_with_several_memberships_chooses_and_may_change(portal: Running, browser: Browser) -> None:
    portal.stand_in.memberships["clerk"] = ["clerk", "tracker"]
    page = await browser.sign_in("clerk")
    assert page.url.path == "/membership"
    assert (await browser.http.get("/home")).headers["Location"].startswith("/membership")
    await browser.get("/membership")
    page = await browser.send("/membership", {"membership_id": id_of("membership tracker")})
    assert page.url.path == "/workbench"
    asked = [one for one in portal.stand_in.asked if one.path == "/tasks/tasks"]
    assert asked[-1].headers["chidao-membership"] == id_of("membership tracker")
    await browser.get("/membership")
    page = await browser.send("/membership", {"membership_id": id_of("membership clerk")})
    assert page.url.path == "/my-work"


async def test_a_membership_that_is_not_offered_cannot_be_taken(portal: Running, browser: Browser) -> None:
    portal.stand_in.memberships["clerk"] = ["clerk", "tracker"]
    await browser.sign_in("clerk")
    page = await browser.send("/membership", {"membership_id": id_of("membership lead")})
    assert page.url.path == "/membership"
    (row,) = await portal.rows("SELECT membership_id FROM session")
    assert row.membership_id is None


async def test_after_sign_in_one_is_where_one_wanted_to_be_but_never_elsewhere(portal: Running, browser: Browser) -> None:
    wanted = await browser.http.get("/directives?state=DRAFT")
    assert wanted.headers["Location"] == "/sign-in?return_to=/directives%3Fstate%3DDRAFT"
    for return_to, path in (("/directives", "/directives"), ("https://evil.test/", "/workbench"), ("//evil.test", "/workbench")):
        browser.stand_in.person = "tracker"
        start = await browser.http.get("/sign-in/start", params={"return_to": return_to})
        async with browser.http.__class__() as outside:
            granted = await outside.get(start.headers["Location"])
        page = await browser.follow(await browser.http.get(granted.headers["Location"]))
        assert page.url.path == path
        assert page.url.host == "portal.test"


async def test_the_session_ends_when_idle_and_after_ten_hours(portal: Running, browser: Browser) -> None:
    for late in ("seen_at = now() - interval '31 minutes'", "began_at = now() - interval '10 hours 1 minute'"):
        await browser.sign_in()
        assert (await browser.get("/workbench")).status_code == 200
        await portal.change(f"UPDATE session SET {late}")
        assert (await browser.get("/workbench")).headers["Location"].startswith("/sign-in")


async def test_a_page_that_refreshes_itself_is_no_visit(portal: Running, browser: Browser) -> None:
    await browser.sign_in()
    await portal.change("UPDATE session SET seen_at = now() - interval '20 minutes'")
    await browser.get("/home?part=figures", **{"Chidao-Refresh": "1"})
    (row,) = await portal.rows("SELECT seen_at < now() - interval '19 minutes' AS idle FROM session")
    assert row.idle
    await browser.get("/home")
    (row,) = await portal.rows("SELECT seen_at < now() - interval '19 minutes' AS idle FROM session")
    assert not row.idle


async def test_tokens_are_renewed_once_however_many_requests_come(portal: Running, browser: Browser) -> None:
    portal.stand_in.token_seconds = 10  # so they are always about to end
    await browser.sign_in()
    portal.stand_in.token_seconds = 300
    renewed = []
    grant = portal.stand_in.grant
    portal.stand_in.grant = lambda form: renewed.append(form["grant_type"]) or grant(form)  # type: ignore[assignment,func-returns-value]
    await asyncio.gather(*(browser.http.get("/workbench") for _ in range(5)))
    assert renewed.count("refresh_token") == 1


async def test_a_refused_token_ends_in_the_sign_in(portal: Running, browser: Browser) -> None:
    await browser.sign_in()
    portal.stand_in.refuse["GET /tasks/tasks"] = (401, {"code": "not-signed-in"})
    assert (await browser.get("/workbench")).headers["Location"].startswith("/sign-in")


async def test_an_ended_membership_ends_in_the_choice(portal: Running, browser: Browser) -> None:
    await browser.sign_in()
    portal.stand_in.refuse["GET /tasks/tasks"] = (401, {"code": "membership-not-valid"})
    assert (await browser.get("/workbench")).headers["Location"].startswith("/membership")


async def test_signing_out_ends_the_session_and_leads_to_the_sign_in_service(portal: Running, browser: Browser) -> None:
    await browser.sign_in()
    answer = await browser.http.post("/sign-out", data=browser.form("/sign-out"))
    assert answer.headers["Location"].startswith(portal.settings.end_session_url)
    assert "id_token_hint=" in answer.headers["Location"]
    assert await portal.rows("SELECT * FROM session") == []


async def test_the_page_of_memberships_says_which_they_are_and_in_which_one_acts(portal: Running, browser: Browser) -> None:
    portal.stand_in.memberships["clerk"] = ["clerk", "tracker"]
    await browser.sign_in("clerk")

    def offered() -> dict[str, bool]:
        radios = re.findall(r'<input type="radio" name="membership_id" value="([^"]+)"( checked)?>', browser.page.text)
        return {value: bool(checked) for value, checked in radios}

    clerk, tracker = id_of("membership clerk"), id_of("membership tracker")
    assert offered() == {clerk: True, tracker: False}, "the first, where nothing was chosen"
    for key in ("clerk", "tracker"):
        _, agency, position, _ = PEOPLE[key]
        assert position in browser.page.text
        assert AGENCIES[agency][0] in browser.page.text
    await browser.send("/membership", {"membership_id": tracker})
    await browser.get("/membership")
    assert offered() == {clerk: False, tracker: True}
    assert (await browser.get("/membership?return_to=https://evil.test/")).status_code == 200
    page = await browser.send("/membership", {"membership_id": clerk})
    assert (page.url.host, page.url.path) == ("portal.test", "/my-work")


async def test_whoever_has_no_membership_is_told_so(portal: Running, browser: Browser) -> None:
    portal.stand_in.memberships["clerk"] = []
    page = await browser.sign_in("clerk")
    assert page.url.path == "/membership"
    assert Catalogue("vi")("membership.none") in page.text
    assert 'name="membership_id"' not in page.text


async def test_a_browser_remembers_the_membership_when_it_is_asked_to_and_as_long_as_it_is_held(portal: Running, browser: Browser) -> None:
    portal.stand_in.memberships["clerk"] = ["clerk", "tracker"]
    await browser.sign_in("clerk")
    await browser.send("/membership", {"membership_id": id_of("membership tracker"), "remember": "yes"})
    page = await browser.sign_in("clerk")
    assert page.url.path == "/workbench", "he begins in it"
    await browser.get("/membership")
    assert browser.value_of("/membership", "remember") == "yes"
    portal.stand_in.memberships["clerk"] = ["clerk", "commune"]
    assert (await browser.sign_in("clerk")).url.path == "/membership", "he does not hold it any more"
    portal.stand_in.memberships["clerk"] = ["clerk", "tracker"]
    await browser.get("/membership")
    answer = await browser.http.post("/membership", data={**browser.form("/membership"), "remember": ""})
    flags = next(one.lower() for one in answer.headers.get_list("Set-Cookie") if "-membership=" in one)
    assert all(flag in flags for flag in ("secure", "httponly", "samesite=lax", "path=/"))
    assert (await browser.sign_in("clerk")).url.path == "/membership", "he does not want it any more"
