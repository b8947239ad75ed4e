"""One's own sessions: where one is signed in, and how that ends from another place, at the sign-in service as well."""

import re

import pytest

from portal.devices import Device
from portal.messages import Catalogue
from portal.screens.sessions import MOST_SHOWN
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import id_of

ON_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
ON_EDGE = f"{ON_WINDOWS} Edg/142.0.0.0"
ON_COC_COC = ON_WINDOWS.replace("Chrome/", "coc_coc_browser/140.0 Chrome/")
ON_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1"
)
ON_ANDROID = "Mozilla/5.0 (Linux; Android 15; SM-A556E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
IN_ZALO = f"{ON_ANDROID} Zalo android/13100900"
ON_UBUNTU = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
WORDS = Catalogue("vi")


@pytest.mark.parametrize(
    ("said", "device"),
    [
        (ON_WINDOWS, Device("Chrome", "Windows")),
        (ON_EDGE, Device("Edge", "Windows")),
        (ON_COC_COC, Device("Cốc Cốc", "Windows")),
        (ON_IPHONE, Device("Safari", "iPhone")),
        (ON_ANDROID, Device("Chrome", "Android")),
        (IN_ZALO, Device("Zalo", "Android")),
        (ON_UBUNTU, Device("Firefox", "Linux")),
        ("", Device()),
        ("x" * 100_000 + "Firefox/", Device()),
        ("<script>alert(1)</script>", Device()),
    ],
)
def test_a_device_is_known_by_a_few_words(said: str, device: Device) -> None:
    assert Device.of(said) == device


async def signed_in(portal: Running, user_agent: str, person: str = "clerk") -> Browser:
    browser = portal.browser()
    browser.http.headers["User-Agent"] = user_agent
    await browser.sign_in(person)
    return browser


async def is_in(browser: Browser) -> bool:
    return (await browser.http.get("/my-work")).status_code == 200


def listed(browser: Browser) -> list[str]:
    """Device of each session, and whether it is said to be this one."""
    heads = re.findall(r'<th role="rowheader" scope="row">(.*?)</th>', browser.page.text, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<.*?>", "", head, flags=re.DOTALL)).strip() for head in heads]


async def test_each_place_is_listed_with_what_it_is_and_this_one_is_marked(portal: Running) -> None:
    desk, phone, other = [
        await signed_in(portal, ON_WINDOWS),
        await signed_in(portal, ON_IPHONE),
        await signed_in(portal, ON_UBUNTU, "tracker"),
    ]
    await portal.change("UPDATE session SET seen_at = now() - interval '3 minutes' WHERE browser = 'Chrome'")
    await phone.get("/sessions")
    assert listed(phone) == [f"Safari trên iPhone {WORDS('sessions.this-one')}", "Chrome trên Windows"]
    await other.get("/sessions")
    assert listed(other) == [f"Firefox trên Linux {WORDS('sessions.this-one')}"]
    assert "/sessions/end-others" not in other.page.text, "there is no other"
    await portal.change("UPDATE session SET seen_at = now() - interval '31 minutes' WHERE browser = 'Chrome'")
    await phone.get("/sessions")
    assert listed(phone) == [f"Safari trên iPhone {WORDS('sessions.this-one')}"], "one that has ended is none"
    assert not await is_in(desk)


async def test_what_a_browser_said_of_itself_is_not_kept(portal: Running) -> None:
    await signed_in(portal, f"{ON_EDGE} serial-number-7")
    (row,) = await portal.rows("SELECT * FROM session")
    assert (row.browser, row.system) == ("Edge", "Windows")
    assert "serial-number-7" not in str(row)


async def test_one_is_signed_out_from_elsewhere_and_at_the_sign_in_service(portal: Running) -> None:
    desk, phone, other = await signed_in(portal, ON_WINDOWS), await signed_in(portal, ON_IPHONE), await signed_in(portal, "", "tracker")
    (of_phone,) = await portal.rows("SELECT id FROM session WHERE system = 'iPhone'")
    await desk.get("/sessions")
    page = await desk.send(f"/sessions/{of_phone.id}/end")
    assert WORDS("sessions.ended") in page.text
    assert [await is_in(desk), await is_in(phone)] == [True, False]
    assert (await other.http.get("/workbench")).status_code == 200
    assert portal.stand_in.ended == ["clerk"]


async def test_nobody_signs_out_somebody_else(portal: Running) -> None:
    clerk, other = await signed_in(portal, ON_WINDOWS), await signed_in(portal, ON_WINDOWS, "tracker")
    (of_other,) = await portal.rows(f"SELECT id FROM session WHERE person_id = '{id_of('tracker')}'")
    await clerk.get("/sessions")
    token = clerk.value_of("/sign-out", "form_token")
    await clerk.http.post(f"/sessions/{of_other.id}/end", data={"form_token": token})
    assert (await other.http.get("/workbench")).status_code == 200
    assert portal.stand_in.ended == []
    forged = await clerk.http.post("/sessions/end-others", data={"form_token": "x"})
    assert forged.status_code == 403


async def test_everywhere_else_and_everywhere(portal: Running) -> None:
    desk, phone, tablet = [await signed_in(portal, one) for one in (ON_WINDOWS, ON_IPHONE, ON_ANDROID)]
    await desk.get("/sessions")
    await desk.send("/sessions/end-others")
    assert [await is_in(one) for one in (desk, phone, tablet)] == [True, False, False]
    assert portal.stand_in.ended == ["clerk", "clerk"]
    phone = await signed_in(portal, ON_IPHONE)
    await desk.get("/sessions")
    answer = await desk.http.post("/sessions/end-all", data=desk.form("/sessions/end-all"))
    assert answer.headers["Location"].startswith(portal.settings.end_session_url)
    assert [await is_in(one) for one in (desk, phone)] == [False, False]
    assert await portal.rows("SELECT 1 FROM session") == []


async def test_ones_own_is_ended_by_the_sign_out(portal: Running) -> None:
    desk = await signed_in(portal, ON_WINDOWS)
    (row,) = await portal.rows("SELECT id FROM session")
    await desk.get("/sessions")
    answer = await desk.http.post(f"/sessions/{row.id}/end", data=desk.form(f"/sessions/{row.id}/end"))
    assert answer.headers["Location"].startswith(portal.settings.end_session_url)
    assert not await is_in(desk)


async def test_where_the_sign_in_service_is_away_it_is_said_what_that_means(portal: Running) -> None:
    desk, phone = await signed_in(portal, ON_WINDOWS), await signed_in(portal, ON_IPHONE)
    portal.stand_in.sign_outs_fail = True
    await desk.get("/sessions")
    page = await desk.send("/sessions/end-others")
    assert WORDS("sessions.unsure") in page.text
    assert [await is_in(desk), await is_in(phone)] == [True, False]


async def test_of_very_many_the_last_used_are_shown_and_the_rest_is_counted(portal: Running) -> None:
    desk = await signed_in(portal, ON_WINDOWS)
    await portal.change(
        "INSERT INTO session (id, cookie_hash, person_id, person_name, memberships, tokens, seen_at) "
        "SELECT gen_random_uuid(), sha256(n::text::bytea), person_id, person_name, memberships, tokens, now() - interval '1 minute' "
        "FROM session, generate_series(1, 200) AS n"
    )
    await desk.get("/sessions")
    assert len(listed(desk)) == MOST_SHOWN
    assert WORDS("sessions.more", n=201 - MOST_SHOWN) in desk.page.text
    assert WORDS("sessions.unknown-device") in listed(desk)
