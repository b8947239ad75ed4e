"""What every answer carries, and which changes are refused."""

import re
from pathlib import Path

import pytest

from portal import csrf
from portal.rendering import TEMPLATES
from tests.portal.conftest import Browser, Running


async def test_no_page_may_run_or_style_what_is_not_ours(browser: Browser) -> None:
    page = await browser.sign_in()
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "frame-src blob:;" in policy, "a file that was chosen in this browser, and nothing else"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


async def test_signed_in_answers_are_not_kept_and_assets_are_kept_for_ever(browser: Browser) -> None:
    page = await browser.sign_in()
    assert page.headers["Cache-Control"] == "no-store"
    for url in re.findall(r'"(/assets/[^"]+)"', page.text):
        asset = await browser.http.get(url, headers={"Accept-Encoding": "br"})
        assert asset.status_code == 200
        assert "immutable" in asset.headers["Cache-Control"]
        assert asset.headers.get("Content-Encoding") == ("br" if not url.endswith(".woff2") else None)
    assert (await browser.http.get("/assets/000000000000/portal.css")).status_code == 404


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_inline_script_or_style(template: Path) -> None:
    html = template.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"form_token": ""}, {}),
        ({"form_token": "AAAA"}, {}),
        ({"form_token": "A" * 86 + "=="}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
    ],
)
async def test_a_change_that_comes_from_no_form_of_ours_is_refused(
    portal: Running, browser: Browser, fields: dict[str, str], headers: dict[str, str]
) -> None:
    await browser.sign_in()
    await browser.get("/directives/new")
    before = len(portal.stand_in.asked)
    answer = await browser.http.post("/directives", data={**browser.form("/directives"), "act": "save", **fields}, headers=headers)
    assert answer.status_code == 403
    assert not [one for one in portal.stand_in.asked[before:] if one.method == "POST"]


async def test_the_form_of_another_session_is_refused(portal: Running, browser: Browser) -> None:
    other = portal.browser()
    await other.sign_in("lead")
    foreign = other.form("/sign-out")["form_token"]
    await browser.sign_in()
    answer = await browser.http.post("/sign-out", data={"form_token": foreign})
    assert answer.status_code == 403
    assert len(await portal.rows("SELECT * FROM session")) == 2


async def test_a_form_that_is_older_than_any_draft_is_refused(portal: Running, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    await browser.sign_in()
    token = browser.form("/sign-out")["form_token"]
    with monkeypatch.context() as later:
        later.setattr(csrf, "LIFE_SECONDS", -1)
        assert (await browser.http.post("/sign-out", data={"form_token": token})).status_code == 403
    assert len(await portal.rows("SELECT * FROM session")) == 1
    assert (await browser.http.post("/sign-out", data={"form_token": token})).status_code == 303


async def test_form_tokens_differ_each_time(browser: Browser) -> None:
    await browser.sign_in()
    first = browser.form("/sign-out")["form_token"]
    await browser.get("/workbench")
    assert browser.form("/sign-out")["form_token"] != first


async def test_two_megabytes_of_text_are_answered_kindly(portal: Running, browser: Browser) -> None:
    await browser.sign_in()
    await browser.get("/directives/new")
    page = await browser.send("/directives", {"act": "save", "subject": "a" * 2_000_000})
    assert page.status_code == 413
    assert "quá lớn" in page.text
    assert not [one for one in portal.stand_in.asked if one.method == "POST"]


@pytest.mark.parametrize("path", ["/nothing", "/tasks/none", "/directives/x/y", "/numbers/nothing", "/rates/R99"])
async def test_what_is_not_there_has_a_page(browser: Browser, path: str) -> None:
    await browser.sign_in()
    page = await browser.get(path)
    assert page.status_code == 404
    assert "Không mở được trang này" in page.text


@pytest.mark.parametrize("path", ["/", "/home", "/my-work", "/workbench", "/confirm", "/notices", "/tasks/x", "/membership", "/search"])
async def test_nobody_sees_a_page_without_a_session(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/live", "/notices/badge", "/agencies/options?q=a", "/home?part=figures"])
async def test_a_script_without_a_session_is_told_so(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status_code == 401


@pytest.mark.parametrize("path", ["/", "/tasks/x?q=%E1%BA%A4p&page=2", "/live", "/agencies/options?q=a", "/home?part=figures", "/nothing"])
async def test_where_the_gateway_leads_somebody_without_a_session_is_as_good_as_where_he_wanted_to_go(browser: Browser, path: str) -> None:
    wanted, led = await browser.get(path), await browser.get(f"/sign-in/needed{path}")
    if path == "/nothing":
        assert led.headers["Location"] == "/sign-in?return_to=/nothing"
    else:
        assert (led.status_code, led.headers.get("Location")) == (wanted.status_code, wanted.headers.get("Location"))


async def test_what_somebody_without_a_session_has_typed_is_shown_there_too(browser: Browser) -> None:
    for path in ("/directives", "/sign-in/needed/directives"):
        page = await browser.http.post(path, data={"summary": "Văn bản gõ dở dang"})
        assert page.status_code == 401
        assert "Văn bản gõ dở dang" in page.text
