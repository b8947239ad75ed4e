"""One hostile text through every field of every form, and then every page of every role: shown as it was typed, and nothing more.

Fields are those that the forms say of themselves, pages the routes of the portal: a new one is in the test by itself.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser

from libs.common.clock import Clock
from libs.contracts.province import SETTINGS
from portal.app import SCREENS
from portal.forms.fields import Area, Field, OptionalArea, Words
from portal.screens.agency_reports import COMPLETION, PROGRESS
from portal.screens.confirm import DECISION
from portal.screens.directive_form import DOCUMENT, INSTRUCTION
from portal.screens.new_agency import AGENCY
from portal.screens.people import PERSON
from services.directory.domain.agency import agency_id
from tests.browser.busy_province import AGENCIES, OFFICE, PDF, TRACKER, until
from tests.browser.looks import Complaints, measured
from tests.browser.screens import COMMITTEE, NO_SCREEN, WIDTHS, clerk
from tests.browser.steps import sign_in, vietnamese
from tests.embedded.runs import Run, running
from tests.embedded.visitor import Visitor

MARK = "dấu-vết"
# Of a table sheet, of HTML in an attribute and outside, of templates, of scripts, of addresses; look-alikes, signs that turn the direction.
SHORT = f"=cmd|A1 {MARK} \"'><svg onload=hostile=1>{{{{7*7}}}}"
LONG = (
    f'=cmd|\' /C calc\'!A0 {MARK} "><img src=x onerror="window.hostile=1"><script>window.hostile=1</script> '
    "{{7*7}} {% raw %} ${7*7} </textarea></title></script> &amp; &lt;b&gt; &#x41; &amp javascript:alert(1) "
    "\u202egnas iort\u202c Ðặng Аn \u200bẩn\u2028dòng mới\r\nvà nữa 👩‍🌾 𝄞 "
    f"{'Ế' * 160} " + '&"<>' * 40
    # Wherever a list shortens it, it may fall upon a sign that HTML writes with several.
)
NAME_OF_FILE = "=cmd \"'><img src=x onerror=hostile=1>{{7*7}} dấu-vết.pdf"
UNESCAPED = re.compile(r"<(?:svg onload|img src=x|script>window)", re.IGNORECASE)
HALF_AN_ENTITY = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]*|#\d+|#x[0-9A-Fa-f]+);)")
# Of the sign that stands in both texts; what is meant to be read as an entity stands in the longer one alone.
TWICE = re.compile(r"&amp;(?:lt|#60);svg|&amp;(?:quot|#34);&amp;|&amp;(?:lt|#60);img")
HEALTH = "Sở Y tế"
PEOPLE = {
    "office": (OFFICE, TRACKER),
    "office leader": (OFFICE, "Chánh Văn phòng UBND tỉnh"),
    "leader": (COMMITTEE, "Chủ tịch UBND tỉnh"),
    "lead": (AGENCIES[HEALTH].name, clerk(HEALTH).position),
    "coordinating": (AGENCIES["Sở Tài chính"].name, clerk("Sở Tài chính").position),
    "administrator": (OFFICE, "Quản trị nghiệp vụ (Văn phòng)"),
}


def typed(fields: Sequence[Field], prefix: str = "", **others: Any) -> dict[str, Any]:
    """The hostile text in every field that takes words; `others` are what the rest must say for the form to be taken."""
    words = {
        one.name: LONG if isinstance(one, Area | OptionalArea) else SHORT
        for one in fields
        if type(one) in (Field, Words, Area, OptionalArea)
    }
    return {prefix + name: value for name, value in (words | others).items()}


@dataclass
class Place:
    """A system in which everything that can be typed is hostile, and who is signed in to it."""

    run: Run
    people: dict[str, Visitor]
    ids: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with running(tmp_path_factory.mktemp("hostile") / "run") as run, ExitStack() as signed_in:
        people = {name: signed_in.enter_context(Visitor(run.url)) for name in PEOPLE}
        for name, (agency, position) in PEOPLE.items():
            assert position in people[name].sign_in(f"{position} {agency}").text
        found = Place(run, people)
        tell(found)
        yield found


def tell(place: Place) -> None:
    """A document with three tasks: one is confirmed, one returned, one waits; a draft, a plan of the province, and drafts of forms."""
    today = vietnamese(Clock().today())
    office, lead = place.people["office"], place.people["lead"]
    ids = {"lead_id": str(agency_id(AGENCIES[HEALTH].key)), "coordinating_id": [str(agency_id(AGENCIES["Sở Tài chính"].key))]}
    document = typed(DOCUMENT, secrecy="NORMAL", kind="cong-van", urgency="NORMAL", issue_date=today)
    for number, deadline in enumerate(({"deadline_class": "DATED", "due": today}, {"deadline_class": "NONE"}, {"deadline_class": "NONE"})):
        document |= typed(INSTRUCTION, f"instructions-{number}-", deliverable="bao-cao", lead=AGENCIES[HEALTH].name, **ids, **deadline)
    for name in ("lead", "coordinating"):
        wrong = {**document, "act": "save", f"instructions-0-{name}": SHORT, f"instructions-0-{name}_id": "", "issue_date": SHORT}
        place.refused[f"registration with a wrong {name}"] = office.send(office.get("/directives/new"), "/directives", wrong).text
    page = office.send(office.get("/directives/new"), "/directives", {**document, "act": "save"})
    directive = re.search(r"/directives/([0-9a-f-]{36})$", str(page.url))
    assert directive is not None, errors_of(page.text)
    send(office, f"/directives/{directive[1]}", f"/directives/{directive[1]}/release", {})
    tasks = until(
        lambda: re.findall(r'data-key="([0-9a-f-]{36})"', office.get(f"/directives/{directive[1]}?part=tasks").text),
        lambda rows: len(rows) == 3,
    )
    for task in tasks:
        send(lead, f"/tasks/{task}", f"/tasks/{task}/accept", {})
        send(lead, f"/tasks/{task}/progress", f"/tasks/{task}/progress", typed(PROGRESS, percent_choice="other", percent="40"))
        report = {**typed(COMPLETION, report_date=today), "report_number": SHORT}
        send(lead, f"/tasks/{task}/completion", f"/tasks/{task}/completion", report, {"file": (NAME_OF_FILE, PDF, "application/pdf")})
    decision = typed(DECISION, quality="GOOD")
    send(office, f"/confirm/{tasks[0]}", f"/confirm/{tasks[0]}/confirm", decision)
    send(office, f"/confirm/{tasks[1]}", f"/confirm/{tasks[1]}/return", decision)
    # The same document once more, as a draft: it asks why it is another one.
    again = {**document, "act": "save", "another_document_reason": ""}
    place.refused["the same document"] = office.send(office.get("/directives/new"), "/directives", again).text
    page = office.send(office.get("/directives/new"), "/directives", {**document, "act": "save"})
    assert re.search(r"/directives/[0-9a-f-]{36}$", str(page.url)), errors_of(page.text)
    administrator, year = place.people["administrator"], Clock().today().year + 1
    for key in ("due_soon_days", "rounding"):
        change = {"value": {"due_soon_days": "5", "rounding": "TRUNCATE"}[key], "valid_from": f"01/01/{year}", "reason": LONG[:900]}
        send(administrator, f"/settings/{key}", f"/settings/{key}/plan", change)
    agency = typed(AGENCY, identifier="", valid_from=today, aliases=f"{SHORT} a\n{SHORT} b", kind="WORKING_GROUP", reason=LONG[:900])
    place.refused["an agency of the past"] = administrator.send(
        administrator.get("/agencies/new"), "/agencies", {**agency, "valid_from": "01/01/2020"}
    ).text
    page = administrator.send(administrator.get("/agencies/new"), "/agencies", agency)
    added = re.search(r"/agencies/([0-9a-f-]{36})$", str(page.url))
    assert added is not None, errors_of(page.text)
    place.refused["the same agency"] = administrator.send(administrator.get("/agencies/new"), "/agencies", agency).text
    plan = {
        "new_agencies": f"{SHORT} c; {SHORT} d",
        "legal_basis": LONG[:900],
        "kind": "RENAME",
        "effective_on": f"01/01/{year}",
        "from_agencies": AGENCIES["Sở Nội vụ"].name,
        "new_kind": "DEPARTMENT",
    }
    plans = "/agencies/reorganisations"
    page = administrator.send(administrator.get(f"{plans}/new"), plans, plan)
    seen = re.search(r'name="seen"\s+value="([0-9a-f]{64})"', page.text)
    assert seen is not None, errors_of(page.text)
    page = administrator.send(page, plans, {**plan, "seen": seen[1]})
    planned = re.search(rf"{plans}/([0-9a-f-]{{36}})$", str(page.url))
    assert planned is not None, errors_of(page.text)
    place.refused["the same plan"] = administrator.send(administrator.get(f"{plans}/new"), plans, plan).text
    membership = hire(place, added[1], today)
    for form, kept in (
        (f"{plans}/new", plan),
        ("/agencies/new", agency),
        ("/directives/new", document),
        (f"/tasks/{tasks[1]}/completion", typed(COMPLETION)),
        (f"/confirm/{tasks[2]}", decision),
    ):
        person = lead if "completion" in form else administrator if "agencies" in form else office
        page = person.get(form)
        person.send(page, "/drafts", {"draft": form, **kept})
    place.ids = {
        "agency_id": [added[1], str(agency_id(AGENCIES[HEALTH].key))],
        "membership_id": [membership],
        "act": ["change", "end", "another"],
        "task_id": tasks,
        "directive_id": [directive[1]],
        "reorganisation_id": [planned[1]],
        "file_id": re.findall(r"/files/([0-9a-f-]{36})", office.get(f"/tasks/{tasks[0]}").text)[:1],
        "key": [*SETTINGS],
        "year": [str(year), str(year - 1)],
        "wanted:path": ["home"],
    }


def hire(place: Place, agency: str, today: str) -> str:
    """Somebody of the hostile name in the hostile agency; his membership."""
    administrator = place.people["administrator"]
    new, people = f"/agencies/{agency}/people/new", f"/agencies/{agency}/people"
    person = typed(PERSON, officer_code="QNG-1", role="AGENCY_OFFICER", valid_from=today, valid_to="", reason=LONG[:900])
    place.refused["a person of the past"] = administrator.send(administrator.get(new), people, {**person, "valid_from": "01/01/2020"}).text
    page = administrator.send(administrator.get(new), people, person)
    place.refused["the same person"] = administrator.send(administrator.get(new), people, person).text
    found = re.search(r"/memberships/([0-9a-f-]{36})/end", page.text)
    assert found is not None, errors_of(page.text)
    return found[1]


def send(person: Visitor, form: str, action: str, fields: dict[str, Any], files: Any = None) -> None:
    answer = person.send(person.get(form), action, fields, files)
    assert answer.status_code == 200, f"{action}: {errors_of(answer.text)}"


def errors_of(html: str) -> list[str]:
    return re.findall(r'class="error"[^>]*>(.*?)</p>', html, re.DOTALL)


class Elements(HTMLParser):
    """What a browser would make of a page: elements with their attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.wrong += [f"<{tag} {name}>" for name in given if name.startswith("on") or name in ("style", "srcdoc")]
        if tag == "script" and "src" not in given:
            self.wrong.append("<script> without src")
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            # Only an address of ours, or what a mail program opens.
            value = given.get(name)
            if value and tag != "base" and not re.match(r"[/?#]|https?://127\.0\.0\.1|https?://localhost", value):
                self.wrong.append(f"<{tag} {name}={value[:60]}>")


def wrong_in(html: str) -> list[str]:
    found = [f"unescaped {one[0]}" for one in UNESCAPED.finditer(html)] + Elements(html).wrong
    found += [f"half an entity: {html[one.start() : one.start() + 20]!r}" for one in HALF_AN_ENTITY.finditer(html)]
    found += [f"escaped twice: {html[one.start() - 60 : one.end()]!r}" for one in TWICE.finditer(html)]
    text = unescape(html)
    return found + (["a template was filled in"] if "=cmd|A1 dấu-vết" in text and "{{7*7}}" not in text else [])


def addresses(place: Place) -> Iterator[str]:
    """Every GET route of the portal, with whatever stands there to be named in it, and with the hostile text where it is asked."""
    names = {"/numbers/{name}": ["N", "open_overdue", "C"], "/rates/{name}": ["R3c"], "/waiting/{name}": ["mine", "results", "release"]}
    asked = {
        "/search": "q",
        "/agencies": "q",
        "/workbench": "q",
        "/directives": "q",
        "/agencies/options": "q",
        "/days/said": "day",
        "/sign-in": "failed",
    }
    for screen in SCREENS:
        for route in screen.router.routes:
            if (
                not isinstance(route, APIRoute)
                or "GET" not in (route.methods or ())
                or route.path in ("/sign-in/start", "/sign-in/callback")
            ):
                continue
            found = [route.path]
            for name in re.findall(r"\{(.+?)\}", route.path):
                values = names.get(route.path) or place.ids[name]
                found = [one.replace(f"{{{name}}}", value) for one in found for value in values]
            yield from found
            if route.path in asked:
                for words in (MARK, SHORT, LONG[:150]):
                    yield f"{route.path}?{asked[route.path]}={quoted(words)}"
    for view in ("all", "completed", "open"):
        yield f"/workbench?view={view}&document={quoted(SHORT)}&agency={quoted(SHORT)}&from={quoted(SHORT)}"
        yield f"/my-work?filter={view}&q={quoted(SHORT)}"


def quoted(words: str) -> str:
    return quote(words, safe="")


def test_every_page_of_every_role_shows_it_and_does_nothing_with_it(place: Place) -> None:
    wrong: list[str] = []
    shown: dict[str, set[str]] = {}
    for who, person in place.people.items():
        for address in addresses(place):
            answer = person.get(address)
            assert answer.status_code < 500, f"{who} {address}: {answer.status_code}"
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            if MARK in unescape(answer.text):
                shown.setdefault(address.partition("?")[0], set()).add(who)
            wrong += [f"{who} {address[:80]}: {one}" for one in wrong_in(answer.text)]
    for what, html in place.refused.items():
        assert MARK in unescape(html), what
        wrong += [f"{what}: {one}" for one in wrong_in(html)]
    assert wrong == []
    kinds = {re.sub(r"[0-9a-f-]{36}", "{id}", path) for path in shown}
    expected = {"/home", "/my-work", "/workbench", "/directives", "/notices", "/search", "/confirm", "/confirm/{id}", "/tasks/{id}"}
    expected |= {
        "/tasks/{id}/history",
        "/tasks/{id}/progress",
        "/tasks/{id}/completion",
        "/directives/{id}",
        "/directives/new",
        "/numbers/N",
    }
    expected |= {"/agencies/reorganisations", "/agencies/reorganisations/new", "/agencies/reorganisations/{id}"}
    expected |= {"/settings/due_soon_days", "/agencies", "/agencies/{id}", "/agencies/new", "/agencies/{id}/people"}
    expected |= {f"/memberships/{{id}}/{act}" for act in ("change", "end", "another")}
    assert expected - {"/home"} <= kinds, expected - kinds


def test_an_export_holds_words_and_no_formula(place: Place) -> None:
    answer = place.people["office"].get("/workbench/export.xlsx?view=all")
    with ZipFile(BytesIO(answer.content)) as sheet:
        parts = {name: sheet.read(name).decode() for name in sheet.namelist() if name.endswith((".xml", ".rels"))}
    whole = "".join(parts.values())
    assert MARK in unescape(whole)
    assert not re.search(r"<f[ >]", whole)
    assert not HALF_AN_ENTITY.search(whole)
    assert not UNESCAPED.search(whole)


def test_a_file_keeps_its_name_and_is_only_kept(place: Place) -> None:
    answer = place.people["office"].get(f"/files/{place.ids['file_id'][0]}")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%3Dcmd")
    assert "sandbox" in answer.headers["Content-Security-Policy"] or "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_browser_runs_nothing_of_it_and_nothing_runs_over(place: Place, chromium: Browser) -> None:
    """At the width of a phone, every kind of page on which it stands, of whoever works with it."""
    tasks = place.ids["task_id"]
    pages = {
        "office": [
            *("/home", "/workbench?view=all", "/directives", "/directives/new", "/confirm", "/notices", f"/search?q={quoted(SHORT)}"),
            *(f"/directives/{place.ids['directive_id'][0]}", f"/tasks/{tasks[0]}", f"/tasks/{tasks[1]}/history", f"/confirm/{tasks[2]}"),
            "/numbers/N",
        ],
        "lead": ["/home", "/my-work", "/notices", f"/tasks/{tasks[1]}", f"/tasks/{tasks[1]}/completion", f"/tasks/{tasks[0]}/received"],
        "administrator": [
            *("/settings/due_soon_days", "/agencies", "/agencies/new", f"/agencies?q={quoted(MARK)}"),
            *(f"/agencies/{one}" for one in place.ids["agency_id"]),
            *(f"/agencies/reorganisations{one}" for one in ("", "/new", *(f"/{planned}" for planned in place.ids["reorganisation_id"]))),
            *(f"/agencies/{place.ids['agency_id'][0]}/people{view}" for view in ("", "?view=history", "/new")),
            *(f"/memberships/{place.ids['membership_id'][0]}/{act}" for act in ("change", "end", "another")),
        ],
    }
    assert NO_SCREEN
    wrong: list[str] = []
    for who, its_pages in pages.items():
        context = chromium.new_context(
            base_url=place.run.url, viewport={"width": 360, "height": WIDTHS[360]}, locale="vi-VN", reduced_motion="reduce"
        )
        page = context.new_page()
        sign_in(page, *PEOPLE[who])
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.on("dialog", lambda dialog, said=wrong: said.append(f"dialog {dialog.message}"))
        complaints = Complaints(page)
        for address in its_pages:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, f"{who} {address}: {answer.status}"
            page.wait_for_load_state("load")
            assert page.evaluate("window.hostile ?? null") is None
            wrong += [f"{who} {address[:60]}: {one}" for one in (*measured(page, 360), *complaints.said)]
            complaints.said.clear()
        context.close()
    assert wrong == []
