"""What every screen works with: who visits, what he sent, and how a page is made."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

import aiohttp
from fastapi import Depends, Request
from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from libs.common.db import Database
from libs.common.plain_text import plain_text
from libs.common.single_flight import SingleFlight
from portal.agencies import AgencyName, AgencyNames, PeopleNames
from portal.assets import Assets
from portal.axis import Axis
from portal.csrf import FORM_FIELD, OfAnotherMembership, Whose, form_token, require_own_form
from portal.drafts import Drafts
from portal.formats import thousands
from portal.frame import DRAWN_FROM, frame_of
from portal.live import Live
from portal.messages import DEFAULT, Catalogue
from portal.oidc import Proof, SignInAway, SignInService
from portal.rendering import Pages
from portal.route import Answer, Route
from portal.services import ChangeMarks, Identity, Json, Refused, Services
from portal.session import SealedBox, Session, SessionEnded, Sessions
from portal.settings import PortalSettings
from portal.shared import SharedAnswers
from portal.sign_outs import SignOuts
from portal.task_view import Task, TaskView, task_view
from portal.vocabulary import Vocabulary

LANGUAGE_COOKIE = "chidao-language"
THEME_COOKIE = "chidao-theme"
DENSITY_COOKIE = "chidao-density"
# A page that refreshes a part of itself says so: that is no visit, and the idle time of the session goes on.
OWN_REFRESH = "Chidao-Refresh"
# The live stream opens itself again whenever it was cut.
OWN_STREAM = "/live"
MOST_FIELDS = 4000
# In which order kinds of agency are named, and how many still tell more than "agencies".
KINDS_IN_ORDER = (
    "DEPARTMENT",
    "CENTRAL_BRANCH",
    "PUBLIC_UNIT",
    "MASS_ORGANISATION",
    "STATE_ENTERPRISE",
    "COMMUNE",
    "WARD",
    "SPECIAL_ZONE",
)
MOST_KINDS_NAMED = 3
SOON_SECONDS = 0.25
ZERO = "\0"


class MembershipNeeded(Exception):
    """The person has to choose (again) in which membership he acts."""


class ProofNeeded(Exception):
    """A service does this `act` only for somebody who has just proved who he is."""

    def __init__(self, act: str, proof: Proof) -> None:
        super().__init__(act)
        self.act = act
        self.proof = proof


@dataclass
class Portal:
    """The portal as it runs; lies in `app.state.portal`.

    `answers` are shared by all who ask the same; `redraws` are the calls that open pages make of themselves, a few at a time, so that
    whoever opens a page or sends a change does not stand behind them; so are `exports`, each of which reads a hundred pages at most.
    """

    settings: PortalSettings
    database: Database
    box: SealedBox
    sessions: Sessions
    sign_outs: SignOuts
    drafts: Drafts
    sign_in: SignInService
    services: Services
    agencies: AgencyNames
    people: PeopleNames
    vocabulary: Vocabulary
    shared: SharedAnswers
    pages: Pages
    assets: Assets
    live: Live
    answers: SingleFlight
    redraws: asyncio.Semaphore
    exports: asyncio.Semaphore


def portal_of(request: Request) -> Portal:
    portal: Portal = request.app.state.portal
    return portal


async def portal_here(request: Request) -> Portal:
    """The same for a route: a dependency that is not awaited would cost a hop to another thread, four times a page."""
    return portal_of(request)


Here = Annotated[Portal, Depends(portal_here)]


def messages_of(request: Request) -> Catalogue:
    return Catalogue(request.cookies.get(LANGUAGE_COOKIE, DEFAULT))


class Visitor:
    """Somebody signed in, on one request."""

    def __init__(self, request: Request, portal: Portal, session: Session) -> None:
        self.request = request
        self.portal = portal
        self.session = session
        self.messages = messages_of(request)
        self.today = portal.settings.clock.today()
        self.axis = Axis(self.today)

    async def get(self, route: Route[Answer], *ids: str, **query: Json) -> Answer:
        """What the service answers. Raises Refused, ServiceAway, SessionEnded or MembershipNeeded."""
        with self._judged():
            answer: Answer = await self.portal.services.get(await self._identity(), route.service, route.at(ids), query)
            return answer

    async def shared(self, drawn_from: str, route: Route[Answer], **query: Json) -> Answer:
        """The same answer for all who ask it in this membership within a moment; `drawn_from` is the list that changes it."""
        key = (self.session.id, self.session.membership, route, *query.items())
        return await self.portal.shared.get(drawn_from, key, lambda: self.get(route, **query))

    async def soon(self, drawn_from: str, route: Route[Answer], **query: Json) -> Answer | None:
        """The shared answer if it comes in a moment; None when the page should not wait: it asks for that part of itself later."""
        try:
            async with asyncio.timeout(SOON_SECONDS):
                return await self.shared(drawn_from, route, **query)
        except TimeoutError:
            return None

    async def change(
        self, service: str, path: str, body: Json, change: ChangeMarks, *, method: str = "POST", of: str | None = None
    ) -> Json:
        """`of` names the one list that it changes, where no other can."""
        try:
            with self._judged():
                return await self.portal.services.change(await self._identity(), service, method, path, body, change)
        finally:
            # Whoever did something sees it at once, before the services say that a list has changed.
            self.portal.shared.forget(of)

    async def upload(self, service: str, path: str, file: UploadFile, change: ChangeMarks) -> Json:
        with self._judged():
            name, media_type = file.filename or "tep", file.content_type or "application/octet-stream"
            return await self.portal.services.upload(await self._identity(), service, path, name, file.file, media_type, change)

    @asynccontextmanager
    async def download(self, service: str, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        with self._judged():
            async with self.portal.services.download(await self._identity(), service, path) as answer:
                yield answer

    async def _identity(self) -> Identity:
        if self.session.tokens.expire_soon:
            await self._renew_tokens()
        membership = self.session.membership
        return Identity(self.session.tokens.access, membership.id if membership else None)

    async def _renew_tokens(self) -> None:
        """While the old ones serve, nobody waits long for new ones, and whoever gets none works on without the sign-in service."""
        serve = self.session.tokens.serve
        try:
            async with asyncio.timeout(SOON_SECONDS if serve else None):
                # To its end, also when the browser has gone meanwhile: a token that was redeemed and not kept ends the session.
                self.session = await asyncio.shield(self.portal.sessions.fresh_tokens(self.session, self.portal.sign_in.refresh))
        except (SignInAway, TimeoutError):
            if not serve:
                raise

    def _judged(self) -> "_Judged":
        return _Judged()

    async def task_views(self, tasks: Iterable[Task], *, apart: bool = False) -> list[TaskView]:
        names = await self.portal.agencies.known(self)
        return [self.view_of(task, names, apart=apart) for task in tasks]

    def view_of(self, task: Task, names: Mapping[str, AgencyName], *, apart: bool = False) -> TaskView:
        """`apart`: what another agency answers for, whatever the service says of this person's part in it."""
        agency = names.get(task["lead_agency_id"] or "")
        lead, lead_name = (agency.short_name, agency.name) if agency else (many := many_leads(task, self.messages), many)
        reporting = names.get(task["reporting_agency_id"] or "")
        reported_by = reporting.short_name if reporting else ""
        return task_view(task, self.axis, self.messages, lead=lead, lead_name=lead_name, reported_by=reported_by, apart=apart)

    async def page(self, template: str, /, *, status: int = 200, **context: object) -> Response:
        """The page, or only the part of it that `?part=` names."""
        part = self.request.query_params.get("part")
        if part and self.request.method == "GET" and self.portal.pages.has_part(template, part):
            return HTMLResponse(self.portal.pages.part(template, part, self._context(context)), status)
        frame = await frame_of(self, self.session.membership)
        return HTMLResponse(self.portal.pages.whole(template, {**self._context(context), "frame": frame}), status)

    def drawn(self, template: str, same: Hashable, context: Callable[[], Mapping[str, object]]) -> Markup:
        """A piece of a page in which nothing is this person's: drawn once for all who see the `same` on one day in one language."""
        key = (template, self.messages.language, self.today, same)
        return self.portal.pages.drawn(template, key, lambda: self._context(context()))

    def part(self, template: str, part: str, /, **context: object) -> Response:
        """A piece that no page of its own stands around."""
        return HTMLResponse(self.portal.pages.part(template, part, self._context(context)))

    def form_token(self) -> str:
        return form_token(self.portal.box, self.session)

    def _context(self, context: Mapping[str, object]) -> dict[str, object]:
        return {
            **frameless_context(self.request, self.portal),
            "visitor": self,
            "session": self.session,
            "membership": self.session.membership,
            "axis": self.axis,
            "form_token": self.form_token,
            "drawn_from": DRAWN_FROM,
            "new_key": lambda: str(uuid4()),
            **context,
        }


def many_leads(task: Task, messages: Catalogue) -> str:
    """ "96 xã, phường": how many agencies a group has, and of which kinds, or its issuer's name for it.

    "–" for what is no group and has no lead that is known.
    """
    if not task["is_group"]:
        return "–"
    parts, name, left_out = task["children_summary"], task["group_name"], task["left_out"]
    if name:
        return messages("group.composed", name=name, n=thousands(parts["total"])) if parts else name
    agencies = agencies_of(parts["total"], parts["kinds"], messages) if parts else messages("task.many-leads")
    return messages("group.without", agencies=agencies, n=left_out) if left_out else agencies


def agencies_of(total: int, kinds: Sequence[str], messages: Catalogue) -> str:
    """So many agencies of a group, by the kinds of which they are."""
    if not total:
        return messages("task.many-leads")
    named = [messages(f"group.kind.{kind}") for kind in KINDS_IN_ORDER if kind in kinds]
    known = named if 0 < len(named) <= MOST_KINDS_NAMED and len(named) == len(kinds) else [messages("group.kind.any")]
    return messages("group.of-kinds", n=thousands(total), kinds=", ".join(known))


class _Judged:
    """Turns a refused token or membership into the way to mend it."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Refused) and error.status == 401:
            if error.code == "insufficient-user-authentication":
                proof = Proof(str(error.problem["acr_values"]), int(error.problem["max_age"]))
                raise ProofNeeded(str(error.problem["act"]), proof) from error
            raise (MembershipNeeded if error.code == "membership-not-valid" else SessionEnded) from error


def frameless_context(request: Request, portal: Portal) -> dict[str, object]:
    """What every template may use, signed in or not."""
    return {
        "m": messages_of(request),
        "settings": portal.settings,
        "asset": portal.assets.url,
        "theme": request.cookies.get(THEME_COOKIE, ""),
        "density": request.cookies.get(DENSITY_COOKIE, ""),
        "path": request.url.path,
        "query": request.query_params,
        "today": portal.settings.clock.today(),
    }


def frameless_page(request: Request, portal: Portal, template: str, /, *, status: int = 200, **context: object) -> Response:
    return HTMLResponse(portal.pages.whole(template, {**frameless_context(request, portal), **context}), status)


async def person_visiting(request: Request, portal: Here) -> Visitor:
    """Somebody signed in, whether or not he has chosen a membership."""
    if ZERO in request.scope["path"]:
        # No database keeps it, so nothing of ours has such an address.
        raise HTTPException(404)
    cookie = request.cookies.get(portal.settings.cookie_name)
    seen = OWN_REFRESH not in request.headers and request.url.path != OWN_STREAM
    return Visitor(request, portal, await portal.sessions.find(cookie, seen=seen))


async def visiting(visitor: Annotated[Visitor, Depends(person_visiting)]) -> Visitor:
    if visitor.session.membership is None:
        raise MembershipNeeded
    return visitor


Person = Annotated[Visitor, Depends(person_visiting)]
Visit = Annotated[Visitor, Depends(visiting)]


class Sent:
    """A form as it was sent. Texts come as plain text, without the space around them."""

    def __init__(self, form: FormData) -> None:
        self.form = form

    def text(self, name: str) -> str:
        found = self.form.get(name)
        return _tidy(found) if isinstance(found, str) else ""

    def texts(self, name: str) -> list[str]:
        return [_tidy(one) for one in self.form.getlist(name) if isinstance(one, str)]

    def file(self, name: str) -> UploadFile | None:
        found = self.form.get(name)
        return found if isinstance(found, UploadFile) and found.filename else None

    @property
    def change(self) -> ChangeMarks:
        return ChangeMarks(self.text("idempotency_key") or str(uuid4()), self.text("version") or None)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All that is text, in the order in which it was sent."""
        return [(name, _tidy(value)) for name, value in self.form.multi_items() if isinstance(value, str)]

    @property
    def has_file(self) -> bool:
        return any(isinstance(value, UploadFile) and value.filename for value in self.form.values())


def _tidy(text: str) -> str:
    """A zero that came along with what was pasted is dropped like any other control character: nobody has ever seen it."""
    return plain_text(text.replace(ZERO, "")).strip()


async def read_form(request: Request) -> Sent:
    return Sent(await request.form(max_fields=MOST_FIELDS))


async def form_of_person(request: Request, visitor: Person) -> Sent:
    sent = await read_form(request)
    require_own_form(request.headers, sent.text(FORM_FIELD), visitor.portal.box, visitor.session)
    return sent


async def form_of_membership(request: Request, visitor: Visit) -> Sent:
    """What was opened in one membership is not done in another, though its person has changed it elsewhere meanwhile."""
    sent = await read_form(request)
    whose = require_own_form(request.headers, sent.text(FORM_FIELD), visitor.portal.box, visitor.session)
    if whose != Whose.of(visitor.session):
        raise OfAnotherMembership
    return sent


PersonForm = Annotated[Sent, Depends(form_of_person)]
SentForm = Annotated[Sent, Depends(form_of_membership)]


def go(path: str) -> Response:
    """After a change the browser asks for the next page, so that reloading it repeats nothing."""
    return RedirectResponse(path, 303)


# The answers of several services at once; the first refusal ends all.
together = asyncio.gather
