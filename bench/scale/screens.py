"""The questions to the portal: its main screens, as people who are signed in open them."""

from collections.abc import Iterator
from itertools import cycle
from random import Random

from bench.scale.population import Population
from bench.scale.questions import LIST, ONE, PICTURE, SEARCH, SEARCHES, Ask, Asks, Question, address
from libs.common.actor import Actor
from services.reporting.figures.numbers import NUMBERS

NOT_MEASURED = {
    "GET /": "leads to the first page of the role",
    "GET /sign-in": "asks no service",
    "GET /sign-in/start": "leads to the sign-in service",
    "GET /sign-in/callback": "the sign-in service answers",
    "GET /sign-in/needed/{wanted:path}": "asks no service",
    "GET /step-up": "asks no service but for what stands in the head",
    "GET /sessions": "asks no service but for what stands in the head",
    "GET /membership": "asks for one person's memberships",
    "GET /live": "a stream",
    "GET /workbench/export.xlsx": "a file of the same list, some times a day",
    "GET /waiting/{name}": "the same counts as in the head of every page",
    "GET /files/{file_id}": "passes the file on; measured at its service",
    "GET /agencies/new": "an administrator's, some times a year",
    "GET /agencies/reorganisations": "an administrator's, some times a year",
    "GET /agencies/reorganisations/new": "an administrator's, some times a year",
    "GET /agencies/reorganisations/{reorganisation_id}": "an administrator's, some times a year",
    "GET /reassignment": "where an agency was split; its list is measured at the service",
    "GET /agencies/{agency_id}/people/new": "some times a month in an agency",
    "GET /memberships/{membership_id}/{act}": "some times a month in an agency",
    "GET /days/said": "asks for the calendar of one year",
    "GET /settings": "an administrator's, some times a year",
    "GET /settings/{key}": "an administrator's, some times a year",
    "GET /settings/calendar": "an administrator's, once a year",
    "GET /settings/calendar/{year}": "an administrator's, once a year",
    "GET /settings/calendar/{year}/change": "an administrator's, once a year",
    "GET /directives/{directive_id}/edit": "the document's page with fields",
}
"""Screens without a question, and why."""


def leader(here: Population) -> Actor:
    return here.cast.leaders[0]


def clerks(here: Population) -> list[Actor]:
    return [here.clerk(agency) for agency in here.looking]


def signed_in(here: Population) -> list[Actor]:
    """One leader, one of the Office, and a clerk of some agencies."""
    return [leader(here), here.tracker, *clerks(here)]


def _of_leader(path: str, **fixed: object) -> Asks:
    def asks(here: Population, _: Random) -> Iterator[Ask]:
        while True:
            yield Ask(leader(here), address(path, **fixed))

    return asks


def _of_office(path: str, **fixed: object) -> Asks:
    def asks(here: Population, _: Random) -> Iterator[Ask]:
        while True:
            yield Ask(here.tracker, address(path, **fixed))

    return asks


def _of_clerks(path: str, **fixed: object) -> Asks:
    def asks(here: Population, _: Random) -> Iterator[Ask]:
        for clerk in cycle(clerks(here)):
            yield Ask(clerk, address(path, **fixed))

    return asks


def _number(*, past: bool, agency: bool) -> Asks:
    def asks(here: Population, chance: Random) -> Iterator[Ask]:
        for number in cycle(NUMBERS):
            of = chance.choice(here.cast.leading) if agency else None
            yield Ask(leader(here), address(f"/numbers/{number}", agency_id=of, as_of=here.past_day(chance) if past else None))

    return asks


def _rate(here: Population, _: Random) -> Iterator[Ask]:
    for rate in cycle(("R1", "R3c", "R4", "R5", "RU")):
        yield Ask(leader(here), f"/rates/{rate}")


def _workbench(here: Population, _: Random) -> Iterator[Ask]:
    for view in cycle(("open", "all", "overdue", "due-soon", "in-time", "undated", "on-time", "late", "completed-undated")):
        yield Ask(here.tracker, address("/workbench", view=view))


def _workbench_of_agency(here: Population, chance: Random) -> Iterator[Ask]:
    while True:
        yield Ask(here.tracker, address("/workbench", agency_id=chance.choice(here.cast.leading)))


def _my_work(here: Population, _: Random) -> Iterator[Ask]:
    filters = ("open", "new", "overdue", "due-soon", "in-time", "undated", "returned", "awaiting", "completed", "coordinating")
    for clerk, chosen in zip(cycle(clerks(here)), cycle(filters), strict=False):
        yield Ask(clerk, address("/my-work", filter=chosen))


def _task(rest: str) -> Asks:
    def asks(here: Population, _: Random) -> Iterator[Ask]:
        for task in cycle(here.any_tasks):
            yield Ask(here.tracker, f"/tasks/{task.id}{rest}")

    return asks


def _group(here: Population, _: Random) -> Iterator[Ask]:
    for group in cycle(here.groups):
        yield Ask(here.tracker, f"/tasks/{group.id}")


def _waiting(here: Population, _: Random) -> Iterator[Ask]:
    for task in cycle(here.tasks["AWAITING_CONFIRMATION"]):
        yield Ask(here.tracker, f"/confirm/{task.id}")


def _form(state: str, rest: str) -> Asks:
    """A form of the agency's, by a clerk who is signed in and leads the task."""

    def asks(here: Population, _: Random) -> Iterator[Ask]:
        by = {clerk.agency_id: clerk for clerk in clerks(here)}
        own = [task for task in here.of_agencies[state] if task.lead in by]
        for task in cycle(own):
            yield Ask(by[task.lead], f"/tasks/{task.id}/{rest}")

    return asks


def _search(here: Population, _: Random) -> Iterator[Ask]:
    # A code or number of its own leads to the task, which is another screen.
    for words in cycle([one for one in SEARCHES if not one.casefold().startswith("nv-")]):
        yield Ask(here.tracker, address("/search", q=words))


def _directive(here: Population, _: Random) -> Iterator[Ask]:
    for directive in cycle(here.released):
        yield Ask(here.tracker, f"/directives/{directive}")


def _directives(here: Population, _: Random) -> Iterator[Ask]:
    for state in cycle(("", "DRAFT", "AWAITING_RELEASE", "RELEASED")):
        yield Ask(here.tracker, address("/directives", state=state))


def _agencies(here: Population, _: Random) -> Iterator[Ask]:
    for asked in cycle(({}, {"day": "30/06/2025"}, {"view": "ended"})):
        yield Ask(here.tracker, address("/agencies", **asked))


def _agencies_searched(here: Population, _: Random) -> Iterator[Ask]:
    for words in cycle(("so y te", "huyện Bình Sơn", "H48", "xa ba", "không có")):
        yield Ask(here.tracker, address("/agencies", q=words))


def _agency(here: Population, chance: Random) -> Iterator[Ask]:
    while True:
        yield Ask(here.tracker, f"/agencies/{chance.choice(here.cast.leading)}")


def _people(here: Population, _: Random) -> Iterator[Ask]:
    for clerk, asked in zip(cycle(clerks(here)), cycle(({}, {"q": "nguyen"}, {"view": "ended"}, {"view": "history"})), strict=False):
        yield Ask(clerk, address(f"/agencies/{clerk.agency_id}/people", **asked))


SCREENS = (
    Question("portal", "GET /home", "", PICTURE, _of_leader("/home")),
    Question("portal", "GET /numbers/{name}", "today", PICTURE, _number(past=False, agency=False)),
    Question("portal", "GET /numbers/{name}", "of an agency", PICTURE, _number(past=False, agency=True)),
    Question("portal", "GET /numbers/{name}", "a past day", PICTURE, _number(past=True, agency=False)),
    Question("portal", "GET /rates/{name}", "", PICTURE, _rate),
    Question("portal", "GET /workbench", "every view", LIST, _workbench),
    Question("portal", "GET /workbench", "of an agency", LIST, _workbench_of_agency),
    Question("portal", "GET /my-work", "every filter", LIST, _my_work),
    Question("portal", "GET /confirm", "", LIST, _of_office("/confirm")),
    Question("portal", "GET /confirm/{task_id}", "", ONE, _waiting),
    Question("portal", "GET /tasks/{task_id}", "", ONE, _task("")),
    Question("portal", "GET /tasks/{task_id}", "a group", ONE, _group),
    Question("portal", "GET /tasks/{task_id}/history", "", ONE, _task("/history")),
    Question("portal", "GET /tasks/{task_id}/progress", "", ONE, _form("ACCEPTED", "progress")),
    Question("portal", "GET /tasks/{task_id}/completion", "", ONE, _form("IN_PROGRESS", "completion")),
    Question("portal", "GET /tasks/{task_id}/received", "", ONE, _form("AWAITING_CONFIRMATION", "received")),
    Question("portal", "GET /search", "", SEARCH, _search),
    Question("portal", "GET /directives", "every state", LIST, _directives),
    Question("portal", "GET /directives/{directive_id}", "", ONE, _directive),
    Question("portal", "GET /directives/new", "", ONE, _of_office("/directives/new")),
    Question("portal", "GET /notices", "of an agency", LIST, _of_clerks("/notices")),
    Question("portal", "GET /notices", "of the Office", LIST, _of_office("/notices")),
    Question("portal", "GET /notices/badge", "", ONE, _of_office("/notices/badge")),
    Question("portal", "GET /agencies", "the tree of each day, and what has ended", LIST, _agencies),
    Question("portal", "GET /agencies", "search", SEARCH, _agencies_searched),
    Question("portal", "GET /agencies/{agency_id}", "", ONE, _agency),
    Question("portal", "GET /agencies/{agency_id}/people", "every view", LIST, _people),
    Question("portal", "GET /agencies/options", "", SEARCH, _of_office("/agencies/options", q="so")),
)
